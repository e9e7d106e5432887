"""The settings of the daemon's own HTTP port, and of what reaches it from outside."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict
from pydantic.dataclasses import dataclass

from wirewatch.core.urls import is_web_url
from wirewatch.settings.durations import parse_size
from wirewatch.settings.fields import Label, Length, Size
from wirewatch.settings.listen import parse_listen

_CONFIG: Final = ConfigDict(extra="forbid")


def _listen(text: str) -> str:
    parse_listen(text)
    return text.strip()


def _callback(url: str) -> str:
    bare = url.strip()
    if not bare:
        return bare
    if not is_web_url(bare) or urlsplit(bare).query or urlsplit(bare).fragment or "@" in bare:
        raise ValueError(
            'must be a web address without ? and #; write it as "https://news.example.org"'
        )
    return bare


Callback = Annotated[str, AfterValidator(_callback)]
Listen = Annotated[str, AfterValidator(_listen)]


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Http:
    """The port at which the running daemon answers: /healthz for a look, /metrics for Prometheus."""

    listen: Listen = "127.0.0.1:9847"
    """Address and port; other machines reach it only where you name an address they can reach. Empty: no port."""
    hosts: tuple[Label, ...] = ()
    """Further names under which it may be asked, besides localhost and its own address: "news.example.org"."""


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Websub:
    """News that hubs push (W3C WebSub) for the feeds that name one, instead of waiting for the next poll."""

    callback: Callback = ""
    """The address under which hubs reach the port of [http]: "https://news.example.org". Empty: no pushes."""
    lease: Length = timedelta(days=7)
    """For how long a hub is asked to push; it is renewed in time, and the hub may grant another length."""
    poll_every: Length = timedelta(hours=2)
    """How often a feed is still polled while its hub can be relied upon."""
    max_body: Size = parse_size("4 MiB")
    """The largest push that is taken; the feed of a larger one is polled at once."""
