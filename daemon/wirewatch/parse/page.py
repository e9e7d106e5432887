"""The article of a page, as text in blocks. trafilatura says which part of a page is the article.

trafilatura joins text across blocks in places (``<div>a<div>b</div></div>`` becomes "ab"). So every text that begins
or ends a block is marked before it sees the page, and the marks are turned into boundaries again afterwards.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from wirewatch.core.model.outcome import PageResult, ParsedPage, Problem, Unreadable
from wirewatch.parse.blocks import BlockText, Gap
from wirewatch.parse.charset import decode
from wirewatch.parse.clean import clean, clip
from wirewatch.parse.dates import parse_date
from wirewatch.parse.draft import Prose
from wirewatch.parse.facts import Facts, facts_of
from wirewatch.parse.html import BLOCKS, INLINE, KNOWN, REPLACED, is_markup, text_of
from wirewatch.parse.limits import DEFAULT, ParseLimits
from wirewatch.parse.whatis import describe

_BLOCK_MARK: Final = "\u241e"
_LINE_MARK: Final = "\u2424"
"""Pictures of control characters: printable, so that trafilatura keeps them, and in no article."""
_WITHOUT_TEXT: Final = frozenset(
    "audio canvas datalist head iframe noembed noframes noscript rp rt script style svg template textarea title "
    "video".split()
)
_NEVER_SHOWN: Final = ("rt", "rp", "template")
"""Glosses and patterns, which trafilatura would take for text."""
_TELLING: Final = frozenset(
    "a area base br col colgroup data link map meta param source span time track".split()
)
"""Inline elements by which trafilatura and we recognise what a text is."""
_ARTICLE_BLOCKS: Final = frozenset("cell code fw head item list p quote row table".split())
_OTHER_TYPES: Final = ("image/", "audio/", "video/", "font/", "application/pdf", "application/json")
_SHORTEST: Final = 40
_MOST_TAGS: Final = 100_000
"""A page with more takes trafilatura longer than a page may take: it is read as a whole."""
_HEAD_CHARS: Final = 500_000
"""So much of such a page is read for what it says of itself."""
_BOILERPLATE_CHARS: Final = 100_000


def parse_page(
    body: bytes, *, url: str, content_type: str, limits: ParseLimits = DEFAULT
) -> PageResult:
    """Extract the article of a page. Pure and synchronous: what a worker runs. Never raises for any page."""
    text = clean(decode(body, content_type).text)
    kind = _not_a_page(body, text, content_type)
    if kind is not None:
        return Unreadable(problem=Problem.NOT_A_PAGE, detail=kind)
    vast = text.count("<") > _MOST_TAGS
    tree, whole_tree = _tree(text[:_HEAD_CHARS] if vast else text)
    if tree is None:
        return Unreadable(problem=Problem.NOT_A_PAGE, detail="an empty page")
    facts = facts_of(tree, url=url)
    if vast or not whole_tree:
        everything = article = text_of(text)
    else:
        everything = _marked(tree)
        article = _article(tree, url)
    return _page(article, everything, facts, _published(tree, facts, url), limits)


def _not_a_page(body: bytes, text: str, content_type: str) -> str | None:
    """Say what a document is that is not a page."""
    if not text.strip():
        return "an empty document"
    media = content_type.partition(";")[0].strip().lower()
    kind = describe(body, text)
    if media.startswith(_OTHER_TYPES) and kind != "an HTML page":
        return f"{kind} ({media})"
    if kind.startswith("an HTML page") or (kind.startswith("XML") and is_markup(text)):
        return None
    return kind


def _tree(text: str) -> tuple[HtmlElement | None, bool]:
    """Return the page as a tree, and whether all of it is in there."""
    parser = HTMLParser(
        encoding="utf-8",
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
        default_doctype=False,
    )
    unmarked = text.replace(_BLOCK_MARK, " ").replace(_LINE_MARK, " ")
    try:
        tree = document_fromstring(unmarked.encode("utf-8"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None, False
    _simplify(tree)
    limit = etree.ErrorTypes.ERR_RESOURCE_LIMIT
    return tree, all(error.type != limit for error in parser.error_log)


def _simplify(tree: HtmlElement) -> None:
    """Take out what is never shown, and the elements that only dress words: trafilatura parts words at some of them."""
    etree.strip_elements(tree, *_NEVER_SHOWN, with_tail=False)
    names = {element.tag for element in tree.iter() if isinstance(element.tag, str)}
    etree.strip_tags(tree, *(names & (INLINE - _TELLING)), *(names - KNOWN))
    for element in list(tree.iter("a", "span", "time")):
        if _is_within_a_word(element):
            element.drop_tag()


def _is_within_a_word(element: HtmlElement) -> bool:
    """Say whether a letter touches the element from outside where it begins or ends with one."""
    before, parent = element.getprevious(), element.getparent()
    left = (before.tail if before is not None else parent.text if parent is not None else "") or ""
    inner = element.text or ""
    end = (element[-1].tail or "") if len(element) else inner
    right = element.tail or ""
    if not len(element) and not inner:
        return left[-1:].isalnum() and right[:1].isalnum()
    return (left[-1:].isalnum() and inner[:1].isalnum()) or (
        end[-1:].isalnum() and right[:1].isalnum()
    )


class _Marker:
    """Marks in the texts of a tree where blocks begin and end, and gathers the text of the whole page."""

    def __init__(self) -> None:
        self.out = BlockText()
        self._gap = Gap.BLOCK
        self._last: tuple[HtmlElement, bool] | None = None

    def run(self, tree: HtmlElement) -> str:
        hidden = 0
        for event, element in etree.iterwalk(tree, events=("start", "end")):
            name = element.tag if isinstance(element.tag, str) else ""
            without = not name or name in _WITHOUT_TEXT
            if event == "start":
                self._boundary(name)
                hidden += without
                if not hidden:
                    self._text(element, tail=False)
            else:
                self._boundary("" if name == "br" else name)
                hidden -= without
                if not hidden:
                    self._text(element, tail=True)
        return str(self.out)

    def _boundary(self, name: str) -> None:
        if name in BLOCKS:
            self._gap = Gap.BLOCK
            self.out.block()
        elif name == "br":
            self._gap = Gap.BLOCK if self._gap >= Gap.LINE else Gap.LINE
            self.out.line()
        elif name in REPLACED:
            self.out.space()

    def _text(self, element: HtmlElement, *, tail: bool) -> None:
        text = element.tail if tail else element.text
        if not text:
            return
        self.out.words(text)
        if text.isspace():
            return
        if self._gap >= Gap.LINE:
            mark = _BLOCK_MARK if self._gap == Gap.BLOCK else _LINE_MARK
            self._end_last(mark)
            text = f"{mark} {text}"
            _set(element, text, tail=tail)
        self._gap = Gap.NONE
        self._last = element, tail

    def _end_last(self, mark: str) -> None:
        if self._last is not None:
            element, tail = self._last
            text = (element.tail if tail else element.text) or ""
            _set(element, f"{text} {mark}", tail=tail)


def _set(element: HtmlElement, text: str, *, tail: bool) -> None:
    if tail:
        element.tail = text
    else:
        element.text = text


def _marked(tree: HtmlElement) -> str:
    return _Marker().run(tree)


def _article(tree: HtmlElement, url: str) -> str:
    """Return the text of the part trafilatura takes for the article; the second try prefers too much to nothing."""
    text = ""
    for recall in (False, True):
        text = _unmarked(_extracted(tree, url, recall=recall))
        if len(text) >= _SHORTEST:
            break
    return text


def _extracted(tree: HtmlElement, url: str, *, recall: bool) -> etree._Element | None:
    _silence()
    import trafilatura

    _silence()  # once more: it sets a level of its own
    try:
        found = trafilatura.bare_extraction(
            tree, url=url, include_comments=False, include_tables=True, favor_recall=recall
        )
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  no page may fail for a bug in extraction: we fall back to the whole text
        return None
    body: object = getattr(found, "body", None)
    return body if isinstance(body, etree._Element) else None


def _silence() -> None:
    """Keep the libraries' remarks about single pages out of our log: what matters is in the result."""
    for name in (
        "trafilatura",
        "htmldate",
        "courlan",
        "charset_normalizer",
        "readability",
        "justext",
    ):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _unmarked(body: etree._Element | None) -> str:
    """Return the text of an extracted body: a block ends where the page or trafilatura ends one."""
    out = BlockText()
    if body is None:
        return ""
    for event, element in etree.iterwalk(body, events=("start", "end")):
        name = str(element.tag)
        if name in _ARTICLE_BLOCKS:
            out.block()
        elif name == "lb":
            out.soft_line()  # the marks know whether it was one break or two
        _add(out, (element.text if event == "start" else element.tail) or "")
    return str(out)


