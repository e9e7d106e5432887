"""Which forms are the same word: keys per form and language, by the script the form is written in."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

import Stemmer

from wirewatch.core.text.english import english_key
from wirewatch.core.text.scripts import (
    ARABIC,
    ARMENIAN,
    CYRILLIC,
    DEVANAGARI,
    GREEK,
    HEBREW,
    LATIN,
    TAMIL,
    script_of,
)

_SNOWBALL: Final = {
    "de": "german", "fr": "french", "es": "spanish", "it": "italian", "pt": "portuguese", "nl": "dutch",
    "sv": "swedish", "da": "danish", "no": "norwegian", "nb": "norwegian", "nn": "norwegian", "fi": "finnish",
    "hu": "hungarian", "ro": "romanian", "tr": "turkish", "pl": "polish", "cs": "czech", "ca": "catalan",
    "eu": "basque", "ga": "irish", "lt": "lithuanian", "et": "estonian", "id": "indonesian", "ms": "indonesian",
    "eo": "esperanto", "sr": "serbian", "ne": "nepali", "az": "turkish", "gl": "portuguese",
}  # fmt: skip
"""Languages whose words are not treated as their script's own."""

_SCRIPT_OF_LANGUAGE: Final = {"ne": DEVANAGARI}
_BY_SCRIPT: Final = {
    CYRILLIC: "russian", GREEK: "greek", ARMENIAN: "armenian", DEVANAGARI: "hindi", TAMIL: "tamil",
}  # fmt: skip

_AS_RUSSIAN: Final = str.maketrans("іїєґў", "ииегу")
"""Ukrainian and Belarusian endings differ from Russian ones by little more than these letters."""

_RESTORED: Final = {
    "spanish": (("cion", "ción"), ("sion", "sión"), ("dades", "dad")),
    "portuguese": (("cao", "ção"), ("coes", "ção"), ("sao", "são"), ("soes", "são"), ("oes", "ao")),
    "french": (("ees", "ées"), ("ee", "ée")),
}
"""Accents that folding dropped and the stemmer needs to see an ending, and plurals it parts from their singulars."""


def special_language(tag: str | None) -> str:
    """Return the language whose rules apply besides those of the scripts, or an empty string.

    >>> special_language("de-AT"), special_language("en"), special_language("ru")
    ('de', '', '')
    """
    primary = (tag or "").replace("_", "-").split("-")[0].lower()
    return primary if primary in _SNOWBALL else ""


def special_languages() -> tuple[str, ...]:
    """Return the languages that have rules of their own, one of each set of rules."""
    rules = {algorithm: language for language, algorithm in _SNOWBALL.items()}
    return tuple(rules.values())


def word_keys(form: str, language: str) -> tuple[str, ...]:
    """Return what the inflections of a word have in common; several when clitics make a form ambiguous."""
    script = script_of(form[0]) if form else LATIN
    if language and _SCRIPT_OF_LANGUAGE.get(language, LATIN) == script:
        return (_foreign_key(form, _SNOWBALL[language]),)
    if script == LATIN:
        return (english_key(form),)
    if script == ARABIC:
        return _arabic_keys(form)
    if script == HEBREW:
        return _hebrew_keys(form)
    if script == CYRILLIC:
        form = form.translate(_AS_RUSSIAN)
    algorithm = _BY_SCRIPT.get(script)
    return (form,) if algorithm is None else (_foreign_key(form, algorithm),)


@cache
def _stem(algorithm: str) -> Callable[[str], str]:
    stemmer = Stemmer.Stemmer(algorithm)
    stemmer.maxCacheSize = 0
    stem: Callable[[str], str] = stemmer.stemWord
    return stem


def _foreign_key(form: str, algorithm: str) -> str:
    if not form.isalpha() and algorithm not in ("hindi", "nepali", "tamil"):
        return form
    for folded, spelled in _RESTORED.get(algorithm, ()):
        if form.endswith(folded):
            form = form[: -len(folded)] + spelled
            break
    return _stem(algorithm)(form)


_ARTICLES: Final = ("وال", "بال", "كال", "فال", "ولل", "ال", "لل")
_CLITICS: Final = "وفبلك"
_ARABIC_ENDINGS: Final = (
    "هما",
    "تين",
    "تان",
    "ات",
    "ون",
    "ين",
    "ان",
    "ها",
    "هم",
    "نا",
    "يه",
    "ه",
    "ي",
)
_LEAST: Final = 3


def _arabic_keys(form: str) -> tuple[str, ...]:
    """Take the article off; a single letter in front may be a clitic or the word's own, so both are keys."""
    bare = _without_article(form)
    keys = [_arabic_stem(bare)]
    if bare == form and form[0] in _CLITICS and len(form) > _LEAST:
        rest = _without_article(form[1:])
        if len(rest) >= _LEAST:
            keys.append(_arabic_stem(rest))
    return tuple(dict.fromkeys(keys))


def _without_article(form: str) -> str:
    for article in _ARTICLES:
        if form.startswith(article) and len(form) - len(article) >= _LEAST:
            return form[len(article) :]
    return form


def _arabic_stem(form: str) -> str:
    for ending in _ARABIC_ENDINGS:
        if form.endswith(ending) and len(form) - len(ending) >= _LEAST:
            return form[: -len(ending)]
    return form


_HEBREW_PREFIXES: Final = "והבלמשכ"
_HEBREW_ENDINGS: Final = ("ימ", "ות", "ה")
"""In folded letters: a final mem is a mem."""


def _hebrew_keys(form: str) -> tuple[str, ...]:
    """Up to three letters in front may be prefixes; each reading is a key, the whole word's first."""
    keys = [_hebrew_stem(form)]
    rest = form
    for _ in range(3):
        if rest[0] not in _HEBREW_PREFIXES or len(rest) <= _LEAST:
            break
        rest = rest[1:]
        keys.append(_hebrew_stem(rest))
    return tuple(dict.fromkeys(keys))


def _hebrew_stem(form: str) -> str:
    for ending in _HEBREW_ENDINGS:
        if form.endswith(ending) and len(form) - len(ending) >= _LEAST - 1:
            return form[: -len(ending)]
    return form
