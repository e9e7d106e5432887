"""Conservative English inflection: plurals, -ed, -ing and irregular forms, never a stem of different words.

A wrong join rings for news nobody asked for, so a form is only reduced by what grammar does to one word: no
derivation (*presidency*, *organization*, *important* stay as they are).
"""

from __future__ import annotations

import re
from typing import Final

from wirewatch.core.text.lexicon import is_known

_IRREGULAR_LINES: Final = """
be am is are was were been being|have has had having|do does did done doing|go goes went gone going
say said|take took taken|give gave given|get got gotten|make made|know knew known|come came|become became
see saw seen|find found|think thought|tell told|keep kept|hold held|bring brought|begin began begun|write wrote written
stand stood|hear heard|let|mean meant|meet met|run ran|pay paid|sit sat|speak spoke spoken|lead led|grow grew grown
lose lost|fall fell fallen|send sent|build built|understand understood|draw drew drawn|break broke broken
spend spent|rise rose risen|drive drove driven|buy bought|wear wore worn|choose chose chosen|seek sought
throw threw thrown|catch caught|deal dealt|win won|forget forgot forgotten|teach taught|fight fought|eat ate eaten
sell sold|strike struck stricken|shoot shot|steal stole stolen|fly flew flown|flee fled|feed fed|feel felt
hide hid hidden|shake shook shaken|sink sank sunk|swim swam swum|sing sang sung|drink drank drunk|ride rode ridden
freeze froze frozen|tear tore torn|swear swore sworn|wake woke woken|hang hung|dig dug|stick stuck|swing swung
spin spun|cling clung|sting stung|bleed bled|breed bred|speed sped|slide slid|light lit|sleep slept|sweep swept
weep wept|creep crept|lend lent|bend bent|blow blew blown|withdraw withdrew withdrawn|overthrow overthrew overthrown
undertake undertook undertaken|overtake overtook overtaken|mistake mistook mistaken|withhold withheld|uphold upheld
overcome overcame|undergo underwent undergone|foresee foresaw foreseen|oversee oversaw overseen|rebuild rebuilt
withstand withstood|forbid forbade forbidden|forgive forgave forgiven|beat beaten|strive strove striven|shrink shrank
weave wove woven|lay laid laying|lie lied lying|die died dying|tie tied tying|use used using|sue sued suing
owe owed owing|age aged aging ageing|eye eyed|dye dyed dyeing|ice iced icing|awe awed|agree agreed|free freed
guarantee guaranteed|decree decreed|disagree disagreed|referee refereed|veto vetoed vetoes vetoing|add added adding
quiz quizzes quizzed|focus focused focuses focusing focussed focussing|bus buses|gas gases|plus pluses
unite united unites uniting
arise arose arisen|awake awoke awoken|bear borne|bet betting|bite bitten|burn burnt|dream dreamt|dwell dwelt
fling flung|foretell foretold|forsake forsook forsaken|kneel knelt|leap leapt|mislead misled|outdo outdid outdone
overdo overdid overdone|overhear overheard|overrun overran|prove proven|repay repaid|resell resold
retake retook retaken|rewrite rewrote rewritten|shine shone|show shown|slay slain|sling slung|sow sown|spit spat
spring sprang sprung|stride strode|swell swollen|undo undid undone|wring wrung|outgrow outgrew outgrown
undercut undercutting|unwind unwound|partake partook partaken
child children|man men|woman women|foot feet|tooth teeth|goose geese|mouse mice|louse lice|ox oxen|wolf wolves
knife knives|wife wives|life lives|half halves|shelf shelves|thief thieves|calf calves|loaf loaves|scarf scarves
hoof hooves|elf elves|leaf|crisis crises|analysis analyses|thesis theses|oasis oases|diagnosis diagnoses
hypothesis hypotheses|parenthesis parentheses|emphasis emphases|synthesis syntheses|criterion criteria
phenomenon phenomena|bacterium bacteria|referendum referenda referendums|memorandum memoranda memorandums
stadium stadia stadiums|curriculum curricula|alumnus alumni|cactus cacti|fungus fungi|nucleus nuclei|stimulus stimuli
radius radii|index indices indexes|matrix matrices|appendix appendices|vertex vertices|axis|spectrum spectra
movie movies|cookie cookies|zombie zombies|calorie calories|selfie selfies|rookie rookies|hippie hippies|pie pies
hero heroes|potato potatoes|tomato tomatoes|echo echoes echoed|embargo embargoes embargoed|torpedo torpedoes
mosquito mosquitoes|volcano volcanoes|tornado tornadoes|cargo cargoes|mango mangoes|zero zeroes|ghetto ghettoes
lens lenses|bias biases biased|atlas atlases|canvas canvases|alias aliases|cache caches|ache aches ached
headache headaches|niche niches|avalanche avalanches|psyche psyches|axe axes axed|waltz waltzes|singe singed
""".strip()

