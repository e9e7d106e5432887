"""Reading one page at a person's wish; nothing is stored."""

from __future__ import annotations

from wirewatch.app.articles import PAGE_TYPES
from wirewatch.app.wiring import build_fetcher, build_parser
from wirewatch.core.model.outcome import Failed, Got, PageResult, Problem, Request, Unreadable
from wirewatch.settings.settings import Settings


async def read_page(url: str, settings: Settings) -> PageResult:
    """Fetch a page within the configured limits and extract its article."""
    fetcher, parser = build_fetcher(settings), build_parser(settings)
    try:
        fetched = await fetcher.fetch(Request(url=url, accept=PAGE_TYPES))
        match fetched:
            case Got():
                return await parser.page(
                    fetched.body, url=fetched.url, content_type=fetched.content_type
                )
            case Failed():
                return Unreadable(problem=fetched.problem, detail=fetched.detail)
            case _:
                return Unreadable(
                    problem=Problem.UNEXPECTED_STATUS, detail="the server answered 304"
                )
    finally:
        await fetcher.aclose()
        await parser.aclose()
