"""Little words: articles and prepositions that an unquoted query does not insist on."""

from __future__ import annotations

from typing import Final

ENGLISH: Final = frozenset(
    "a an the of in on at to for by with from as into onto upon about than that this these those is are was were be "
    "been its their his her our".split()
)

OTHERS: Final = frozenset(
    "der das dem ein eine einen einem einer im zum zur von vom zu mit und bei aus auf fur für "
    "le la les du aux une et pour avec dans chez el los las del al una y con por para en il lo gli dei della delle "
    "dello degli nel nella sul sulla e ed di da dal dalla o os um uma dos das nos nas pelo pela do no na em "
    "het een van op te voor och av pa på til og av ett en som i "
    "в во на с со из к ко о об от по за для у и та й на до від з із "
    "في من على إلى عن مع و של את על עם אל ב ל "
    "και το του της των στο στη στην από για με "
    "में के का की को से और पर bir ve ile için w z i na do od ze dla".split()
)
"""Of other languages; only when typed in lower case, because *La Paz* and *El País* are names."""

_NEVER: Final = frozenset("do no i o y e".split())
"""Too much of a word in English to be dropped."""


def is_little(word: str) -> bool:
    """Say whether an unquoted word is not required."""
    if word.isupper() and len(word) > 1:
        return False
    return word.lower() in ENGLISH or (word in OTHERS and word not in _NEVER)
