"""Redirects (O-10 to O-13, O-23, O-24): followed a little way, checked at every step, remembered if permanent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.edges.fetch_server import (
    Answer,
    Loopback,
    Talk,
    a_request,
    fetching,
    response,
    routes,
    serving,
)
from wirewatch.core.model.outcome import Failed, Fetched, Got, Problem, Unchanged
from wirewatch.fetch.problems import Setback
from wirewatch.fetch.redirects import Hop, first_hop, next_hop

FEED = b"<rss/>"


def to(location: str, status: str = "302 Found") -> bytes:
    return response(b"moved", status=status, location=location)


async def follow(
    table: dict[str, bytes | Answer], path: str = "/0", **wishes: object
) -> tuple[Fetched, Loopback]:
    async with serving(routes(table)) as server, fetching() as fetcher:
        return await fetcher.fetch(a_request(server.url(path), **wishes)), server


def chain(length: int, status: str = "302 Found") -> dict[str, bytes | Answer]:
    """Return a server that redirects so many times."""
    table: dict[str, bytes | Answer] = {f"/{n}": to(f"/{n + 1}", status) for n in range(length)}
    return table | {f"/{length}": response(FEED)}


async def test_five_redirects_are_followed() -> None:
    """Real feeds need two or three: www, https, a new home."""
    outcome, server = await follow(chain(5))

    assert isinstance(outcome, Got)
    assert (outcome.url, outcome.body) == (server.url("/5"), FEED)


@pytest.mark.parametrize("length", [6, 50])
async def test_a_longer_chain_is_left(length: int) -> None:
    """O-10: somebody is playing, and every hop costs both sides."""
    outcome, server = await follow(chain(length))

    assert isinstance(outcome, Failed)
    assert (outcome.problem, outcome.detail) == (Problem.REDIRECTS, "more than 5 redirects")
    assert len(server.asked) == 6


@pytest.mark.parametrize("target", ["/0", "/0#top", "/1"])
async def test_a_circle_is_left_at_once(target: str) -> None:
    """O-10: without cookies the second round is the first again."""
    outcome, server = await follow({"/0": to("/1"), "/1": to(target)})

    assert isinstance(outcome, Failed)
    assert outcome.problem is Problem.REDIRECTS
    assert "in a circle" in outcome.detail
    assert len(server.asked) == 2


async def test_a_circle_in_disguise_is_left_too() -> None:
    """O-10: a query that grows makes every round look new."""

    async def loop(talk: Talk) -> None:
        await talk.send(to(f"{talk.asked.target}1"))

    async with serving(loop) as server, fetching() as fetcher:
        outcome = await fetcher.fetch(a_request(server.url("/x?")))

    assert isinstance(outcome, Failed)
    assert outcome.problem is Problem.REDIRECTS


@pytest.mark.parametrize(
    ("location", "problem", "words"),
    [
        ("http://169.254.169.254/latest/meta-data/", Problem.FORBIDDEN_ADDRESS, "169.254.169.254"),
        ("http://[::ffff:10.0.0.1]/", Problem.FORBIDDEN_ADDRESS, "::ffff:"),
        ("http://167772161/", Problem.FORBIDDEN_ADDRESS, "10.0.0.1"),
        ("http://0xa.1/", Problem.FORBIDDEN_ADDRESS, "10.0.0.1"),
        ("//10.0.0.1/", Problem.FORBIDDEN_ADDRESS, "10.0.0.1"),
        ("file:///etc/hostname", Problem.BAD_URL, "not file:"),
        ("javascript:alert(1)", Problem.BAD_URL, "not javascript:"),
        ("gopher://127.0.0.1/", Problem.BAD_URL, "not gopher:"),
        ("http://127.0.0.1:99999/", Problem.BAD_URL, "port that does not exist"),
        ("http://[::1/", Problem.BAD_URL, "malformed"),
        ("/" + "x" * 9000, Problem.BAD_URL, "longer than 8192"),
        ("", Problem.REDIRECTS, "does not say where to go"),
    ],
)
async def test_a_redirect_to_where_nobody_may_go_is_refused(
    location: str, problem: Problem, words: str
) -> None:
    """O-11, O-12: a public server must not be able to aim us at what only we can reach."""
    outcome, server = await follow({"/0": to(location)})

    assert isinstance(outcome, Failed)
    assert outcome.problem is problem
    assert words in outcome.detail
    assert len(server.asked) == 1


async def test_a_redirect_to_loopback_beside_the_allowed_is_refused() -> None:
    """O-11: allowing one address for one feed allows no other."""
    async with serving(response(b"canary")) as canary:
        table: dict[str, bytes | Answer] = {"/0": to(canary.url(host="127.0.0.2"))}
        async with (
            serving(routes(table)) as server,
            fetching(allow_networks=["127.0.0.1/32"]) as fetcher,
        ):
            outcome = await fetcher.fetch(a_request(server.url("/0")))

    assert isinstance(outcome, Failed)
    assert outcome.detail == "address 127.0.0.2 is not public (allow it with poll.allow_networks)"
    assert canary.asked == []


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        (["301 Moved"], True),
        (["308 Moved", "301 Moved"], True),
        (["302 Found"], False),
        (["301 Moved", "302 Found"], False),
        (["302 Found", "301 Moved"], False),
        (["307 Found"], False),
        (["303 Found"], False),
        ([], False),
    ],
)
async def test_only_an_unbroken_chain_of_permanent_redirects_moves_a_feed(
    statuses: list[str], moved: bool
) -> None:
    """O-13: a feed that follows a login page or a maintenance page for good is lost."""
    table: dict[str, bytes | Answer] = {
        f"/{n}": to(f"/{n + 1}", status) for n, status in enumerate(statuses)
    }
    table[f"/{len(statuses)}"] = response(FEED)

    outcome, server = await follow(table)

    assert isinstance(outcome, Got)
    assert outcome.moved_to == (server.url(f"/{len(statuses)}") if moved else None)


async def test_an_unchanged_feed_has_moved_too() -> None:
    """O-13: a quiet feed would otherwise never be known to have moved."""
    gone: dict[str, bytes | Answer] = {
        "/0": to("/1", "301 Moved"),
        "/1": response(b"", status="304 Not Modified"),
    }

    outcome, server = await follow(gone, etag='"a"')

    assert isinstance(outcome, Unchanged)
    assert outcome.moved_to == outcome.url == server.url("/1")
    assert [asked.headers["if-none-match"] for asked in server.asked] == ['"a"', '"a"']


async def test_secrets_stay_with_their_host() -> None:
    """O-23: a redirect to another server must not bring it the key of this one."""
    own = (("X-Key", "s3cret"), ("Cookie", "id=1"))
    async with serving(response(FEED)) as other:
        table: dict[str, bytes | Answer] = {
            "/0": to("/1", "301 Moved"),
            "/1": to(other.url(), "301 Moved"),
        }
        async with serving(routes(table)) as server, fetching() as fetcher:
            url = server.url("/0").replace("http://", "http://user:pw@")
            outcome = await fetcher.fetch(a_request(url, headers=own, user_agent="Mine/1"))

    assert isinstance(outcome, Got)
    assert outcome.moved_to is None  # whoever went there directly would take the secrets along
    assert server.asked[1].headers["x-key"] == "s3cret"
    assert server.asked[1].headers["authorization"] == "Basic dXNlcjpwdw=="
    assert {"x-key", "cookie", "authorization"}.isdisjoint(other.asked[0].headers)
    assert other.asked[0].headers["user-agent"] == "Mine/1"


async def test_a_redirect_may_bring_credentials_of_its_own() -> None:
    """They are the redirecting server's to give, and never shown."""

    async def away(talk: Talk) -> None:
        host = talk.asked.headers["host"]
        await talk.send(to(f"http://guest:pass@{host}/1", "301 Moved"))

    outcome, server = await follow({"/0": away, "/1": response(FEED)})

    assert isinstance(outcome, Got)
    assert server.asked[1].headers["authorization"] == "Basic Z3Vlc3Q6cGFzcw=="
    assert "guest" not in repr(outcome)
    assert outcome.moved_to is None


