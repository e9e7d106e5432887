"""Which entries tell the same thing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.core.make import STORY_TEXT, an_article, an_entry
from wirewatch.core.story import containment, fingerprint, joined_by, words_of

LEAD = " ".join(STORY_TEXT.split()[:60])
OTHER = " ".join(f"Berth {n} of the new harbour handles {n * 7} boxes an hour." for n in range(30))


def print_of(text: str, *, number: int = 1, **parts: str):  # type: ignore[no-untyped-def]
    entry = an_entry(number, link=f"https://x{number}.example/{number}", **parts)
    return fingerprint(entry, an_article(entry, text=text))


def test_a_copy_with_an_agency_prefix_a_footer_and_typographic_quotes_joins() -> None:
    """That is how agency texts are syndicated."""
    copy = (
        "CITY, Jan 23 (Agency) – "
        + STORY_TEXT.replace("'", "’")
        + " © Agency. All rights reserved."
    )

    assert (
        joined_by(
            print_of(STORY_TEXT), print_of(copy, number=2, title="Another headline for it all")
        )
        == "body"
    )


def test_a_copy_cut_to_half_joins() -> None:
    """Containment of the shorter text, not resemblance, is what syndication needs."""
    half = STORY_TEXT[: len(STORY_TEXT) // 2]

    assert (
        joined_by(
            print_of(STORY_TEXT), print_of(half, number=2, title="Another headline for it all")
        )
        == "body"
    )


def test_the_same_link_joins_whatever_the_words() -> None:
    """Two feeds of one publisher list the same page."""
    one = an_entry(1, link="https://a.example/n/7?utm_source=rss")
    two = an_entry(2, link="https://www.a.example/n/7")

    assert joined_by(fingerprint(one, None), fingerprint(two, None)) == "link"


def test_a_front_page_as_link_joins_nothing() -> None:
    """Some feeds link every entry to the site itself."""
    one, two = (
        an_entry(n, link="https://a.example/", title=f"Headline number {n} of five words")
        for n in (1, 2)
    )

    assert joined_by(fingerprint(one, None), fingerprint(two, None)) is None


def test_another_text_does_not_join() -> None:
    """A new development on the same subject is another story."""
    assert joined_by(print_of(STORY_TEXT), print_of(OTHER, number=2)) is None


def test_equal_headlines_over_different_texts_do_not_join() -> None:
    """Five things to know this morning: a headline of every day."""
    title = "Five things to know this morning"

    assert (
        joined_by(print_of(STORY_TEXT, title=title), print_of(OTHER, number=2, title=title)) is None
    )


def test_scripts_without_spaces_have_words() -> None:
    """A Chinese copy is recognised like an English one."""
    text = (
        "特使周五在首都再次会晤，讨论领土问题。两名官员表示，这仍然是最困难的问题，会谈将于下周继续举行。"
        * 2
    )

    assert joined_by(print_of(text), print_of("（通讯社）" + text, number=2)) is not None
    assert words_of("領土 issue") == ["領", "土", "issue"]


@given(st.text(max_size=300), st.text(max_size=300))
def test_likeness_is_symmetric_and_a_text_is_like_itself(one: str, other: str) -> None:
    """Whichever copy comes first, the story is the same."""
    a, b = print_of(one), print_of(other)

    assert containment(a.shingles, b.shingles) == containment(b.shingles, a.shingles)
    assert containment(a.shingles, a.shingles) in {0.0, 1.0}
