"""How long a body may be, and how its service counts: where Apprise's own figure is not what the service takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Room:
    """The most a body may measure; 0 is no limit."""

    most: int
    measure: Callable[[str], int] = len


def in_bytes(text: str) -> int:
    """Count as ntfy and Matrix do."""
    return len(text.encode("utf-8", "replace"))


def in_utf16(text: str) -> int:
    """Count as Telegram does: an emoji is two."""
    return len(text.encode("utf-16-le", "replace")) // 2


_OWN: Final[Mapping[str, Room]] = MappingProxyType(
    {
        # Beyond 4,096 bytes the server makes a file of it.
        "ntfy": Room(4_000, in_bytes),
        "tgram": Room(4_096, in_utf16),
        # An event has 65,536 bytes, in which the text stands twice.
        "matrix": Room(20_000, in_bytes),
    }
)


def room_of(service: Any, schema: str) -> Room:
    """Return how long a body may be for a service of this kind, its title not counted."""
    title_room = int(service.title_maxlen)
    given = int(service.body_maxlen)
    own = _OWN.get(schema.removesuffix("s") if schema.removesuffix("s") in _OWN else schema)
    room = own or Room(given)
    most = min(room.most, given) if given > 0 else room.most
    # Where the title is put into the body, its room is taken off.
    return Room(most if title_room > 0 else most - 8, room.measure)
