"""How values of the nouns lie in columns: exact, the same in both databases, refused when they are wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import BigInteger, Dialect, Float, LargeBinary, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeEngine

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


class Instant(TypeDecorator[datetime]):
    """An aware time in UTC, exact to the microsecond.

    ``timestamptz`` in PostgreSQL; in SQLite, which has no times, microseconds since 1970: short, and in order.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type a dialect stores it in."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | int | None:
        """Refuse a naive time: nobody knows what it means."""
        if value is None:
            return None
        require_aware(value)
        return value if dialect.name == "postgresql" else (value - EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return it in UTC."""
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return EPOCH + timedelta(microseconds=value)


class Duration(TypeDecorator[timedelta]):
    """A duration, as seconds."""

    impl = Float
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> float | None:
        """Return its seconds."""
        return None if value is None else value.total_seconds()

    def process_result_value(self, value: Any, dialect: Dialect) -> timedelta | None:
        """Return the duration."""
        return None if value is None else timedelta(seconds=value)


class Words(TypeDecorator[str]):
    """A text from anywhere. What a database cannot hold is replaced one for one, so that offsets stay true."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text without NUL and lone surrogates."""
        return None if value is None else storable(value)


class Choice(TypeDecorator[StrEnum]):
    """A member of an enum, by its value."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        """Return the value. A plain string must be one of the enum's."""
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:
        """Return the member."""
        return None if value is None else self.kind(value)


class Packed(TypeDecorator[Any]):
    """A small noun inside a row, as JSON in a text column (``jsonb`` refuses texts that JSON allows)."""

    impl = Text
    cache_ok = True

    def __init__(self, pack: Callable[[Any], Any], unpack: Callable[[Any], Any]) -> None:
        super().__init__()
        self.pack = pack
        self.unpack = unpack

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Return the noun's JSON."""
        return None if value is None else to_json(self.pack(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Return the noun."""
        return None if value is None else self.unpack(json.loads(value))


class Bytes(TypeDecorator[Any]):
    """A small noun inside a row, as bytes: for hashes, which JSON would make twice as long."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, pack: Callable[[Any], bytes], unpack: Callable[[bytes], Any]) -> None:
        super().__init__()
        self.pack = pack
        self.unpack = unpack

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Return the noun's bytes."""
        return None if value is None else self.pack(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Return the noun."""
        return None if value is None else self.unpack(bytes(value))


def require_aware(value: datetime) -> None:
    """Raise ValueError for a time without a zone."""
    if value.tzinfo is None:
        raise ValueError(f"{value.isoformat()} has no zone: a time that is stored must be aware")


def storable(text: str) -> str:
    r"""Replace what cannot be stored by U+FFFD, one for one.

    >>> storable("a\x00b\ud800")
    'a\ufffdb\ufffd'
    """
    return text if _is_storable(text) else _UNSTORABLE.sub("\ufffd", text)


def _is_storable(text: str) -> bool:
    # Encoding is eighty times faster than a search for the rare text that has to be mended.
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def to_json(value: Any) -> str:
    """Return compact JSON that can be stored; its texts are mended as those in columns are."""
    text = _dumps(value)
    return storable(_dumps(_mended(value)) if "\\u0000" in text else text)


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {_mended(name): _mended(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mended(item) for item in value]
    return value
