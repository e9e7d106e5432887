"""What a server says and what we make of it (O-16 to O-19, O-21, O-22): over real sockets on loopback."""

from __future__ import annotations

import gzip
import zlib
from datetime import timedelta

import brotli
import pytest

from tests.edges.fetch_server import (
    Talk,
    a_request,
    failure_of,
    fetching,
    got_of,
    outcome_of,
    response,
    serving,
)
from wirewatch.core.model.outcome import CachingHints, Failed, Got, Problem, Unchanged

FEED = b"<rss><channel><item><title>news</title></item></channel></rss>"
ETAG = 'W/"caf\xc3\xa9-gzip"'
MODIFIED = "Mon, 3 Aug 2026 07:00:00 UTC"


async def test_a_document_comes_back_whole_with_what_the_server_said_of_it() -> None:
    """The one thing everything else depends on."""
    answer = response(
        FEED,
        etag=ETAG,
        last_modified=MODIFIED,
        content_type="text/xml; charset=koi8-r",
        cache_control="max-age=300",
    )

    got = await got_of(answer)

    assert (got.status, got.body, got.content_type) == (200, FEED, "text/xml; charset=koi8-r")
    assert (got.etag, got.last_modified) == (ETAG, MODIFIED)
    assert got.hints == CachingHints(max_age=timedelta(minutes=5))
    assert got.moved_to is None
    assert got.wire_bytes == len(answer)
    assert timedelta() < got.took < timedelta(seconds=10)


async def test_validators_go_back_byte_for_byte() -> None:
    """RFC 9110 compares them as they are; a feed that never says 304 again costs everybody."""
    async with (
        serving(response(FEED, etag=ETAG, last_modified=MODIFIED)) as server,
        fetching() as fetcher,
    ):
        got = await fetcher.fetch(a_request(server.url()))
        assert isinstance(got, Got)
        await fetcher.fetch(a_request(server.url(), etag=got.etag, last_modified=got.last_modified))

    again = server.asked[1].headers
    assert (again["if-none-match"], again["if-modified-since"]) == (ETAG, MODIFIED)
    assert "if-none-match" not in server.asked[0].headers


async def test_unchanged_is_told_from_changed() -> None:
    """A quiet poll is the commonest of all, and its hints count too; a 304 may announce a length."""
    answer = response(
        b"", status="304 Not Modified", content_length="48213", cache_control="max-age=60"
    )

    outcome = await outcome_of(answer, etag='"a"')

    assert isinstance(outcome, Unchanged)
    assert outcome.hints.max_age == timedelta(minutes=1)
    assert outcome.wire_bytes == len(answer)


async def test_a_304_to_an_unconditional_request_is_a_failure() -> None:
    """O-16: there is nothing it could be the same as, so believing it would hide the feed for ever."""
    failed = await failure_of(response(b"", status="304 Not Modified"))

    assert failed.problem is Problem.UNEXPECTED_STATUS
    assert failed.status == 304


async def test_a_validator_that_no_server_gave_is_not_sent() -> None:
    """A damaged row must not make a request that breaks in the middle."""
    async with serving(response(FEED)) as server, fetching() as fetcher:
        await fetcher.fetch(
            a_request(server.url(), etag='"a"\r\nX-Evil: 1', last_modified="été 一")
        )

    assert "if-none-match" not in server.asked[0].headers
    assert "if-modified-since" not in server.asked[0].headers


@pytest.mark.parametrize("validator", ["x" * 2000, ""])
async def test_a_validator_that_is_a_burden_is_not_kept(validator: str) -> None:
    """An ETag of kilobytes would be stored with every poll and sent with every request."""
    got = await got_of(response(FEED, etag=f"{validator}", last_modified=MODIFIED))

    assert (got.etag, got.last_modified) == (None, MODIFIED)


