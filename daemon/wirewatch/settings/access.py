"""How a feed is reached, as configured: cookie, proxy, TLS; every file looked at before the start."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from wirewatch.core.model.access import Access
from wirewatch.settings.draft import Draft
from wirewatch.settings.schema import FeedTable
from wirewatch.settings.sources import Found

_COOKIE: Final = "cookie"
_FILES: Final = ("ca_file", "client_cert", "client_key")
_TOGETHER: Final = (
    ("client_key", "client_cert"),
    ("client_key_password", "client_cert"),
)
"""The first needs the second."""

_APART: Final = (
    ("tls_insecure", "tls_pin"),
    ("tls_insecure", "ca_file"),
    ("ca_file", "tls_pin"),
)
"""The first makes no sense beside the second."""


def access_of(draft: Draft, found: Found, table: FeedTable) -> Access:
    """Return the way to a feed; note what contradicts itself and files that cannot be read."""
    for key, other in _TOGETHER:
        if getattr(table, key) and not getattr(table, other):
            draft.faults.add(found, f"needs {other} too", inside=(key,))
    for key, other in _APART:
        if getattr(table, key) and getattr(table, other):
            draft.faults.add(found, f"makes no sense with {other}", inside=(key,), hint="keep one")
    if table.tls_insecure:
        draft.faults.warn(
            Found(True, found.source, found.at("tls_insecure")),
            "any certificate is believed: whoever is on the way can change what the feed says",
            hint="tls_pin names the one certificate to believe",
        )
    return Access(
        proxy=table.proxy or None,
        **{key: _file(draft, found, key, getattr(table, key)) for key in _FILES},
        client_key_password=table.client_key_password,
        tls_minimum=table.tls_minimum,
        tls_pin=table.tls_pin,
        tls_insecure=table.tls_insecure,
    )


def with_cookie(
    draft: Draft, found: Found, headers: tuple[tuple[str, str], ...], cookie: str
) -> tuple[tuple[str, str], ...]:
    """Return the headers with a cookie; note when that is there already."""
    if any(name.casefold() == _COOKIE for name, _ in headers):
        draft.faults.add(
            found, "stands in the headers already", inside=(_COOKIE,), hint="keep one of the two"
        )
    return (*headers, ("Cookie", cookie))


def _file(draft: Draft, found: Found, key: str, name: str | None) -> str | None:
    if name is None:
        return None
    path = draft.vault.base / Path(name).expanduser()
    if not path.is_file():
        draft.faults.add(found, f"{path}: there is no such file", inside=(key,))
    elif draft.need_secrets and not os.access(path, os.R_OK):
        draft.faults.add(found, f"{path}: may not be read", inside=(key,), hint="chmod or chown it")
    return str(path)
