"""The contract of every store: what a poll leads to, and pages to read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from tests.contracts.nouns import (
    DAY,
    DESK_ID,
    GULF,
    GULF_ID,
    HOUR,
    MINUTE,
    NOON,
    a_hit,
    a_page,
    a_poll,
    a_read_page,
    a_record,
    a_state,
    an_entry,
    key_of,
    synced,
)
from wirewatch.core.identity import feed_id
from wirewatch.core.model.article import ArticleStatus
from wirewatch.core.model.entry import Known
from wirewatch.core.model.feed import FeedId, FeedSpec
from wirewatch.core.model.hit import HitState
from wirewatch.core.model.outcome import Problem
from wirewatch.core.model.plan import ArticlePlan
from wirewatch.ports import Store

LEASE = timedelta(minutes=2)


def test_a_poll_is_stored_whole(store: Store) -> None:
    """Entries, hits, pages, the feed's state and the record are one."""
    synced(store)
    entry = an_entry()
    hit = a_hit(entry)
    page = a_page(entry)

    store.commit_polls([a_poll(entry, hits=(hit,), articles=(page,))])

    (waiting,) = store.waiting(limit=9)
    assert waiting.entry == entry
    assert waiting.hit == hit
    assert waiting.article == page
    assert waiting.outlet == "Gulf"
    assert store.feeds()[1].state == a_state()
    assert store.polls(GULF_ID) == [a_record()]


def test_a_poll_committed_twice_is_stored_once(store: Store) -> None:
    """After a cut in the line nobody knows whether it was committed, so it is done again."""
    synced(store)
    entry = an_entry()
    plan = a_poll(entry, hits=(a_hit(entry),), articles=(a_page(entry),))

    store.commit_polls([plan])
    store.commit_polls([plan, plan])

    assert len(store.texts()) == 1
    assert len(store.hits()) == 1
    assert store.pending_articles() == 1
    assert len(store.polls(GULF_ID)) == 1


def test_what_is_known_stays_when_it_is_called_new_again(store: Store) -> None:
    """Two polls of one feed may overlap: the first to commit has found it."""
    synced(store)
    entry = an_entry()
    hit = a_hit(entry)
    store.commit_polls([a_poll(entry, hits=(hit,), articles=(a_page(entry),))])
    again = replace(entry, title="Another title", found_at=NOON + HOUR)
    later_hit = replace(hit, found_at=NOON + HOUR)
    later_page = a_page(entry, due_at=NOON + DAY)

    store.commit_polls([a_poll(again, hits=(later_hit,), articles=(later_page,))])

    (waiting,) = store.waiting(limit=9)
    assert (waiting.entry, waiting.hit, waiting.article) == (entry, hit, a_page(entry))


def test_keys_are_known_per_feed_with_their_hashes(store: Store) -> None:
    """Two feeds may use the same guid for different news."""
    synced(store)
    entry = an_entry()
    store.commit_polls([a_poll(entry)])

    assert store.known(GULF_ID, [entry.key, key_of("other")]) == {
        entry.key: Known(entry.text_hash, stored=True)
    }
    assert store.known(DESK_ID, [entry.key]) == {}
    assert store.known(GULF_ID, []) == {}


def test_an_alias_is_known_though_no_text_is_stored_under_it(store: Store) -> None:
    """An entry that comes back under a new guid is recognised by its words."""
    synced(store)
    entry = an_entry()
    alias = key_of("alias")
    plan = a_poll(entry)
    store.commit_polls([replace(plan, seen=(*plan.seen, (alias, entry.text_hash)))])

    assert store.known(GULF_ID, [alias]) == {alias: Known(entry.text_hash, stored=False)}


def test_more_keys_than_fit_into_one_question_are_known(store: Store) -> None:
    """Some feeds list thousands of entries."""
    synced(store)
    keys = [key_of(str(number)) for number in range(1_300)]
    plan = replace(a_poll(), seen=tuple((key, b"12345678") for key in keys))

    store.commit_polls([plan])

    assert len(store.known(GULF_ID, keys)) == 1_300


def test_an_edit_changes_the_words_and_not_the_discovery(store: Store) -> None:
    """Old news that is edited is still old: it keeps its day and its silence."""
    synced(store)
    entry = replace(an_entry(), baseline=True)
    store.commit_polls([a_poll(entry)])
    edit = replace(
        entry,
        title="Corrected",
        text_hash=b"87654321",
        found_at=NOON + DAY,
        baseline=False,
        authors=(),
    )

    store.commit_polls([a_poll(edited=(edit,), at=NOON + DAY)])

    (text,) = store.texts()
    assert text.entry == replace(edit, found_at=NOON, baseline=True)
    assert store.known(GULF_ID, [entry.key])[entry.key].text_hash == b"87654321"