@pytest.mark.parametrize(
    ("status", "problem", "detail"),
    [
        ("201 Created", Problem.UNEXPECTED_STATUS, "HTTP 201 Created"),
        ("204 No Content", Problem.EMPTY, "HTTP 204 No Content: nothing in it"),
        ("206 Partial Content", Problem.UNEXPECTED_STATUS, "HTTP 206 Partial Content"),
        ("300 Multiple Choices", Problem.UNEXPECTED_STATUS, "HTTP 300 Multiple Choices"),
        ("400 Bad Request", Problem.HTTP_CLIENT, "HTTP 400 Bad Request"),
        ("401 Unauthorized", Problem.UNAUTHORIZED, "HTTP 401 Unauthorized"),
        ("403 Forbidden", Problem.UNAUTHORIZED, "HTTP 403 Forbidden"),
        ("404 Nix da", Problem.HTTP_CLIENT, "HTTP 404 Not Found"),
        ("410 Gone", Problem.GONE, "HTTP 410 Gone"),
        ("429 Slow down", Problem.RATE_LIMITED, "HTTP 429 Too Many Requests"),
        ("451 Nope", Problem.HTTP_CLIENT, "HTTP 451 Unavailable For Legal Reasons"),
        ("500 Oops", Problem.HTTP_SERVER, "HTTP 500 Internal Server Error"),
        ("522 CDN", Problem.HTTP_SERVER, "HTTP 522"),
        ("999 Request denied", Problem.UNEXPECTED_STATUS, "HTTP 999"),
    ],
)
async def test_every_status_that_brings_no_document_has_its_problem(
    status: str, problem: Problem, detail: str
) -> None:
    """O-21, O-22: the cadence treats "gone", "too often" and "broken" quite differently."""
    failed = await failure_of(response(b"some page", status=status))

    assert (failed.problem, failed.detail) == (problem, detail)
    assert failed.status == int(status[:3])


@pytest.mark.parametrize("status", ["200 OK", "203 Non-Authoritative", "226 IM Used"])
async def test_a_status_with_a_document_brings_it(status: str) -> None:
    """A transforming proxy (203) and a delta that is a feed (226) are news all the same."""
    assert (await got_of(response(FEED, status=status))).body == FEED


@pytest.mark.parametrize("body", [b"", b" \r\n\t\n"])
async def test_an_empty_document_is_a_failure(body: bytes) -> None:
    """O-21: nothing is not a feed without entries, and must not count as success."""
    assert (await failure_of(response(body))).problem is Problem.EMPTY


@pytest.mark.parametrize(
    ("status", "problem"), [("503 Busy", Problem.HTTP_SERVER), ("429 No", Problem.RATE_LIMITED)]
)
async def test_a_refusal_carries_how_long_to_stay_away(status: str, problem: Problem) -> None:
    """O-14: Retry-After must reach the cadence, clamped, and the person who reads the status."""
    failed = await failure_of(response(b"busy", status=status, retry_after="1000000000"))

    assert failed.problem is problem
    assert failed.hints.retry_after == timedelta(days=7)
    assert failed.detail.endswith(", asks to wait 168 h")


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(FEED, mtime=0)),
        ("deflate", zlib.compress(FEED)),
        ("br", brotli.compress(FEED)),
        ("BR, identity", brotli.compress(FEED)),
    ],
)
async def test_a_packed_document_is_unpacked(encoding: str, packed: bytes) -> None:
    """We offer these three, so servers send them."""
    async with (
        serving(response(packed, content_encoding=encoding)) as server,
        fetching() as fetcher,
    ):
        got = await fetcher.fetch(a_request(server.url()))

    assert isinstance(got, Got)
    assert got.body == FEED
    assert server.asked[0].headers["accept-encoding"] == "gzip, deflate, br"


