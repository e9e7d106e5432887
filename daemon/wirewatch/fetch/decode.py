"""Unpacks bodies in small steps, so that a bomb of a few kilobytes never becomes gigabytes of memory."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

import brotli

from wirewatch.core.model.outcome import Problem
from wirewatch.fetch.problems import Setback

STEP = 64 * 1024
"""The most that is unpacked at once (brotli may go a little over)."""

ACCEPT_ENCODING = "gzip, deflate, br"
"""What we ask for; anything else is refused."""

_GZIP = zlib.MAX_WBITS | 16
_MOST_MEMBERS = 256
"""A gzip file may be many, one after the other; so many are meant to keep us busy."""


class Decoder(Protocol):
    """Unpacks one body, given piece by piece."""

    def feed(self, packed: bytes) -> Iterator[bytes]:
        """Yield what becomes of the next piece, in steps; Setback if it is not what it claims to be."""

    def finish(self) -> None:
        """Say that the body has ended; Setback if something is missing."""


def decoder_for(encodings: str) -> Decoder:
    """Return what unpacks a Content-Encoding; Setback for one we did not ask for."""
    named = [name for part in encodings.split(",") if (name := part.strip().lower())]
    packed = [name for name in named if name != "identity"]
    if not packed:
        return Plain()
    if len(packed) > 1:
        raise Setback(Problem.BAD_ENCODING, "the body is packed more than once")
    make = _DECODERS.get(packed[0])
    if make is None:
        raise Setback(Problem.BAD_ENCODING, f"unknown Content-Encoding {packed[0][:40]}")
    return make()


class Plain:
    """Leaves the body as it is."""

    def feed(self, packed: bytes) -> Iterator[bytes]:
        """Yield the piece itself."""
        yield packed

    def finish(self) -> None:
        """Accept any end."""


class Gzip:
    """Unpacks gzip, several members in a row included; what follows the last is ignored."""

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(_GZIP)
        self._members = 1
        self._fed = False
        self._over = False
        self._held = b""
        """One byte after a member: too little to tell whether it begins another."""

    def feed(self, packed: bytes) -> Iterator[bytes]:
        """Yield what the piece inflates to."""
        rest, self._held = self._held + packed, b""
        self._fed = self._fed or bool(rest)
        while rest and not self._over:
            if self._inflater.eof:
                if len(rest) < 2:
                    self._held = rest
                    return
                self._next_member(rest)
            if not self._over:
                yield from _inflate(self._inflater, rest, "gzip")
                rest = self._inflater.unused_data

    def finish(self) -> None:
        """Require the trailer: gzip carries a length and a checksum."""
        if self._fed and not self._inflater.eof:
            raise Setback(Problem.TRUNCATED, "the gzip data end too early")

    def _next_member(self, rest: bytes) -> None:
        self._over = not rest.startswith(b"\x1f\x8b")
        if self._over:
            return
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise Setback(Problem.BAD_ENCODING, "the gzip data are in too many members")
        self._inflater = zlib.decompressobj(_GZIP)


class Deflate:
    """Unpacks "deflate", which half of the servers understand with a zlib header and half without."""

    def __init__(self) -> None:
        self._inflater: zlib._Decompress | None = None
        self._begin = b""

    def feed(self, packed: bytes) -> Iterator[bytes]:
        """Yield what the piece inflates to."""
        rest = packed
        if self._inflater is None:
            self._begin += rest
            if len(self._begin) < 2:
                return
            rest = self._begin
            self._inflater = zlib.decompressobj(_window(rest))
        if not self._inflater.eof:
            yield from _inflate(self._inflater, rest, "deflate")

    def finish(self) -> None:
        """Require the end mark of the stream."""
        if self._inflater is None and not self._begin:
            return
        if self._inflater is None or not self._inflater.eof:
            raise Setback(Problem.TRUNCATED, "the deflate data end too early")


class Brotli:
    """Unpacks brotli."""

    def __init__(self) -> None:
        self._inflater = brotli.Decompressor()
        self._fed = False

    def feed(self, packed: bytes) -> Iterator[bytes]:
        """Yield what the piece inflates to."""
        self._fed = self._fed or bool(packed)
        if packed and self._inflater.is_finished():
            raise _false("br")
        rest = packed
        while not self._inflater.is_finished():
            try:
                piece = self._inflater.process(rest, output_buffer_limit=STEP)
            except brotli.error as exc:
                raise _false("br") from exc
            # It accepts more input while it still holds output: only an empty answer says it is done.
            if not piece and self._inflater.can_accept_more_data():
                return
            rest = b""
            yield piece

    def finish(self) -> None:
        """Require the last block."""
        if self._fed and not self._inflater.is_finished():
            raise Setback(Problem.TRUNCATED, "the brotli data end too early")


_DECODERS: Mapping[str, Callable[[], Decoder]] = {
    "gzip": Gzip,
    "x-gzip": Gzip,
    "deflate": Deflate,
    "br": Brotli,
}


def _window(begin: bytes) -> int:
    """Tell a zlib header from bare deflate, whose encoders never write such two bytes (RFC 1950 § 2.2)."""
    has_header = begin[0] & 0x0F == 8 and int.from_bytes(begin[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS


def _inflate(inflater: zlib._Decompress, packed: bytes, name: str) -> Iterator[bytes]:
    tail = packed
    while True:
        try:
            piece = inflater.decompress(tail, STEP)
        except zlib.error as exc:
            raise _false(name) from exc
        if piece:
            yield piece
        tail = inflater.unconsumed_tail
        # A full step may leave output inside the inflater even when all input is consumed.
        if inflater.eof or (not tail and len(piece) < STEP):
            return


def _false(name: str) -> Setback:
    return Setback(Problem.BAD_ENCODING, f"the body claims to be {name} and is not, or is damaged")
