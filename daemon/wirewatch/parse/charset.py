"""Bytes to text: what the bytes themselves show weighs more than what a header claims about them."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Longest first: the mark of UTF-32 begins with that of UTF-16."""

_WIDER: Final = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
"""A label means the larger set that is really sent under it, as browsers read it."""

_NOT_TEXT: Final = frozenset(
    {"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7"}
)
_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:+-]+)""", re.IGNORECASE)
_XML_ENCODING = re.compile(
    rb"""^[^<]{0,1000}<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_.:+-]+)["']"""
)
_META_CHARSET = re.compile(
    rb"""<meta\b[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:+-]+)""", re.IGNORECASE
)
_HEAD: Final = 8192

_STRAY: Final = {
    0xDC00 + byte: bytes([byte]).decode("cp1252", "replace").replace("\ufffd", "")
    for byte in range(0x80, 0x100)
}
"""What a byte that is no UTF-8 most likely is: a character of the Western Windows code page."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the encoding it was read by, and whether some bytes did not fit it."""

    text: str
    charset: str
    damaged: bool = False


def decode(body: bytes, content_type: str) -> Decoded:
    """Decode a document. Never raises; bytes that fit nothing are read as the likeliest character or dropped."""
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return _certain(body[len(mark) :], charset)
    if (wide := _wide(body)) is not None:
        return _certain(body, wide)
    named = _named(body, content_type)
    if "iso2022" in "".join(named):  # shifted by escape sequences: looks like plain ASCII
        return _first_that_fits(body, named)
    try:
        return Decoded(body.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _first_that_fits(body, named)


def _certain(body: bytes, charset: str) -> Decoded:
    try:
        return Decoded(body.decode(charset), charset)
    except UnicodeDecodeError:
        if charset == "utf-8":
            return _mixed(body)
        return Decoded(body.decode(charset, "ignore"), charset, damaged=True)


def _wide(body: bytes) -> str | None:
    """Recognise UTF-16 and UTF-32 without a mark by the zero bytes beside the first signs, and EBCDIC."""
    head = body[:4]
    if head == b"Lo\xa7\x94":
        return "cp037"
    zeros = "".join("0" if byte == 0 else "x" for byte in head)
    return {
        "000x": "utf-32-be",
        "x000": "utf-32-le",
        "0x0x": "utf-16-be",
        "x0x0": "utf-16-le",
    }.get(zeros)


def _named(body: bytes, content_type: str) -> list[str]:
    """Return what the document and the header say, the likelier first."""
    inside = _XML_ENCODING.search(body[:_HEAD]) or _META_CHARSET.search(body[:_HEAD])
    outside = _HEADER_CHARSET.search(content_type)
    own = _codec(inside[1].decode("ascii")) if inside else None
    told = _codec(outside[1]) if outside else None
    # servers add a Latin default to everything; the author of the document knew better
    order = (own, told) if told in (None, "cp1252", "utf-8") else (told, own)
    return [name for name in order if name is not None]


def _codec(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    if name in _NOT_TEXT or name.startswith(("utf-16", "utf-32")):
        return None  # had it been wide, its zero bytes would have shown
    return _WIDER.get(name, name)


def _first_that_fits(body: bytes, names: list[str]) -> Decoded:
    for name in names:
        if name == "utf-8":
            continue
        try:
            return Decoded(body.decode(name), name)
        except (UnicodeDecodeError, LookupError):
            continue
    legacy = [name for name in names if name != "utf-8"]
    if legacy and "utf-8" not in names:
        return Decoded(_lossy(body, legacy[0]), legacy[0], damaged=True)
    return _mixed(body)


def _lossy(body: bytes, name: str) -> str:
    try:
        return body.decode(name, "ignore")
    except (UnicodeDecodeError, LookupError):  # the name of a codec that is none for text
        return _mixed(body).text


def _mixed(body: bytes) -> Decoded:
    """Read as UTF-8, and every byte that does not fit as Western: right for wholly Western bytes as well."""
    return Decoded(body.decode("utf-8", "surrogateescape").translate(_STRAY), "utf-8", damaged=True)
