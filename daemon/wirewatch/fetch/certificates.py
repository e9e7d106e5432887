"""Reads until when a certificate was good: Python tells that only of certificates it trusts."""

from __future__ import annotations

from datetime import UTC, datetime

_INTEGER = 0x02
_SEQUENCE = 0x30
_VERSION = 0xA0
_UTC_TIME = 0x17
_GENERALIZED_TIME = 0x18


def expires_at(der: bytes) -> datetime | None:
    """Return the end of a certificate's validity (RFC 5280 § 4.1); None if it cannot be read."""
    try:
        return _time(*_not_after(der))
    except (ValueError, IndexError):
        return None


def _not_after(der: bytes) -> tuple[int, bytes]:
    certificate = _inside(der, _SEQUENCE)
    rest = _inside(certificate, _SEQUENCE)
    if rest[0] == _VERSION:
        rest = _element(rest)[2]
    for tag in (_INTEGER, _SEQUENCE, _SEQUENCE):  # serial number, algorithm, issuer
        found, _, rest = _element(rest)
        _require(found, tag)
    _, _, after_begin = _element(_inside(rest, _SEQUENCE))
    tag, text, _ = _element(after_begin)
    return tag, text


def _inside(der: bytes, expected: int) -> bytes:
    tag, content, _ = _element(der)
    _require(tag, expected)
    return content


def _require(tag: int, expected: int) -> None:
    if tag != expected:
        raise ValueError(f"tag {tag} where {expected} belongs")


def _element(der: bytes) -> tuple[int, bytes, bytes]:
    """Return the tag and content of the first element, and what follows it."""
    tag, length, begin = der[0], der[1], 2
    if length & 0x80:
        begin += length & 0x7F
        length = int.from_bytes(der[2:begin], "big")
    end = begin + length
    if end > len(der):
        raise ValueError("an element longer than what holds it")
    return tag, der[begin:end], der[end:]


def _time(tag: int, text: bytes) -> datetime:
    figures = text.decode("ascii")
    if tag == _UTC_TIME:
        century = "20" if figures < "50" else "19"
        figures = century + figures
    elif tag != _GENERALIZED_TIME:
        raise ValueError("no time")
    return datetime.strptime(figures, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
