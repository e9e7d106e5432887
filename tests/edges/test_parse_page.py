"""Reading pages: blocks stay parted and words whole although trafilatura joins them, and no page raises."""

from __future__ import annotations

import logging
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.corpus.case import cases
from wirewatch.core.model.outcome import PageResult, ParsedPage, Problem, Unreadable
from wirewatch.parse.limits import ParseLimits
from wirewatch.parse.page import parse_page

URL = "https://news.example.org/2026/envoys-meet"
PAGES = [case for case in cases("pages") if len(case.body) < 20_000]


def read(html: str | bytes, content_type: str = "text/html", **limits: int) -> PageResult:
    body = html.encode() if isinstance(html, str) else html
    return parse_page(body, url=URL, content_type=content_type, limits=ParseLimits(**limits))


def page(html: str | bytes, **limits: int) -> ParsedPage:
    found = read(html, **limits)
    assert isinstance(found, ParsedPage), found
    return found


@st.composite
def articles(draw: st.DrawFn) -> tuple[list[str], str]:
    """Make blocks of words that occur once each, and a page that lays them out as nested boxes."""
    seed = draw(st.integers(0, 10_000))
    chance = random.Random(seed)
    count = 0
    blocks, html = [], []
    for tag in draw(
        st.lists(
            st.sampled_from(["p", "div", "li", "blockquote", "section", "bare"]),
            min_size=4,
            max_size=9,
        )
    ):
        words = [f"w{seed}x{count + i}" for i in range(chance.randint(8, 40))]
        count += len(words)
        dressed = " ".join(dress(word, chance) for word in words)
        blocks.append(" ".join(words))
        html.append(dressed if tag == "bare" else f"<{tag}>{dressed}</{tag}>")
    # bare text beside bare text would be one block
    nested = "<div>" + "<div></div>".join(html) + "</div>"
    return (
        blocks,
        f"<html><head><title>T</title></head><body><article>{nested}</article></body></html>",
    )


def dress(word: str, chance: random.Random) -> str:
    cut = chance.randrange(len(word))
    head, tail = word[:cut], word[cut:]
    dressed = chance.choice(["b", "i", "q", "a", "code", "span", "x-y", "em", "sub", "unknown"])
    return chance.choice([word, word, f"{head}<wbr>{tail}", f"<{dressed}>{head}</{dressed}>{tail}"])


@settings(deadline=None, max_examples=60)
@given(articles())
def test_an_article_comes_out_in_its_blocks_and_words(article: tuple[list[str], str]) -> None:
    """Between the page and the matcher stands a library that joins text across boxes."""
    blocks, html = article

    found = page(html).text.split("\n\n")

    of_block = {word: number for number, block in enumerate(blocks) for word in block.split()}
    for block in found:
        numbers = {of_block[word] for word in block.split()}  # a glued or parted word is a KeyError
        assert len(numbers) == 1


@settings(deadline=None, max_examples=40)
@given(
    st.binary(max_size=300),
    st.sampled_from(["", "text/html", "image/png", "text/html; charset=utf-16"]),
)
def test_any_bytes_are_a_page_or_say_why_not(body: bytes, content_type: str) -> None:
    """A link leads anywhere (O-43)."""
    found = read(body, content_type)

    if isinstance(found, Unreadable):
        assert found.detail


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_mutated_page_is_read_or_says_why_not(data: st.DataObject) -> None:
    """Pages are broken more often than not (O-43)."""
    case = data.draw(st.sampled_from(PAGES))
    body = bytearray(case.body)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(len(body), start + 200)))
        body[start:end] = data.draw(
            st.sampled_from([b"", b"<", b"\x00\xff", b"<div>" * 20, bytes(body[start:end]) * 3])
        )

    found = parse_page(bytes(body), url=case.url, content_type=case.content_type)

    if isinstance(found, ParsedPage):
        for text in (found.text, found.title, found.boilerplate):
            text.encode("utf-8")
            assert not any(
                (char < " " and char != "\n") or "\x7f" <= char < "\xa0" for char in text
            )


def test_marks_of_ours_in_a_page_are_not_taken_for_ours() -> None:
    """A page may hold any character, also those by which boundaries are marked."""
    words = "The picture of a record separator \u241e and that of a line feed \u2424 stand in this very sentence."

    found = page(f"<html><body><article><p>{words}</p></article></body></html>")

    assert found.text == words.replace("\u241e", " ").replace("\u2424", " ").replace(
        "  ", " "
    ).replace("  ", " ")


def test_a_text_longer_than_the_limit_is_cut() -> None:
    """A page of fifty megabytes must not become a row of fifty megabytes (O-32)."""
    found = page(
        f"<html><body><article><p>{'word ' * 3000}</p></article></body></html>", text_chars=1000
    )

    assert 900 <= len(found.text) <= 1000


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000 + "Abu Dhabi talks go on and on and on and on" + "</div>" * 100_000,
        "<p>Abu Dhabi talks go on and on and on and on</p>" + "<b>" * 50_000,
        "<p>Abu Dhabi talks go on and on and on and on</p>" + "<table><tr><td>" * 10_000,
        "<p " + "a=b " * 50_000 + ">Abu Dhabi talks go on and on and on and on</p>",
        "<p>Abu Dhabi talks go on and on and on and on</p>" + "&amp;" * 100_000,
    ],
    ids=lambda html: html[:8],
)
def test_a_hostile_page_takes_seconds(html: str) -> None:
    """The worker would be killed at ten seconds; what can be read shall be read (O-31)."""
    before = time.process_time()

    found = page(f"<html><body>{html}</body></html>")

    assert time.process_time() - before < 9
    assert "Abu Dhabi talks" in found.text


def test_a_page_of_too_many_elements_is_read_as_a_whole() -> None:
    """Four megabytes of table rows would take trafilatura longer than a page may take (O-31)."""
    rows = "".join(f"<tr><td>Round {number}</td></tr>" for number in range(30_000))
    before = time.process_time()

    found = page(
        f"<html lang='en'><head><title>T</title></head><body><table>{rows}</table></body></html>"
    )

    assert time.process_time() - before < 9
    assert found.text.startswith("Round 0\n\nRound 1\n\n")
    assert found.text.endswith("Round 29999")
    assert (found.title, found.language) == ("T", "en")


def test_a_page_in_which_nothing_is_an_article_has_no_text() -> None:
    """No body is better than a menu taken for one; the reader is told."""
    found = read("<html><body><p>Hi.</p></body></html>")

    assert found == Unreadable(problem=Problem.NO_TEXT, detail="no article in a page of 1 words")


def test_reading_a_page_writes_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """The libraries remark upon every odd page; the journal is for what matters."""
    with caplog.at_level(logging.DEBUG):
        read("<html><body>x</body></html>")
        read(
            "<html><body><article><p>Broken <script type='application/ld+json'>{</script></p></article></body></html>"
        )

    assert caplog.records == []
