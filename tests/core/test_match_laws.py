"""Laws of matching: the fast way finds what the plain way finds, whatever the query and the document."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.reference_matcher import Reference
from wirewatch.core.match import Matcher, Watch
from wirewatch.core.match.explain import explain
from wirewatch.core.match.kept_words import kept_words, meets, needs_of
from wirewatch.core.match.snippet import snippets
from wirewatch.core.model.hit import WatchId
from wirewatch.core.model.watch import WatchSpec
from wirewatch.core.query import Query, lint, parse_query
from wirewatch.core.query.view import Subject
from wirewatch.core.text.document import Document
from wirewatch.core.text.reader import Reader
from wirewatch.errors import QueryError

WORDS = (
    "oil price talks talk negotiate negotiating cease fire ceasefire cease-fire Iran Oman US us U.S. UAE issue issues "
    "strike struck air airstrikes AT&T 9/11 F-16 F16 COVID-19 COVID19 O'Brien Sana'a workers' the of new York J.K. "
    "J. K. l'Iran D'Angelo 1,000 4.5 café переговоры переговоров Україна "
    "北京会谈 会谈 東京 서울에서 서울 เจรจา محادثات والمحادثات שיחות בישראל "
    "वार्ता διαπραγματεύσεις Verhandlung Verhandlungen négociations Straße"
).split()
SEPARATORS = (" ", " ", " ", " ", ", ", "\n", "\n\n", " — ", " “", "” ", "-", ". ", " x x x x ")
LANGUAGES = (None, "en", "de", "fr", "ru", "ar")

words = st.sampled_from(WORDS)
phrases = st.lists(words, min_size=1, max_size=3).map(lambda found: f'"{" ".join(found)}"')
bare = words.filter(lambda word: word not in ("of", "the", "us"))
leaves = st.one_of(
    bare,
    phrases,
    st.builds("{}~{}".format, phrases, st.integers(0, 3)),
    words.map(lambda word: f"={word}"),
    words.filter(lambda word: word.isascii() and word.isalpha() and len(word) > 3).map(
        lambda word: f"{word[:4]}*"
    ),
)


def _combined(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {})".format, children, children),
        st.builds("({} OR {})".format, children, children),
        st.builds("({} AND {})".format, children, children),
        st.builds("({} NOT {})".format, children, children),
        st.builds("title:({})".format, leaves),
        st.builds("body:({})".format, leaves),
        st.builds("({} NEAR/{} {})".format, leaves, st.integers(0, 4), leaves),
        st.builds("(({} OR {}) ONEAR/{} {})".format, leaves, leaves, st.integers(0, 4), leaves),
        st.builds("(({} {}) NEAR/{} {})".format, bare, bare, st.integers(0, 4), leaves),
        st.builds("ATLEAST{}({} OR {})".format, st.integers(1, 3), leaves, leaves),
    )


queries = st.recursive(leaves, _combined, max_leaves=5)


OPERATOR = re.compile(r"\b(?:OR|AND|NOT|O?NEAR/\d+|ATLEAST\d+|title:|body:)|~\d+|[()=*]")
JOINTS = (" ", " ", " ", "-", "\n", ", ", "  ", "\u00ad-\n", "\u200b")


def leaves_of(query: str) -> list[str]:
    """Return the words and phrases of a query as typed."""
    plain = OPERATOR.sub(" ", query)
    quoted = re.findall(r'"([^"]*)"', plain)
    return [*quoted, *re.sub(r'"[^"]*"', " ", plain).split()]


@st.composite
def texts(draw: st.DrawFn, query: str) -> str:
    """Return a text made from the words and phrases of a query, and a few others."""
    own = leaves_of(query)
    whole = draw(st.permutations(own)) if draw(st.booleans()) else []
    others = draw(st.lists(st.sampled_from([*own, *own, *WORDS]), max_size=4))
    pieces = [piece.replace(" ", draw(st.sampled_from(JOINTS))) for piece in (*whole, *others)]
    gaps = draw(st.lists(st.sampled_from(SEPARATORS), min_size=len(pieces), max_size=len(pieces)))
    return "".join(piece + gap for piece, gap in zip(pieces, gaps, strict=True))


@st.composite
def documents(draw: st.DrawFn, query: str) -> Document:
    """Return a document made from the words of a query."""
    return Document(
        title=draw(texts(query)) if draw(st.booleans()) else "",
        summary=draw(texts(query)) if draw(st.booleans()) else "",
        article=draw(texts(query)),
        language=draw(st.sampled_from(LANGUAGES)),
    )


def watch_of(name: str, query: str, near_words: int = 50) -> Watch:
    return Watch.of(WatchSpec(id=WatchId(name), name=name, query=query, near_words=near_words))


def answer_of(matcher: Matcher, name: str, document: Document) -> str:
    found = {match.watch: match.strength.value for match in matcher.match(document)}
    return found.get(WatchId(name), "none")


@settings(max_examples=120, deadline=None)
@given(st.data(), queries, st.sampled_from([0, 2, 50]))
def test_the_matcher_finds_what_the_plain_meaning_finds(
    data: st.DataObject, query: str, near_words: int
) -> None:
    """A shortcut that loses a match loses an alert."""
    watch = watch_of("w", query, near_words)
    matcher = Matcher([watch])
    for _ in range(2):
        document = data.draw(documents(query))
        special = Reader().read(document).special  # what a text is in is tested elsewhere
        language = special.language if special else ""
        expected = Reference(document, language=language, near_words=near_words).answer(
            watch.query.node
        )

        assert answer_of(matcher, "w", document) == expected


def test_words_that_stand_apart_do_not_bring_others_near() -> None:
    """A name far from its group must not make the group look close to what stands beside that name."""
    watch = watch_of("w", "((oil price) (=COVID19 pric*))", near_words=2)
    document = Document(body="oil price x x x x COVID19 pric")
    expected = Reference(document, near_words=2).answer(watch.query.node)

    assert expected == answer_of(Matcher([watch]), "w", document) == "scattered"


@settings(max_examples=120, deadline=None)
@given(st.data(), queries, st.sampled_from([0, 2, 50]))
def test_deciding_and_finding_agree(data: st.DataObject, query: str, near_words: int) -> None:
    """A watch that rings without evidence, or has evidence and does not ring, cannot be explained."""
    node = parse_query(query).node
    subject = Subject(Reader(), data.draw(documents(query)))
    whole = subject.view(near_words)
    title = subject.page.bounds[0]

    for view in (whole, whole.narrowed(0, title), whole.narrowed(title, whole.end)):
        found = node.find(view)
        assert node.holds(view) is (None if found is None else found.close)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.lists(queries, min_size=2, max_size=6, unique=True))
def test_watches_do_not_change_what_others_find(data: st.DataObject, several: list[str]) -> None:
    """Adding or removing a watch must not touch its neighbours."""
    together = Matcher(watch_of(str(number), query) for number, query in enumerate(several))
    together.remove(WatchId("0"))
    document = data.draw(documents(" ".join(several)))
    alone = [
        answer_of(Matcher([watch_of(str(n), q)]), str(n), document) for n, q in enumerate(several)
    ]

    assert [answer_of(together, str(n), document) for n in range(1, len(several))] == alone[1:]
    together.add(watch_of("0", several[0]))
    assert answer_of(together, "0", document) == alone[0]


@settings(max_examples=60, deadline=None)
@given(st.data(), queries)
def test_spans_lie_in_their_texts_and_are_quoted_and_explained(
    data: st.DataObject, query: str
) -> None:
    """Evidence that points beside the text is worse than none."""
    document = data.draw(documents(query))
    found = Matcher([watch_of("w", query)]).match(document)
    told = explain(parse_query(query), document)

    assert (told.strength is not None) == bool(found)
    assert str(told)
    for match in found:
        assert list(match.spans) == sorted(set(match.spans))
        for span in match.spans:
            assert 0 <= span.start < span.end <= len(document.text(span.field))
        for quoted in snippets(document, match.spans, max_chars=40):
            assert any(piece.hit for piece in quoted.pieces)
            assert (
                quoted.text in " ".join(document.text(quoted.field).split()) + " "
                or "\n" not in quoted.text
            )


@settings(max_examples=60, deadline=None)
@given(queries)
def test_the_canonical_form_is_a_fixed_point(query: str) -> None:
    """What is shown can be typed, and means the same."""
    once = parse_query(query)

    again = parse_query(str(once))

    assert (again, str(again)) == (once, str(once))
    assert isinstance(lint(once), tuple)


@settings(max_examples=120, deadline=None)
@given(st.data(), queries)
def test_what_matches_is_never_left_out_by_the_index(data: st.DataObject, query: str) -> None:
    """The store may skip what cannot match, never what can."""
    parsed: Query = parse_query(query)
    document = data.draw(documents(query))
    found = Matcher([watch_of("w", query)]).match(document)
    needs = needs_of(parsed)

    if found and needs is not None:
        assert meets(kept_words(Reader(), document), needs)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60) | st.text(alphabet='ab12 "()|-=~/*?:@ORANDT.', max_size=30))
def test_any_text_is_read_or_refused_with_a_hint(text: str) -> None:
    """People paste anything; nothing but QueryError may come of it."""
    refused: QueryError | None = None
    try:
        query = parse_query(text)
    except QueryError as wrong:
        refused = wrong
    else:
        assert parse_query(str(query)) == query
    if refused is not None:
        assert (0 <= refused.at <= len(text), bool(refused.hint)) == (True, True)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200), st.sampled_from(WORDS))
def test_any_document_is_read(title: str, body: str, word: str) -> None:
    """Feeds carry anything; matching never raises."""
    document = Document(title=title, body=f"{body} {word}")
    matcher = Matcher(
        [watch_of("a", f'"{word}"'), watch_of("b", "/[a-z]+x/"), watch_of("c", f"{word} OR y")]
    )
    found = matcher.match(document)

    for match in found:
        snippets(document, match.spans)