def _add(out: BlockText, text: str) -> None:
    for number, block in enumerate(text.split(_BLOCK_MARK)):
        if number:
            out.block()
        for line_number, line in enumerate(block.split(_LINE_MARK)):
            if line_number:
                out.soft_line()
            out.words(line)


def _published(tree: HtmlElement, facts: Facts, url: str) -> datetime | None:
    """Return when the article was published: as stated, else as htmldate guesses from what is shown."""
    if facts.published_at is not None:
        return facts.published_at
    _silence()
    from htmldate import find_date

    try:
        told = find_date(tree, original_date=True, url=url)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  a date is never worth a page
        return None
    return parse_date(told or "")


def _page(
    article: str, everything: str, facts: Facts, published_at: datetime | None, limits: ParseLimits
) -> PageResult:
    stated = Prose(facts.article_body, "text/plain").blocks()
    text = stated if _says_more(stated, article) else article
    if len(text) < _SHORTEST:
        return _without_text(facts, everything)
    return ParsedPage(
        text=clip(text, limits.text_chars),
        title=clip(facts.title, limits.title_chars),
        canonical=facts.canonical,
        language=facts.language,
        site=clip(facts.site, 200) if facts.site else None,
        author=clip(facts.author, 200) if facts.author else None,
        published_at=published_at,
        boilerplate=clip("\n\n".join(_others(everything, text)), _BOILERPLATE_CHARS),
    )


def _says_more(stated: str, article: str) -> bool:
    """Say whether JSON-LD holds all that was extracted, or so much more that it must be the whole."""
    return len(stated) > 1.5 * len(article) or " ".join(article.split()) in " ".join(stated.split())


def _without_text(facts: Facts, everything: str) -> Unreadable:
    if not facts.free:
        return Unreadable(
            problem=Problem.PAYWALL, detail="the page says its article must be paid for"
        )
    return Unreadable(
        problem=Problem.NO_TEXT, detail=f"no article in a page of {len(everything.split())} words"
    )


def _others(everything: str, article: str) -> Iterator[str]:
    """Yield the blocks of a page that are not in its article."""
    inside = {" ".join(block.split()) for block in article.split("\n\n")}
    for block in everything.split("\n\n"):
        if " ".join(block.split()) not in inside:
            yield block


def warm_up() -> None:
    """Load the libraries, so that the first page does not wait for them."""
    import htmldate  # noqa: F401
    import trafilatura  # noqa: F401
