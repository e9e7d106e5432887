"""Between nouns and rows: columns by name, JSON for what is only ever read whole."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Row, RowMapping

from wirewatch.core.model.alert import Alert, AlertKind, Delivery, DeliveryState, Message
from wirewatch.core.model.article import Article, ArticleStatus
from wirewatch.core.model.entry import Entry
from wirewatch.core.model.feed import Feed, FeedSpec, FeedState, Validators
from wirewatch.core.model.hit import Hit, HitState, Snippet, Span, Strength, Why
from wirewatch.core.model.outcome import Problem
from wirewatch.core.model.story import Fingerprint, StoryEntry

_MESSAGE: Final = TypeAdapter(Message)
_SNIPPETS: Final = TypeAdapter(tuple[Snippet, ...])
_SPANS: Final = TypeAdapter(tuple[Span, ...])
_PRINT: Final = TypeAdapter(Fingerprint)
_SPEC: Final = TypeAdapter(FeedSpec)

Values = dict[str, Any]
Columns = RowMapping


def _columns(noun: Any, *, without: tuple[str, ...] = ()) -> Values:
    return {
        field.name: getattr(noun, field.name) for field in fields(noun) if field.name not in without
    }


def _valued(row: Columns, noun: type[Any], *, without: tuple[str, ...] = ()) -> Values:
    names = (field.name for field in fields(noun))
    return {name: row[name] for name in names if name not in without}


def spec_values(spec: FeedSpec) -> Values:
    """Return a spec as JSON, without what is secret: headers, and the user and password of its address."""
    shown: Values = _SPEC.dump_python(spec, mode="json", exclude={"headers"})
    return shown | {"url": public_url(spec.url)}


def public_url(url: str) -> str:
    """Return a URL without user name and password."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"


def spec_of(values: Values) -> FeedSpec:
    """Return a spec from its JSON."""
    return _SPEC.validate_python(values)


def state_values(state: FeedState) -> Values:
    """Return the columns of a feed's state."""
    return _columns(state, without=("validators",)) | {
        "etag": state.validators.etag,
        "last_modified": state.validators.last_modified,
        "problem": state.problem.value if state.problem else None,
    }


def feed_of(row: Row[Any], spec: FeedSpec | None) -> Feed:
    """Return a feed from its joined row; *spec* is the one known in this process, secrets and all."""
    values = row._mapping
    told = _valued(values, FeedState, without=("validators", "problem"))
    state = FeedState(
        **told,
        validators=Validators(etag=values["etag"], last_modified=values["last_modified"]),
        problem=Problem(values["problem"]) if values["problem"] else None,
    )
    return Feed(
        id=values["feed_id"],
        shard=values["shard"],
        spec=spec or spec_of(values["spec"]),
        state=state,
    )


def entry_values(entry: Entry) -> Values:
    """Return the columns of an entry."""
    return _columns(entry) | {
        "authors": list(entry.authors),
        "categories": list(entry.categories),
    }


def entry_of(values: Columns, prefix: str = "") -> Entry:
    """Return an entry from a row whose columns may carry a prefix."""
    told = {field.name: values[prefix + field.name] for field in fields(Entry)}
    return Entry(
        **told
        | {
            "key": bytes(told["key"]),
            "text_hash": bytes(told["text_hash"]),
            "authors": tuple(told["authors"]),
            "categories": tuple(told["categories"]),
        }
    )


def article_values(article: Article) -> Values:
    """Return the columns of an article."""
    return _columns(article) | {
        "status": article.status.value,
        "problem": article.problem.value if article.problem else None,
        "leased": False,
    }


def article_of(values: Columns, prefix: str = "") -> Article | None:
    """Return an article from a row, or None where an outer join found none."""
    if values[prefix + "entry_id"] is None:
        return None
    told = {field.name: values[prefix + field.name] for field in fields(Article)}
    problem = told["problem"]
    return Article(
        **told
        | {
            "status": ArticleStatus(told["status"]),
            "problem": Problem(problem) if problem else None,
        }
    )


def hit_values(hit: Hit) -> Values:
    """Return the columns of a hit."""
    return _columns(hit) | {
        "channels": list(hit.channels),
        "spans": _SPANS.dump_python(hit.spans, mode="json"),
        "snippets": _SNIPPETS.dump_python(hit.snippets, mode="json"),
        "strength": hit.strength.value,
        "state": hit.state.value,
        "why": hit.why.value if hit.why else None,
    }


def hit_of(values: Columns, prefix: str = "") -> Hit:
    """Return a hit from a row."""
    told = {field.name: values[prefix + field.name] for field in fields(Hit)}
    return Hit(
        **told
        | {
            "channels": tuple(told["channels"]),
            "spans": _SPANS.validate_python(told["spans"]),
            "snippets": _SNIPPETS.validate_python(told["snippets"]),
            "strength": Strength(told["strength"]),
            "state": HitState(told["state"]),
            "why": Why(told["why"]) if told["why"] else None,
        }
    )


def story_entry_values(story_id: int, told: StoryEntry) -> Values:
    """Return the columns of one telling of a story."""
    return _columns(told) | {
        "story_id": story_id,
        "fingerprint": _PRINT.dump_python(told.fingerprint, mode="json"),
    }


def story_entry_of(values: Columns) -> StoryEntry:
    """Return one telling of a story."""
    told = _valued(values, StoryEntry)
    return StoryEntry(**told | {"fingerprint": _PRINT.validate_python(told["fingerprint"])})


def alert_values(alert: Alert) -> Values:
    """Return the columns of an alert."""
    return _columns(alert) | {
        "kind": alert.kind.value,
        "hits": list(alert.hits),
        "message": _MESSAGE.dump_python(alert.message, mode="json"),
    }


def alert_of(values: Columns, prefix: str = "") -> Alert:
    """Return an alert from a row."""
    told = {field.name: values[prefix + field.name] for field in fields(Alert)}
    return Alert(
        **told
        | {
            "kind": AlertKind(told["kind"]),
            "hits": tuple(told["hits"]),
            "message": _MESSAGE.validate_python(told["message"]),
        }
    )


def delivery_values(delivery: Delivery) -> Values:
    """Return the columns of a delivery."""
    return _columns(delivery) | {"state": delivery.state.value}


def delivery_of(values: Columns, prefix: str = "") -> Delivery:
    """Return a delivery from a row."""
    told = {field.name: values[prefix + field.name] for field in fields(Delivery)}
    return Delivery(**told | {"state": DeliveryState(told["state"])})
