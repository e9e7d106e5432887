"""What a match says of itself: terms, alternatives, sentences, reasons."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from wirewatch.core.match import Match, Matcher, Watch
from wirewatch.core.match.batch import LineChecker, check_line
from wirewatch.core.match.explain import explain
from wirewatch.core.match.snippet import snippets
from wirewatch.core.match.torture import CASES
from wirewatch.core.model.hit import Field, Span, Strength, WatchId
from wirewatch.core.model.watch import Scattered, WatchSpec
from wirewatch.core.query import parse_query
from wirewatch.core.text.document import Document


def watch_of(name: str, query: str, scattered: Scattered = Scattered.STORE) -> Watch:
    return Watch.of(WatchSpec(id=WatchId(name), name=name, query=query, scattered=scattered))


def only_match(query: str, document: Document) -> Match:
    (found,) = Matcher([watch_of("w", query)]).match(document)
    return found


def test_each_term_says_where_it_stands_and_which_alternative_it_was() -> None:
    """Which of the names it was is what a reader wants to know."""
    found = only_match('("Abu Dhabi" OR UAE) AND talks', Document(title="UAE", body="The talks."))

    assert [(t.term, t.alternative, t.spans) for t in found.terms] == [
        ("UAE", "UAE", (Span(Field.TITLE, 0, 3),)),
        ("talks", None, (Span(Field.BODY, 4, 9),)),
    ]


def test_matches_come_in_the_order_of_watch_ids() -> None:
    """Two runs over the same entry must tell the same story."""
    found = Matcher(watch_of(name, "oil") for name in "cab").match(Document(title="oil"))

    assert [match.watch for match in found] == ["a", "b", "c"]


def test_a_watch_may_say_that_scattered_words_ring() -> None:
    """The owner knows best how rare the words are."""
    document = Document(body="oil " + "word " * 60 + "peace")
    matcher = Matcher([watch_of("a", "oil peace"), watch_of("b", "oil peace", Scattered.ALERT)])

    assert [(m.strength, m.rings) for m in matcher.match(document)] == [
        (Strength.SCATTERED, False),
        (Strength.SCATTERED, True),
    ]


def test_evidence_asked_for_late_is_the_evidence_of_then() -> None:
    """Evidence is looked up when asked for; what was matched or watched since must not change it."""
    document = Document(title="Oil talks", body="The negotiators of Oman met. The talks go on.")
    queries = {"a": "talk oman", "b": 'negotiat* OR "oil talks"', "c": '"oil talks" NOT gas'}
    early, late = (
        Matcher(watch_of(n, q) for n, q in queries.items()).match(document) for _ in range(2)
    )
    told = [(match.watch, match.spans, match.terms) for match in early]
    matcher = Matcher(watch_of(name, query) for name, query in queries.items())
    found = matcher.match(document)
    for name in queries:
        matcher.add(watch_of(name, "gas"))
    for number in range(6):
        words = " ".join(f"word{number}x{at}" for at in range(60_000))
        matcher.match(Document(body=words))

    assert [(match.watch, match.spans, match.terms) for match in found] == told
    assert (found, hash(found)) == (late, hash(late))


def test_evidence_may_be_read_while_others_match() -> None:
    """The daemon matches in several threads at once."""
    matcher = Matcher([watch_of("a", "talk*"), watch_of("b", "oil OR gas*")])
    documents = [Document(body=f"talks{n} about oil{n} and gas{n}") for n in range(400)]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda d: [m.spans for m in matcher.match(d)], documents))

    assert [len(spans) for spans in found] == [2] * 400
    assert found == [[m.spans for m in matcher.match(document)] for document in documents]


def test_a_watch_added_again_replaces_the_old_one() -> None:
    """An edited watch must not ring for what it used to say."""
    matcher = Matcher([watch_of("a", "oil")])
    matcher.add(watch_of("a", "gas"))

    assert (len(matcher), matcher.match(Document(title="oil"))) == (1, ())
    assert len(matcher.match(Document(title="gas"))) == 1


def test_removing_every_watch_leaves_nothing_behind() -> None:
    """A daemon that reloads its watchlists for months must not grow or ring for ghosts."""
    queries = (
        "oil",
        '"oil price"',
        "oil price peace",
        "/oi[l]/",
        "site:a.org",
        "negotiat*",
        "oil in:anywhere",
    )
    matcher = Matcher(watch_of(str(n), query) for n, query in enumerate(queries))
    for number in range(len(queries)):
        matcher.remove(WatchId(str(number)))
    matcher.remove(WatchId("never there"))

    assert (len(matcher), matcher.match(Document(title="oil price peace negotiated"))) == (0, ())


def test_progress_is_told_while_many_watches_are_filed() -> None:
    """A start that takes seconds must not look like a hang."""
    told: list[tuple[int, int]] = []
    Matcher(
        (watch_of(str(n), "oil") for n in range(2_500)),
        progress=lambda done, of: told.append((done, of)),
    )

    assert told == [(1_000, 2_500), (2_000, 2_500), (2_500, 2_500)]


def test_a_wildcard_added_later_finds_words_seen_before() -> None:
    """Words are remembered; a new watch must not miss those already known."""
    matcher = Matcher([watch_of("a", "oil")])
    document = Document(title="oil negotiators")
    matcher.match(document)
    matcher.add(watch_of("b", "negotiat*"))
    matcher.add(watch_of("c", '"oil *tiators"'))

    assert [match.watch for match in matcher.match(document)] == ["a", "b", "c"]


def test_a_watch_added_after_a_german_entry_finds_german_words() -> None:
    """The bridge to a language's own rules has to grow with the watches."""
    matcher = Matcher([watch_of("a", "Verhandlung")])
    document = Document(title="Verhandlungen und Gespräche", language="de")
    before = [match.watch for match in matcher.match(document)]
    matcher.add(watch_of("b", "Gespräch"))

    assert (before, [m.watch for m in matcher.match(document)]) == (["a"], ["a", "b"])


