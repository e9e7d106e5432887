"""Every rule of the query language, one line of the corpus each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from wirewatch.core.match import Match, Matcher, Watch
from wirewatch.core.model.hit import WatchId
from wirewatch.core.model.watch import WatchSpec
from wirewatch.core.query import parse_query
from wirewatch.core.text.document import Document
from wirewatch.errors import QueryError

CORPUS = Path(__file__).parents[1] / "corpus" / "queries"


def cases() -> Iterator[object]:
    for path in sorted(CORPUS.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            case = json.loads(line)
            yield pytest.param(case, id=f"{path.stem}-{number}-{case['why'].replace(' ', '-')}")


def document_of(case: Mapping[str, object]) -> Document:
    plain = {
        n: str(case[n])
        for n in ("title", "summary", "body", "article", "boilerplate", "feed")
        if n in case
    }
    lists = {n: tuple(case[n]) for n in ("categories", "tags") if n in case}  # type: ignore[call-overload]
    authors = (str(case["author"]),) if "author" in case else ()
    language = None if "lang" not in case else str(case["lang"])
    url = None if "url" not in case else str(case["url"])
    return Document(**plain, **lists, authors=authors, language=language, url=url)


def match_of(case: Mapping[str, object]) -> Match | None:
    near_words = case.get("near_words", 50)
    assert isinstance(near_words, int)
    spec = WatchSpec(id=WatchId("w"), name="w", query=str(case["query"]), near_words=near_words)
    found = Matcher([Watch.of(spec)]).match(document_of(case))
    return found[0] if found else None


@pytest.mark.parametrize("case", list(cases()))
def test_the_language_means_what_the_corpus_says(case: Mapping[str, object]) -> None:
    """A rule nobody wrote an example for is a rule nobody can rely on."""
    if "error_at" in case:
        with pytest.raises(QueryError) as wrong:
            parse_query(str(case["query"]))
        assert (wrong.value.at, bool(wrong.value.hint)) == (case["error_at"], True)
        return
    found = match_of(case)

    assert ("none" if found is None else found.strength.value) == case["expect"], case["why"]
    if found is not None and "found" in case:
        document = document_of(case)
        assert [document.text(s.field)[s.start : s.end] for s in found.spans] == case["found"]


@pytest.mark.parametrize("case", list(cases()))
def test_the_canonical_form_reads_back_as_the_same_query(case: Mapping[str, object]) -> None:
    """What is shown to people must be what they can type."""
    if "error_at" in case:
        return
    query = parse_query(str(case["query"]))

    again = parse_query(str(query))

    assert (again, str(again)) == (query, str(query))


def test_all_watches_of_the_corpus_together_find_what_each_finds_alone() -> None:
    """The presearch files every watch differently when there are many; none may be lost among the others."""
    found = [case.values[0] for case in cases()]  # type: ignore[attr-defined]
    known = [case for case in found if "error_at" not in case]
    matcher = Matcher(
        Watch.of(
            WatchSpec(
                id=WatchId(str(number)),
                name="",
                query=case["query"],
                near_words=case.get("near_words", 50),
            )
        )
        for number, case in enumerate(known)
    )

    for number, case in enumerate(known):
        strengths = {m.watch: m.strength.value for m in matcher.match(document_of(case))}
        assert strengths.get(WatchId(str(number)), "none") == case["expect"], case["why"]
