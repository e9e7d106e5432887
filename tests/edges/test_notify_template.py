"""The owner's own words: they are used, they cannot hurt, and they never cost an alert."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.core.make import a_parcel
from tests.e2e.servers.hook import HookServer
from tests.e2e.servers.smtp import MailServer
from tests.edges.looking_home import Home, an_entry, utc_now
from wirewatch.app.config import load_settings
from wirewatch.core.model.alert import ChannelSpec, Parcel, Sent
from wirewatch.core.sample import sample_message
from wirewatch.errors import ConfigError
from wirewatch.notify.apprise_notifier import AppriseNotifier
from wirewatch.notify.render import Dialect, Words, render
from wirewatch.notify.template import MOST_CHARS, check_template

NOON = datetime(2026, 1, 23, 12, 0, tzinfo=UTC)
OWN = """
{% for sentence in sentences %}
* {{ sentence }}
{% endfor %}
{{ outlet | upper }}, {{ published }}{% if note %} ({{ note | truncate(20) }}){% endif %}

{{ watches | join(" + ") }} {{ link }}
"""


@pytest.mark.parametrize(
    ("dialect", "sentence"),
    [
        (Dialect.TEXT, "“[river crossing]”"),
        (Dialect.MARKDOWN, "“**river crossing**”"),
        (Dialect.SIMPLE_HTML, "“<b>river crossing</b>”"),
    ],
)
def test_a_template_says_what_the_owner_wrote(dialect: Dialect, sentence: str) -> None:
    """The words found are marked as the service marks them."""
    body = render(sample_message(NOON), dialect, words=Words(body=OWN)).body

    assert body.startswith("* This is a test")
    assert sentence in body
    assert "EXAMPLE COURIER, 23 Jan 2026, 11:57 +00:00" in body
    assert body.endswith("Test alert https://example.org/test-alert")


def test_a_stranger_s_words_are_escaped_wherever_they_are_put() -> None:
    """The owner cannot be asked to think of @everyone."""
    evil = "@everyone **b** [x](https://evil.example) <b>h</b>\r\nBcc: a"
    message = replace(sample_message(NOON), headline=evil, outlet=evil, also_in=(evil,))
    text = '{{ headline ~ "!" }} {{ also_in | join("; ") }} {{ outlet | lower }}'

    shown = render(message, Dialect.MARKDOWN, words=Words(subject="{{ headline }}", body=text))

    for never in ("@everyone", "**b**", "](https", "evil.example", "\n"):
        assert never not in shown.body
    assert "\n" not in shown.subject
    assert "@everyone" not in shown.subject


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{{ headline", "line 1: "),
        ("a\nb\n{% if %}", "line 3: "),
        ("{{ head_line }}", "there is no 'head_line'"),
        ("{{ headline.__class__.__mro__ }}", "fails on a message"),
        ("{{ range(10) }}", "line 1: call is not allowed"),
        ("{{ headline | upper }}\n{{ 'x' * 999999999 }}", "line 2: mul is not allowed"),
        ("{{ 9 ** 9 ** 9 }}", "pow is not allowed"),
        ("{% set x = 1 %}", "assign is not allowed"),
        ("{% include '/etc/passwd' %}", "include is not allowed"),
        ("{% macro m() %}{{ m() }}{% endmacro %}", "macro is not allowed"),
        ("{{ headline | center(99999999) }}", "there is no filter 'center'"),
        ("{{ headline | attr('x') }}", "there is no filter 'attr'"),
        (
            "{% for a in watches %}" * 3 + "x" + "{% endfor %}" * 3,
            "loops may stand in each other 2 deep",
        ),
        ("x" * (MOST_CHARS + 1), "longer than"),
    ],
)
def test_what_a_template_must_not_do_is_refused_with_its_line(text: str, says: str) -> None:
    """Nothing that runs long, grows large or reaches out gets past the check."""
    wrong = check_template(text)

    assert wrong is not None
    assert says in wrong


def test_the_largest_template_there_can_be_is_done_at_once() -> None:
    """Two loops over long lists of long texts: the output is cut, the time is short."""
    message = replace(sample_message(NOON), watches=("w" * 500,) * 500, also_in=("o" * 500,) * 500)
    text = "{% for a in watches %}{% for b in also_in %}{{ a ~ b }}{% endfor %}{% endfor %}"
    began = time.process_time()

    shown = render(message, Dialect.TEXT, words=Words(body=text), max_body=2000)

    assert len(shown.body) <= 2000
    assert time.process_time() - began < 5.0


def test_a_template_that_fails_on_a_message_does_not_cost_the_alert() -> None:
    """It worked on the example; the world is larger."""
    text = "{{ sentences[0] ~ sentences[1] ~ also_in[0] }}"
    message = replace(sample_message(NOON), snippets=(), also_in=())

    shown = render(message, Dialect.TEXT, words=Words(subject="{{ also_in[0] }}", body=text))

    assert shown.body == render(message, Dialect.TEXT).body
    assert shown.subject == message.subject


def test_own_words_are_fitted_too() -> None:
    """Sentences go first; nothing is refused for its length."""
    message = replace(sample_message(NOON), snippets=sample_message(NOON).snippets * 40)

    shown = render(message, Dialect.TEXT, words=Words(body=OWN), max_body=400)

    assert len(shown.body) <= 400
    assert "https://example.org/test-alert" in shown.body


async def test_own_words_arrive() -> None:
    """By web hook and by mail, in both parts."""
    made = a_parcel("desk")
    parcel = Parcel(delivery=made.delivery, alert=replace(made.alert, message=sample_message(NOON)))
    notifier = AppriseNotifier(timeout=timedelta(seconds=20))
    with HookServer() as hook, MailServer() as mail:
        for url in (hook.apprise_url, mail.apprise_url):
            spec = ChannelSpec(
                name="desk", urls=(url,), subject="News: {{ outlet }}", template="<{{ headline }}>"
            )
            assert await notifier.send(spec, parcel) == Sent()
        (post,) = hook.ledger()
        (letter,) = mail.ledger()
    notifier.close()

    assert post.body["title"] == "News: Example Courier"
    assert post.body["message"].startswith("<Test: envoys weigh")
    assert letter.subject == "News: Example Courier"
    assert letter.text.startswith("<Test: envoys weigh")
    assert "<p>&lt;Test: envoys weigh" in letter.html


def test_a_mistake_in_a_template_stops_the_start_with_its_place(tmp_path: Path) -> None:
    """File and line of the setting, and the line within the template."""
    path = tmp_path / "wirewatch.toml"
    path.write_text(
        '[channel.desk]\nurl = "console://"\ntemplate = """\nGood\n{{ headlin }}\n{% if %}"""\n'
    )

    with pytest.raises(ConfigError) as caught:
        load_settings(path, {"HOME": str(tmp_path)})

    assert "wirewatch.toml:3: channel.desk.template: line 3: " in str(caught.value)


OWN_CHANNEL = """
[[watch]]
query = '"territorial issue"'
[channel.own]
url = "json://127.0.0.1:9/"
subject = "{{ outlet }}!"
template = "{{ headline }} / {{ sentences | first }}"
"""


def test_a_preview_shows_a_stored_entry_in_the_words_of_a_channel(tmp_path: Path) -> None:
    """What the desk will read can be looked at before it rings, with news that really came."""
    now = utc_now() - timedelta(hours=1)
    home = Home(tmp_path, now, OWN_CHANNEL)
    home.bring(an_entry("1", "Envoys \x1b[2J meet", "The territorial issue remains.", at=now))

    said = home.run("channel", "preview", "own", "--entry", "https://gulf.example/1").stdout

    assert "Subject: Gulf Courier!" in said
    assert "meet / The [territorial issue] remains." in said
    assert "\x1b[2J" not in said
    assert "Test: envoys" in home.run("channel", "preview", "own").stdout
    assert home.run("channel", "preview", "own", "--entry", "7").return_value == 3
