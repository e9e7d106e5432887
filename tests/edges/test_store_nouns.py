"""Nouns and what is stored of them: a field that is added to a noun must not be lost on the way."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contracts.nouns import NOON, a_state, a_story, an_alert, an_entry
from wirewatch.core.model.alert import Message
from wirewatch.core.model.feed import FeedSpec, FeedState
from wirewatch.core.model.hit import Field, Piece, Snippet, Span
from wirewatch.core.model.story import Fingerprint
from wirewatch.store import codec, rules
from wirewatch.store.feeds import CARE_COLUMNS, SPEC_COLUMNS, schedule_row, slow_row
from wirewatch.store.kinds import storable, to_json
from wirewatch.store.syncing import without_secrets

words = st.text(max_size=20)
maybe = st.none() | words
times = st.datetimes(timezones=st.just(UTC))
snippets = st.builds(
    Snippet,
    field=st.sampled_from(Field),
    pieces=st.lists(st.builds(Piece, words, st.booleans()), max_size=3).map(tuple),
    cut_before=st.booleans(),
    cut_after=st.booleans(),
)
messages = st.builds(
    Message,
    subject=words,
    headline=words,
    link=maybe,
    outlet=maybe,
    also_in=st.lists(words, max_size=2).map(tuple),
    watches=st.lists(words, max_size=2).map(tuple),
    matched=st.lists(words, max_size=2).map(tuple),
    snippets=st.lists(snippets, max_size=2).map(tuple),
    published_at=st.none() | times,
    found_at=st.none() | times,
    timezone=words,
    note=maybe,
    body=maybe,
    lists=st.lists(words, max_size=2).map(tuple),
)


def through_json(value: Any) -> Any:
    """Return what a text column gives back."""
    return json.loads(to_json(value))


def names(noun: type) -> set[str]:
    """Return the fields of a noun."""
    return {field.name for field in fields(noun)}


@given(messages)
def test_a_message_says_after_storing_what_it_said_before(message: Message) -> None:
    """Every attempt must say the same, today and after a restart."""
    assert codec.unpack_message(through_json(codec.pack_message(message))) == rules.tidy(message)


def test_every_field_of_a_message_is_stored() -> None:
    """The day a field is added, this test names it."""
    assert set(codec.pack_message(an_alert().message)) == names(Message)


def test_every_field_of_a_fingerprint_and_a_snippet_is_stored() -> None:
    """A copy that is not recognised rings again."""
    fingerprint = a_story(an_entry(), 1, 2).entries[0].fingerprint
    snippet = an_alert().message.snippets[0]

    assert set(codec.pack_fingerprint(fingerprint)) == names(Fingerprint)
    assert set(codec.pack_snippets([snippet])[0]) == names(Snippet)


def test_every_field_of_a_feeds_state_is_stored() -> None:
    """What a poll learned must be there at the next."""
    elsewhere = {"said_title": "title", "said_language": "language"}
    slow = {elsewhere.get(name, name) for name in names(type(slow_row(a_state())))}
    care = {column.name for column in CARE_COLUMNS}
    apart = {"habit"}  # in a table of its own, because quiet polls do not change it
    written = set(schedule_row(a_state())) | slow | care | apart
    renamed = {"interval_s": "interval", "etag": "validators", "last_modified": "validators"}

    assert {renamed.get(name, name) for name in written} == names(FeedState)


def test_every_field_of_a_spec_is_stored_or_secret() -> None:
    """A wish of the owner that is not written down is known to the process that read it only."""
    stored = {column.name.removesuffix("_s") for column in SPEC_COLUMNS}

    in_memory = {"headers", "user_agent", "access", "news_sitemap"}

    assert stored | in_memory == names(FeedSpec)


@given(st.lists(st.tuples(st.sampled_from(Field), st.integers(0), st.integers(0)), max_size=5))
def test_spans_come_back(spans: list[tuple[Field, int, int]]) -> None:
    """They say where to underline."""
    found = tuple(Span(*span) for span in spans)

    assert codec.unpack_spans(through_json(codec.pack_spans(found))) == found


@given(st.text(st.characters(), max_size=50))
def test_what_is_stored_is_as_long_as_it_was_and_can_be_stored(text: str) -> None:
    """Spans count characters."""
    mended = storable(text)

    assert len(mended) == len(text)
    assert "\x00" not in mended
    assert mended.encode().decode() == mended
    assert storable(mended) == mended


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:secret@news.example/feed", "https://news.example/feed"),
        ("https://me@news.example/feed", "https://news.example/feed"),
        ("https://a:b@c:d@news.example/feed", "https://news.example/feed"),
        ("https://news.example/@me/feed?to=a@b", "https://news.example/@me/feed?to=a@b"),
        ("https://news.example?to=a@b", "https://news.example?to=a@b"),
        ("//me:secret@news.example/feed", "//news.example/feed"),
    ],
)
def test_user_and_password_are_left_out_of_an_address(url: str, shown: str) -> None:
    """And nothing else: the rest is what the feed is known by."""
    assert without_secrets(FeedSpec(url=url, name="n")).url == shown


def test_a_time_in_a_message_must_have_a_zone() -> None:
    """Nobody knows what it means."""
    naive = Message(subject="s", headline="h", found_at=datetime(2026, 1, 1))  # noqa: DTZ001

    with pytest.raises(ValueError, match="aware"):
        codec.pack_message(naive)
    with pytest.raises(ValueError, match="aware"):
        rules.tidy(naive)
    assert rules.tidy(NOON) == NOON
