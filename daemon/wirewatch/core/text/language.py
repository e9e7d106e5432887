"""Which language a document is in: what it says, unless its little words say otherwise."""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from wirewatch.core.text.inflect import special_language

_ENGLISH: Final = frozenset("the of and to in is that for on with was by from are this".split())

_LITTLE: Final = {
    "de": "der die und das den von zu mit sich des auf ist im dem nicht ein eine als auch wird bei nach sind hat",
    "fr": "le la les des et est du une dans qui que pour pas sur au avec par plus ce sont aux ont cette leur",
    "es": "el los las una que por con para del se como su al mas pero sus este esta fue ha son entre sobre",
    "it": "il di che per una sono con del della non dei gli alla nel piu anche dal delle ha ma nella stato",
    "pt": "os que uma com nao para do da em no na dos das por mais ao foi pelo pela sao tem sua seu ser",
    "nl": "het een van de en dat niet zijn op voor met aan ook als bij naar door wordt maar heeft deze",
    "sv": "och att det som en av for med den till inte har om ett men var sig fran kan efter",
    "da": "og det at en den til af som pa med ikke der har var kan fra efter blev ved mod",
    "no": "og det som en er av til pa med ikke har var kan fra etter ble ved mot seg jeg",
    "fi": "ja on ei etta oli han mutta myos kun ovat sen mukaan joka olla tai vuoden kuin",
    "hu": "es hogy nem az egy van meg ezt mint csak volt szerint azt vagy mar ami lesz",
    "ro": "si nu din este la pe cu care sa mai fost pentru sunt prin dupa fi acest intre",
    "tr": "bir ve bu icin ile olarak daha olan gibi sonra kadar cok ancak dedi oldugu ise",
    "pl": "nie sie na jest ze do jak przez oraz dla przy byl roku tego tym ktory po od",
    "cs": "se na je ze ale jako pro jsou byl nebo podle roku jeho ktery pri jsem uz ve",
    "id": "yang dan di dengan untuk ini pada dari itu dalam tidak akan adalah juga oleh telah ke",
    "ca": "els les amb una que per del als dels mes pero son aquest entre sobre tambe ha",
}
_WORDS: Final = {language: frozenset(words.split()) for language, words in _LITTLE.items()}
_ENOUGH: Final = 8
_CLEAR: Final = 3


def language_of(tag: str | None, forms: Set[str]) -> str:
    """Return the language whose inflection applies (empty for English and scripts with one main language).

    The tag counts, unless the text has English's little words and none of the tag's, or no English ones at
    all: many feeds say ``en`` whatever they carry.
    """
    said = special_language(tag) if tag else ""
    if said:
        if said in _WORDS and not _ENGLISH.isdisjoint(forms) and _WORDS[said].isdisjoint(forms):
            return ""
        return said
    if not _ENGLISH.isdisjoint(forms) or len(forms) < _ENOUGH:
        return "" if _is_english(forms) else _detected(forms)
    return _detected(forms)


def _is_english(forms: Set[str]) -> bool:
    return len(forms) < _ENOUGH or "the" in forms or "of" in forms or "and" in forms


def _detected(forms: Set[str]) -> str:
    """Return the language whose little words occur most, if they clearly outdo English and the next."""
    counts = sorted(
        ((len(words & forms), language) for language, words in _WORDS.items()), reverse=True
    )
    best, language = counts[0]
    return language if best >= _CLEAR and best > len(_ENGLISH & forms) else ""
