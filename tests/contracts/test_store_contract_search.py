"""The contract of every store: the index of words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.contracts.nouns import (
    DAY,
    GULF,
    MINUTE,
    NOON,
    a_page,
    a_poll,
    a_read_page,
    an_entry,
    synced,
)
from wirewatch.core.match.kept_words import Needs
from wirewatch.core.model.plan import ArticlePlan
from wirewatch.ports import Indexed, Store

ONE: Needs = ((frozenset({1}),),)
ONE_AND_TWO_OR_THREE: Needs = ((frozenset({1}), frozenset({2, 3})),)
LARGE = 2**40 - 1


def index(store: Store, **words: set[int]) -> None:
    """Index everything that waits, with the words given for its guid."""
    store.commit_index(
        [
            Indexed(
                turn=one.turn,
                entry_id=one.text.entry.id,
                words=frozenset(words.get(one.text.entry.guid or "", set())),
            )
            for one in store.to_index(limit=100)
        ]
    )


def found(store: Store, needs: Needs) -> list[str | None]:
    """Return the guids of the texts that may meet the needs, newest first."""
    return [text.entry.guid for text in store.texts(needs=needs)]


def brought(store: Store, *names: str) -> None:
    """Store entries, the first the newest."""
    synced(store)
    store.commit_polls(
        [a_poll(*(an_entry(name, at=NOON - i * MINUTE) for i, name in enumerate(names)))]
    )


def test_what_is_new_waits_and_is_always_read(store: Store) -> None:
    """A search right after a poll finds what the poll brought."""
    brought(store, "a", "b")

    assert {one.text.entry.guid for one in store.to_index(limit=9)} == {"a", "b"}
    assert len(store.to_index(limit=1)) == 1
    assert found(store, ONE) == ["a", "b"]


def test_what_is_indexed_is_read_only_when_it_meets_the_needs(store: Store) -> None:
    """Years of entries are not read for a rare word."""
    brought(store, "a", "b", "c", "d")

    index(store, a={1, 2}, b={1}, c={3, 1, LARGE}, d={2, 3})

    assert store.to_index(limit=9) == []
    assert found(store, ONE) == ["a", "b", "c"]
    assert found(store, ONE_AND_TWO_OR_THREE) == ["a", "c"]
    assert found(store, (*ONE_AND_TWO_OR_THREE, (frozenset({9}),))) == ["a", "c"]
    assert found(store, ((frozenset({2}), frozenset({3})),)) == ["d"]
    assert found(store, ((frozenset({LARGE}),),)) == ["c"]
    assert found(store, ((frozenset({7}),),)) == []
    assert len(store.texts()) == 4


def test_pages_of_a_search_go_on_where_they_ended(store: Store) -> None:
    """A word that is everywhere takes many pages."""
    names = [f"n{i}" for i in range(7)]
    brought(store, *names)
    index(store, **{name: {1} if name != "n3" else {2} for name in names})

    seen, after = [], None
    while page := store.texts(needs=ONE, after=after, limit=2):
        seen += [text.entry.guid for text in page]
        after = page[-1].entry.id

    assert seen == ["n0", "n1", "n2", "n4", "n5", "n6"]
    assert found(store, ((frozenset({2}),),)) == ["n3"]


def test_a_text_that_changed_waits_again(store: Store) -> None:
    """A correction brings other words."""
    brought(store, "a")
    index(store, a={2})
    edit = replace(an_entry("a"), title="Corrected", text_hash=b"12345678")

    store.commit_polls([a_poll(edited=(edit,), at=NOON + MINUTE)])

    assert [one.text.entry.title for one in store.to_index(limit=9)] == ["Corrected"]
    assert found(store, ONE) == ["a"]
    index(store, a={1})
    assert found(store, ONE) == ["a"]
    assert found(store, ((frozenset({2}),),)) == []


def test_a_page_that_was_read_brings_its_words(store: Store) -> None:
    """Most of the words stand in the article."""
    synced(store)
    entry = an_entry("a")
    store.commit_polls([a_poll(entry, articles=(a_page(entry),))])
    index(store)
    assert found(store, ONE) == []

    store.commit_article(ArticlePlan(article=a_read_page(entry, text="The page.")))

    (waiting,) = store.to_index(limit=9)
    assert waiting.text.article_text == "The page."
    assert found(store, ONE) == ["a"]


def test_what_changed_while_it_was_read_waits_on(store: Store) -> None:
    """The words of the old text would hide the new one."""
    brought(store, "a")
    (before,) = store.to_index(limit=9)
    edit = replace(an_entry("a"), title="Corrected", text_hash=b"12345678")
    store.commit_polls([a_poll(edited=(edit,), at=NOON + MINUTE)])

    store.commit_index(
        [Indexed(turn=before.turn, entry_id=before.text.entry.id, words=frozenset({2}))]
    )

    assert found(store, ONE) == ["a"]
    index(store, a={1})
    assert found(store, ONE) == ["a"]
    assert store.to_index(limit=9) == []


def test_another_language_of_a_feed_brings_other_words(store: Store) -> None:
    """A German feed declared as English was indexed by English endings."""
    brought(store, "a")
    index(store, a={1})

    synced(store, replace(GULF, language="de"))

    assert len(store.to_index(limit=9)) == 1


def test_indexing_twice_is_indexing_once(store: Store) -> None:
    """Two nodes may read the same batch."""
    brought(store, "a")
    waiting = store.to_index(limit=9)
    indexed = [
        Indexed(turn=one.turn, entry_id=one.text.entry.id, words=frozenset({1})) for one in waiting
    ]

    store.commit_index(indexed)
    store.commit_index(indexed)

    assert found(store, ONE) == ["a"]


def test_what_was_pruned_meanwhile_is_left_alone(store: Store) -> None:
    """Housekeeping and indexing go on at the same time."""
    brought(store, "a", "b")
    index(store, a={1}, b={1})
    store.index_anew()
    waiting = store.to_index(limit=9)
    later = NOON + DAY
    store.prune(entries_before=later, hits_before=later, polls_before=later - timedelta(days=99))

    store.commit_index(
        [
            Indexed(turn=one.turn, entry_id=one.text.entry.id, words=frozenset({1}))
            for one in waiting
        ]
    )

    assert store.to_index(limit=9) == []
    assert found(store, ONE) == []
    assert list(store.check()) == []


def test_an_index_made_anew_has_everything_wait(store: Store) -> None:
    """After an upgrade that has another idea of words."""
    brought(store, "a", "b")
    index(store, a={1}, b={2})

    store.index_anew()

    assert found(store, ONE) == ["a", "b"]
    index(store, a={5}, b={1})
    assert found(store, ONE) == ["b"]
