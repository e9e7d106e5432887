"""One alert per story: grouping, patience, routing, and where every hit ends."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.core.make import (
    MINUTE,
    NOON,
    SECOND,
    STORY_TEXT,
    a_snippet,
    an_article,
    an_entry,
    waiting,
)
from wirewatch.core.model.article import ArticleStatus
from wirewatch.core.model.hit import HitState, Why
from wirewatch.core.model.plan import AnnouncementPlan, WaitingHit
from wirewatch.core.model.story import Story
from wirewatch.core.plan.announce import fingerprints, plan_announcement
from wirewatch.core.policy.registry import POLICIES
from wirewatch.core.policy.verdict import AlertRules

RULES = AlertRules()
LONG_AGO = NOON - 60 * MINUTE


def plan(
    *hits: WaitingHit, stories: tuple[Story, ...] = (), after_s: float = 6, started_s: float = -3600
) -> AnnouncementPlan:
    return plan_announcement(
        hits,
        stories,
        prints=fingerprints(hits),
        policy=POLICIES["instant"],
        rules=RULES,
        started_at=NOON + started_s * SECOND,
        now=NOON + after_s * SECOND,
    )


def told(done: AnnouncementPlan) -> Story:
    """Return the story as the store would give it back."""
    return replace(
        done.opened[0], told=frozenset((watch, channel) for _, watch, channel in done.told)
    )


def test_two_watches_on_one_entry_are_one_alert() -> None:
    """The reference case: both phrases stand in one article."""
    entry = an_entry()

    done = plan(waiting(entry, "Abu Dhabi talks"), waiting(entry, "territorial issue"))

    assert len(done.alerts) == 1
    assert done.alerts[0].message.watches == ("Abu Dhabi talks", "territorial issue")
    assert [snippet.text for snippet in done.alerts[0].message.snippets] == [
        "He said the Abu Dhabi talks issue remains.",
        "He said the territorial issue issue remains.",
    ]
    assert {verdict.state for verdict in done.verdicts} == {HitState.ALERTED}


def test_a_copy_at_another_outlet_is_named_and_not_told_again() -> None:
    """One agency text appears on forty sites: one alert."""
    one = an_entry(1)
    copy = an_entry(2, outlet="World Desk", title="Agency: deep divide at talks")

    done = plan(
        waiting(one),
        waiting(
            copy,
            outlet="World Desk",
            found_at=NOON + SECOND,
            article=an_article(copy, text="(WD) – " + STORY_TEXT + " Copyright."),
        ),
    )

    assert len(done.alerts) == len(done.deliveries) == 1
    assert done.alerts[0].message.outlet == "Gulf Courier"
    assert done.alerts[0].message.also_in == ("World Desk",)
    assert sorted(verdict.state for verdict in done.verdicts) == [HitState.ALERTED, HitState.JOINED]


def test_the_entry_that_has_all_the_words_is_the_one_that_is_shown() -> None:
    """Every quoted sentence stands behind the link of the alert."""
    first, copy = an_entry(1), an_entry(2, outlet="World Desk")

    done = plan(
        waiting(first, "one"),
        waiting(copy, "one", outlet="World Desk", found_at=NOON + SECOND),
        waiting(copy, "two", outlet="World Desk", found_at=NOON + SECOND),
    )

    (alert,) = done.alerts
    assert (alert.message.outlet, alert.message.also_in) == ("World Desk", ("Gulf Courier",))
    assert alert.message.link == copy.link
    assert sorted(verdict.state for verdict in done.verdicts) == [
        HitState.ALERTED,
        HitState.ALERTED,
        HitState.JOINED,
    ]


def test_a_late_copy_joins_the_story_silently() -> None:
    """The owner knows the story already."""
    first = plan(waiting(an_entry(1)))
    copy = an_entry(2, outlet="World Desk")

    done = plan(waiting(copy, outlet="World Desk"), stories=(told(first),), after_s=600)

    assert done.alerts == done.deliveries == done.opened == ()
    assert [(v.state, v.why) for v in done.verdicts] == [(HitState.JOINED, Why.STORY_ALREADY_TOLD)]
    assert done.joined[0][1].joined_by == "body"


def test_another_watch_on_a_told_story_rings() -> None:
    """Whoever waits for those words has not been told."""
    entry = an_entry(1)
    first = plan(waiting(entry, "one"))

    done = plan(waiting(entry, "two"), stories=(told(first),), after_s=600)

    assert [alert.message.watches for alert in done.alerts] == [("two",)]
    assert done.alerts[0].message.note is not None
    assert done.verdicts[0].why is Why.NEW_WATCH_ON_STORY


def test_another_story_is_another_alert() -> None:
    """A different text on the same subject is news."""
    other = an_entry(
        2, outlet="World Desk", title="Ports deal signed after night of haggling in Geneva"
    )
    text = " ".join(f"Sentence {n} about cranes and quays at berth {n * 3}." for n in range(40))

    done = plan(
        waiting(an_entry(1)),
        waiting(other, outlet="World Desk", article=an_article(other, text=text)),
    )

    assert len(done.alerts) == 2


def test_a_fresh_hit_settles_first() -> None:
    """A few seconds let the other watches and the copies be named."""
    done = plan(waiting(an_entry()), after_s=3)

    assert done.verdicts == ()
    assert done.look_again_at == NOON + RULES.settle


def test_a_hit_waits_for_its_page_but_not_long() -> None:
    """The page may bring the second watch; a slow page must not hold the alert back."""
    entry = an_entry()
    pending = an_article(entry, status=ArticleStatus.PENDING, attempts=0, text="")

    assert plan(waiting(entry, article=pending), after_s=6).verdicts == ()
    assert plan(waiting(entry, article=pending), after_s=6).look_again_at is not None
    late = plan(waiting(entry, article=pending), after_s=31)
    assert len(late.alerts) == 1
    assert "not read yet" in (late.alerts[0].message.note or "")


def test_a_page_that_failed_once_is_not_waited_for() -> None:
    """It is tried again for minutes; the alert says that it was not read."""
    entry = an_entry()
    failed = an_article(
        entry, status=ArticleStatus.PENDING, attempts=1, text="", problem_detail="HTTP 503"
    )

    done = plan(waiting(entry, article=failed))

    assert "HTTP 503" in (done.alerts[0].message.note or "")


def test_after_a_restart_a_hit_settles_again() -> None:
    """The copies that a crash kept us from reading are read first."""
    assert plan(waiting(an_entry(), found_at=LONG_AGO), after_s=2, started_s=0).verdicts == ()
    assert len(plan(waiting(an_entry(), found_at=LONG_AGO), after_s=6, started_s=0).alerts) == 1


def test_each_channel_is_told_only_of_its_own_watches() -> None:
    """The desk must not read what the security team watches for."""
    entry = an_entry()

    done = plan(
        waiting(entry, "shared", channels=("desk", "phone")),
        waiting(entry, "private", channels=("phone",)),
    )

    by_channel = {
        delivery.channel: next(a for a in done.alerts if a.id == delivery.alert_id).message.watches
        for delivery in done.deliveries
    }
    assert by_channel == {"desk": ("shared",), "phone": ("private", "shared")}


def test_one_outlet_with_one_headline_twice_tells_two_stories() -> None:
    """Oil prices today, live: another story every day."""
    one = an_entry(1, title="Oil prices live as markets open today")
    two = an_entry(2, title="Oil prices live as markets open today")
    short = {"article": None}

    assert len(plan(waiting(one, **short), waiting(two, **short)).alerts) == 2


def test_doing_it_twice_makes_the_same_rows() -> None:
    """After a crash before the commit everything is decided anew: ids must not depend on the attempt."""
    hits = (waiting(an_entry(1), "a"), waiting(an_entry(1), "b"))

    one, again = plan(*hits, after_s=6), plan(*reversed(hits), after_s=9)

    assert [alert.id for alert in one.alerts] == [alert.id for alert in again.alerts]
    assert {d.key for d in one.deliveries} == {d.key for d in again.deliveries}


@given(
    st.lists(
        st.tuples(
            st.integers(1, 5),
            st.sampled_from(["a", "b", "c"]),
            st.sets(st.sampled_from(["desk", "phone"]), min_size=1),
        ),
        min_size=1,
        max_size=10,
        unique_by=lambda case: case[:2],
    )
)
def test_every_hit_ends_and_every_watch_is_told_once_per_channel(
    cases: list[tuple[int, str, set[str]]],
) -> None:
    """The promise, for any mixture of entries, watches and channels: nothing lost, nothing doubled."""
    hits = [
        waiting(an_entry(n), watch, channels=tuple(sorted(channels)), snippets=(a_snippet(watch),))
        for n, watch, channels in cases
    ]

    done = plan(*hits)

    assert sorted(v.hit_id for v in done.verdicts) == sorted(h.hit.id for h in hits)
    assert len(set(done.told)) == len(done.told)
    stories = {verdict.hit_id: verdict.story_id for verdict in done.verdicts}
    asked = {(stories[h.hit.id], h.hit.watch, channel) for h in hits for channel in h.hit.channels}
    assert asked == set(done.told)
    assert len({d.key for d in done.deliveries}) == len(done.deliveries)
