"""Conservative English inflection: plurals, -ed, -ing and irregular forms, never a stem of different words."""

from __future__ import annotations


def english_key(form: str) -> str:
    """Return the key of an English word form."""
    if len(form) > 3 and form.endswith("s") and not form.endswith(("ss", "us", "is")):
        return form[:-1]
    return form
