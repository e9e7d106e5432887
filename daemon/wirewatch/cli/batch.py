"""``watch test --batch``: many questions, one JSON object a line, answered as they come."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping

from wirewatch.cli.exits import Exit
from wirewatch.core.match.batch import LineChecker, refused
from wirewatch.parse.html import text_of


def answer_lines(lines: Iterable[bytes], *, terms: Mapping[str, str]) -> int:
    """Write one line for each line that is not blank, in order. A line that is no question gets its error."""
    checker = LineChecker(text_of, terms=terms)
    out = sys.stdout.buffer
    for number, line in enumerate(lines, start=1):
        if line.strip():
            answer = _answer(checker, line, number)
            # A lone half of a surrogate pair, which JSON may carry, goes out as it came in: escaped.
            out.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "backslashreplace"))
            out.write(b"\n")
            out.flush()  # whoever asks line by line waits for it
    return Exit.DONE


def _answer(checker: LineChecker, line: bytes, number: int) -> dict[str, object]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError) as wrong:
        return refused(f"line {number} is not JSON: {wrong}")
    if not isinstance(asked, dict):
        return refused(f"line {number} is not a JSON object")
    return checker.check_line(asked)
