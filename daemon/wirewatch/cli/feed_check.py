"""``feed check``: what a feed says, as Wirewatch understands it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wirewatch.cli import show
from wirewatch.cli.exits import Exit
from wirewatch.cli.state import State

if TYPE_CHECKING:
    from wirewatch.app.online import Look
    from wirewatch.core.model.outcome import Parsed, ParsedFeed


def check_source(state: State, source: str, look: Callable[[State, str], Awaitable[Look]]) -> int:
    """Read a URL, a configured feed or a file, print what it says, and return the exit code."""
    from wirewatch.core.model.outcome import Got, ParsedFeed

    fetched: dict[str, object] = {}
    parsed: Parsed | None
    if Path(source).is_file():
        parsed = asyncio.run(
            _parse_file(Path(source).read_bytes(), Path(source).resolve().as_uri())
        )
        error = None if isinstance(parsed, ParsedFeed) else parsed.detail
    else:
        seen = asyncio.run(_awaited(look(state, source)))
        parsed, error = seen.parsed, seen.error
        if isinstance(seen.fetched, Got):
            got = seen.fetched
            fetched = {
                "status": got.status,
                "url": got.url,
                "content_type": got.content_type,
                "etag": got.etag,
                "last_modified": got.last_modified,
                "moved_to": got.moved_to,
                "bytes": got.wire_bytes,
                "took_s": got.took,
                "hints": got.hints,
            }
    document = parsed if isinstance(parsed, ParsedFeed) else None
    if state.as_json:
        show.as_json(_as_json(fetched, document, error))
    else:
        _print(fetched, document, error)
    return Exit.DONE if document is not None and error is None else Exit.FAILED


async def _awaited(look: Awaitable[Look]) -> Look:
    return await look


async def _parse_file(body: bytes, url: str) -> Parsed:
    from wirewatch.parse.workers import ParserPool

    pool = ParserPool(workers=1)
    try:
        return await pool.feed(body, url=url, content_type="")
    finally:
        await pool.aclose()


def _as_json(
    fetched: dict[str, object], document: ParsedFeed | None, error: str | None
) -> dict[str, object]:
    from wirewatch.core.plan.listed import listed

    answer: dict[str, object] = {"ok": error is None and document is not None, "error": error}
    answer["response"] = fetched or None
    if document is None:
        return answer
    answer |= {
        "format": document.format,
        "title": document.title,
        "language": document.language,
        "ttl_s": document.ttl,
        "flaw": document.flaw,
        "flaw_detail": document.flaw_detail,
        "entries": [
            {
                "key": item.key,
                "title": item.parsed.title,
                "link": item.parsed.link,
                "published": item.parsed.published_at,
                "updated": item.parsed.updated_at,
                "authors": item.parsed.authors,
                "categories": item.parsed.categories,
                "language": item.parsed.language or document.language,
                "summary": item.parsed.summary,
                "content": item.parsed.body,
            }
            for item in listed(document)
        ],
    }
    return answer


def _print(fetched: dict[str, object], document: ParsedFeed | None, error: str | None) -> None:
    for name, value in fetched.items():
        if value is not None and name != "hints":
            click.echo(f"{name:<14}{show.clean(str(show.plain(value)))}")
    if document is None:
        click.secho(f"not usable: {error}", fg="red")
        return
    click.echo(f"{'format':<14}{document.format}")
    click.echo(f"{'title':<14}{show.clean(document.title)}")
    if document.flaw:
        click.secho(f"{'flaw':<14}{document.flaw_detail}", fg="yellow")
    click.echo(f"{'entries':<14}{len(document.entries)}")
    for entry in document.entries:
        date = f"{entry.published_at:%Y-%m-%d %H:%M} " if entry.published_at else ""
        click.echo(f"\n{date}{click.style(show.clean(entry.title) or '(no headline)', bold=True)}")
        click.echo(f"  {show.clean(entry.link or 'no link')}")
        text = show.clean(entry.summary or entry.body)
        if text:
            click.echo(f"  {text[:200]}{'…' if len(text) > 200 else ''}")