def test_many_expressions_are_scanned_for_together() -> None:
    """More than a handful share an automaton; each must still find its own."""
    matcher = Matcher(watch_of(f"w{n:03}", f"/word{n}x/") for n in range(150))

    found = matcher.match(Document(body="a word7x and WORD149x"))

    assert [match.watch for match in found] == ["w007", "w149"]


def test_several_threads_may_match_and_change_watches() -> None:
    """Parsing and matching run off the event loop, in a pool."""
    matcher = Matcher(watch_of(str(n), f"oil word{n}") for n in range(50))
    document = Document(title="oil word7")

    def work(number: int) -> int:
        matcher.add(watch_of(f"x{number}", "gas"))
        found = matcher.match(document)
        matcher.remove(WatchId(f"x{number}"))
        return len(found)

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(work, range(100))) == {1}


def test_the_sentence_that_covers_most_words_is_quoted_first() -> None:
    """A subject line has room for one."""
    document = Document(body="Talks began. Oil rose. Oil talks in Oman began.\n\nOman said so.")
    found = only_match("oil AND talks AND Oman", document)

    quoted = snippets(document, found.spans, limit=2)

    assert quoted[0].text == "Oil talks in Oman began."


def test_a_long_sentence_is_cut_between_words_around_the_hit() -> None:
    """Providers limit messages; half a word looks broken."""
    document = Document(body="word " * 100 + "territorial issue " + "more " * 100 + "end.")
    found = only_match('"territorial issue"', document)
    (quoted,) = snippets(document, found.spans, max_chars=60)

    assert (quoted.cut_before, quoted.cut_after, len(quoted.text) <= 60) == (True, True, True)
    assert "territorial issue" in quoted.text
    assert quoted.text.split()[0] == "word"
    assert quoted.text.split()[-1] == "more"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He met Mr. Brown on oil. Then he left.", "He met Mr. Brown on oil."),
        ("The U.S. Army wants oil. It said so.", "The U.S. Army wants oil."),
        ("Is it oil? Yes.", "Is it oil?"),
        ("“It is oil.” He left.", "“It is oil.”"),
        ("Up 4.5 points on oil. Down.", "Up 4.5 points on oil."),
        ("他说 oil 涨了。然后离开。", "他说 oil 涨了。"),
        ("First. Oil\nrose\tnow. Last.", "Oil rose now."),
        ("No end of oil\n\nNext block.", "No end of oil"),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: str) -> None:
    """A quote that stops after "Mr." tells nothing."""
    document = Document(body=text)

    assert snippets(document, only_match("oil", document).spans)[0].text == expected


