"""Messages in the owner's own words: Jinja2 templates in which nothing can run long, grow large or reach out.

Bounded by what is let in: no calls, no assignments, no includes, loops only over the parts of a message, and only
filters that make texts no longer than they are. What a stranger wrote is escaped wherever it is put.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from wirewatch.core.model.alert import Message
from wirewatch.core.model.hit import Snippet
from wirewatch.notify import escape, facts

MOST_CHARS: Final = 20_000
"""Of a template, and of what it makes."""

MOST_LOOPS: Final = 2
"""So deep may loops stand in each other."""

MOST_ITEMS: Final = 50
"""Of a list, so many are shown: an alert with more is no alert."""

FILTERS: Final = frozenset(
    {
        "upper",
        "lower",
        "title",
        "capitalize",
        "trim",
        "truncate",
        "join",
        "length",
        "first",
        "last",
        "default",
    }
)
_NODES: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Const,
    nodes.If,
    nodes.CondExpr,
    nodes.For,
    nodes.Filter,
    nodes.Test,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Compare,
    nodes.Operand,
    nodes.Concat,
    nodes.Keyword,
)
NAMES: Final = frozenset(
    {
        "subject",
        "headline",
        "link",
        "outlet",
        "also_in",
        "watches",
        "matched",
        "sentences",
        "published",
        "found",
        "note",
        "body",
    }
)
_TESTS: Final = frozenset({"defined", "none", "string", "even", "odd"})
Quote = Callable[[str], str]


class BadTemplateError(Exception):
    """A template that cannot be used; the message names its line."""


class _Ready(str):
    """Text that is escaped already."""

    __slots__ = ()


def check_template(text: str) -> str | None:
    """Return None for a template that can be used, else one line: what is wrong, and where."""
    from datetime import UTC, datetime

    from wirewatch.core.sample import sample_message

    try:
        fill(text, sample_message(datetime(2026, 1, 23, tzinfo=UTC)), escape.text, escape.text)
    except BadTemplateError as wrong:
        return str(wrong)
    return None


def fill(text: str, message: Message, quote: Quote, mark: Quote) -> str:
    """Return a message in a template's words; *quote* escapes what a stranger wrote, *mark* a word that was found.

    Raise BadTemplateError.
    """
    template = _compiled(text, quote)
    parts: list[str] = []
    size = 0
    try:
        for piece in template.generate(_parts(message, quote, mark)):
            size += len(piece)
            if size > MOST_CHARS:
                break
            parts.append(piece)
    except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError) as exc:
        raise BadTemplateError(f"it fails on a message: {exc}") from exc
    return "".join(parts).strip()


@lru_cache(maxsize=128)  # a pure function; every message of a channel uses the same template
def _compiled(text: str, quote: Quote) -> Any:
    if len(text) > MOST_CHARS:
        raise BadTemplateError(f"it is longer than {MOST_CHARS} characters")

    def finalize(value: object) -> str:
        return value if isinstance(value, _Ready) else quote("" if value is None else str(value))

    environment = ImmutableSandboxedEnvironment(
        autoescape=False,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.globals.clear()
    try:
        tree = environment.parse(text)
        _must_be_tame(tree)
        unknown = sorted(meta.find_undeclared_variables(tree) - NAMES)
        if unknown:
            raise BadTemplateError(
                f"there is no {unknown[0]!r}; there are {', '.join(sorted(NAMES))}"
            )
        return environment.from_string(tree)
    except TemplateSyntaxError as exc:
        raise BadTemplateError(f"line {exc.lineno}: {exc.message}") from exc
    except RecursionError as exc:
        raise BadTemplateError("its parts stand too deep in each other") from exc


def _must_be_tame(tree: nodes.Template) -> None:
    stack: list[tuple[nodes.Node, int]] = [(tree, 0)]
    while stack:
        node, loops = stack.pop()
        _must_be_allowed(node, loops)
        deeper = loops + isinstance(node, nodes.For)
        stack += [(child, deeper) for child in node.iter_child_nodes()]


def _must_be_allowed(node: nodes.Node, loops: int) -> None:
    where = f"line {node.lineno}: "
    if not isinstance(node, _NODES):
        if isinstance(node, nodes.Expr | nodes.Stmt):
            raise BadTemplateError(f"{where}{type(node).__name__.lower()} is not allowed here")
        return
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        known = ", ".join(sorted(FILTERS))
        raise BadTemplateError(f"{where}there is no filter {node.name!r}; there are {known}")
    if isinstance(node, nodes.Test) and node.name not in _TESTS:
        raise BadTemplateError(f"{where}there is no test {node.name!r}")
    if isinstance(node, nodes.For) and (loops >= MOST_LOOPS or node.recursive):
        raise BadTemplateError(f"{where}loops may stand in each other {MOST_LOOPS} deep")


def _parts(message: Message, quote: Quote, mark: Quote) -> Mapping[str, object]:
    found = facts.shown_time(message.found_at, message.timezone) if message.found_at else None
    published = message.published_at
    return {
        "subject": message.subject,
        "headline": message.headline,
        "link": _link(message),
        "outlet": message.outlet,
        "also_in": message.also_in[:MOST_ITEMS],
        "watches": message.watches[:MOST_ITEMS],
        "matched": message.matched[:MOST_ITEMS],
        "sentences": [_sentence(one, quote, mark) for one in message.snippets[:MOST_ITEMS]],
        "published": facts.shown_time(published, message.timezone) if published else None,
        "found": found,
        "note": message.note,
        "body": message.body,
    }


def _link(message: Message) -> _Ready | None:
    link = escape.safe_link(message.link)
    return None if link is None else _Ready(link)


def _sentence(snippet: Snippet, quote: Quote, mark: Quote) -> _Ready:
    words = "".join(escape.piece(one.text, mark if one.hit else quote) for one in snippet.pieces)
    return _Ready(f"{'… ' * snippet.cut_before}{words}{' …' * snippet.cut_after}")
