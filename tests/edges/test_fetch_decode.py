"""Unpacking bodies (O-06, O-07): the same result in any pieces, never more than a step at once."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from wirewatch.core.model.outcome import Problem
from wirewatch.fetch.decode import STEP, decoder_for
from wirewatch.fetch.problems import Setback


def bare_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "zlib": ("deflate", zlib.compress),
    "bare deflate": ("deflate", bare_deflate),
    "brotli": ("br", brotli.compress),
    "plain": ("", bytes),
    "identity": ("identity", bytes),
}
names = st.sampled_from(sorted(PACKERS))
bodies = st.one_of(
    st.binary(max_size=2000),
    st.builds(lambda unit, times: unit * times, st.binary(max_size=9), st.integers(0, 40_000)),
)


def in_pieces(packed: bytes, sizes: list[int]) -> list[bytes]:
    """Cut into pieces of these sizes, over and over."""
    pieces: list[bytes] = []
    at = 0
    while at < len(packed):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(packed[at : at + size])
        at += size
    return pieces


def unpacked(encoding: str, pieces: list[bytes]) -> bytes | Problem:
    decoder = decoder_for(encoding)
    try:
        steps = [step for piece in pieces for step in decoder.feed(piece)]
        decoder.finish()
    except Setback as setback:
        return setback.problem
    return b"".join(steps)


@given(names, bodies, st.lists(st.integers(1, 5000), min_size=1, max_size=5))
def test_a_packed_body_comes_out_whole_whatever_the_pieces(
    name: str, body: bytes, sizes: list[int]
) -> None:
    """Networks cut bodies anywhere; a decoder that minds loses a feed now and then, for no visible reason."""
    encoding, pack = PACKERS[name]

    assert unpacked(encoding, in_pieces(pack(body), sizes)) == body


@given(
    st.sampled_from(["gzip", "deflate", "br"]),
    st.binary(max_size=400),
    st.lists(st.integers(1, 9), min_size=1, max_size=3),
)
def test_garbage_is_judged_alike_in_any_pieces(
    encoding: str, garbage: bytes, sizes: list[int]
) -> None:
    """O-07: what claims to be packed and is not must never depend on luck."""
    assert unpacked(encoding, in_pieces(garbage, sizes)) == unpacked(encoding, [garbage])


@given(names, bodies, st.data())
def test_a_packed_body_that_ends_early_never_passes_for_a_whole_one(
    name: str, body: bytes, data: st.DataObject
) -> None:
    """O-07: half a feed taken for a whole one would hide the other half until it is gone."""
    encoding, pack = PACKERS[name]
    packed = pack(body)
    assume(encoding not in ("", "identity") and len(packed) > 1)
    cut = data.draw(st.integers(1, len(packed) - 1))

    assert unpacked(encoding, [packed[:cut]]) in (Problem.TRUNCATED, Problem.BAD_ENCODING)


@pytest.mark.parametrize("name", ["gzip", "zlib", "bare deflate", "brotli"])
def test_a_bomb_comes_out_in_small_steps(name: str) -> None:
    """O-06: whoever counts can only stop what comes in steps; one step may never fill the memory."""
    encoding, pack = PACKERS[name]
    bomb = pack(bytes(20 * 1024 * 1024))

    steps = [len(step) for step in decoder_for(encoding).feed(bomb)]

    assert sum(steps) == 20 * 1024 * 1024
    assert max(steps) <= 2 * STEP


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_plain_text_that_claims_to_be_packed_is_refused(encoding: str) -> None:
    """O-07: text behind a false label is a broken server, and nothing of it may be parsed."""
    assert unpacked(encoding, [b"<?xml version='1.0'?><rss/>" * 9]) is Problem.BAD_ENCODING


@pytest.mark.parametrize(
    "encoding", ["foo", "zstd", "compress", "gzip, br", "gzip, gzip", "x" * 999]
)
def test_an_encoding_nobody_asked_for_is_refused(encoding: str) -> None:
    """O-07: what cannot be unpacked must fail by name, not as a feed full of rubbish."""
    with pytest.raises(Setback) as caught:
        decoder_for(encoding)

    assert caught.value.problem is Problem.BAD_ENCODING
    assert len(caught.value.detail) < 80


def test_the_members_of_a_gzip_file_are_one_body() -> None:
    """RFC 1952 allows several in a row, and some servers append to their compressed files."""
    packed = gzip.compress(b"one ") + gzip.compress(b"two")

    assert unpacked("gzip", in_pieces(packed, [1])) == b"one two"


def test_what_follows_gzip_data_is_ignored() -> None:
    """Padding after the end is common and every browser shrugs at it."""
    packed = gzip.compress(b"news") + b"\0\0\0 padding \x1f\x8b"

    assert unpacked("gzip", [packed]) == unpacked("gzip", in_pieces(packed, [1])) == b"news"


def test_a_gzip_file_of_countless_members_is_refused() -> None:
    """O-06: an empty member costs the sender 20 bytes and us a new decoder."""
    assert unpacked("gzip", [gzip.compress(b"") * 1000]) is Problem.BAD_ENCODING


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_no_bytes_at_all_are_an_empty_body(encoding: str) -> None:
    """Servers that pack nothing send nothing; the caller says "empty", which is what people need to read."""
    assert unpacked(encoding, []) == unpacked(encoding, [b""]) == b""
