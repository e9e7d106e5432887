"""Which channels a hit goes to, and that the reason is told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.core.model.route import Facts, Route
from wirewatch.core.model.watch import Priority
from wirewatch.core.policy.routing import misfits, route

FACTS = Facts(
    watch="gulf/talks",
    feed="Courier",
    tags=("gulf",),
    priority=Priority.NORMAL,
    language="pt-BR",
    mentions=2,
)


@pytest.mark.parametrize(
    ("conditions", "fits"),
    [
        ({}, True),
        ({"watches": ("gulf",)}, True),
        ({"watches": ("gulf/talks",)}, True),
        ({"watches": ("sport",)}, False),
        ({"feeds": ("Courier",)}, True),
        ({"feeds": ("tag:gulf",)}, True),
        ({"feeds": ("tag:sport",)}, False),
        ({"priority": Priority.LOW}, True),
        ({"priority": Priority.HIGH}, False),
        ({"languages": ("PT",)}, True),
        ({"languages": ("p",)}, False),
        ({"languages": ("en", "ar")}, False),
        ({"min_mentions": 2}, True),
        ({"min_mentions": 3}, False),
        ({"feeds": ("Courier",), "min_mentions": 3}, False),
    ],
)
def test_a_route_fits_when_every_condition_does(conditions: dict[str, Any], fits: bool) -> None:
    """One that fits by half would tell the wrong people."""
    reasons = list(misfits(FACTS, Route(channels=("phone",), **conditions)))

    assert (not reasons) is fits


def test_an_entry_of_unknown_language_fits_no_language() -> None:
    """It goes where it went before there were routes."""
    facts = Facts(watch="w/x", feed="f")

    assert route(facts, [Route(channels=("arabic",), languages=("ar",))], ("desk",)).channels == (
        "desk",
    )


def test_the_first_route_that_fits_decides_and_those_besides_add() -> None:
    """The order in the file is the order that holds."""
    routes = [
        Route(channels=("log",), besides=True),
        Route(channels=("sport",), watches=("sport",)),
        Route(channels=("phone",), feeds=("tag:gulf",)),
        Route(channels=("never",)),
    ]

    found = route(FACTS, routes, ("desk",))

    assert found.channels == ("phone", "log")
    assert found.steps == (
        "route 1 adds: log",
        "route 2 (sport) does not fit: the watch gulf/talks is none of sport",
        "route 3 decides: phone",
    )


def test_without_a_route_that_fits_the_watchlist_decides() -> None:
    """Who configures no routes sees no difference."""
    found = route(FACTS, [], ("desk", "phone"))

    assert found.channels == ("desk", "phone")
    assert found.steps == ("the watchlist decides: desk, phone",)


routes = st.builds(
    Route,
    channels=st.lists(st.sampled_from("abc"), max_size=2, unique=True).map(tuple),
    watches=st.sampled_from([(), ("gulf",), ("sport",)]),
    min_mentions=st.integers(0, 3),
    besides=st.booleans(),
)


@given(st.lists(routes, max_size=5))
def test_everybody_is_told_of_who_fits_and_nobody_twice(found: list[Route]) -> None:
    """The sum of the steps is the answer."""
    fitting = [one for one in found if not list(misfits(FACTS, one))]
    deciding = next((one for one in fitting if not one.besides), None)
    upto = fitting[: fitting.index(deciding)] if deciding else fitting
    expected = {name for one in upto for name in one.channels}
    expected |= set(deciding.channels if deciding else ("own",))

    channels = route(FACTS, found, ("own",)).channels

    assert set(channels) == expected
    assert len(set(channels)) == len(channels)
