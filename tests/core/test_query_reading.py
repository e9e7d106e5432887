"""What is said about a query before it ever meets a text: terms, warnings, required words, errors."""

from __future__ import annotations

import pytest

from wirewatch.core.query import lint, parse_query
from wirewatch.errors import QueryError

TERMS = {
    "gulf": 'UAE OR "Abu Dhabi" OR Oman',
    "deals": "@gulf AND talks",
    "a": "@b",
    "b": "x OR @a",
}


def test_a_term_stands_for_its_query() -> None:
    """A list is kept in one place and used in many watches."""
    query = parse_query("@gulf NEAR/3 talks", terms=TERMS)

    assert str(query) == "@gulf NEAR/3 talks"
    assert query == parse_query(str(query), terms=TERMS)
    assert parse_query("@deals", terms=TERMS) == parse_query("(@deals)", terms=TERMS)


@pytest.mark.parametrize(
    ("query", "at", "message", "hint"),
    [
        ("oil @golf", 4, "there is no term @golf", "did you mean @gulf?"),
        ("oil @a", 4, "in the term @a", "break the circle"),
        ("oil (gas", 4, "never closed", 'add a closing ")"'),
        ('oil "gas', 4, "never closed", 'add a closing "'),
        ("-oil", 0, "only excludes", "talks -oil"),
        ("/(?<=a)b/", 0, "cannot be used", "RE2"),
        ("oil AND", 4, "AND has nothing on its right", "quotes"),
        ("((" * 60, 50, "nested too deeply", "50"),
        ("x" * 100_001, 100_000, "longer than", "several watches"),
        ("oil NEAR/5000 gas", 4, "reaches too far", "1000"),
    ],
)
def test_a_mistake_is_refused_with_its_place_and_its_mend(
    query: str, at: int, message: str, hint: str
) -> None:
    """A person has to find it in a list of a thousand watches."""
    with pytest.raises(QueryError) as wrong:
        parse_query(query, terms=TERMS)

    assert wrong.value.at == at
    assert message in wrong.value.message
    assert hint in str(wrong.value.hint)


@pytest.mark.parametrize(
    ("query", "warning"),
    [
        ("the OR oil", "the alternative the is a word of nearly every text"),
        ("oil not gas", '"not" in lower case is looked for as a word'),
        ("talk OR talks", "the alternative talks adds nothing: talk finds it too"),
        (
            'talks OR "peace talks"',
            'the alternative "peace talks" adds nothing: talks finds it too',
        ),
        ("negotiat* OR negotiation", "the alternative negotiation adds nothing"),
        ("oil NOT oil", "this can never match: oil is wanted, but NOT oil excludes it"),
        ('"oil price" NOT oil', "this can never match"),
        ("/x+y/", "cannot be anchored: the regular expression is tried on everything"),
        ("site:example.org", "cannot be anchored: tried on everything"),
        ("oil OR oil", "the alternative oil is there twice"),
        ("the", "the is a word of nearly every text"),
        ("oil NOT the", "NOT the excludes nearly every text"),
        ("Oman And oil", '"And" is looked for as a word'),
    ],
)
def test_what_is_surely_not_meant_is_warned_of(query: str, warning: str) -> None:
    """It is legal, it runs, and it will disappoint."""
    assert any(found.startswith(warning) for found in lint(parse_query(query)))


@pytest.mark.parametrize(
    "query",
    [
        '"territorial issue"',
        "Abu Dhabi talks",
        '("Abu Dhabi" OR UAE) NEAR/10 (talks OR negotiat*) -title:oil',
    ],
)
def test_ordinary_queries_are_not_warned_of(query: str) -> None:
    """Warnings that cry wolf are switched off."""
    assert lint(parse_query(query)) == ()