@pytest.mark.parametrize(
    ("encoding", "packed", "problem"),
    [
        ("gzip", FEED, Problem.BAD_ENCODING),
        ("gzip", gzip.compress(FEED, mtime=0)[:-9], Problem.TRUNCATED),
        ("br", FEED, Problem.BAD_ENCODING),
        ("zstd", b"\x28\xb5\x2f\xfd", Problem.BAD_ENCODING),
        ("foo", FEED, Problem.BAD_ENCODING),
    ],
)
async def test_a_document_packed_wrongly_is_refused(
    encoding: str, packed: bytes, problem: Problem
) -> None:
    """O-07: named, and never parsed as if it were text."""
    failed = await failure_of(response(packed, content_encoding=encoding))

    assert failed.problem is problem


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


async def test_chunks_are_put_together() -> None:
    """Most feeds are made on the fly and come so; extensions and trailers are allowed."""
    answer = CHUNKED + b"4\r\n<rss\r\n3;x=y\r\n/> \r\n0\r\nX-T: 1\r\n\r\n"

    assert (await got_of(answer)).body == b"<rss/> "


async def test_a_body_that_ends_with_the_connection_is_whole() -> None:
    """HTTP/1.0 servers know no other way."""
    answer = b"HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\n" + FEED

    assert (await got_of(answer)).body == FEED


async def test_hints_before_the_answer_are_passed_over() -> None:
    """103 Early Hints come from CDNs in front of the real answer."""
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"

    assert (await got_of(early + early + response(FEED))).body == FEED


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (response(FEED, content_length="999"), f"the body ended after {len(FEED)} of 999 bytes"),
        (
            response(FEED, content_length="9"),
            "the server sent more than the 9 bytes it announced",
        ),
        (CHUNKED + b"5\r\n<rss/\r\n", "the body ended before its last chunk"),
        (CHUNKED + b"3\r\n<rss/>\r\n", "the chunks of the body are malformed"),
        (CHUNKED + b"zz\r\n<rss/>\r\n", "the chunks of the body are malformed"),
        (
            CHUNKED + b"6\r\n<rss/>\r\nFFFFFFFFFFFFFFFF\r\nxx",
            "the body ended before its last chunk",
        ),
        (CHUNKED + b"F" * 40 + b"\r\n", "the chunks of the body are malformed"),
    ],
)
async def test_a_body_that_is_not_whole_is_not_a_body(answer: bytes, detail: str) -> None:
    """O-17, O-18: the validators of half a document would hide the other half."""
    failed = await failure_of(answer)

    assert (failed.problem, failed.detail, failed.status) == (Problem.TRUNCATED, detail, 200)


async def test_a_newline_after_the_body_is_forgiven() -> None:
    """Old servers send one, every other client ignores it."""
    assert (await got_of(response(FEED) + b"\r\n")).body == FEED


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (b"", "the server closed the connection without an answer"),
        (b"<rss>HTTP/0.9 was like this</rss>\n", "the answer is not HTTP/1"),
        (bytes(range(256)) * 9, "the answer is not HTTP/1"),
        (b"ICY 200 OK\r\n\r\n", "the answer is not HTTP/1"),
        (b"\x15\x03\x03\x00\x02\x02\x46", "the server speaks TLS on this port (https:// instead?)"),
        (b"HTTP/1.1 2x0 OK\r\n\r\n", "the head of the answer is malformed or cut off"),
        (b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "the head of the answer is malformed or cut off"),
        (b"HTTP/1.1 200 OK\r\nServer: x", "the head of the answer is malformed or cut off"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
            "the head of the answer is malformed or cut off",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\nabc",
            "the head of the answer is malformed or cut off",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "the head of the answer is malformed or cut off",
        ),
    ],
)
async def test_an_answer_that_is_not_http_is_a_failure_with_a_name(
    answer: bytes, detail: str
) -> None:
    """O-19: whatever speaks on that port, the daemon goes on and the owner reads what is wrong."""
    failed = await failure_of(answer)

    assert (failed.problem, failed.detail, failed.status) == (Problem.PROTOCOL, detail, None)


