"""What else one could match standing queries with, and what each way leaves out."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.matcher_texts import Text

Ask = Callable[[Text], int]

_QUOTED = re.compile(r'"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Peer:
    """A way to match, how many queries it bears, and what it leaves out."""

    name: str
    build: Callable[[Sequence[str]], Ask]
    leaves_out: str
    most: int


def literals(query: str) -> tuple[list[str], bool]:
    """Return the words and phrases of a query, and whether all of them are needed."""
    wanted = query.split(" NOT ", maxsplit=1)[0]
    quoted = _QUOTED.findall(wanted)
    if quoted:
        return [phrase.lower() for phrase in quoted], False
    return [w.lower() for w in re.sub(r"NEAR/\d+", " ", wanted).split()], True


def _whole(text: Text) -> str:
    return f"{text.title}\n{text.body}".lower()


def _all_literals(queries: Sequence[str]) -> tuple[list[str], list[tuple[frozenset[int], bool]]]:
    numbers: dict[str, int] = {}
    needs = []
    for query in queries:
        found, every = literals(query)
        needs.append((frozenset(numbers.setdefault(f, len(numbers)) for f in found), every))
    return list(numbers), needs


def _counted(needs: Sequence[tuple[frozenset[int], bool]]) -> Callable[[set[int]], int]:
    """Say how many queries have what they need, looking only at those that have something."""
    holders: dict[int, list[int]] = {}
    for number, (wanted, _) in enumerate(needs):
        for literal in wanted:
            holders.setdefault(literal, []).append(number)

    def count(found: set[int]) -> int:
        touched = {number for literal in found for number in holders[literal]}
        return sum(1 for n in touched if not needs[n][1] or needs[n][0] <= found)

    return count


def regex_loop(queries: Sequence[str]) -> Ask:
    compiled = [
        ([re.compile(rf"\b{re.escape(literal)}\b") for literal in found], every)
        for found, every in map(literals, queries)
    ]

    def ask(text: Text) -> int:
        whole = _whole(text)
        return sum(
            1 for ps, every in compiled if (all if every else any)(p.search(whole) for p in ps)
        )

    return ask


def alternation(queries: Sequence[str]) -> Ask:
    names, needs = _all_literals(queries)
    numbers = {name: number for number, name in enumerate(names)}
    longest = sorted(names, key=len, reverse=True)
    compiled = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})\b")
    count = _counted(needs)
    return lambda text: count({numbers[m] for m in compiled.findall(_whole(text))})


def flashtext(queries: Sequence[str]) -> Ask:
    from flashtext import KeywordProcessor

    names, needs = _all_literals(queries)
    processor = KeywordProcessor()
    for number, name in enumerate(names):
        processor.add_keyword(name, str(number))  # a zero would count as no name
    count = _counted(needs)
    return lambda text: count(set(map(int, processor.extract_keywords(_whole(text)))))


def aho_corasick(queries: Sequence[str]) -> Ask:
    import ahocorasick_rs

    names, needs = _all_literals(queries)
    automaton = ahocorasick_rs.AhoCorasick(names)
    count = _counted(needs)

    def ask(text: Text) -> int:
        whole = _whole(text)
        found = automaton.find_matches_as_indexes(whole, overlapping=True)
        return count({number for number, start, end in found if _is_whole(whole, start, end)})

    return ask


def _is_whole(text: str, start: int, end: int) -> bool:
    return not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum()


def hyperscan(queries: Sequence[str]) -> Ask:
    import hyperscan as hs

    names, needs = _all_literals(queries)
    database = hs.Database()
    flags = hs.HS_FLAG_CASELESS | hs.HS_FLAG_SINGLEMATCH | hs.HS_FLAG_UTF8
    database.compile(
        expressions=[rf"\b{re.escape(name)}\b".encode() for name in names],
        ids=list(range(len(names))),
        elements=len(names),
        flags=[flags] * len(names),
    )
    count = _counted(needs)

    def ask(text: Text) -> int:
        found: set[int] = set()
        database.scan(
            f"{text.title}\n{text.body}".encode(),
            match_event_handler=lambda number, *_: found.add(number),
        )
        return count(found)

    return ask


def re2_set(queries: Sequence[str]) -> Ask:
    import re2

    names, needs = _all_literals(queries)
    options = re2.Options()
    options.max_mem = 1 << 30
    together = re2.Set.SearchSet(options)
    for name in names:
        together.Add(rf"\b{re2.escape(name)}\b")
    together.Compile()
    count = _counted(needs)
    return lambda text: count(set(together.Match(_whole(text)) or ()))


def sqlite_fts5(queries: Sequence[str]) -> Ask:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE entry USING fts5(title, body)")
    expressions = list(map(_fts5, queries))

    def ask(text: Text) -> int:
        database.execute("DELETE FROM entry")
        database.execute("INSERT INTO entry VALUES (?, ?)", (text.title, text.body))
        return sum(_rows(database, expressions))

    return ask


def _rows(database: sqlite3.Connection, expressions: Sequence[str]) -> Iterator[int]:
    for expression in expressions:
        yield len(
            database.execute("SELECT 1 FROM entry WHERE entry MATCH ?", (expression,)).fetchall()
        )


def _fts5(query: str) -> str:
    near = re.fullmatch(r"(\w+) NEAR/(\d+) (\w+)", query)
    return f"NEAR({near[1]} {near[3]}, {near[2]})" if near else query


PEERS = (
    Peer("loop of compiled regexes", regex_loop, "no inflection, NEAR is AND, NOT left out", 1_000),
    Peer(
        "one alternation",
        alternation,
        "no inflection, NEAR is AND; overlapping finds are lost",
        1_000,
    ),
    Peer("FlashText", flashtext, "no inflection, NEAR is AND; overlapping finds are lost", 100_000),
    Peer("ahocorasick_rs", aho_corasick, "no inflection, NEAR is AND, NOT left out", 1_000_000),
    Peer(
        "hyperscan", hyperscan, "no inflection, NEAR is AND; rebuilt whole at each change", 10_000
    ),
    Peer("RE2::Set", re2_set, "no inflection, NEAR is AND; rebuilt whole at each change", 100_000),
    Peer("SQLite FTS5, one entry", sqlite_fts5, "no inflection; NEAR and NOT as here", 1_000),
)
