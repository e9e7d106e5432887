"""The settings of the daemon's own HTTP port, and of what reaches it from outside."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict
from pydantic.dataclasses import dataclass

from wirewatch.settings.fields import Label
from wirewatch.settings.listen import parse_listen

_CONFIG: Final = ConfigDict(extra="forbid")


def _listen(text: str) -> str:
    parse_listen(text)
    return text.strip()


Listen = Annotated[str, AfterValidator(_listen)]


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Http:
    """The port at which the running daemon answers: /healthz for a look, /metrics for Prometheus."""

    listen: Listen = "127.0.0.1:9847"
    """Address and port; other machines reach it only where you name an address they can reach. Empty: no port."""
    hosts: tuple[Label, ...] = ()
    """Further names under which it may be asked, besides localhost and its own address: "news.example.org"."""
