"""Summaries as they are shown: each alert by its headline and link, harmless, and cut where a service ends."""

from __future__ import annotations

import pytest

from wirewatch.core.model.alert import Item, Message
from wirewatch.notify.render import Dialect, render


def a_summary(count: int, headline: str = "River talks, day {}") -> Message:
    return Message(
        subject="[river talks] Digest",
        headline="Digest",
        items=tuple(
            Item(headline=headline.format(n), link=f"https://a.example/{n}", outlet="Gulf")
            for n in range(count)
        ),
    )


@pytest.mark.parametrize("dialect", Dialect)
def test_every_alert_of_a_summary_is_named_with_its_link(dialect: Dialect) -> None:
    """Who reads only the digest must be able to go on from it."""
    body = render(a_summary(3), dialect).body

    for number in range(3):
        assert "River talks, day " + str(number) in body
        assert f"https://a.example/{number}" in body
    assert body.count("Gulf") == 3


@pytest.mark.parametrize("dialect", Dialect)
def test_a_summary_that_is_too_long_says_how_many_it_does_not_name(dialect: Dialect) -> None:
    """Half a list that looks whole is a loss."""
    body = render(a_summary(150), dialect, max_body=2000).body

    assert len(body) <= 2000
    assert "River talks, day 0" in body
    shown = body.count("River talks, day ")
    assert f"And {150 - shown} more" in body


@pytest.mark.parametrize("dialect", [Dialect.MAIL_HTML, Dialect.SIMPLE_HTML])
def test_a_strangers_headline_in_a_summary_is_no_markup(dialect: Dialect) -> None:
    """One feed must not rewrite the mail about ten others."""
    hostile = '<script>x</script><a href="javascript:y">z</a> {}'
    message = a_summary(1, hostile)
    bad = Item(headline="bad", link="javascript:alert(1)", outlet=None)

    body = render(Message(subject="s", headline="h", items=(*message.items, bad)), dialect).body

    assert "<script" not in body
    assert 'href="javascript' not in body
