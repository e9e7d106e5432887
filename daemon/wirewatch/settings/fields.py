"""The kinds of values a setting can have, each with the sentence that mends a wrong one.

pydantic reports a ValueError and lets a TypeError through: hence ValueError for wrong types too.
A message reads ``what is wrong; how to mend it``: what follows the first semicolon becomes the hint.
"""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Final
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, Strict

from wirewatch.core.model.access import OWN_HEADERS
from wirewatch.core.model.policy import DayTime, QuietSpan
from wirewatch.core.urls import is_web_url
from wirewatch.settings.durations import parse_duration, parse_size
from wirewatch.settings.redact import redact_url
from wirewatch.settings.suggest import did_you_mean
from wirewatch.settings.times import parse_day_time, parse_span

Network = IPv4Network | IPv6Network

_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def _duration(value: object) -> object:
    if isinstance(value, str):
        return parse_duration(value)
    if isinstance(value, timedelta):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(f'{value} lacks its unit; write "{value} s" or "{value} min"')  # noqa: TRY004
    raise ValueError('must be a duration in quotes; write it as "15 min"')


def _size(value: object) -> object:
    if isinstance(value, str):
        return parse_size(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError('must be a size in quotes; write it as "16 MiB"')


def _day_time(value: object) -> object:
    if isinstance(value, str):
        return parse_day_time(value)
    if isinstance(value, DayTime):
        return value
    raise ValueError('must be a time of day in quotes; write it as "08:00"')


def _span(value: object) -> object:
    if isinstance(value, str):
        return parse_span(value)
    if isinstance(value, QuietSpan):
        return value
    raise ValueError('must be a span of the day in quotes; write it as "22:00-07:00"')


def _some_time(length: timedelta) -> timedelta:
    if length <= timedelta(0):
        raise ValueError("must be longer than nothing")
    return length


def _a_day(length: timedelta) -> timedelta:
    if length < timedelta(days=1):
        raise ValueError('must be at least "1 d"')
    return length


def _a_kilobyte(size: int) -> int:
    if size < 1024:
        raise ValueError(f'must be at least "1 KiB"; write "{size} MiB" if that is meant')
    return size


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        nearest = did_you_mean(name.rpartition("/")[2], _places()) or did_you_mean(name, _places())
        mend = f'did you mean "{_places()[nearest]}"?' if nearest else 'write it as "Europe/Paris"'
        raise ValueError(f'"{name}" is not a time zone; {mend}') from None
    return name


def _places() -> dict[str, str]:
    zones = sorted(available_timezones())
    return {zone.rpartition("/")[2]: zone for zone in zones} | {zone: zone for zone in zones}


def _label(text: str) -> str:
    bare = text.strip()
    if not bare:
        raise ValueError("must not be empty")
    if not bare.isprintable():
        raise ValueError("must be one line of printable signs")
    return bare


def _feed_name(text: str) -> str:
    if text.casefold().startswith("tag:"):
        raise ValueError('must not begin with "tag:"; that is how lists name tags')
    return text


def _tag(text: str) -> str:
    if "," in text:
        raise ValueError('must not contain a comma; write several tags as ["one", "two"]')
    return text


def _web_url(url: str) -> str:
    bare = url.strip()
    if is_web_url(bare):
        return bare
    shown = redact_url(bare)
    if not bare:
        raise ValueError("must not be empty")
    if bare.startswith("feed:"):
        rest = bare.removeprefix("feed:").removeprefix("//").removeprefix("https://")
        raise ValueError(f'"{shown}" is not a web address; write "{redact_url("https://" + rest)}"')
    if "://" not in bare and is_web_url(f"https://{bare}"):
        raise ValueError(f'"{shown}" lacks its beginning; write "https://{shown}"')
    raise ValueError(f'"{shown}" is not a web address; it begins with https:// or http://')


def _network(value: object) -> object:
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    if not isinstance(value, str):
        raise ValueError("must be text, in quotes")  # noqa: TRY004
    try:
        return ip_network(value.strip(), strict=True)
    except ValueError:
        raise ValueError(_no_network(value)) from None


def _no_network(value: str) -> str:
    try:
        mend = f'did you mean "{ip_network(value.strip(), strict=False)}"?'
    except ValueError:
        mend = 'write it as "10.0.0.0/8" or "192.0.2.7"'
    return f'"{value}" is not a network; {mend}'


def _language(tag: str) -> str:
    if not _LANGUAGE.fullmatch(tag):
        raise ValueError(f'"{tag}" is not a language; write it as "en" or "pt-BR"')
    return tag


def _header_name(name: str) -> str:
    if not _TOKEN.fullmatch(name):
        raise ValueError("is not a header name; use letters, digits and hyphens")
    if name.casefold() in OWN_HEADERS:
        raise ValueError("is set by Wirewatch itself; leave it out")
    return name


def _header_value(value: str) -> str:
    if any(ord(sign) < 0x20 or ord(sign) == 0x7F for sign in value):
        raise ValueError("must be one line")
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        raise ValueError("must be plain text; other alphabets cannot stand in a header") from None
    return value.strip()


def _proxy(url: str) -> str:
    bare = url.strip()
    if not bare:
        return bare
    if not is_web_url(bare) or not bare.lower().startswith("http://"):
        raise ValueError(
            'is not the address of an HTTP proxy; write "http://proxy.example.org:3128"'
        )
    return bare


def _pin(text: str) -> str:
    figures = text.strip().lower().removeprefix("sha256:").replace(":", "")
    if not _FINGERPRINT.fullmatch(figures):
        raise ValueError(
            "is not a SHA-256 of 64 figures; see openssl x509 -noout -fingerprint -sha256 -in FILE"
        )
    return figures


Switch = Annotated[bool, Strict()]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Length = Annotated[Duration, AfterValidator(_some_time)]
DayTimeField = Annotated[DayTime, BeforeValidator(_day_time)]
QuietField = Annotated[QuietSpan, BeforeValidator(_span)]
Days = Annotated[Duration, AfterValidator(_a_day)]
Size = Annotated[int, BeforeValidator(_size), AfterValidator(_a_kilobyte)]
Count = Annotated[int, Strict(), Field(ge=0, le=10_000)]
Number = Annotated[int, Strict(), Field(ge=1, le=10_000)]
Zone = Annotated[str, AfterValidator(_zone)]
Label = Annotated[str, Field(max_length=200), AfterValidator(_label)]
FeedName = Annotated[Label, AfterValidator(_feed_name)]
Tag = Annotated[Label, AfterValidator(_tag)]
Query = Annotated[str, Field(max_length=10_000)]
WebUrl = Annotated[str, AfterValidator(_web_url)]
ProxyUrl = Annotated[str, AfterValidator(_proxy)]
Pin = Annotated[str, AfterValidator(_pin)]
NetworkField = Annotated[Network, BeforeValidator(_network)]
Language = Annotated[str, AfterValidator(_language)]
HeaderName = Annotated[str, AfterValidator(_header_name)]
HeaderValue = Annotated[str, AfterValidator(_header_value)]
