"""Checks tables against the schema; every mistake becomes a fault with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from wirewatch.settings.draft import Draft, Table
from wirewatch.settings.faults import explain
from wirewatch.settings.schema import names_of
from wirewatch.settings.sources import Found

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Built(Generic[T]):
    """A noun, and what it was made from."""

    noun: T
    found: Found


def checked(draft: Draft, kind: type[T], found: Found) -> T | None:
    """Return a whole table as its noun, or None after noting what is wrong with it."""
    revealed = draft.revealed(found)
    try:
        return TypeAdapter(kind).validate_python(revealed.value)
    except ValidationError as error:
        for path, message, hint in explain(error, names_of(kind)):
            if not draft.is_missing(found, path):
                draft.faults.add(found, message, inside=path, hint=hint)
        return None


def merged(draft: Draft, kind: type[T], table: Table) -> T:
    """Return a table whose settings may come from several places; what is wrong is noted and keeps its default."""
    values: dict[str, object] = {key: draft.revealed(one).value for key, one in table.items()}
    try:
        return TypeAdapter(kind).validate_python(values)
    except ValidationError as error:
        for path, message, hint in explain(error, names_of(kind)):
            draft.faults.add(table[str(path[0])], message, inside=path[1:], hint=hint)
            values.pop(str(path[0]), None)
    return TypeAdapter(kind).validate_python(values)
