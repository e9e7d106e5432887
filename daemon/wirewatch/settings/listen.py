"""Where the daemon listens, as people write it: ``127.0.0.1:9847``, ``localhost:9847``, ``[::1]:9847``."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Final

_PLACE: Final = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\[\]:]+)):(\d{1,5})")


def parse_listen(text: str) -> tuple[str, int] | None:
    """Return the address and the port, None for "nowhere"; raise ValueError that says how to write it.

    >>> parse_listen("[::1]:9847"), parse_listen("")
    (('::1', 9847), None)
    """
    bare = text.strip()
    if not bare:
        return None
    found = _PLACE.fullmatch(bare)
    if found is None:
        raise ValueError(
            f'"{bare[:60]}" is not an address with a port; write it as "127.0.0.1:9847"'
        )
    host, port = found[1] or found[2], int(found[3])
    if port > 65535:
        raise ValueError(f"there is no port {port}; the highest is 65535")
    if host.lower() == "localhost":
        return "127.0.0.1", port
    try:
        return str(ip_address(host)), port
    except ValueError:
        raise ValueError(
            f'"{host[:60]}" is not an address of this machine; write figures, as in "127.0.0.1:{port}"'
        ) from None
