"""What passes between daemon and worker comes out as it went in, and nothing else does."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirewatch.core.model.outcome import ParsedEntry, ParsedFeed, ParsedPage, Problem, Unreadable
from wirewatch.parse.wire import (
    HEADER_BYTES,
    Answer,
    Bug,
    Job,
    Kind,
    Warm,
    pack_answer,
    pack_job_head,
    read_job,
    unpack_answer,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
MAYBE = st.none() | TEXT
TIMES = st.none() | st.datetimes(timezones=st.just(UTC))
NAMES = st.lists(TEXT, max_size=3).map(tuple)
ENTRIES = st.builds(
    ParsedEntry, guid=MAYBE, link=MAYBE, title=TEXT, summary=TEXT, body=TEXT, authors=NAMES, categories=NAMES,
    language=MAYBE, published_at=TIMES, updated_at=TIMES, image=MAYBE,
)  # fmt: skip
ANSWERS: st.SearchStrategy[Answer] = st.one_of(
    st.builds(
        ParsedFeed, entries=st.lists(ENTRIES, max_size=3).map(tuple), format=TEXT, title=TEXT, link=MAYBE,
        language=MAYBE, ttl=st.none() | st.integers(0, 10**6).map(lambda s: timedelta(seconds=s)),
        flaw=st.none() | st.sampled_from(Problem), flaw_detail=MAYBE,
    ),
    st.builds(
        ParsedPage, text=TEXT, title=TEXT, canonical=MAYBE, language=MAYBE, site=MAYBE, author=MAYBE,
        published_at=TIMES, boilerplate=TEXT,
    ),
    st.builds(Unreadable, problem=st.sampled_from(Problem), detail=TEXT),
    st.sampled_from([Warm(), Bug("KeyError: 'x'")]),
)  # fmt: skip


@settings(deadline=None)
@given(ANSWERS)
def test_an_answer_arrives_as_it_was_sent(answer: Answer) -> None:
    """A field forgotten on the way would be a field no watch ever matches."""
    frame = pack_answer(answer)

    assert unpack_answer(frame[HEADER_BYTES:]) == answer
    assert int.from_bytes(frame[:HEADER_BYTES], "big") == len(frame) - HEADER_BYTES


@settings(deadline=None)
@given(st.sampled_from(Kind), st.binary(), st.text(), st.text())
def test_a_job_arrives_as_it_was_sent(kind: Kind, body: bytes, url: str, content_type: str) -> None:
    """Bodies hold every byte, headers every character."""
    job = Job(kind, body, url, content_type)

    stream = io.BytesIO(pack_job_head(job) + body)

    assert read_job(stream) == job
    assert read_job(stream) is None


@pytest.mark.parametrize(
    "frame",
    [b"", b"null", b"[]", b'{"is": "Popen"}', b'{"is": "ParsedFeed"}', b'{"is": ["x"]}', b"\xff",
     b'{"is": "Unreadable", "problem": "x", "detail": ""}',
     b'{"is": "Unreadable", "problem": "dns"}', b'{"is": "ParsedEntry"}', b'{"is": "Bug", "detail": "x"} {}'],
)  # fmt: skip
def test_what_is_no_answer_is_refused(frame: bytes) -> None:
    """A worker that was taken over by a document may say anything; it may not make us do anything."""
    with pytest.raises(ValueError, match="not an answer"):
        unpack_answer(frame)


def test_times_keep_their_zone() -> None:
    """The store refuses naive times."""
    entry = ParsedEntry(published_at=datetime(2026, 1, 23, tzinfo=UTC))

    answer = unpack_answer(pack_answer(ParsedFeed(entries=(entry,), format="x"))[HEADER_BYTES:])

    assert isinstance(answer, ParsedFeed)
    assert answer.entries[0].published_at == datetime(2026, 1, 23, tzinfo=UTC)