async def test_a_connection_reset_in_the_body_is_a_body_that_is_not_whole() -> None:
    """O-17: a crash of the server in the middle looks like this."""

    async def reset(talk: Talk) -> None:
        await talk.send(response(FEED, content_length="999"))
        talk.writer.transport.abort()

    failed = await failure_of(reset)

    assert failed.problem is Problem.TRUNCATED


async def test_what_the_feed_sets_is_sent_and_wins() -> None:
    """Some servers want a key, a cookie or another name before they say anything."""
    own = (("X-Key", " k "), ("accept", "text/xml"), ("Authorization", "Bearer t"))
    async with serving(response(FEED)) as server, fetching() as fetcher:
        url = server.url().replace("http://", "http://user:pw@")
        await fetcher.fetch(a_request(url, headers=own, user_agent="Mozilla/5.0"))

    headers = server.asked[0].headers
    assert headers["x-key"] == "k"
    assert headers["accept"] == "text/xml"
    assert headers["authorization"] == "Bearer t"
    assert headers["user-agent"] == "Mozilla/5.0"
    assert len(server.asked[0].names) == len(headers)


async def test_an_ordinary_request_says_who_asks_and_nothing_more() -> None:
    """Publishers block what hides or betrays more than it needs; cookies are never kept (O-09)."""
    answer = response(FEED, set_cookie="id=1; Path=/")
    async with serving(answer) as server, fetching() as fetcher:
        await fetcher.fetch(a_request(server.url()))
        await fetcher.fetch(a_request(server.url()))

    for asked in server.asked:
        assert asked.headers == {
            "host": f"127.0.0.1:{server.port}",
            "user-agent": "Wirewatch-Test/1",
            "accept": "application/rss+xml",
            "accept-encoding": "gzip, deflate, br",
            "connection": "close",
        }


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (("Host", "evil.example"), "the header Host is set by Wirewatch alone"),
        (
            ("transfer-encoding", "chunked"),
            "the header transfer-encoding is set by Wirewatch alone",
        ),
        (("X-Key", "s3cret\r\nX: 1"), "the value of the header X-Key cannot be sent"),
        (("X-Key", "s3cret\u4e00"), "the value of the header X-Key cannot be sent"),
        (("X Key", "s3cret"), "'X Key' cannot be the name of a header"),
    ],
)
async def test_a_header_that_cannot_be_sent_is_named_without_its_value(
    header: tuple[str, str], words: str
) -> None:
    """A person's mistake: the feed fails with the mend, and the secret stays one."""
    failed = await failure_of(response(FEED), headers=(header,))

    assert failed.detail == words


async def test_credentials_in_the_url_become_basic_authentication() -> None:
    """The usual way to configure a paid feed."""
    async with serving(response(FEED)) as server, fetching() as fetcher:
        url = server.url().replace("http://", "http://us%40er:p%3Aw@")
        got = await fetcher.fetch(a_request(url))

    assert server.asked[0].headers["authorization"] == "Basic dXNAZXI6cDp3"
    assert server.asked[0].headers["host"] == f"127.0.0.1:{server.port}"
    assert isinstance(got, Got)
    assert got.url == server.url()


@pytest.mark.parametrize(
    "answer", [response(FEED, status="401 No"), b"", response(FEED, content_length="99")]
)
async def test_a_failure_never_repeats_a_secret(answer: bytes) -> None:
    """O-23: details end up in logs, in mail and on screens shared in a meeting."""
    secrets = ("hunter2", "tok3n", "s3cret")
    async with serving(answer) as server, fetching() as fetcher:
        url = server.url("/feed?key=tok3n").replace("http://", "http://user:hunter2@")
        request = a_request(url, headers=(("X-Key", "s3cret"),))
        outcome = await fetcher.fetch(request)

    assert isinstance(outcome, Failed)
    for secret in secrets:
        assert secret not in f"{outcome!r} {fetcher!r} {request!r}"


async def test_variables_of_the_environment_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """O-26: a proxy somebody exported for his shell must not see what the daemon reads."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.2:9")

    assert (await got_of(response(FEED))).body == FEED
