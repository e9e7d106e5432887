"""HTML to text: what is parted stays parted, what is one word stays one word, and time stays linear."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirewatch.parse.html import BLOCKS, text_of

WORDS = st.text("abcdefghijklmnopqrstuvwxyzäßжي東", min_size=1, max_size=8)
INLINE = st.sampled_from(
    [
        "b",
        "i",
        "a href='https://e.org/?a>b'",
        'span class="x<y"',
        "custom-tag",
        "wbr",
        "font color=red",
    ]
)
BLOCK = st.sampled_from(
    sorted(BLOCKS - {"hr", "head", "pre", "plaintext", "xmp", "html", "body", "listing"})
)
SPACE = st.sampled_from([" ", "\n", "\t ", "&nbsp;", " <!-- x > y --> ", " <img alt=no> "])


@st.composite
def dressed_words(draw: st.DrawFn) -> tuple[str, str]:
    """Make a word, and the same with inline elements inside and around it."""
    word = draw(WORDS)
    cut = draw(st.integers(0, len(word)))
    tag = draw(INLINE)
    name = tag.split(" ")[0]
    dressed = draw(
        st.sampled_from(
            [
                word,
                f"{word[:cut]}<{tag}>{word[cut:]}</{name}>",
                f"<{tag}>{word[:cut]}</{name}>{word[cut:]}",
                f"{word[:cut]}<wbr>{word[cut:]}",
                f"{word[:cut]}<!-- no -->{word[cut:]}",
                "".join(f"&#{ord(char)};" for char in word),
            ]
        )
    )
    return word, dressed


@st.composite
def documents(draw: st.DrawFn) -> tuple[list[str], str]:
    """Make blocks of words, and a document that holds them."""
    blocks, html = [], []
    for words in draw(
        st.lists(st.lists(dressed_words(), min_size=1, max_size=5), min_size=1, max_size=6)
    ):
        blocks.append(" ".join(word for word, _ in words))
        inside = draw(SPACE).join(dressed for _, dressed in words)
        tag = draw(BLOCK)
        html.append(
            draw(
                st.sampled_from(
                    [f"<{tag}>{inside}</{tag}>", f"<{tag} x='1'>\n {inside}</{tag.upper()} >"]
                )
            )
        )
    return blocks, draw(st.sampled_from(["", "\n", "<br>", "<script>no</script>"])).join(html)


@settings(deadline=None)
@given(documents())
def test_blocks_are_never_glued_and_words_never_parted(document: tuple[list[str], str]) -> None:
    """A phrase must not match across two paragraphs, nor fail because half a word is bold."""
    blocks, html = document

    assert text_of(html).split("\n\n") == blocks


@settings(deadline=None)
@given(
    st.lists(WORDS, min_size=1, max_size=4),
    st.sampled_from(["p", "div", "li", "td", "h1", "section"]),
)
def test_text_beside_a_block_is_a_block_of_its_own(words: list[str], tag: str) -> None:
    """Bare text before, between and after boxes is where others glue."""
    html = words[0] + "".join(f"<{tag}>{word}</{tag}>{word}" for word in words[1:])

    assert text_of(html).split("\n\n") == [
        words[0],
        *(word for word in words[1:] for _ in range(2)),
    ]


@settings(deadline=None)
@given(st.text())
def test_any_text_gives_a_text_that_can_be_stored(text: str) -> None:
    """PostgreSQL refuses NUL, encoders refuse halves of characters."""
    found = text_of(text)

    found.encode("utf-8")
    assert not any((ord(char) < 32 and char != "\n") or 0x7F <= ord(char) < 0xA0 for char in found)
    assert "\n\n\n" not in found
    assert found == found.strip()


@settings(deadline=None)
@given(st.text(st.characters(exclude_characters="<&", exclude_categories=["C", "Z"]), min_size=1))
def test_text_without_markup_comes_through_as_it_is(text: str) -> None:
    """Most titles and many summaries are plain text."""
    assert text_of(text) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a < b & c > d", "a < b & c > d"),
        ("if a<b then <i>c</i>", "if a<b then c"),
        ("I <3 <b>you</b>", "I <3 you"),
        ("<redacted> said", "<redacted> said"),
        ("one<br>two", "one\ntwo"),
        ("one<br><br>two", "one\n\ntwo"),
        ("one<br>\n \n<br>two", "one\n\ntwo"),
        ("<p>one</p>two", "one\n\ntwo"),
        ("one<hr>two", "one\n\ntwo"),
        ("a<img>b", "a b"),
        ("<a title='<p>no</p>'>yes</a>", "yes"),
        ("<p>x<!-- > --> y</p>", "x y"),
        ("<p>x<!-->y</p>", "xy"),
        ("<p>x<!-- never closed", "x"),
        ("<p>x<script>never closed", "x"),
        ("<p>x<svg>never closed</p>", "x never closed"),
        ("<p>x<script src=y />z</p>", "xz"),
        ("<svg><svg>no</svg>no</svg><p>yes</p>", "yes"),
        ("<p>&lt;p&gt;</p>", "<p>"),
        ("<p>&amp;amp;</p>", "&amp;"),
        ("line one\nline two\n\nparagraph", "line one\nline two\n\nparagraph"),
        (
            "line one\r\nline two\u2028line three\u2029paragraph",
            "line one\nline two\nline three\n\nparagraph",
        ),
        ("<p>\u00a0 \u2003</p>", ""),
        ("<", "<"),
        ("<p", "<p"),
        ("", ""),
    ],
)
def test_the_cases_people_argue_about(markup: str, text: str) -> None:
    """Where a rule could go either way, this is the way it goes."""
    assert text_of(markup) == text


@pytest.mark.parametrize(
    "piece",
    ["<div>", "</div>", "<svg>", "<svg></svg>", "<script>", "<title>", '<a href="', "<a '", "<!--", "<!", "<?", "<p a=",
     "&", "&#", "&#9", "<", "<b", "</", "<![CDATA[", "]]>", "<rt>", "<br>", " ", "\n", '<a title="x>'],
)  # fmt: skip
def test_no_repetition_takes_more_than_linear_time(piece: str) -> None:
    """A quadratic reader needs an hour for a document of one megabyte (O-31)."""
    before = time.process_time()

    text_of("<p>" + piece * 50_000 + "x")

    assert time.process_time() - before < 5
