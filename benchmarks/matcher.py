"""What does it cost to match an entry? One table: this matcher, and what else one could do it with.

    python benchmarks/matcher.py                    10 to 100,000 watches
    python benchmarks/matcher.py --million          and a million
    python benchmarks/matcher.py --sizes 10 1000    only these
    python benchmarks/matcher.py --alone            without the others

Texts are cut from real news, watches are drawn from real news and encyclopaedia articles (`corpus.py` downloads
them, once), the same on every machine. Times are CPU time of the thread: of each text
the best of several passes; the mean and the 99th percentile over the texts. A yardstick (splitting the same text with a
regular expression) is measured beside, because machines differ. Nothing of what the others do is the same thing: what
each leaves out stands in its row. Those that are not installed are left out with a note.

Three rows are ours. The first says which watches match, as the others do; the second has the evidence of every hit read
as well. The rows "plain phrases" are a race on equal terms: as many quoted phrases and nothing else, given to this
matcher and to ahocorasick_rs. Mind the hits: the encyclopaedia holds only some thousand names, so 100,000 watches drawn
from it name each of them often, and hit about three times as often as watches drawn from tens of thousands of texts.
"""

from __future__ import annotations

import argparse
import gc
import re
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(_ROOT), str(_ROOT / "daemon")]

from benchmarks.matcher_peers import PEERS, Ask, Peer, aho_corasick  # noqa: E402
from benchmarks.matcher_texts import Newsroom, Text  # noqa: E402

from wirewatch.core.match import Matcher, Watch  # noqa: E402
from wirewatch.core.model.hit import WatchId  # noqa: E402
from wirewatch.core.model.watch import WatchSpec  # noqa: E402
from wirewatch.core.text.document import Document  # noqa: E402

SIZES = (10, 100, 1_000, 10_000, 100_000)
SHORT, FULL = 80, 700
TEXTS = 60
WARM_UP = 60
PASSES = 5


@dataclass(frozen=True, slots=True)
class Figures:
    """Microseconds an entry."""

    mean: float
    p99: float
    hits: float

    def __str__(self) -> str:
        return f"{self.mean:9.1f} {self.p99:9.1f} {self.hits:8.2f}"


def main() -> None:
    args = _arguments()
    room = Newsroom()
    entries = {size: [room.text(size) for _ in range(TEXTS)] for size in (SHORT, FULL)}
    yardsticks = {size: _measure(_words_of, texts) for size, texts in entries.items()}
    print(
        f"calibration (a fixed loop of sums, which tells machines and their load apart): {_calibration():.2f} ms"
    )
    print("yardstick (re.findall of all words), us an entry:")
    for size, figures in yardsticks.items():
        print(f"  {size} words {figures.mean:7.1f}")
    print(
        f"\n{'watches':>9} {'method':29} {'words':>5} {'mean us':>9} {'p99 us':>9} {'hits':>8} {'x yard':>7}"
    )
    for count in args.sizes:
        queries = _queries(room, count)
        _own(queries, entries, yardsticks)
        _race(room, count, entries, yardsticks)
        if not args.alone:
            for peer in PEERS:
                _peer(peer, queries, entries, yardsticks)


def _calibration() -> float:
    """Return the milliseconds of a loop that never changes, the best of several."""
    best = float("inf")
    for _ in range(7):
        began = time.thread_time()
        sum(number * number for number in range(200_000))
        best = min(best, time.thread_time() - began)
    return best * 1e3


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the matcher.")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=list(SIZES), help="numbers of watches"
    )
    parser.add_argument(
        "--million", action="store_true", help="a million watches too (some minutes)"
    )
    parser.add_argument("--alone", action="store_true", help="this matcher only")
    args = parser.parse_args()
    if args.million:
        args.sizes = [*args.sizes, 1_000_000]
    return args


def _queries(room: Newsroom, count: int) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        found[room.query()] = None
    return list(found)


def _words_of(text: Text) -> int:
    re.findall(r"\w+", text.title)
    re.findall(r"\w+", text.body)
    return 0


def _measure(ask: Callable[[Text], int], texts: Sequence[Text]) -> Figures:
    best = [float("inf")] * len(texts)
    hits = 0
    for _ in range(PASSES):
        hits = 0
        for number, text in enumerate(texts):
            began = time.thread_time()
            hits += ask(text)
            best[number] = min(best[number], time.thread_time() - began)
    ordered = sorted(best)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return Figures(sum(best) / len(best) * 1e6, p99 * 1e6, hits / len(texts))


def _row(count: int, name: str, size: int, figures: Figures, yardstick: Figures) -> None:
    ratio = figures.mean / yardstick.mean
    print(f"{count:9,} {name:29} {size:5} {figures} {ratio:7.2f}", flush=True)


