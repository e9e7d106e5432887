"""Names are for ever: the same thing gets the same name, different things different ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.make import a_parsed
from wirewatch.core.identity import SHARDS, entry_keys, feed_id, number, shard_of
from wirewatch.core.urls import canonical_url, is_web_url, link_key, politeness_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/feed", "HTTPS://A.example:443/feed/"),
        ("https://a.example/feed?x=1&y=2", "https://a.example/feed?y=2&x=1"),
        ("https://a.example/n?id=7&utm_source=rss#top", "https://a.example/n?id=7"),
        ("https://a.example/n?srsltid=x&id=7&itm_source=y", "https://a.example/n?id=7"),
        ("https://a.example/caf%C3%A9", "https://a.example/café"),
        ("http://bücher.example/", "http://xn--bcher-kva.example"),
    ],
)
def test_spellings_of_one_url_are_one(one: str, other: str) -> None:
    """A feed whose address is spelt otherwise must not be polled, or told, twice."""
    assert canonical_url(one) == canonical_url(other)
    assert feed_id(one) == feed_id(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/n?id=7", "https://a.example/n?id=8"),
        ("https://a.example/A", "https://a.example/a"),
        ("https://a.example:8443/", "https://a.example/"),
        ("https://a.example/n?q=a%26b", "https://a.example/n?q=a&b"),
    ],
)
def test_different_documents_stay_different(one: str, other: str) -> None:
    """Joining two documents under one name loses news."""
    assert canonical_url(one) != canonical_url(other)


def test_mobile_and_amp_links_name_the_same_page() -> None:
    """Outlets link to the same article under several hosts and paths."""
    keys = {
        link_key(url)
        for url in (
            "https://www.a.example/n/7",
            "http://m.a.example/n/7/",
            "https://amp.a.example/n/7/amp",
            "https://a.example/n/7?utm_medium=rss",
        )
    }

    assert len(keys) == 1


@given(st.text())
def test_any_text_has_a_canonical_form_that_is_stable(text: str) -> None:
    """Links come from strangers: nothing in them may raise, and naming twice names the same."""
    once = canonical_url(text)

    assert canonical_url(once) == once
    assert isinstance(is_web_url(text), bool)
    assert isinstance(link_key(text), str)


@given(st.lists(st.one_of(st.text(), st.integers(), st.binary(), st.none()), max_size=4))
def test_numbers_fit_a_database_integer(parts: list[str | int | bytes | None]) -> None:
    """SQLite and PostgreSQL store 63 bits and a sign."""
    assert 0 <= number(*parts) < 2**63


def test_parts_do_not_run_together() -> None:
    """("ab", "c") and ("a", "bc") are different things."""
    assert number("ab", "c") != number("a", "bc")
    assert number("1") != number(1)


def test_feeds_of_a_host_share_a_shard() -> None:
    """Politeness towards a host needs no lock when one worker has all its feeds."""
    assert shard_of("https://www.a.example/one") == shard_of("http://a.example/two?x")
    assert 0 <= shard_of("https://b.example") < SHARDS
    assert politeness_key("https://www.a.example/") == "a.example"


def test_a_guid_used_once_is_the_key_whatever_else_changes() -> None:
    """An edited headline or a moved link is still the same entry."""
    (key, _), (edited, _) = (
        entry_keys([a_parsed(1)])[0],
        entry_keys([a_parsed(1, title="Corrected", link="https://b.example/x")])[0],
    )

    assert key == edited


def test_entries_that_share_a_guid_are_told_apart() -> None:
    """Some feeds give every entry the same guid (O-36): none of them may be lost."""
    keys = entry_keys([a_parsed(n, guid="same") for n in range(20)])

    assert len({key for key, _ in keys}) == 20


def test_an_entry_under_a_new_guid_keeps_its_alias() -> None:
    """Some feeds give new guids at every poll (O-37): the words and the link still name the entry."""
    before, after = entry_keys([a_parsed(1, guid="a")])[0], entry_keys([a_parsed(1, guid="b")])[0]

    assert before[0] != after[0]
    assert before[1] == after[1]


def test_an_entry_without_guid_link_or_title_has_a_name() -> None:
    """Content names what nothing else names (O-40)."""
    bare = {"guid": None, "link": None, "title": ""}
    one, same, other = entry_keys(
        [
            a_parsed(1, **bare, summary="x"),
            a_parsed(1, **bare, summary="x"),
            a_parsed(1, **bare, summary="y"),
        ]
    )

    assert one == same
    assert one != other
