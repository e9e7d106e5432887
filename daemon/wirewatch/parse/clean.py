"""Text that every store accepts: no control characters, no halves of characters, no more than asked for."""

from __future__ import annotations

import re

_UNSTORABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""C0 and C1 controls but white space, lone surrogates, and the two code points XML forbids."""
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028]")


def clean(text: str) -> str:
    r"""Drop what no store accepts and write every line end as ``\n``.

    >>> clean("nul\x00 and\r\nescape\x1b[31m")
    'nul and\nescape[31m'
    """
    if text.isascii() and text.isprintable():
        return text
    return _LINE_ENDS.sub("\n", _UNSTORABLE.sub("", text)).replace("\u2029", "\n\n")


def one_line(text: str) -> str:
    """Return the words of a text with one space between them."""
    return " ".join(clean(text).split())


def clip(text: str, limit: int) -> str:
    """Return at most *limit* characters, cut between words where there is a gap near the end."""
    if len(text) <= limit:
        return text
    head = text[:limit]
    gap = max(head.rfind(" ", limit - limit // 10), head.rfind("\n", limit - limit // 10))
    return head[: gap if gap > 0 else limit].rstrip()