def test_a_miss_is_explained_by_what_came_nearest() -> None:
    """Why something did not ring is asked more often than any other question."""
    document = Document(body="The territorial dispute is an issue. Oil rose; then gas fell.")
    told = explain(parse_query('"territorial issue" AND oil NEAR/1 gas AND peace -fell'), document)

    reports = {report.term: report for report in told.terms}
    assert told.strength is None
    assert (reports['"territorial issue"'].apart, reports['"territorial issue"'].found) == (
        3,
        False,
    )
    assert reports['"territorial issue"'].sentence == "The territorial dispute is an issue."
    assert (reports["oil"].found, reports["oil NEAR/1 gas"].apart) == (True, 2)
    assert (reports["peace"].found, reports["peace"].words_missing) == (False, ("peace",))
    assert (reports["fell"].excluded, reports["fell"].found) == (True, True)
    assert "come as near as 3 words" in str(told)


def test_a_scattered_match_says_how_far_apart_its_words_are() -> None:
    """The cure is a number in the settings, so the number is told."""
    told = explain(parse_query("oil peace"), Document(body="oil a b c d peace"), near_words=2)

    assert (told.strength, told.apart) == (Strength.SCATTERED, 5)
    assert "5 words apart" in str(told)


def test_a_line_is_answered_with_everything_a_program_needs() -> None:
    """Large test sets and other programs ask line by line."""
    answer = check_line(
        {"id": 7, "query": '"Abu Dhabi talks"', "body": "Yes. Abu Dhabi's talks went on."}
    )

    assert answer == {
        "id": 7,
        "match": True,
        "strength": "close",
        "error": None,
        "spans": [["body", 5, 22]],
        "sentence": "Abu Dhabi's talks went on.",
    }


def test_markup_of_a_line_goes_through_the_function_given() -> None:
    """The matcher knows no HTML."""
    answer = LineChecker(str.upper).check_line({"query": "=OIL", "html": "oil"})

    assert (answer["match"], answer["spans"]) == (True, [["article", 0, 3]])


def test_a_scattered_line_is_no_match_but_says_so() -> None:
    """By default scattered words do not ring."""
    answer = check_line({"query": "oil peace", "body": "oil " + "word " * 60 + "peace"})

    assert (answer["match"], answer["strength"]) == (False, "scattered")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ({"query": "oil AND"}, "at 4: AND has nothing on its right"),
        ({}, "there is no query"),
        ({"query": "oil", "title": 5}, "title is not a text"),
        ({"query": "oil", "html": "<p>oil"}, "html cannot be read here"),
    ],
)
def test_a_wrong_line_is_answered_with_its_error(line: dict[str, object], error: str) -> None:
    """One bad line must not stop the other thousands."""
    answer = check_line(line)

    assert (answer["match"], str(answer["error"]).startswith(error)) == (False, True)


def test_the_markup_cases_are_many_and_all_different() -> None:
    """The self-test is worth what its cases are."""
    assert len(CASES) >= 100
    assert len(set(CASES)) == len(CASES)
    assert {case.expected for case in CASES} == {True, False}
    for case in CASES:
        parse_query(case.query)