@pytest.mark.parametrize(
    ("before", "after", "keeps"),
    [
        ("http://a.example/x", "http://a.example/y", True),
        ("http://a.example/x", "http://a.example:80/y", True),
        ("http://a.example/x", "https://a.example/y", True),
        ("http://a.example/x", "http://A.EXAMPLE/y", True),
        ("https://a.example/x", "http://a.example/y", False),
        ("http://a.example/x", "http://a.example:8080/y", False),
        ("http://a.example:8080/x", "https://a.example/y", False),
        ("http://a.example/x", "http://b.example/y", False),
        ("http://a.example/x", "http://www.a.example/y", False),
        ("http://a.example/x", "http://a.example.evil/y", False),
    ],
)
def test_secrets_follow_to_the_same_server_only(before: str, after: str, keeps: bool) -> None:
    """O-23: another port is another server, and plain text is everybody's."""
    hop = first_hop(before, (("X-Key", "s3cret"),))

    followed = next_hop(hop, status=301, location=after, most=5)

    assert bool(followed.headers) is keeps
    assert (followed.moved_to is not None) is keeps


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/y", "http://a.example/y"),
        ("y", "http://a.example/feeds/y"),
        ("../y?q=1#top", "http://a.example/y?q=1"),
        ("?q", "http://a.example/feeds/x?q"),
        ("//b.example/y", "http://b.example/y"),
        ("  /y ", "http://a.example/y"),
        ("/caf\xc3\xa9", "http://a.example/caf%C3%A9"),
        ("/caf\xe9", "http://a.example/caf%C3%A9"),
        ("http://b\xc3\xbccher.example/", "http://xn--bcher-kva.example/"),
        ("HTTP://B.EXAMPLE/a b", "http://b.example/a%20b"),
        ("\\\\b.example\\y", "http://a.example/feeds/\\\\b.example\\y"),
    ],
)
def test_a_location_is_read_as_servers_write_it(location: str, expected: str) -> None:
    """Relative, in UTF-8 or Latin-1, with blanks: every browser understands them."""
    hop = next_hop(first_hop("http://a.example/feeds/x", ()), status=302, location=location, most=5)

    assert str(hop.url) == expected


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://2130706433/", b"2130706433"),
        ("http://[::ffff:127.0.0.1]/", b"::ffff:127.0.0.1"),
        ("http://EXAMPLE.org./", b"example.org."),
        ("http://bücher.example/", b"xn--bcher-kva.example"),
        ("http://127。0。0。1/", b"127.0.0.1"),
        ("http://a@b@c/", b"c"),
        (" http://x.example/ ", b"x.example"),
    ],
)
def test_one_parser_decides_what_the_host_is(url: str, host: bytes) -> None:
    """O-24: two opinions about the host are how a guard is got around."""
    assert first_hop(url, ()).url.raw_host == host


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org/feed",
        "ftp://example.org/",
        "file:///etc/passwd",
        "http://",
        "http:///feed",
        "http:\\\\example.org\\",
        "http://example.org\n/feed",
        "http://exam\tple.org/",
        "http://[::1/",
        "http://h:0/",
        "http://h:65536/",
        "http://h/" + "x" * 70_000,
        "http://h/\ud800",
        "http://\ud800/",
    ],
)
def test_a_url_that_cannot_be_fetched_is_a_setback_that_does_not_repeat_it(url: str) -> None:
    """O-24: said before any packet is sent, and without the secrets it may hold."""
    with pytest.raises(Setback) as caught:
        first_hop(url, ())

    assert caught.value.problem is Problem.BAD_URL
    assert "example" not in caught.value.detail


@given(st.text(), st.integers(300, 399))
def test_whatever_a_location_is_it_leads_to_a_web_url_or_nowhere(
    location: str, status: int
) -> None:
    """O-12: a stranger's word decides where we go next."""
    start = first_hop("https://user:pw@a.example/feed", (("X-Key", "s3cret"),))
    refused: Problem | None = None
    try:
        hop = next_hop(start, status=status, location=location, most=5)
    except Setback as setback:
        refused = setback.problem
    else:
        assert hop.url.scheme in ("http", "https")
        assert not hop.url.userinfo
        assert hop.url.raw_host == b"a.example" or not hop.headers
    assert refused in (None, Problem.BAD_URL, Problem.REDIRECTS)


def test_a_hop_never_shows_its_secrets() -> None:
    """O-23: a repr is one traceback away from a log."""
    hop: Hop = first_hop("http://user:hunter2@a.example/feed", (("X-Key", "s3cret"),))

    assert "hunter2" not in repr(hop)
    assert "s3cret" not in repr(hop)
    assert "dXNlcjpodW50ZXIy" not in repr(hop)
