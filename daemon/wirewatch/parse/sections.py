"""The parts of XML in which nothing is markup: comments, CDATA sections, processing instructions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

CLOSED_BY: Final = {"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>"}
_OPENING = re.compile(r"<!--|<!\[CDATA\[|<\?")


def section_end(text: str, at: int) -> int | None:
    """Return where the section that begins at *at* ends, -1 if it never does, None if none begins there."""
    opening = _OPENING.match(text, at)
    if opening is None:
        return None
    closing = CLOSED_BY[opening[0]]
    end = text.find(closing, opening.end())
    return -1 if end < 0 else end + len(closing)


def sections(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the sections begin and end; an opening that nothing closes opens nothing."""
    at, unclosed = 0, set[str]()
    while (opening := _OPENING.search(text, at)) is not None:
        at = opening.end()
        if opening[0] in unclosed:
            continue
        end = section_end(text, opening.start())
        if end is None or end < 0:
            unclosed.add(opening[0])
        else:
            yield opening.start(), end
            at = end
