"""Our side of the talk: the headers of a request."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from wirewatch.core.model.access import OWN_HEADERS
from wirewatch.core.model.outcome import Problem, Request
from wirewatch.fetch.decode import ACCEPT_ENCODING
from wirewatch.fetch.problems import Setback
from wirewatch.fetch.redirects import Hop

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z")
_VALUE = re.compile(r"[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?\Z")


def is_sendable(value: str) -> bool:
    """Say whether a text can be the value of a header."""
    return _VALUE.match(value) is not None


def check_headers(headers: tuple[tuple[str, str], ...]) -> None:
    """Refuse headers that cannot be sent; their values, secrets perhaps, are never repeated."""
    for name, value in headers:
        if not _NAME.match(name):
            raise Setback(Problem.PROTOCOL, f"{name!r} cannot be the name of a header")
        if name.lower() in OWN_HEADERS:
            raise Setback(Problem.PROTOCOL, f"the header {name} is set by Wirewatch alone")
        if not is_sendable(value.strip()):
            raise Setback(Problem.PROTOCOL, f"the value of the header {name} cannot be sent")


def is_conditional(request: Request) -> bool:
    """Say whether a request asks "has it changed?"."""
    return bool(_validators(request))


def headers_for(request: Request, hop: Hop, *, user_agent: str) -> list[tuple[bytes, bytes]]:
    """Return the headers for one station of a visit; what the feed sets itself wins."""
    fields = {
        "Host": hop.url.netloc.decode("ascii"),
        "User-Agent": request.user_agent or user_agent,
        "Accept": request.accept,
        "Accept-Encoding": ACCEPT_ENCODING,
        "Connection": "close",
        **_form_headers(request),
        **_validators(request),
    }
    if hop.authorization is not None:
        fields["Authorization"] = hop.authorization
    own = {name.lower() for name, _ in hop.headers}
    kept = [(name, value) for name, value in fields.items() if name.lower() not in own]
    sent = [*kept, *((name, value.strip()) for name, value in hop.headers)]
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in sent]


def posted(request: Request) -> bytes:
    """Return the body of a request: its form, or nothing."""
    return urlencode(request.form).encode("ascii")


def _form_headers(request: Request) -> dict[str, str]:
    if not request.form:
        return {}
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(posted(request))),
    }


def _validators(request: Request) -> dict[str, str]:
    """Return the validators as they came; one that cannot have come from a server is left out."""
    both = {"If-None-Match": request.etag, "If-Modified-Since": request.last_modified}
    return {name: value for name, value in both.items() if value and is_sendable(value)}
