"""The contract of every store: what a feed's last document held."""

from __future__ import annotations

from dataclasses import replace

from tests.contracts.nouns import DESK_ID, GULF_ID, a_poll, an_entry, synced
from wirewatch.ports import Store

A, B, C = b"aaaaaaaa", b"bbbbbbbb", b"cccccccc"


def test_a_feed_never_read_has_no_known_items(store: Store) -> None:
    """Its first document is read whole."""
    synced(store)

    assert store.known_items(GULF_ID) == frozenset()


def test_the_items_of_the_last_document_are_known(store: Store) -> None:
    """What left the document need not be remembered."""
    synced(store)

    store.commit_polls([replace(a_poll(an_entry("a")), items=(A, B))])
    assert store.known_items(GULF_ID) == {A, B}
    store.commit_polls([replace(a_poll(an_entry("b")), items=(B, C))])

    assert store.known_items(GULF_ID) == {B, C}
    assert store.known_items(DESK_ID) == frozenset()


def test_a_poll_that_says_nothing_of_items_leaves_them(store: Store) -> None:
    """A failed poll, or a document that could not be cut."""
    synced(store)
    store.commit_polls([replace(a_poll(an_entry("a")), items=(A,))])

    store.commit_polls([a_poll(an_entry("b"))])

    assert store.known_items(GULF_ID) == {A}


def test_a_document_without_entries_has_no_items(store: Store) -> None:
    """An emptied feed that comes back is read again."""
    synced(store)
    store.commit_polls([replace(a_poll(an_entry("a")), items=(A,))])

    store.commit_polls([replace(a_poll(), items=())])

    assert store.known_items(GULF_ID) == frozenset()
