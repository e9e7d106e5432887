"""Makes XML fit to be read before feedparser sees it: defused, without declarations, mended where it is broken.

feedparser reads a document that is not well-formed by a second, slower and lossier parser. Most such documents need
little: an entity of HTML, a stray ampersand, a forgotten namespace, an end that did not arrive. That is mended here,
so that the strict parser reads them; what cannot be mended is left to feedparser as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.entities import html5
from typing import Final
from xml.parsers import expat

from wirewatch.core.model.outcome import Problem
from wirewatch.parse.sections import sections

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff\ufeff]")
"""Characters XML does not allow, and byte-order marks in the middle, which nobody means."""
_REFERENCE = re.compile(r"&#(?:(?P<decimal>[0-9]+)|[xX](?P<hex>[0-9a-fA-F]+));")
_FIRST_TAG = re.compile(r"<[A-Za-z]")
_XML_START = re.compile(r"<\?xml\b", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE\b", re.IGNORECASE)
_IN_DOCTYPE = re.compile(r"""<!--.*?-->|"[^"]*"|'[^']*'|[\[\]>]""", re.DOTALL)

_PERSON = r"(?:[\w.-]+:)?(?:author|creator|managingeditor|webmaster|publisher|owner|contributor|name|email)"
_LONG_PERSON = re.compile(
    rf"(<{_PERSON}\b[^<>]*>\s*(?:<!\[CDATA\[)?[^<]{{500}})([^<]+)", re.IGNORECASE
)
"""feedparser looks for an e-mail address in names; the time it takes grows with the square of their length."""
_FLOODED_TAG = re.compile(r"<([A-Za-z][\w.:-]*)\s[^<>]{4096,}>")
_MOST_ATTRIBUTES: Final = 200

_BROKEN_SIGNS = re.compile(
    r"<(?![A-Za-z_:/!?])|&(?:#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|(?P<name>[A-Za-z][A-Za-z0-9]*);)?",
    re.DOTALL,
)
_XML_NAMES: Final = frozenset({"amp", "lt", "gt", "quot", "apos"})
_ROOT_TAG = re.compile(r"<((?:[\w.-]+:)?(?:rss|feed|RDF|channel))(?=[\s>])", re.IGNORECASE)
_ENTRY_TAG = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)
_USED_PREFIX = re.compile(r"</?([A-Za-z_][\w.-]*):|\s([A-Za-z_][\w.-]*):[\w.-]+\s*=")
_DECLARED_PREFIX = re.compile(r"\bxmlns:([A-Za-z_][\w.-]*)\s*=")
_LAST_END: Final = ("</item>", "</entry>")

_NAMESPACES: Final = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}
_ENDS_EARLY: Final = frozenset(
    {
        expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
        expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
    }
)


@dataclass(frozen=True, slots=True)
class Mended:
    """XML ready to be read, and what was wrong with it."""

    text: str
    flaw: Problem | None = None
    detail: str | None = None


def mend(text: str) -> Mended:
    """Make a document well-formed if little is missing; what is beyond that comes back defused only."""
    safe = defuse(text)
    fault = _fault(safe)
    if fault is None:
        return Mended(safe)
    detail = f"not well-formed: {expat.ErrorString(fault.code)} in line {fault.lineno}"
    whole = _bind_prefixes(_escape_signs(_cut_trailer(safe)))
    second = _fault(whole)
    if second is not None and second.code in _ENDS_EARLY:
        return _mend_end(whole, detail)
    return Mended(whole if second is None else safe, Problem.UNPARSABLE, detail)


def clip_texts(text: str, longest: int) -> str:
    """Cut texts and CDATA sections that are longer than anything we keep, before they are copied around."""
    if len(text) <= longest:
        return text
    pieces, at = [], 0
    for start, end in sections(text):
        if end - start > longest and text.startswith("<![CDATA[", start):
            pieces += [text[at : start + longest], "]]>"]
            at = end
    return _clip_runs("".join([*pieces, text[at:]]) if pieces else text, longest)


def _clip_runs(text: str, longest: int) -> str:
    pieces, kept, at = [], 0, 0
    while at <= len(text):
        tag = text.find("<", at)
        end = len(text) if tag < 0 else tag
        if end - at > longest:
            closing = "]]>" if "]]>" in text[at + longest - 2 : end] else ""
            pieces += [text[kept : at + longest], closing]
            kept = end
        at = end + 1
    return "".join([*pieces, text[kept:]]) if pieces else text


def defuse(text: str) -> str:
    """Take out what costs feedparser more than it is worth to us: declarations, floods, forbidden characters."""
    text = _REFERENCE.sub(_allowed_reference, _FORBIDDEN.sub("", text))
    text = _unwrap(_drop_doctype(_drop_preamble(text)))
    return _FLOODED_TAG.sub(_without_flood, _LONG_PERSON.sub(_shorter, text))


def _shorter(found: re.Match[str]) -> str:
    return found[1] + ("]]>" if found[2].rstrip().endswith("]]>") else "")