def test_an_edit_of_a_text_that_was_pruned_meanwhile_is_stored(store: Store) -> None:
    """Its hits are evidence, and evidence needs its text."""
    synced(store)
    entry = an_entry()

    store.commit_polls([a_poll(edited=(entry,), hits=(a_hit(entry),))])

    assert store.texts()[0].entry == entry
    assert len(store.waiting(limit=9)) == 1


def test_a_new_watch_adds_its_hit_to_an_old_entry(store: Store) -> None:
    """An edit may bring words that were not there before."""
    synced(store)
    entry = an_entry()
    store.commit_polls([a_poll(entry, hits=(a_hit(entry),))])

    store.commit_polls([a_poll(edited=(entry,), hits=(a_hit(entry, "gulf/envoys"),))])

    assert {row.hit.watch for row in store.waiting(limit=9)} == {"gulf/river talks", "gulf/envoys"}


def test_a_batch_is_stored_whole_or_not_at_all(store: Store) -> None:
    """A bug in one plan must not leave half of a batch behind."""
    synced(store)
    entry = an_entry()
    stranger = replace(a_poll(), feed_id=FeedId(77))

    with pytest.raises(LookupError):
        store.commit_polls([a_poll(entry), stranger])

    assert store.texts() == []
    assert store.known(GULF_ID, [entry.key]) == {}
    assert store.feeds()[1].state.polls == 0


def test_a_hit_without_its_entry_is_a_bug_and_changes_nothing(store: Store) -> None:
    """A hit that nobody can be shown the words of must not come to be."""
    synced(store)
    entry = an_entry()
    lost = a_hit(an_entry("nowhere"))

    with pytest.raises((LookupError, IntegrityError)):
        store.commit_polls([a_poll(entry, hits=(lost,))])

    assert store.texts() == []


def test_an_empty_batch_is_nothing(store: Store) -> None:
    """A loop need not look before it commits."""
    synced(store).commit_polls([])

    assert store.texts() == []


def test_a_failed_poll_leaves_its_reason(store: Store) -> None:
    """``why`` answers from the records."""
    synced(store)
    failed = replace(
        a_state(),
        failures=4,
        problem=Problem.TIMEOUT,
        problem_detail="no answer in 30 s",
        problem_at=NOON - DAY,
    )
    record = replace(a_record(), outcome="timeout", status=None, overlap=None)

    store.commit_polls([replace(a_poll(), state=failed, record=record)])

    assert store.feeds()[1].state == failed
    assert store.polls(GULF_ID) == [record]


def test_the_last_polls_come_first(store: Store) -> None:
    """People ask what happened just now."""
    synced(store)
    for minute in range(5):
        store.commit_polls([a_poll(at=NOON + minute * MINUTE)])
    store.commit_polls([a_poll(feed=DESK_ID, at=NOON + HOUR)])

    assert [record.at for record in store.polls(GULF_ID, limit=2)] == [
        NOON + 4 * MINUTE,
        NOON + 3 * MINUTE,
    ]


def test_texts_that_no_database_can_hold_are_mended_one_for_one(store: Store) -> None:
    """Spans count characters: a NUL that vanished would shift every one behind it."""
    synced(store)
    entry = replace(an_entry(), title="a\x00b\ud800c", authors=("x\x00\udfff",), link=None)
    hit = replace(a_hit(entry), query="q\x00")

    store.commit_polls([a_poll(entry, hits=(hit,))])

    (waiting,) = store.waiting(limit=9)
    assert waiting.entry.title == "a\ufffdb\ufffdc"
    assert waiting.entry.authors == ("x\ufffd\ufffd",)
    assert waiting.hit.query == "q\ufffd"


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    """Nobody knows what it means, and it would be wrong by hours somewhere."""
    synced(store)
    naive = replace(an_entry(), found_at=NOON.replace(tzinfo=None))

    with pytest.raises(Exception, match="aware"):
        store.commit_polls([a_poll(naive)])

    assert store.texts() == []


@pytest.mark.parametrize("year", [1, 1900, 1970, 9999])
def test_every_year_a_stranger_may_write_is_kept(store: Store, year: int) -> None:
    """Feeds claim to be from the year 1, and from the end of time."""
    synced(store)
    entry = replace(an_entry(), published_at=NOON.replace(year=year))

    store.commit_polls([a_poll(entry)])

    assert store.texts()[0].entry.published_at == NOON.replace(year=year)


