"""What a message looks like: nothing a stranger writes does anything, and it always fits."""

from __future__ import annotations

from datetime import UTC, datetime

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.core.message import named
from wirewatch.core.model.alert import Message
from wirewatch.core.model.hit import Field, Piece, Snippet
from wirewatch.core.sample import sample_message
from wirewatch.notify import escape
from wirewatch.notify.cut import shorten
from wirewatch.notify.render import Dialect, render
from wirewatch.notify.services import open_service, rendered_for

NOON = datetime(2026, 1, 23, 12, 0, tzinfo=UTC)


def telling(words: str) -> Message:
    """Return a message every part of which a stranger wrote."""
    piece = (Piece("before "), Piece(words, hit=True), Piece(f" {words} after"))
    return Message(
        subject=f"[watch] {words}",
        headline=words,
        link="https://example.org/n?a=1&b=2",
        outlet=words,
        also_in=(words,),
        watches=("watch",),
        snippets=(Snippet(field=Field.BODY, pieces=piece),),
        published_at=NOON,
        note=words,
    )


CHAT = (Dialect.MARKDOWN, Dialect.MRKDWN, Dialect.TEXT)
HTML = (Dialect.MAIL_HTML, Dialect.SIMPLE_HTML, Dialect.BLOCK_HTML)


@pytest.mark.parametrize(
    ("words", "never", "where"),
    [
        ("@everyone come", "@everyone", (*CHAT, Dialect.SIMPLE_HTML)),
        ("<@U123> <!channel>", "<!channel>", tuple(Dialect)),
        ("[x](javascript:alert(1))", "](javascript:a", CHAT),
        ("see https://evil.example/x", "https://evil", CHAT),
        ("go to evil.example now", "evil.example", tuple(Dialect)),
        ("write to a@evil.example", "a@evil", tuple(Dialect)),
        ("Hello\r\nBcc: a@b.example", "\nBcc:", tuple(Dialect)),
        ("\x1b[31mred", "\x1b", tuple(Dialect)),
        ("safe\u202egnp.exe", "\u202e", tuple(Dialect)),
        ("<script>alert(1)</script>", "<script", HTML),
        ("**bold** move", "**bold** move", (Dialect.MARKDOWN, Dialect.MRKDWN)),
    ],
)
def test_a_stranger_s_words_do_nothing(words: str, never: str, where: tuple[Dialect, ...]) -> None:
    """O-56: no mention, no link, no header line, no markup, no trick."""
    for dialect in where:
        shown = render(telling(words), dialect)

        assert never not in shown.body
        assert "\n" not in shown.subject
        assert "@everyone" not in shown.subject
        assert "<!channel>" not in shown.subject


@given(st.text())
def test_html_shows_exactly_the_words(words: str) -> None:
    """Escaping loses nothing and lets nothing through."""
    told = escape.one_line(words)
    page = lxml.html.document_fromstring(f"<p>x{escape.html(words)}</p>")

    shown = page.text_content().replace("\u200b", "")
    assert "".join(shown.split()) == "x" + "".join(told.replace("\u200b", "").split())


@given(st.text(), st.sampled_from(list(Dialect)))
def test_no_subject_has_two_lines_and_no_body_an_escape(words: str, dialect: Dialect) -> None:
    """Header lines and terminals are safe from any text (O-85)."""
    shown = render(telling(words), dialect)

    assert len(shown.subject.splitlines()) <= 1
    assert "\x1b" not in shown.body
    shown.body.encode("utf-8")


@given(
    st.text(min_size=1, max_size=3000),
    st.integers(300, 3000),
    st.sampled_from([Dialect.TEXT, Dialect.MARKDOWN, Dialect.MRKDWN]),
)
def test_it_fits_and_keeps_the_link(words: str, room: int, dialect: Dialect) -> None:
    """O-55: never refused for its length, and the reader can always go on."""
    shown = render(telling(words), dialect, max_body=room)

    assert len(shown.body) <= room
    assert "https://example.org/n?a=1&b=2" in shown.body


@given(st.text(), st.integers(1, 60))
def test_a_cut_is_within_bounds(text: str, chars: int) -> None:
    """A cut text is shorter, and a short one is left alone."""
    short = shorten(text, chars)

    assert len(short) <= chars
    assert short == text or short.endswith("…")


def test_a_cut_splits_no_character() -> None:
    """An accent stays on its letter, a family stays together."""
    assert shorten("cafe\u0301 and more of it", 6) in {"cafe\u0301…", "caf…"}
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert shorten(f"{family} walks home in the rain", 4) == "…"


def test_a_link_that_is_no_web_link_is_dropped() -> None:
    """``javascript:`` and ``data:`` never become clickable."""
    for link in ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://", None):
        assert escape.safe_link(link) is None


def test_a_homograph_is_seen() -> None:
    """A Cyrillic letter in a Latin name is shown for what it is."""
    assert escape.safe_link("https://ex\u0430mple.org/a") == "https://xn--exmple-4nf.org/a"
    assert escape.safe_link("https://example.org/a") == "https://example.org/a"
    assert escape.safe_link("https://bank.example@evil.example/a") == "https://evil.example/a"


def test_a_link_stays_a_link_in_every_dialect() -> None:
    """What breaks the links of strangers must not break ours."""
    for dialect in Dialect:
        assert "https://example.org/test-alert" in render(sample_message(NOON), dialect).body


@pytest.mark.parametrize(("schema", "most"), [("ntfys", 4_000), ("matrixs", 20_000)])
def test_bodies_are_measured_in_bytes_where_the_service_does(schema: str, most: int) -> None:
    """Four thousand Arabic letters are eight thousand bytes: ntfy would make a file of them."""
    service = open_service(f"{schema}://user:password@example.org/topic")
    words = "مفاوضات النهر في العاصمة " * 900
    shown = rendered_for(service, f"{schema}://example.org/topic", telling(words))

    assert len(shown.body.encode()) <= most
    assert "https://example.org/n" in shown.body


def test_telegram_counts_an_emoji_twice() -> None:
    """A refused message is a lost alert until somebody looks."""
    url = "tgram://123456789:abcdefg_hijklmnop/12315544/"
    shown = rendered_for(open_service(url), url, telling("🕊🛢" * 2_500))

    assert len(shown.body.encode("utf-16-le")) // 2 <= 4_096


def test_a_subject_names_few_watches() -> None:
    """On a phone the headline must be read too."""
    assert named(["Abu Dhabi talks", "Territorial issue"]) == "Abu Dhabi talks +1"
    assert named(["Gulf", "Oil"]) == "Gulf, Oil"


def test_an_alert_reads_well() -> None:
    """The plain text, whole: what a person sees who has nothing but a terminal."""
    assert render(sample_message(NOON), Dialect.TEXT).body == (
        "Test: envoys weigh a framework for the river crossing\n"
        "Example Courier · 23 Jan 2026, 11:57 +00:00\n"
        "watch: Test alert\n\n"
        "This is a test: if you can read it, alerts about the “[river crossing]” would arrive here.\n\n"
        "also in: Example Wire\n"
        "found 12:00, 3 min after publication\n"
        "You asked for this message with `wirewatch channel test`.\n\n"
        "https://example.org/test-alert"
    )


def test_markdown_marks_the_words() -> None:
    """Chat shows the words found in bold, in a quotation."""
    body = render(sample_message(NOON), Dialect.MARKDOWN).body

    assert (
        "> This is a test: if you can read it, alerts about the “**river crossing**” would" in body
    )
