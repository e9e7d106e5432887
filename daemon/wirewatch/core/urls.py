"""What two URLs have in common: hosts, canonical forms, tracking parameters."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

TRACKING_PREFIXES = (
    "utm_",
    "itm_",
    "stm_",
    "pk_",
    "mtm_",
    "matomo_",
    "hsa_",
    "at_",
    "ns_",
    "vero_",
    "oly_",
)
"""Prefixes of query parameters that name a campaign, never a document."""

TRACKING_NAMES = frozenset(
    "fbclid gclid gclsrc dclid wbraid gbraid msclkid twclid ttclid yclid ysclid igshid igsh mc_cid mc_eid mkt_tok "
    "cmpid cmp campaign_id s_cid s_kwcid ncid ocid smid sr_share ref_src ref_url spm scm soc_src soc_trk "
    "traffic_source guccounter guce_referrer guce_referrer_sig ftag ito xtor cvid _ga _gl _hsenc _hsmi "
    "__twitter_impression _branch_match_id _openstat epik gad_campaignid gad_source li_fat_id rdt_cid srsltid "
    "unicorn_click_id wickedid amp wt_mc wt.mc_id feed_id rss src_rss taid wtrid cid_source".split()
)
"""Well-known tracking parameters, as kept by the lists of ad blockers and browsers that strip them."""

_DEFAULT_PORT = {"http": 80, "https": 443}
_MOBILE = re.compile(r"^(?:www\d?|m|mobile|amp)\.(?=[^.]+\.)")


def host_of(url: str) -> str:
    """Return the host of a URL in lower case, or an empty string."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def politeness_key(url: str) -> str:
    """Return the name under which requests to a server are counted: its host, without ``www.``."""
    host = host_of(url)
    return host.removeprefix("www.") if "." in host.removeprefix("www.") else host


def same_server(one: str, other: str) -> bool:
    """Say whether two URLs lead to one server: the same scheme, host and port. Only then may secrets go along.

    >>> same_server("https://a.example/feed", "https://A.example:443/feed?page=2")
    True
    >>> same_server("https://a.example/feed", "http://a.example/feed")
    False
    """
    if not (is_web_url(one) and is_web_url(other)):
        return False
    places = [urlsplit(canonical_url(url)) for url in (one, other)]
    return places[0][:2] == places[1][:2]


def is_web_url(url: str) -> bool:
    """Say whether a URL is http or https and names a host."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in _DEFAULT_PORT and bool(parts.hostname) and not _has_blanks(url)


def _has_blanks(url: str) -> bool:
    return any(char.isspace() or ord(char) < 0x21 for char in url)


def canonical_url(url: str) -> str:
    """Return the form under which two links to one document are equal.

    Lower-case scheme and host without default port, tracking parameters and fragment dropped, the rest of the query in
    order of name, no slash at the end. What is not a web URL comes back as it is.

    >>> canonical_url("HTTPS://www.Example.org:443/a/?utm_source=rss&id=7#top")
    'https://www.example.org/a?id=7'
    """
    if not is_web_url(url):
        return url
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, _netloc(parts), _path(parts), _query(parts), ""))


def link_key(url: str) -> str:
    """Return what makes two links probably the same document: canonical, less scheme, ``www.``, ``m.``, ``amp``."""
    if not is_web_url(url):
        return url
    parts = urlsplit(canonical_url(url))
    host = _MOBILE.sub("", parts.netloc)
    path = re.sub(r"(?:/amp|\.amp|/index\.(?:html?|php))$", "", parts.path)
    return urlunsplit(("", host, path, parts.query, ""))


def _netloc(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    try:
        shown = f"[{ipaddress.IPv6Address(host)}]" if ":" in host else host.encode("idna").decode()
    except (UnicodeError, ValueError):
        shown = host
    default = parts.port is None or parts.port == _DEFAULT_PORT[parts.scheme]
    return shown if default else f"{shown}:{parts.port}"


def _path(parts: SplitResult) -> str:
    return quote(
        unquote(parts.path, errors="surrogateescape"),
        safe="/:@!$&'()*+,;=~-._",
        errors="surrogateescape",
    ).rstrip("/")


def _query(parts: SplitResult) -> str:
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not is_tracking(name)
    ]
    return urlencode(sorted(kept))


def is_tracking(name: str) -> bool:
    """Say whether a query parameter only tracks the reader."""
    lowered = name.lower()
    return lowered in TRACKING_NAMES or lowered.startswith(TRACKING_PREFIXES)
