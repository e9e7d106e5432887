"""Changes to the text of a configuration file that leave every other byte as it is.

A TOML writer would do, but the one there is takes the comment above the next table for part of the table before it:
removing a feed removes its neighbour's comment. So the places are looked up and the text is cut.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from wirewatch.settings.locate import Block, KeyPath, Locator

Value = str | bool | int | Sequence[str] | Mapping[str, str]


class InlineError(Exception):
    """The item is not written as a table of its own, and so cannot be cut out without touching others."""


def spell(value: Value) -> str:
    """Write a value in TOML.

    >>> spell(["gulf", "world"])
    '["gulf", "world"]'
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _spell_text(value)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{spell_key(key)} = {spell(text)}" for key, text in value.items())
        return f"{{ {inside} }}"
    return f"[{', '.join(spell(text) for text in value)}]"


def spell_key(key: str) -> str:
    """Write a key in TOML, in quotes where it needs them."""
    plain = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if plain else _in_double_quotes(key)


def table(header: str, settings: Mapping[str, Value]) -> str:
    """Write a table with its header."""
    lines = (f"{spell_key(key)} = {spell(value)}" for key, value in settings.items())
    return "\n".join([header, *lines])


def with_table(text: str, kind: str, written: str) -> str:
    """Add tables of a kind below the last of that kind, else at the end of the file."""
    newline = _newline(text)
    written = written.replace("\n", newline)
    alike = [block for block in Locator(text).blocks if block.path[0] == kind]
    if alike:
        at = _end_of_line(text, alike[-1].end)
        return f"{text[:at]}{newline * 2}{written}{text[at:]}"
    above = text.rstrip()
    return f"{above}{newline * 2 if above else ''}{written}{newline}"


def without_table(text: str, path: KeyPath) -> str:
    """Cut a table and those inside it out; comments around it stay. Raise InlineError where it has no header."""
    blocks = Locator(text).blocks
    if not any(block.path == path for block in blocks):
        raise InlineError
    for block in reversed(blocks):
        if block.path[: len(path)] == path:
            text = _without_block(text, block)
    return text


def with_setting(text: str, path: KeyPath, value: Value) -> str:
    """Set one value: in its place, else below the last setting of its table.

    Raise InlineError where the table has no header.
    """
    locator = Locator(text)
    if found := locator.extent(path):
        return f"{text[: found.value]}{spell(value)}{text[found.end :]}"
    written = f"{spell_key(str(path[-1]))} = {spell(value)}"
    newline = _newline(text)
    own = next((block for block in locator.blocks if block.path == path[:-1]), None)
    if own is None and len(path) > 1:
        raise InlineError
    last = own.end if own else locator.head_end
    if last is None:
        return f"{written}{newline}{text}"
    at = _end_of_line(text, last)
    return f"{text[:at]}{newline}{_indent(text, last)}{written}{text[at:]}"


def with_line(text: str, line: str, *, below: int | None = None) -> str:
    """Add a line below the one of that number (0: at the top), else at the end of the file."""
    newline = _newline(text)
    lines = text.split("\n")
    if below is not None:
        ending = "\r" if newline == "\r\n" else ""
        return "\n".join([*lines[:below], line + ending, *lines[below:]])
    gap = "" if not text or text.endswith("\n") else newline
    return f"{text}{gap}{line}{newline}"


def without_line(text: str, number: int) -> str:
    """Cut a line out, counted from 1."""
    lines = text.split("\n")
    return "\n".join([*lines[: number - 1], *lines[number:]])


_BLANK: Final = " \t\r"


def _without_block(text: str, block: Block) -> str:
    """Cut whole lines; of the blank lines above and below one gap stays."""
    start = text.rfind("\n", 0, block.start) + 1
    stop = text.find("\n", block.end)
    end = len(text) if stop < 0 else stop + 1
    if not text[:start].strip(_BLANK + "\n") or _ends_blank(text[:start]):
        while (stop := text.find("\n", end)) >= 0 and not text[end:stop].strip(_BLANK):
            end = stop + 1
    return text[:start] + text[end:]


def _ends_blank(text: str) -> bool:
    lines = text.split("\n")
    return len(lines) > 1 and not lines[-2].strip(_BLANK)


def _end_of_line(text: str, offset: int) -> int:
    """Return where the line ends, before its line end; a comment behind a setting belongs to the line."""
    end = text.find("\n", offset)
    if end < 0:
        return len(text)
    return end - 1 if end and text[end - 1] == "\r" else end


def _indent(text: str, offset: int) -> str:
    start = text.rfind("\n", 0, offset) + 1
    line = text[start:offset]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _spell_text(text: str) -> str:
    if '"' in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return _in_double_quotes(text)


def _in_double_quotes(text: str) -> str:
    """Write a text as JSON does: all its escapes are TOML's too, but for one sign that TOML wants escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
