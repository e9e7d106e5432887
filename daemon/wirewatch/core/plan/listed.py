"""Whether a document is the last one again."""

from __future__ import annotations

from wirewatch.core.identity import digest
from wirewatch.core.model.feed import Feed
from wirewatch.core.model.outcome import Got


def body_hash(body: bytes) -> bytes:
    """Hash a body, to see that the next one is the same."""
    return digest(body)


def is_same_body(feed: Feed, got: Got) -> bool:
    """Say whether a response brings what the last one brought, so that it need not be parsed."""
    return feed.state.body_hash == body_hash(got.body)
