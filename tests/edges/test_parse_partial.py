"""Cutting a feed: sure or not at all, and what is read of a part is what is read of the whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.corpus.case import Case, cases
from wirewatch.core.identity import entry_keys
from wirewatch.core.model.outcome import Parsed, ParsedFeed
from wirewatch.parse.charset import decode
from wirewatch.parse.feeds import parse_feed
from wirewatch.parse.limits import ParseLimits
from wirewatch.parse.mend import mend
from wirewatch.parse.partial import parse_feed_partial
from wirewatch.parse.split import cut

FEEDS = [case for case in cases("feeds") if len(case.body) < 50_000]
READABLE = [
    case
    for case in FEEDS
    if isinstance(parse_feed(case.body, url=case.url, content_type=case.content_type), ParsedFeed)
]


def is_cut(case: Case) -> bool:
    found = parse_feed_partial(
        case.body,
        url=case.url,
        content_type=case.content_type,
        known=frozenset(),
        limits=ParseLimits(**case.limits),
    )
    return isinstance(found, ParsedFeed) and found.items is not None


CUT = [case for case in READABLE if is_cut(case)]


@pytest.mark.parametrize("case", FEEDS, ids=lambda case: case.name)
def test_the_pieces_of_a_cut_are_the_whole(case: Case) -> None:
    """Nothing of a document may fall between two pieces."""
    text = mend(decode(case.body, case.content_type).text).text
    pieces = cut(text)

    if pieces is not None:
        assert pieces.keeping(range(len(pieces.entries))) == text
        assert pieces.keeping([]) == pieces.head()


@pytest.mark.parametrize("case", CUT, ids=lambda case: case.name)
@pytest.mark.parametrize("kept", ["each alone", "all", "none", "all but the first", "every second"])
def test_an_entry_read_from_a_part_is_the_entry_read_from_the_whole(case: Case, kept: str) -> None:
    """An entry that came out differently would be an edit, or news, at every other poll."""
    whole, hashes = read(case, frozenset())
    assert len(whole.entries) <= len(hashes)
    for numbers in chosen(kept, len(hashes)):
        part, _ = read(case, frozenset(value for i, value in enumerate(hashes) if i not in numbers))
        if len(whole.entries) == len(hashes):
            assert part.entries == tuple(whole.entries[i] for i in numbers)
            assert entry_keys(part.entries) == tuple(entry_keys(whole.entries)[i] for i in numbers)
        assert (part.format, part.title, part.link, part.language, part.ttl) == (
            whole.format,
            whole.title,
            whole.link,
            whole.language,
            whole.ttl,
        )


def read(case: Case, known: frozenset[bytes]) -> tuple[ParsedFeed, tuple[bytes, ...]]:
    found = parse_feed_partial(
        case.body,
        url=case.url,
        content_type=case.content_type,
        known=known,
        limits=ParseLimits(**case.limits),
    )
    assert isinstance(found, ParsedFeed)
    return found, found.items or ()


def chosen(kept: str, count: int) -> list[list[int]]:
    return {
        "each alone": [[i] for i in range(count)],
        "all": [list(range(count))],
        "none": [[]],
        "all but the first": [list(range(1, count))],
        "every second": [list(range(0, count, 2))],
    }[kept]


def test_most_of_the_well_formed_corpus_is_cut() -> None:
    """A splitter that is never sure saves nothing, and would pass every other test here."""
    assert len(CUT) > 60


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<item>",
                "</item>",
                "<item/>",
                "<!--",
                "-->",
                "<![CDATA[",
                "]]>",
                "<?",
                "?>",
                "<items>",
                "<ITEM>",
                "x",
                "<title>",
                "</title>",
                "<item a='>'>",
                "<!DOCTYPE x>",
            ]
        ),
        max_size=12,
    )
)
def test_a_doubtful_document_is_not_cut(pieces: list[str]) -> None:
    """Where expat finds other entries than the cut does, the cut must have said that it is not sure."""
    from xml.parsers import expat

    text = f"<rss><channel>{''.join(pieces)}</channel></rss>"
    found = cut(text)
    counted = 0

    def start(name: str, _: object) -> None:
        nonlocal counted
        counted += name == "item"

    reader = expat.ParserCreate()
    reader.StartElementHandler = start
    try:
        reader.Parse(text, True)
    except expat.ExpatError:
        return
    assert found is None or len(found.entries) == counted


def test_an_unchanged_feed_is_not_read_again() -> None:
    """A changed date in the head is no reason to read thirty entries."""
    body = b'<rss version="2.0"><channel><lastBuildDate>%s</lastBuildDate><item><title>A</title></item></channel></rss>'
    first = parse_feed_partial(body % b"now", url="", content_type="", known=frozenset())

    second = parse_feed_partial(body % b"later", url="", content_type="", known=items_of(first))

    assert isinstance(second, ParsedFeed)
    assert (second.entries, second.left_out) == ((), 1)
    assert items_of(second) == items_of(first)


def test_another_root_makes_every_entry_new() -> None:
    """Its namespaces, base and language are part of what the entries say."""
    body = b'<rss version="2.0"%s><channel><item><title>A</title></item></channel></rss>'
    first = parse_feed_partial(body % b"", url="", content_type="", known=frozenset())

    second = parse_feed_partial(
        body % b' xml:lang="de"', url="", content_type="", known=items_of(first)
    )

    assert isinstance(second, ParsedFeed)
    assert [entry.title for entry in second.entries] == ["A"]


def items_of(parsed: Parsed) -> frozenset[bytes]:
    assert isinstance(parsed, ParsedFeed)
    assert parsed.items
    return frozenset(parsed.items)