_US_WORDS: Final = frozenset(
    "virus bonus campus status census chorus circus corpus genius genus minus octopus onus opus prospectus radius "
    "sinus surplus terminus walrus fetus apparatus consensus nexus ruckus exodus caucus crocus discus hiatus impetus "
    "isthmus lotus mucus rumpus stylus syllabus tetanus thesaurus coronavirus abacus platypus bus".split()
)

_KEPT: Final = frozenset(
    (
        "news series species means politics physics economics mathematics athletics ethics olympics paralympics "
        "gymnastics electronics mechanics dynamics genetics aerobics acoustics linguistics statistics always "
        "perhaps towards afterwards besides sometimes overseas whereas texas kansas arkansas hamas abbas thomas "
        "lucas dallas vegas christmas caracas honduras bahamas barbados laos chaos carlos cosmos ethos pathos "
        "lagos davos james charles moses hermes ares wales mercedes rhodes athens brussels naples netherlands "
        "philippines maldives seychelles cannes versailles angeles antilles mars jones hughes williams adams "
        "rogers reuters siemens phillips evans stevens owens collins jenkins hopkins perkins watkins simmons "
        "edwards richards roberts peters andrews matthews mathews hastings customs goods headquarters barracks "
        "corps rabies herpes measles diabetes billiards mumps pancreas debris hundred sacred hatred naked wicked "
        "rugged mohammed muhammed muhammad ahmed alfred manfred wilfred mildred kindred embed infrared moped "
        "jared shred sled reed creed indeed exceed proceed succeed need speed seed weed bleed greed evening "
        "ceiling pudding herring earring outing inning innings sibling viking sterling shilling darling wedding "
        "something nothing anything everything during morning beijing boeing offspring spring string king ring "
        "thing wing brics ibis asbestos acropolis marcos santos ramos campos rios los las dos des les sanders "
        "saunders anders lanthimos emmys alps andes ganges hebrides azores pyrenees himalayas urals aegis chris "
        "doris boris elvis lewis louis davis "
    ).split()
)

_ICS: Final = frozenset(
    "critic topic clinic fabric comic cynic tactic graphic epidemic pandemic classic academic republic mosaic skeptic "
    "sceptic static antibiotic plastic catholic mechanic statistic relic picnic panic metric medic lyric logic "
    "infographic ethnic diagnostic characteristic cosmetic bolshevic heretic narcotic logistic attic traffic "
    "synthetic hispanic fanatic arctic arabic antic public".split()
)

_NOT_MAN: Final = frozenset(
    "specimen regimen acumen abdomen turkmen bremen carmen foramen albumen cyclamen women omen yemen semen".split()
)

