"""Every setting has a line."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.settings.locate import KeyPath, Locator

HARD = '''\
# a comment with = and [brackets]
top = 1
"quoted key" = 'a # no comment'  # a comment
dotted.a."b.c" = true

[one]
long = """
first "quoted" line
[not.a.header]
last \\""" line"""
literal = \'\'\'
it's # not a comment
\'\'\'
when = 1979-05-27 07:32:00Z
list = [
  1, # one
  [2, 3], { x = "}", y = [4] },
  "]",
]

[[feed]]
url = "a"
headers = { A = "1", "B C" = '2' }
[feed.more]
deep = 1
[[feed]]
url = ""
tags = []
[[feed.sub]]
x = 1
[[feed.sub]]
x = 2
[one.two.three]
y = inf
["\\u0041 b"]
z = 0x1f
'''


def lookup(tree: Any, path: KeyPath) -> Any:
    for key in path:
        tree = tree[key]
    return tree


def leaves(tree: Any, path: KeyPath = ()) -> list[KeyPath]:
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree)
    found: list[KeyPath] = []
    for key, value in inside:
        found.append((*path, key))
        if isinstance(value, dict | list):
            found += leaves(value, (*path, key))
    return found


def first_prefix_with(text: str, path: KeyPath) -> int | None:
    """Return, by brute force, the number of lines after which *path* is there for the first time."""
    lines = text.split("\n")
    for size in range(1, len(lines) + 1):
        try:
            lookup(tomllib.loads("\n".join(lines[:size])), path)
        except (tomllib.TOMLDecodeError, KeyError, IndexError, TypeError):
            continue
        return size
    return None


def assert_located(text: str) -> None:
    tree = tomllib.loads(text)
    locator = Locator(text)
    headers = {block.path for block in locator.blocks}
    for path in leaves(tree):
        extent = locator.extent(path)
        assert extent is not None, path
        is_header = path in headers
        is_implied = extent.end == extent.start
        if not is_header and not is_implied:
            shown = text[extent.value : extent.end]
            assert tomllib.loads(f"v = {shown}")["v"] == lookup(tree, path), path
        whole = path if is_header or is_implied else statement(locator, headers, path)
        place = locator.extent(whole)
        first = first_prefix_with(text, path)
        assert place is not None
        assert first is not None
        if is_implied:
            assert locator.line_at(place.start) <= first, path
        else:
            assert locator.line_at(place.end - 1) == first, path


def statement(locator: Locator, headers: set[KeyPath], path: KeyPath) -> KeyPath:
    """Return the path of the whole ``key = value`` that *path* is part of: no part of it parses alone."""
    for size in range(1, len(path) + 1):
        extent = locator.extent(path[:size])
        if extent and path[:size] not in headers and extent.end > extent.start:
            return path[:size]
    return path


def test_every_path_of_a_hard_file_is_where_brute_force_finds_it() -> None:
    """All the ways TOML can hide where a value ends."""
    assert_located(HARD)


def test_every_path_is_found_with_other_line_ends_too() -> None:
    """Half the configurations of this world were written on Windows."""
    lines = Locator(HARD)
    others = Locator(HARD.replace("\n", "\r\n"))

    assert [lines.line(path) for path in lines.paths()] == [
        others.line(path) for path in lines.paths()
    ]


STRINGS = st.one_of(
    st.text(alphabet="ab#=[]{},.'\"\\\n", max_size=6).map(
        lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    ),
    st.text(alphabet='ab#=[]{},."\\', max_size=6).map(lambda text: f"'{text}'"),
    st.text(alphabet="ab#=[]{},.'\n", max_size=6).map(lambda text: f'"""{text}"""'),
    st.text(alphabet='ab#=[]{},."\\\n', max_size=6).map(lambda text: f"'''{text}'''"),
)
SCALARS = st.one_of(
    STRINGS, st.sampled_from(["1", "true", "1.5e3", "1979-05-27", "07:32:00", "-inf"])
)
GAPS = st.sampled_from([" ", "", "\n  ", " # [x] = '\n "])


def arrays(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(st.lists(values, max_size=3), GAPS).map(
        lambda pair: f"[{pair[1]}" + f",{pair[1]}".join(pair[0]) + f"{pair[1]}]"
    )


def inline_tables(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    one_line = values.filter(lambda value: "\n" not in value)
    return st.lists(one_line, max_size=3).map(
        lambda members: "{" + ", ".join(f"k{at} = {one}" for at, one in enumerate(members)) + "}"
    )


VALUES = st.recursive(SCALARS, lambda inner: arrays(inner) | inline_tables(inner), max_leaves=5)
KEYS = st.sampled_from(["a", "b", '"a b"', "'c'", "d.e", 'd."f"', "d . g"])
HEADERS = st.sampled_from(["[x]", "[[y]]", "[y.z]", "[ x . w ]", "[[y.v]]", '["q r"]'])
PAIRS = st.tuples(KEYS, VALUES).map(lambda pair: f"{pair[0]} = {pair[1]}")
LINES = st.one_of(PAIRS, HEADERS, st.sampled_from(["", "  # [x]", "# a = 'b"]))


@given(st.lists(LINES, max_size=8))
def test_every_path_of_any_file_is_where_brute_force_finds_it(lines: list[str]) -> None:
    """A wrong line number sends people to mend what is not broken."""
    kept: list[str] = []
    for line in lines:
        try:
            tomllib.loads("\n".join([*kept, line]))
        except tomllib.TOMLDecodeError:
            continue
        kept.append(line)
    assert_located("\n".join(kept))


@given(st.text(alphabet="ab[]{}=.,#'\"\\\n \r", max_size=40))
def test_scanning_ends_whatever_the_text_is(text: str) -> None:
    """It is made for sound files only, and must not hang on others."""
    assert Locator(text).line(("a",)) is None or "a" in text


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("one", "gone"), 6),
        (("feed", 0, "name"), 21),
        (("feed", 1, "tags", 3), 28),
        (("gone",), None),
    ],
)
def test_what_is_missing_is_shown_at_the_table_that_lacks_it(
    path: KeyPath, line: int | None
) -> None:
    """That a url is missing helps only with the feed it is missing from."""
    assert Locator(HARD).line(path) == line