def _allowed_reference(found: re.Match[str]) -> str:
    """Keep a character reference only if XML allows its character."""
    digits, base = (found["decimal"], 10) if found["decimal"] else (found["hex"], 16)
    digits = digits.lstrip("0") or "0"
    if len(digits) > 7:
        return ""
    code = int(digits, base)
    allowed = (
        code in (9, 10, 13)
        or 32 <= code < 0xD800
        or 0xE000 <= code < 0xFFFE
        or 0x10000 <= code < 0x110000
    )
    return found[0] if allowed else ""


def _drop_preamble(text: str) -> str:
    """Drop what stands before the XML declaration: blank lines, a warning printed by the server's script."""
    text = text.lstrip()
    start = _XML_START.search(text, 0, 4096)
    if start is not None and not _ROOT_TAG.search(text, 0, start.start()):
        return text[start.start() :]
    return text


def _drop_doctype(text: str) -> str:
    """Drop the document type: its entities are bombs or files; the names of HTML are known without it."""
    first = _FIRST_TAG.search(text)
    found = _DOCTYPE.search(text, 0, first.start() if first else len(text))
    if found is None:
        return text
    inside = 0
    for mark in _IN_DOCTYPE.finditer(text, found.end()):
        inside += {"[": 1, "]": -1}.get(mark[0], 0)
        if mark[0] == ">" and inside <= 0:
            return text[: found.start()] + text[mark.end() :]
    root = _ROOT_TAG.search(text, found.end())
    return text[: found.start()] + text[root.start() if root else len(text) :]


def _unwrap(text: str) -> str:
    """Take a feed out of the page or envelope it was put into."""
    first, root = _FIRST_TAG.search(text), _ROOT_TAG.search(text)
    if first is None or root is None or root.start() <= first.start():
        return text
    end = text.rfind(f"</{root[1]}")
    inner = text[root.start() : text.find(">", end) + 1] if end >= 0 else ""
    return inner if _ENTRY_TAG.search(inner) else text


def _without_flood(found: re.Match[str]) -> str:
    if found[0].count("=") <= _MOST_ATTRIBUTES:
        return found[0]
    return f"<{found[1]}{'/' if found[0].endswith('/>') else ''}>"


def _fault(text: str) -> expat.ExpatError | None:
    """Return the first thing that makes a document not well-formed."""
    reader = expat.ParserCreate("utf-8", " ")
    try:
        reader.Parse(text.encode("utf-8"), True)
    except expat.ExpatError as fault:
        return fault
    return None


def _cut_trailer(text: str) -> str:
    """Drop what stands after the end of the root: scripts and notes that servers append."""
    root = _ROOT_TAG.search(text)
    end = text.rfind(f"</{root[1]}") if root else -1
    close = text.find(">", end) if end >= 0 else -1
    return text[: close + 1] if close >= 0 else text


def _escape_signs(text: str) -> str:
    """Write stray ampersands and angle brackets, and the entities of HTML, as XML wants them."""
    pieces, at = [], 0
    for start, end in sections(text):
        pieces += [_BROKEN_SIGNS.sub(_escaped, text[at:start]), text[start:end]]
        at = end
    return "".join(pieces) + _BROKEN_SIGNS.sub(_escaped, text[at:])


def _escaped(found: re.Match[str]) -> str:
    sign, name = found[0], found["name"]
    if sign == "<":
        return "&lt;"
    if (name is None and sign != "&") or name in _XML_NAMES:
        return sign
    meant = html5.get(f"{name};")
    return "".join(f"&#{ord(char)};" for char in meant) if meant else f"&amp;{sign[1:]}"


def _bind_prefixes(text: str) -> str:
    """Declare at the root the prefixes that are used and nowhere declared."""
    used = {name for pair in _USED_PREFIX.findall(text) for name in pair if name}
    missing = sorted(used - set(_DECLARED_PREFIX.findall(text)) - {"xml", "xmlns"})
    root = _ROOT_TAG.search(text)
    if root is None or not missing:
        return text
    names = "".join(
        f' xmlns:{name}="{_NAMESPACES.get(name, "urn:undeclared:" + name)}"' for name in missing
    )
    return f"{text[: root.end()]}{names}{text[root.end() :]}"


def _mend_end(text: str, detail: str) -> Mended:
    """Close a document that ends too early after its last whole entry; half an entry would get a wrong name."""
    root = _ROOT_TAG.search(text)
    if root is None:
        return Mended(text, Problem.TRUNCATED, detail)
    opened = text.rfind("<![CDATA[")
    whole = text[:opened] if opened > text.rfind("]]>") else text
    end = max(whole.rfind(mark) + len(mark) if mark in whole else -1 for mark in _LAST_END)
    first = _ENTRY_TAG.search(whole)
    if end < 0 and first is not None:
        end = first.start()
    whole = whole[:end] if end >= 0 else whole[: whole.rfind(">") + 1]
    if "<channel" in whole and "</channel" not in whole and root[1].lower() != "channel":
        whole += "</channel>"
    return Mended(f"{whole}</{root[1]}>", Problem.TRUNCATED, detail)
