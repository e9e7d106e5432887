"""What a poll leads to, as a table of cases people would argue about."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.core.make import MINUTE, NOON, a_document, a_feed, a_parsed, a_spec, got, wanted
from wirewatch.core.cadence import CadenceRules
from wirewatch.core.identity import keys_of, listed
from wirewatch.core.model.entry import Known
from wirewatch.core.model.feed import ArticleMode, Feed, FirstPoll, Validators
from wirewatch.core.model.hit import HitState
from wirewatch.core.model.outcome import (
    CachingHints,
    Failed,
    Fetched,
    Parsed,
    ParsedFeed,
    Problem,
    Unchanged,
    Unreadable,
)
from wirewatch.core.model.plan import PollPlan
from wirewatch.core.plan.article import ArticleRules, is_summary
from wirewatch.core.plan.listed import body_hash
from wirewatch.core.plan.poll import plan_poll
from wirewatch.core.plan.wanted import Wanted

RULES = CadenceRules()


def plan(
    feed: Feed,
    fetched: Fetched,
    parsed: Parsed | None = None,
    *,
    known: dict[bytes, Known] | None = None,
    want: Wanted | None = None,
) -> PollPlan:
    items = listed(parsed) if isinstance(parsed, ParsedFeed) else ()
    return plan_poll(
        feed,
        fetched,
        items,
        parsed,
        known=known or {},  # type: ignore[arg-type]
        wanted=want or wanted('"river talks"'),
        cadence=RULES,
        articles=ArticleRules(),
        now=NOON,
    )


def remembered(parsed: ParsedFeed, *, stored: bool = True) -> dict[bytes, Known]:
    return {
        key: Known(text_hash=item.text_hash, stored=stored)
        for item in listed(parsed)
        for key in keys_of((item,))
    }


def test_a_new_entry_that_matches_is_a_hit() -> None:
    """The main job."""
    parsed = a_document(a_parsed(1), a_parsed(2, title="River talks resume"))

    done = plan(a_feed(), got(), parsed)

    assert [entry.title for entry in done.new] == [
        "Entry number 1 of the day",
        "River talks resume",
    ]
    assert [(hit.watch, hit.state) for hit in done.hits] == [
        ('main/"river talks"', HitState.WAITING)
    ]
    assert done.hits[0].snippets[0].text == "River talks resume"


def test_the_first_poll_is_silent() -> None:
    """Nobody wants forty alerts about last week when a feed is added."""
    parsed = a_document(a_parsed(1, title="River talks resume"))

    done = plan(a_feed(baseline_at=None), got(), parsed)

    assert done.new[0].baseline
    assert [hit.state for hit in done.hits] == [HitState.BASELINE]
    assert done.articles == ()
    assert done.state.baseline_at == NOON


def test_the_first_poll_rings_where_the_owner_wants_it() -> None:
    """A feed that lists only the last hour is new in whole."""
    feed = a_feed(a_spec(first_poll=FirstPoll.ALERT), baseline_at=None)

    done = plan(feed, got(), a_document(a_parsed(1, title="River talks resume")))

    assert [hit.state for hit in done.hits] == [HitState.WAITING]


def test_a_known_entry_is_not_new() -> None:
    """It rang when it was new."""
    parsed = a_document(a_parsed(1, title="River talks resume"))

    done = plan(a_feed(), got(), parsed, known=remembered(parsed))

    assert done.new == done.edited == done.hits == done.seen == ()
    assert done.record.overlap is True


def test_an_entry_under_a_new_guid_is_not_new() -> None:
    """Feeds that rotate their guids must not ring at every poll (O-37)."""
    before = a_document(a_parsed(1, guid="a", title="River talks resume"))
    after = a_document(a_parsed(1, guid="b", title="River talks resume"))

    done = plan(a_feed(), got(), after, known=remembered(before))

    assert done.new == done.hits == ()
    assert len(done.seen) == 1


def test_an_edit_is_matched_again() -> None:
    """A headline corrected to contain the words is news to whoever waits for them (O-41)."""
    before = a_document(a_parsed(1, title="Talks resume"))
    after = a_document(a_parsed(1, title="River talks resume"))

    done = plan(a_feed(), got(), after, known=remembered(before))

    assert done.new == ()
    assert [entry.title for entry in done.edited] == ["River talks resume"]
    assert [hit.state for hit in done.hits] == [HitState.WAITING]


def test_an_entry_that_comes_back_after_it_was_purged_does_not_ring() -> None:
    """Its key is remembered longer than its text."""
    before = a_document(a_parsed(1, title="Talks resume"))
    after = a_document(a_parsed(1, title="River talks resume"))

    done = plan(a_feed(), got(), after, known=remembered(before, stored=False))

    assert done.new == done.edited == done.hits == ()


def test_nothing_of_a_failed_poll_is_believed() -> None:
    """Validators of what was not read would hide it for ever."""
    feed = a_feed(validators=Validators(etag='"old"'), body_hash=b"x" * 16)

    for fetched, parsed in (
        (Failed(problem=Problem.TIMEOUT, detail="no answer within 30 s"), None),
        (got(etag='"new"'), Unreadable(problem=Problem.NOT_A_FEED, detail="an HTML page")),
    ):
        done = plan(feed, fetched, parsed)

        assert done.state.validators == Validators(etag='"old"')
        assert done.state.body_hash == b"x" * 16
        assert done.state.problem_detail in {"no answer within 30 s", "an HTML page"}
        assert done.state.problem_at == NOON


def test_failures_wait_longer_and_longer_but_never_for_ever() -> None:
    """A feed in hard trouble is asked every few hours; one that stumbled is asked again soon."""
    feed = a_feed()
    waits = []
    for _ in range(12):
        done = plan(feed, Failed(problem=Problem.HTTP_CLIENT, detail="404"))
        waits.append(done.state.next_poll_at - NOON)
        feed = replace(feed, state=done.state)

    assert waits[0] < 5 * MINUTE
    assert waits[4] > 45 * MINUTE
    assert max(waits) <= RULES.max_every * 1.05
    assert feed.state.problem_at == NOON
    assert feed.state.failures == 12


def test_a_server_in_trouble_is_left_alone_as_long_as_it_asks_up_to_a_day() -> None:
    """Retry-After is obeyed, but not for thirty years (O-14)."""
    for asked, least, most in ((2, 2, 2.2), (10_000, 24, 24.1)):
        hints = CachingHints(retry_after=timedelta(hours=asked))
        done = plan(a_feed(), Failed(problem=Problem.HTTP_SERVER, detail="503", hints=hints))

        wait = (done.state.next_poll_at - NOON) / timedelta(hours=1)
        assert least * 0.95 <= wait <= most * 1.05


def test_a_healthy_answer_ends_the_trouble() -> None:
    """Whoever reads `status` must not see yesterday's problem."""
    feed = a_feed(problem=Problem.TIMEOUT, problem_detail="x", problem_at=NOON, failures=4)

    for done in (
        plan(feed, Unchanged(url="u")),
        plan(feed, got()),
        plan(feed, got(), a_document()),
    ):
        assert (done.state.problem, done.state.failures) == (None, 0)