_SYLLABLE: Final = re.compile(r"^(?:[^aeiouy]*|.*qu|qu)[aeiouy][^aeiouwxy]$")
_SOFT_E: Final = re.compile(
    r"(?:[^s]at|[aeiou]s|[nrl]s|ps|[bcdfgkptz]l|[aeio]c|[nr]c|[dr]g|[aeiu]g|[nl]g(?<=(?:[ae]n|ul|il)g)|v|u|[^z]z|"
    r"[^aeiou][aiu]r|[^aeio]id|[^aeou]ad|[^o]ud|[^aeou]od|[^e]ib|[^aeo]uc|[^aeiou]ut|[^o]ok|um|[^ae]in|"
    r"[^aeiou]ul|ith|ath|[^aeio]iv)$"
)


def _irregular() -> dict[str, str]:
    table: dict[str, str] = {}
    for line in _IRREGULAR_LINES.split("\n"):
        for group in line.split("|"):
            base, *forms = group.split()
            table[base] = base
            table.update(dict.fromkeys(forms, base))
    return table


_IRREGULAR: Final = _irregular()
_VOWEL: Final = re.compile(r"[aeiouy]")


def is_irregular(form: str) -> bool:
    """Say whether a form, or what it is reduced to, has inflections that share no beginning."""
    return form in _IRREGULAR or english_key(form) in _IRREGULAR


def english_key(form: str) -> str:
    """Return what the inflections of one English word have in common.

    >>> [english_key(w) for w in ("talks", "struck", "crises", "planned", "planes", "emirates", "paris")]
    ['talk', 'strike', 'crisis', 'plan', 'plane', 'emirate', 'paris']
    """
    known = _IRREGULAR.get(form)
    if known is not None:
        return known
    if len(form) < 4 or form in _KEPT or not form.isascii() or not form.isalpha():
        return form
    return _regular(form)


def _regular(form: str) -> str:
    if form.endswith("s"):
        singular = _singular(form)
        return english_key(singular) if singular != form and singular.endswith("ing") else singular
    if form.endswith("ed"):
        return _past(form)
    if form.endswith("ing"):
        return _verb(form[:-3], form)
    if form.endswith("men") and len(form) > 5 and form not in _NOT_MAN:
        return form[:-2] + "an"
    return form


def _singular(form: str) -> str:
    if form.endswith(("ss", "us", "is")):
        return form
    if form.endswith("ies"):
        return form[:-3] + "y" if len(form) > 4 else form[:-1]
    if form.endswith("ics"):
        return form[:-1] if form[:-1] in _ICS else form
    if form.endswith("es"):
        return _singular_es(form)
    base = form[:-1]
    return _IRREGULAR.get(base, base)


def _singular_es(form: str) -> str:
    stem = form[:-2]
    if stem.endswith(("ss", "sh", "x", "zz", "tch")):
        return stem
    if stem.endswith("ch"):
        return stem if not is_known(stem + "e") else stem + "e"
    if stem.endswith("s") and (stem in _US_WORDS or stem.endswith("virus")):
        return stem
    return _IRREGULAR.get(form[:-1], form[:-1])


def _past(form: str) -> str:
    if form.endswith("eed"):
        return form
    if form.endswith("ied"):
        return form[:-3] + "y" if len(form) > 4 else form[:-1]
    return _verb(form[:-2], form)


def _verb(stem: str, form: str) -> str:
    """Return the verb whose past or participle *form* is, given what is left without the ending."""
    if len(stem) < 2 or not _VOWEL.search(stem):
        return form
    if stem[-1] == stem[-2] and stem[-1] not in "aeiou":
        return _undoubled(stem)
    if len(stem) > 2 and _SYLLABLE.match(stem):
        return stem + "e"
    if is_known(stem + "e") and not is_known(stem):
        return stem + "e"
    if is_known(stem):
        return stem
    return stem + "e" if _SOFT_E.search(stem) else _IRREGULAR.get(stem, stem)


def _undoubled(stem: str) -> str:
    single = stem[:-1]
    if is_known(stem):
        return stem
    if is_known(single):
        return single
    if stem[-1] in "sfz" or (stem[-1] == "l" and len(stem) < 6):
        return stem
    return single
