"""What may stand in a log line: one line of printable text, of bounded length, without secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from itertools import islice

LONGEST = 2_000
"""Characters of one value; journald cuts a line at 48 KiB, and a line cut in two is two events."""

DEEPEST = 3
WIDEST = 20

# Control characters of both sets, line and paragraph separators, marks that turn the direction of
# writing, and halves of surrogate pairs: each can break a line or lie about what it says.
UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)

SENSITIVE = (
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|authorization|cookie|credential|signature)s?"
)
SENSITIVE_NAME = re.compile(rf"(?i)(?:^|[_.-]){SENSITIVE}$")

# What to find, and what to write instead. Each runs in time that grows with the text and no faster:
# a feed can put a megabyte of anything into a title.
SENSITIVE_TEXT = (
    (re.compile(r"://[^/\s?#\"'<>]*@"), "://***@"),
    (
        re.compile(
            rf"(?i)([?&;](?:[\w.-]{{0,30}}[_.-])?(?:{SENSITIVE}|auth|key|sig|code)=)[^&;\s#\"'<>]+"
        ),
        r"\1***",
    ),
    (re.compile(r"(?i)\b(authorization\W{1,4}(?:bearer |basic )?)[\w.~+/=-]+"), r"\1***"),
    (re.compile(r"(?i)\b(bearer )[\w.~+/=-]{16,}"), r"\1***"),
    # Providers that keep the token in the path, as the errors of HTTP libraries quote them.
    (re.compile(r"/bot\d+:[\w-]+"), "/bot***"),
    (re.compile(r"(hooks\.slack\.com/services/)[\w/-]+"), r"\1***"),
    (re.compile(r"(/api/webhooks/\d+/)[\w-]+"), r"\1***"),
)


def one_line(text: str) -> str:
    r"""Show what cannot be printed on a line as an escape.

    >>> print(one_line("tea\n\x1b[31mred"))
    tea\n\x1b[31mred
    """
    return UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def without_secrets(text: str) -> str:
    """Hide passwords, tokens and keys where they are known to stand.

    >>> without_secrets("smtp://me:open sesame@mail.example and https://x.example/?key=42&page=2")
    'smtp://me:open sesame@mail.example and https://x.example/?key=***&page=2'
    >>> without_secrets("https://me:sesame@news.example/feed")
    'https://***@news.example/feed'
    """
    for pattern, instead in SENSITIVE_TEXT:
        text = pattern.sub(instead, text)
    return text


def safe_text(text: str) -> str:
    """Make any text fit for a line."""
    # Read no more than can be shown, with room for a secret that stands across the end.
    shown = one_line(without_secrets(text[: 2 * LONGEST]))
    if len(text) <= 2 * LONGEST and len(shown) <= LONGEST:
        return shown
    return f"{shown[:LONGEST]}… ({len(text)} characters)"


def safe_value(name: str, value: object, *, depth: int = 0) -> object:
    """Make any value fit for a line; its name may tell that it is a secret."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if SENSITIVE_NAME.search(name):
        return "***"
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, Mapping | Sequence | Set) and not isinstance(value, bytes | bytearray):
        return _safe_collection(value, depth=depth + 1) if depth < DEEPEST else "…"
    return safe_text(_described(value))


def _safe_collection(
    value: Mapping[object, object] | Sequence[object] | Set[object], *, depth: int
) -> object:
    """Make the first things in a collection fit for a line."""
    if isinstance(value, Mapping):
        return {
            safe_name(name): safe_value(str(name), item, depth=depth)
            for name, item in islice(value.items(), WIDEST)
        }
    return [safe_value("", item, depth=depth) for item in islice(value, WIDEST)]


def safe_name(name: object) -> str:
    """Make a key that every format can carry."""
    return re.sub(r"[^\w.-]", "_", str(name))[:60] or "_"


def _described(value: object) -> str:
    """Return what an object says of itself; some of them fail even at that."""
    try:
        return (
            f"{type(value).__name__}: {value}" if isinstance(value, BaseException) else str(value)
        )
    except Exception as exc:  # noqa: BLE001  a broken __str__ must not take the log line with it
        return f"<{type(value).__name__} that cannot be shown: {type(exc).__name__}>"