def test_the_same_body_keeps_its_new_validators() -> None:
    """Some servers change the ETag of an unchanged body at every request."""
    done = plan(a_feed(), got(etag='"2"'))

    assert done.state.validators.etag == '"2"'
    assert done.record.outcome == "same-body"


def test_what_broke_off_is_used_and_asked_for_again() -> None:
    """Its good entries ring now; the rest must not be hidden behind a 304 (O-17)."""
    parsed = a_document(
        a_parsed(1, title="River talks resume"), flaw=Problem.TRUNCATED, flaw_detail="broke off"
    )

    done = plan(a_feed(), got(), parsed)

    assert len(done.hits) == 1
    assert done.state.validators == Validators()
    assert done.state.body_hash is None
    assert done.state.problem is Problem.TRUNCATED


def test_a_whole_document_is_remembered_by_its_hash() -> None:
    """The next poll need not parse the same again."""
    done = plan(a_feed(), got(b"body"), a_document(a_parsed(1)))

    assert done.state.body_hash == body_hash(b"body")
    assert done.state.validators.etag == '"1"'


def test_a_poll_without_a_known_entry_is_a_gap() -> None:
    """Between two polls more came than the feed lists: something was missed, and we say so."""
    done = plan(a_feed(), got(), a_document(a_parsed(5)))

    assert done.record.overlap is False


def test_pages_are_read_only_when_somebody_watches_the_feed() -> None:
    """Reading pages for nobody is a burden on publishers."""
    parsed = a_document(a_parsed(1))

    assert len(plan(a_feed(), got(), parsed).articles) == 1
    assert plan(a_feed(), got(), parsed, want=wanted("x1", feeds=("Other",))).articles == ()
    assert plan(a_feed(a_spec(article=ArticleMode.NEVER)), got(), parsed).articles == ()


def test_a_summary_is_told_from_a_story() -> None:
    """Length, and the marks of a cut."""
    story = "word " * 300

    assert is_summary("Two sentences. Not more.")
    assert is_summary(story + "…")
    assert is_summary(story + "Continue reading →")
    assert not is_summary(story)
    assert not is_summary("新聞" * 300)


def test_a_server_s_wish_lengthens_the_wait_but_not_past_an_hour() -> None:
    """Cache-Control and ttl are honoured within reason (O-15), except where the owner set the interval by hand."""
    for wish, least in ((timedelta(minutes=40), 40), (timedelta(days=9999), 60), (MINUTE, 15)):
        done = plan(a_feed(), got(hints=CachingHints(max_age=wish)), a_document(ttl=wish))
        assert least * 0.95 <= (done.state.next_poll_at - NOON) / MINUTE <= least * 1.05

    by_hand = a_feed(a_spec(every=5 * MINUTE))
    done = plan(by_hand, got(hints=CachingHints(max_age=timedelta(hours=1))), a_document())
    assert done.state.next_poll_at - NOON < 6 * MINUTE


def test_an_entry_that_had_to_be_left_out_is_told_of_until_it_is_gone() -> None:
    """The others ring; what nobody can read must not be silent (`feed show` says which it is)."""
    parsed = a_document(
        a_parsed(1, title="River talks resume"), flaw=Problem.TOO_COSTLY, flaw_detail="entry 2 of 2"
    )

    done = plan(a_feed(), got(), parsed)
    quiet = plan(replace(a_feed(), state=done.state), got())
    gone = plan(replace(a_feed(), state=quiet.state), got(b"new"), a_document(a_parsed(1)))

    assert len(done.hits) == 1
    assert [one.state.problem_detail for one in (done, quiet, gone)] == ["entry 2 of 2"] * 2 + [
        None
    ]
    assert done.state.failures == 0
    assert done.state.body_hash == body_hash(got().body)
