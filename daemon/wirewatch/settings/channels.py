"""Channels as configured: Apprise addresses with the secrets put in their places."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

from wirewatch.core.model.alert import ChannelSpec
from wirewatch.core.model.policy import ChannelPolicy
from wirewatch.settings.draft import Draft
from wirewatch.settings.locate import KeyPath
from wirewatch.settings.redact import without
from wirewatch.settings.schema import ChannelTable, names_of
from wirewatch.settings.secrets import Revealed
from wirewatch.settings.sources import Found
from wirewatch.settings.suggest import did_you_mean, hint_for
from wirewatch.settings.tables import Built, checked

CheckChannel = Callable[[str], str | None]
"""Says what is wrong with an Apprise address, or None."""

CheckTemplate = Callable[[str], str | None]
"""Says what is wrong with a template for messages, or None."""

_NAME: Final = re.compile(r"\w(?:[\w .@+-]{0,62}\w)?")
_PLACEHOLDER: Final = re.compile(r"\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_-]*)\}")
_KNOWN: Final = names_of(ChannelTable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What holds for channels that do not say it themselves."""

    timeout: timedelta
    timezone: str
    rolling_max: timedelta


def build_channels(
    draft: Draft,
    *,
    defaults: Defaults,
    check: CheckChannel | None,
    check_template: CheckTemplate | None = None,
) -> list[Built[ChannelSpec]]:
    """Return every channel that is configured soundly; note what is wrong with the others."""
    built = []
    for name, found in draft.channels.items():
        if not _NAME.fullmatch(name):
            hint = "use letters, digits, spaces, . @ + - and _"
            draft.faults.add(found, f'"{name}" cannot be the name of a channel', hint=hint)
        elif channel := _channel(draft, name, found, defaults, check):
            if check_template is not None:
                _check_templates(draft, channel, check_template)
            built.append(channel)
    return built


def _channel(
    draft: Draft, name: str, found: Found, defaults: Defaults, check: CheckChannel | None
) -> Built[ChannelSpec] | None:
    revealed = draft.revealed(found).value
    written = revealed if isinstance(revealed, dict) else {}
    own = {key: value for key, value in written.items() if key in _KNOWN}
    table = checked(draft, ChannelTable, Found(own, found.source, found.path))
    values = _values(draft, found, {key: written[key] for key in written if key not in _KNOWN})
    if table is None:
        return None
    if (table.url is None) == (not table.urls):
        message = "needs a url" if table.url is None else "has both url and urls"
        draft.faults.add(found, message, hint='url = "mailtos://…", or urls = ["…", "…"]')
        return None
    filled = _filled(draft, found, own, values)
    _unused(draft, found, values)
    if not draft.faults.is_wrong(found) and check:
        for path, url in filled:
            if problem := check(url):
                message = _scrubbed(problem, (url, *values.texts.values()))
                draft.faults.add(found, message, inside=path)
    timeout = table.timeout or defaults.timeout
    spec = ChannelSpec(
        name=name,
        urls=tuple(url for _, url in filled),
        timeout_s=timeout.total_seconds(),
        subject=table.subject,
        template=table.template,
        fallback=table.fallback,
        fallback_after=table.fallback_after,
        policy=ChannelPolicy(
            timezone=table.timezone or defaults.timezone,
            digest=table.digest,
            quiet=table.quiet_hours,
            max_per_hour=table.max_per_hour,
            cooldown=table.cooldown,
            rolling=table.rolling,
            rolling_max=defaults.rolling_max,
        ),
    )
    return Built(spec, found)


def _check_templates(draft: Draft, built: Built[ChannelSpec], check: CheckTemplate) -> None:
    for key, text in (("subject", built.noun.subject), ("template", built.noun.template)):
        problem = check(text) if text is not None else None
        if problem is not None:
            hint = "try it: wirewatch channel preview NAME"
            draft.faults.add(built.found, problem, inside=(key,), hint=hint)


@dataclass(slots=True)
class _Values:
    """What stands beside the addresses, to be put into them."""

    texts: Mapping[str, str] = field(repr=False)
    missing: frozenset[str] = frozenset()
    used: set[str] = field(default_factory=set)


def _values(draft: Draft, found: Found, beside: Mapping[str, object]) -> _Values:
    texts: dict[str, str] = {}
    missing = set()
    for key, value in beside.items():
        if draft.is_missing(found, (key,)):
            missing.add(key)
        elif isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
            texts[key] = str(value)
        else:
            draft.faults.add(found, "must be text, in quotes", inside=(key,))
    return _Values(texts, frozenset(missing))


def _filled(
    draft: Draft, found: Found, written: Mapping[str, Any], values: _Values
) -> list[tuple[KeyPath, str]]:
    """Return the addresses, each with its place, and what stands beside them filled in.

    An address that is wholly a secret is taken as it is, braces and all. One that lacks its secret is left out: that
    happens only where a command looks things up and needs no channel.
    """
    places: list[tuple[KeyPath, str]] = []
    if "url" in written:
        places.append((("url",), written["url"]))
    places += [(("urls", index), url) for index, url in enumerate(written.get("urls", ()))]
    filled = []
    for path, url in places:
        if draft.is_missing(found, path):
            continue
        text = url if isinstance(url, Revealed) else _fill(draft, found, path, url, values)
        if text is not None:
            filled.append((path, str.strip(text)))
    return filled


def _fill(draft: Draft, found: Found, path: KeyPath, url: str, values: _Values) -> str | None:
    """Put percent-encoded values where ``{name}`` stands; ``{{`` is a brace."""
    names = {name for name in _PLACEHOLDER.findall(url) if name}
    values.used |= names
    for name in sorted(names - values.texts.keys() - values.missing):
        nearest = did_you_mean(name, values.texts)
        values.used.add(nearest or name)
        mend = f'add {name} = "…" beside it, or write {{{{{name}}}}}'
        hint = f'did you mean "{nearest}"?' if nearest else mend
        draft.faults.add(found, f"nothing fills {{{name}}}", inside=path, hint=hint)
    if names - values.texts.keys():
        return None

    def fill(part: re.Match[str]) -> str:
        return quote(values.texts[part[1]], safe="") if part[1] else part[0][0]

    return _PLACEHOLDER.sub(fill, url)


def _unused(draft: Draft, found: Found, values: _Values) -> None:
    for key in (*values.texts, *values.missing):
        if key not in values.used:
            hint = hint_for(key, (*_KNOWN, *values.used)) or f"no address contains {{{key}}}"
            draft.faults.add(found, "there is no such setting", inside=(key,), hint=hint)


def _scrubbed(message: str, secrets: tuple[str, ...]) -> str:
    """Take out of a message whatever may be secret in it: the address and everything that was put into it."""
    hidden = {text for secret in secrets for text in (secret, quote(secret, safe=""))}
    hidden |= {part for part in re.split(r"[/:@?&=]+", secrets[0])[1:] if len(part) > 7}
    return without(message, hidden)