def _own(
    queries: list[str], entries: dict[int, list[Text]], yardsticks: dict[int, Figures]
) -> None:
    matcher, seconds = _built(queries)
    gc.collect()
    gc.freeze()
    cold = _cold(matcher, Newsroom(seed=11))
    for size, texts in entries.items():
        figures = _measure(lambda text: len(matcher.match(_document(text))), texts)
        _row(len(queries), "wirewatch", size, figures, yardsticks[size])
        figures = _measure(lambda text: _evidence(matcher, text), texts)
        _row(len(queries), "wirewatch, evidence read", size, figures, yardsticks[size])
    gc.unfreeze()
    print(
        f"{'':9} {'':28} the whole language: inflection, compounds, NEAR, NOT, closeness; every watch that matches"
    )
    update = _update_cost(matcher)
    print(
        f"{'':9} built in {seconds:.2f} s (parsing included), first entries {cold:.0f} us each; "
        f"a watch added {update[0]:.0f} us, removed {update[1]:.1f} us; {_memory(queries):.0f} MB"
    )


def _evidence(matcher: Matcher, text: Text) -> int:
    """Read the spans of every hit; return how many hits there are."""
    return len([match.spans for match in matcher.match(_document(text))])


def _race(
    room: Newsroom, count: int, entries: dict[int, list[Text]], yardsticks: dict[int, Figures]
) -> None:
    """Give the same phrases, and only phrases, to this matcher and to ahocorasick_rs."""
    phrases = room.phrases(count)
    if len(phrases) < count // 2:
        print(f"{'':9} plain phrases: the texts hold only {len(phrases):,} different ones")
    matcher, _ = _built(phrases)
    rivals: dict[str, Ask] = {"wirewatch": lambda text: len(matcher.match(_document(text)))}
    with suppress(ImportError):
        rivals["ahocorasick_rs"] = aho_corasick(phrases)
    gc.collect()
    gc.freeze()
    for size, texts in entries.items():
        for name, ask in rivals.items():
            figures = _measure(ask, texts)
            _row(len(phrases), f"plain phrases: {name}", size, figures, yardsticks[size])
    gc.unfreeze()


def _document(text: Text) -> Document:
    return Document(title=text.title, article=text.body)


def _watch(number: int, query: str) -> Watch:
    return Watch.of(WatchSpec(id=WatchId(f"list/{number}"), name="", query=query))


def _built(queries: Sequence[str]) -> tuple[Matcher, float]:
    """Build with the collector paused, as a daemon does at its start."""
    gc.disable()
    began = time.thread_time()
    matcher = Matcher(_watch(number, query) for number, query in enumerate(queries))
    seconds = time.thread_time() - began
    gc.enable()
    return matcher, seconds


def _cold(matcher: Matcher, room: Newsroom) -> float:
    texts = [room.text(FULL) for _ in range(WARM_UP)]
    began = time.thread_time()
    for text in texts:
        matcher.match(_document(text))
    return (time.thread_time() - began) / len(texts) * 1e6


def _update_cost(matcher: Matcher) -> tuple[float, float]:
    """Return microseconds to add a watch (parsing included) and to remove it."""
    room = Newsroom(seed=13)
    queries = [room.query() for _ in range(300)]
    began = time.thread_time()
    for number, query in enumerate(queries):
        matcher.add(_watch(-number - 1, query))
    added = time.thread_time() - began
    began = time.thread_time()
    for number in range(len(queries)):
        matcher.remove(WatchId(f"list/{-number - 1}"))
    removed = time.thread_time() - began
    return added / len(queries) * 1e6, removed / len(queries) * 1e6


def _memory(queries: Sequence[str]) -> float:
    """Return the megabytes of a matcher, from a sample where there are very many watches."""
    sample = queries[:20_000]
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    matcher = Matcher(_watch(number, query) for number, query in enumerate(sample))
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert len(matcher) == len(sample)
    return used / len(sample) * len(queries) / 1e6


def _peer(
    peer: Peer, queries: list[str], entries: dict[int, list[Text]], yardsticks: dict[int, Figures]
) -> None:
    if len(queries) > peer.most:
        return
    try:
        ask = peer.build(queries)
    except ImportError as missing:
        if len(queries) == min(SIZES):
            print(f"{'':9} {peer.name:28} not installed ({missing.name}); {peer.leaves_out}")
        return
    for size, texts in entries.items():
        some = texts if len(queries) <= peer.most // 10 else texts[:6]
        figures = _measure(ask, some)
        _row(len(queries), peer.name, size, figures, yardsticks[size])
    print(f"{'':9} {'':28} {peer.leaves_out}")


def _each(found: Iterator[object]) -> int:
    return sum(1 for _ in found)


if __name__ == "__main__":
    main()
