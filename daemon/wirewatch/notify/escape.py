"""Making a stranger's words harmless: no markup, no mentions, no header lines, no tricks of direction."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape as _html
from typing import Final
from urllib.parse import quote, urlsplit

_DIRECTION: Final = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufff9-\ufffb\ufeff]")
_BLANK: Final = re.compile("[\\s\u2028\u2029\u0085]+")
_MENTION: Final = re.compile(r"@(?=[\w&!])|<(?=[!@#&])")
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()#~|><&]|^[-+=]|(?<=\d)\.(?=\s|$))")
_LINK: Final = re.compile(r"(?i)\b(https?|ftp|javascript|data|vbscript):(?=\S)")
_DOMAIN: Final = re.compile(r"(?<=[^\W_])\.(?=[^\W\d_]{2})|(?<=\w)@(?=\w)")
"""The dot of a bare ``evil.example`` and the sign of an address: many services make links of those too."""

_ZERO_WIDTH: Final = "\u200b"


def one_line(text: str) -> str:
    """Return text as one clean line: for subjects, titles and headers."""
    return _BLANK.sub(" ", clean(text)).strip()


def clean(text: str) -> str:
    """Drop control characters and direction marks; keep line breaks."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    valid = unified.encode("utf-8", "replace").decode("utf-8")
    return _CONTROL.sub("", _DIRECTION.sub("", valid))


def piece(text: str, quote: Callable[[str], str]) -> str:
    """Escape a part of a line, keeping the blanks at its ends, which escaping to one line would take."""
    bare = clean(text)
    lead = " " if bare[:1].isspace() else ""
    tail = " " if bare[-1:].isspace() and bare.strip() else ""
    return f"{lead}{quote(bare) if bare.strip() else ''}{tail}"


def html(text: str) -> str:
    """Return text as HTML text."""
    return _html(_unlinked(one_line(text)), quote=True)


def address(link: str) -> str:
    """Return a link that was made safe as HTML text or as the value of an attribute, and still a link."""
    return _html(link, quote=True)


def simple_html(text: str) -> str:
    """Return text as HTML text for chat services, which look for mentions in it."""
    return _html(_unlinked(_unmentioned(one_line(text))), quote=True)


def markdown(text: str) -> str:
    """Return text that CommonMark and its relatives show as it is: backslashes before their marks."""
    return _MARKDOWN.sub(r"\\\1", _unlinked(_unmentioned(one_line(text))))


def mrkdwn(text: str) -> str:
    """Return text for Slack and its relatives, which show backslashes: their marks are replaced by look-alikes."""
    table = str.maketrans(
        {
            "*": "∗",
            "_": "＿",
            "~": "∼",
            "`": "ˋ",
            "<": "‹",
            ">": "›",
            "[": "［",
            "]": "］",
            "&": "＆",
            "|": "∣",
        }
    )
    return _unlinked(_unmentioned(one_line(text))).translate(table)


def text(raw: str) -> str:
    """Return text for services that show text, some of which still look for mentions."""
    return _unlinked(_unmentioned(one_line(raw)))


def _unmentioned(line: str) -> str:
    """Break what calls people: ``@everyone``, ``<!channel>``, ``<@U123>``."""
    return _MENTION.sub(lambda match: match.group() + _ZERO_WIDTH, line)


def _unlinked(line: str) -> str:
    """Break addresses in running text, so that no service makes a link of what a stranger wrote."""
    broken = _LINK.sub(lambda match: f"{match.group(1)}:{_ZERO_WIDTH}", line)
    return _DOMAIN.sub(lambda match: match.group() + _ZERO_WIDTH, broken)


def safe_link(url: str | None) -> str | None:
    """Return a web link fit for any dialect, or None: http and https only, marks encoded, the host in ASCII."""
    if not url:
        return None
    try:
        parts = urlsplit(clean(url).strip())
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
        ascii_only = parts._replace(netloc=_ascii_host(parts.netloc))
    except ValueError:
        return None
    return quote(ascii_only.geturl(), safe="%/:=&?~#+!$,;'@-._")


def _ascii_host(netloc: str) -> str:
    """Return host and port with the host in its ASCII form, in which a homograph is seen.

    What stands before the host (``https://bank.example@evil.example``) only looks like one, and goes.
    """
    host, colon, port = netloc.rpartition("@")[2].partition(":")
    shown = host if host.isascii() else host.encode("idna").decode()
    return f"{shown}{colon}{port}"
