"""Writes docs/configuration.md from the schema: ``python -m wirewatch.settings.reference > docs/configuration.md``."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

from wirewatch.settings.durations import spell_duration, spell_size
from wirewatch.settings.schema import SECTIONS, TABLES
from wirewatch.settings.textedit import spell

_SIZES: Final = frozenset({"max_wire", "max_body"})

_INTRODUCTION: Final = """\
# Configuration

*Made from the schema by `python -m wirewatch.settings.reference`; edit `daemon/wirewatch/settings/schema.py` instead.*

`wirewatch init` writes a configuration with every setting in it. `wirewatch check-config` says everything that is wrong
with one, each fault with its file, line and mend. Nothing is ever ignored: a setting that does not exist is a mistake.

## Files

The configuration is the first of

1. the file given with `--config`,
2. the file named by `$WIREWATCH_CONFIG`,
3. `./wirewatch.toml`,
4. `$XDG_CONFIG_HOME/wirewatch/wirewatch.toml` (`~/.config/wirewatch/wirewatch.toml`),
5. `/etc/wirewatch/wirewatch.toml`.

The files `wirewatch.d/*.toml` beside it (for `NAME.toml`: `NAME.d`) are read after it, in order of name. They may add
feeds, watches, channels, lists and terms, and set what no other file sets; a setting that stands in two files is a
mistake. Then come the watchlists in files of their own and the OPML files. File names are meant from the directory of
the configuration. All files are UTF-8.

**Durations** are written `"30 s"`, `"15 min"`, `"2 h"`, `"90 d"`, `"2 w"` or `"1 h 30 min"`; **sizes** `"500 KiB"` or
`"16 MiB"`.

## Environment

Any single setting can come from the environment, and then takes precedence: `WIREWATCH_SECTION__KEY`, with two low
lines between section and key: `WIREWATCH_POLL__EVERY="5 min"`. Lists are separated by commas. Feeds, watches, lists,
channels and terms cannot be set that way.

## Secrets

Any text can stand elsewhere:

| written | read from |
| --- | --- |
| `{ env = "NAME" }` | the environment variable |
| `{ file = "path" }` | the file, without the line end; Wirewatch warns when others can read it |
| `{ credential = "name" }` | `$CREDENTIALS_DIRECTORY/name`, else `$CREDENTIALS_DIRECTORY/secrets_name` |

The last are what systemd hands over for `LoadCredential=name:path` and for `LoadCredential=secrets:directory`.
Secrets, channel addresses, request headers, and user and password of any address are never logged or shown.
"""

_NOTES: Final[Mapping[str, str]] = {
    "channel": """\
The part of the address in braces is filled from the key of that name beside it, percent-encoded, so that a password may
contain any sign. `{{` is a brace. An address that is a secret as a whole is taken as it is.

```toml
[channel.desk]
url = "mailtos://wirewatch:{password}@smtp.example.org?to=desk@example.org"
password = { credential = "smtp_password" }
```
""",
    "feed": """\
What tells a server who you are (password, cookie, headers, client certificate) and whom to believe (`ca_file`,
`tls_pin`, `tls_insecure`) holds for the server of `url` alone: a redirect to another one is followed without them.
Through a proxy a feed's address is refused as ever when it is known to be private; a name that only the proxy can look
up is asked for. The proxy itself may be anywhere.

Feeds can also come from OPML files (`opml` in `[general]`): the names of folders and categories become tags.
""",
    "watchlist": """\
A list can stand in a file of its own, `watchlists/NAME.toml` with the settings below and `[[watch]]` tables, or
`watchlists/NAME.txt` in plain text, one query on each line:

```
# Lines that begin with # are for you.
channels = desk, phone
feeds = tag:gulf, "Paris, Texas Times"
priority = high

Abu Dhabi talks
"territorial issue" OR "territorial dispute"
Prisoner exchange :: (prisoner* OR captive*) NEAR/6 (exchange OR swap)
```

Settings stand above the first query. A name before ` :: ` is what the watch is called.
""",
}

_TERMS: Final = """\
## [terms]

Queries used in several watches: `officials = "minister OR envoy"` is what `@officials` stands for in every query.
"""


def reference() -> str:
    """Return the page."""
    parts = [_INTRODUCTION]
    parts += [_section(f"[{name}]", name, kind) for name, kind in SECTIONS.items()]
    titles = {"channel": "[channel.NAME]", "watchlist": "[watchlist.NAME]"}
    parts += [
        _section(titles.get(name, f"[[{name}]]"), name, kind) for name, kind in TABLES.items()
    ]
    return "\n".join([*parts, _TERMS])


def defaults(kind: type[Any]) -> dict[str, str]:
    """Return every setting of a table that has a default, and the default as it is written."""
    found: dict[str, str] = {}
    for one in fields(kind):
        value = one.default if one.default is not MISSING else _made(one.default_factory)
        if value is not MISSING and value is not None:
            found[one.name] = _spell(one.name, value)
    return found


def sentences(kind: type[Any]) -> dict[str, str]:
    """Return what each setting of a table is for: the text below it in the schema."""
    tree = ast.parse(inspect.getsource(sys.modules[kind.__module__]))
    body = next(
        node.body
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == kind.__name__
    )
    found: dict[str, str] = {}
    for node, below in pairwise(body):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            text = below.value if isinstance(below, ast.Expr) else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                found[node.target.id] = " ".join(text.value.split())
    return found


def _made(factory: Any) -> Any:
    return factory() if callable(factory) else MISSING


def _section(title: str, name: str, kind: type[Any]) -> str:
    written = defaults(kind)
    required = {
        one.name for one in fields(kind) if one.default is MISSING and one.name not in written
    }
    lines = [f"## {title}", "", str(kind.__doc__), ""]
    if note := _NOTES.get(name):
        lines += [note]
    lines += ["| setting | default | |", "| --- | --- | --- |"]
    for setting, text in sentences(kind).items():
        default = (
            "required"
            if setting in required
            else f"`{written[setting]}`"
            if setting in written
            else ""
        )
        lines.append(f"| `{setting}` | {default} | {text.replace('|', '&#124;')} |")
    return "\n".join([*lines, ""])


def _spell(name: str, value: Any) -> str:
    if isinstance(value, timedelta):
        return spell(spell_duration(value))
    if isinstance(value, StrEnum):
        return spell(value.value)
    if isinstance(value, tuple):
        return spell([str(one) for one in value])
    if isinstance(value, Mapping):
        return "{}"
    return spell(spell_size(value)) if name in _SIZES else spell(value)


if __name__ == "__main__":
    sys.stdout.write(reference())
