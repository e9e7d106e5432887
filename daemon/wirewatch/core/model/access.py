"""How a feed is reached when it is not simply public: by which proxy, and whom it is to be believed."""

from __future__ import annotations

from dataclasses import dataclass, field

OWN_HEADERS = frozenset(
    "accept-encoding connection content-length expect host if-match if-modified-since if-none-match "
    "if-range if-unmodified-since keep-alive proxy-authorization proxy-connection range te trailer "
    "transfer-encoding upgrade".split()
)
"""Headers that belong to the fetcher; a feed cannot set them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The way to a feed as its owner asked for it. Files are paths; nothing of it is shown or logged."""

    proxy: str | None = field(default=None, repr=False)
    """An HTTP proxy, perhaps with user and password."""
    ca_file: str | None = None
    """Authorities that are believed besides the well-known ones."""
    client_cert: str | None = None
    """The certificate that is shown to the server, with its chain…"""
    client_key: str | None = None
    """…and its key, where that is not in the same file."""
    client_key_password: str | None = field(default=None, repr=False)
    tls_minimum: str | None = None
    """"1.2" or "1.3"; None: 1.2."""
    tls_pin: str | None = None
    """SHA-256 of the one certificate that is believed, whoever signed it: 64 figures."""
    tls_insecure: bool = False
    """Believe anybody."""

    def elsewhere(self) -> Access:
        """Return what of it holds for another server: the way out, never whom to believe or who we are."""
        return Access(proxy=self.proxy, tls_minimum=self.tls_minimum)


PUBLIC = Access()
"""No special way."""