def test_due_pages_are_given_once_oldest_first(store: Store) -> None:
    """Two readers of one page would ask its server twice."""
    synced(store)
    entries = [an_entry(name) for name in ("a", "b", "c")]
    pages = tuple(
        a_page(entry, due_at=NOON - i * MINUTE) for i, entry in enumerate(entries, start=-1)
    )
    store.commit_polls([a_poll(*entries, articles=pages)])

    assert store.due_articles(now=NOON) == 2
    first = store.claim_articles(now=NOON, lease=LEASE, limit=1)
    second = store.claim_articles(now=NOON, lease=LEASE, limit=9)

    assert [job.entry for job in first] == [entries[2]]
    assert [job.entry for job in second] == [entries[1]]
    assert first[0].article == replace(pages[2], due_at=NOON + LEASE)
    assert first[0].feed == GULF
    assert store.claim_articles(now=NOON, lease=LEASE, limit=9) == []
    assert store.due_articles(now=NOON) == 0
    assert store.pending_articles() == 3


def test_a_page_whose_reader_died_is_given_again(store: Store) -> None:
    """A lease that ends is the only way to know."""
    synced(store)
    entry = an_entry()
    store.commit_polls([a_poll(entry, articles=(a_page(entry),))])
    store.claim_articles(now=NOON, lease=LEASE, limit=9)

    assert store.claim_articles(now=NOON + LEASE - MINUTE, lease=LEASE, limit=9) == []
    assert len(store.claim_articles(now=NOON + LEASE, lease=LEASE, limit=9)) == 1


def test_a_page_that_was_read_is_stored_with_its_hits(store: Store) -> None:
    """The word may stand in the page only."""
    synced(store)
    entry = an_entry()
    store.commit_polls([a_poll(entry, articles=(a_page(entry),))])
    read = a_read_page(entry)

    store.commit_article(ArticlePlan(article=read, hits=(a_hit(entry),)))

    (waiting,) = store.waiting(limit=9)
    assert waiting.article == read
    assert waiting.hit == a_hit(entry)
    assert store.pending_articles() == 0
    assert store.texts()[0].article_text == read.text


def test_a_page_that_failed_is_tried_again_when_it_is_due(store: Store) -> None:
    """Its server may be back in ten minutes."""
    synced(store)
    entry = an_entry()
    store.commit_polls([a_poll(entry, articles=(a_page(entry),))])
    (job,) = store.claim_articles(now=NOON, lease=LEASE, limit=9)
    failed = replace(
        job.article,
        attempts=1,
        due_at=NOON + HOUR,
        problem=Problem.HTTP_SERVER,
        problem_detail="503",
    )

    store.commit_article(ArticlePlan(article=failed))

    assert store.claim_articles(now=NOON + MINUTE, lease=LEASE, limit=9) == []
    (again,) = store.claim_articles(now=NOON + HOUR, lease=LEASE, limit=9)
    assert again.article == replace(failed, due_at=NOON + HOUR + LEASE)


def test_a_slower_readers_failure_does_not_undo_a_reading(store: Store) -> None:
    """Its lease had ended, another one read the page."""
    synced(store)
    entry = an_entry()
    store.commit_polls([a_poll(entry, articles=(a_page(entry),))])
    read = a_read_page(entry)
    store.commit_article(ArticlePlan(article=read))

    given_up = replace(a_page(entry), status=ArticleStatus.FAILED, problem=Problem.TIMEOUT)
    store.commit_article(ArticlePlan(article=given_up))

    assert store.texts()[0].article_text == read.text
    assert store.pending_articles() == 0


def test_a_page_whose_entry_was_pruned_meanwhile_is_forgotten(store: Store) -> None:
    """Reading takes time, and the text it belonged to is gone."""
    synced(store)
    gone = an_entry("gone")

    store.commit_article(ArticlePlan(article=a_read_page(gone), hits=(a_hit(gone),)))

    assert store.hits() == []
    assert store.texts() == []


def test_late_hits_count_only_when_they_are_new(store: Store) -> None:
    """A watch that is matched against stored text twice has found nothing the second time."""
    synced(store)
    entry = an_entry()
    old = a_hit(entry)
    store.commit_polls([a_poll(entry, hits=(old,))])
    new = a_hit(entry, "gulf/envoys", state=HitState.BASELINE)
    lost = a_hit(an_entry("gone"))

    assert store.commit_hits([old, new, lost, new]) == 1
    assert store.commit_hits([new]) == 0
    assert store.commit_hits([]) == 0
    assert [row.hit for row in store.hits(state=HitState.BASELINE)] == [new]


def test_the_password_of_a_feed_reaches_who_reads_its_pages(store: Store) -> None:
    """Pages behind the same login need the same headers."""
    spec = FeedSpec(url="https://u:p@in.example/feed", name="In", headers=(("Cookie", "s"),))
    synced(store, spec)
    entry = an_entry(feed=feed_id(spec.url))
    store.commit_polls([a_poll(entry, feed=feed_id(spec.url), articles=(a_page(entry),))])

    (job,) = store.claim_articles(now=NOON, lease=LEASE, limit=9)

    assert job.feed == spec
    assert store.texts()[0].feed == spec
