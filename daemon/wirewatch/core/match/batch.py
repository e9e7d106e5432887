"""Try one query on one text, line by line: how other programs and large test sets ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from wirewatch.core.match.matcher import Match, Watch, evaluate
from wirewatch.core.match.snippet import snippets
from wirewatch.core.model.hit import WatchId
from wirewatch.core.model.watch import WatchSpec
from wirewatch.core.query.parser import parse_query
from wirewatch.core.query.query import Query
from wirewatch.core.query.view import Subject
from wirewatch.core.text.document import Document
from wirewatch.core.text.reader import Reader
from wirewatch.errors import QueryError

Answer: TypeAlias = dict[str, object]
_TEXTS: Final = ("query", "title", "body", "html", "url", "author", "lang")
_REMEMBERED: Final = 10_000


class LineChecker:
    """Answers lines one after another, remembering words and queries. Never raises for what a line holds."""

    def __init__(
        self,
        text_of: Callable[[str], str] | None = None,
        *,
        terms: Mapping[str, str] | None = None,
    ) -> None:
        """*text_of* turns markup into text in blocks; without it, ``html`` is refused. *terms* are what @names mean."""
        self._text_of = text_of
        self._terms = terms
        self._reader = Reader()
        self._queries: dict[str, Query | QueryError] = {}

    def check_line(self, line: Mapping[str, object]) -> Answer:
        """Answer ``{"id", "query", "title", "body", "html", "url", "author", "lang"}``, of which only query is needed.

        ``match`` says whether the entry would ring by default: a scattered find is reported as such, but false.
        Spans in the text of ``html`` are in the field ``article``.
        """
        wrong = self._complaint(line)
        if wrong is not None:
            return _answer(line, error=wrong)
        query = self._query(str(line["query"]))
        if isinstance(query, QueryError):
            return _answer(line, error=f"at {query.at}: {query}")
        document = self._document(line)
        subject = Subject(self._reader, document, anywhere=query.anywhere)
        spec = WatchSpec(id=WatchId("line"), name="line", query=query.text)
        return _answer(line, evaluate(Watch(spec=spec, query=query), subject), document)

    def _complaint(self, line: Mapping[str, object]) -> str | None:
        for name in _TEXTS:
            value = line.get(name)
            if value is not None and not isinstance(value, str):
                return f"{name} is not a text"
        if line.get("query") is None:
            return "there is no query"
        if line.get("html") and self._text_of is None:
            return "html cannot be read here"
        return None

    def _query(self, text: str) -> Query | QueryError:
        known = self._queries.get(text)
        if known is None:
            if len(self._queries) >= _REMEMBERED:
                self._queries.clear()
            try:
                known = parse_query(text, terms=self._terms)
            except QueryError as wrong:
                known = wrong
            self._queries[text] = known
        return known

    def _document(self, line: Mapping[str, object]) -> Document:
        texts = {name: str(line.get(name) or "") for name in _TEXTS}
        markup = texts["html"]
        return Document(
            title=texts["title"],
            body=texts["body"],
            article=self._text_of(markup) if markup and self._text_of is not None else "",
            url=texts["url"] or None,
            authors=(texts["author"],) if texts["author"] else (),
            language=texts["lang"] or None,
        )


def check_line(
    line: Mapping[str, object], *, text_of: Callable[[str], str] | None = None
) -> Answer:
    """Answer a single line; for many, keep a LineChecker."""
    return LineChecker(text_of).check_line(line)


def refused(error: str, id_: object = None) -> Answer:
    """Answer a line that is no question at all."""
    return _answer({"id": id_}, error=error)


def _answer(
    line: Mapping[str, object],
    found: Match | None = None,
    document: Document | None = None,
    *,
    error: str | None = None,
) -> Answer:
    quoted = snippets(document, found.spans, limit=1) if found and document else ()
    return {
        "id": line.get("id"),
        "match": found is not None and found.rings,
        "strength": found.strength.value if found else None,
        "error": error,
        "spans": [[s.field.value, s.start, s.end] for s in found.spans] if found else [],
        "sentence": quoted[0].text if quoted else None,
    }
