"""HTML to text in blocks: one linear walk over the tags, without a tree and without recursion.

Two blocks are never glued, a word is never parted, and text that holds no markup comes through as it is.
"""

from __future__ import annotations

import html
import re
from typing import Final

from wirewatch.parse.blocks import BlockText

BLOCKS: Final = frozenset(
    "address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset figcaption "
    "figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li listing main menu nav ol "
    "optgroup option p plaintext pre search section select summary table tbody td tfoot th thead tr ul xmp".split()
)
"""Elements that begin and end a block, as browsers lay them out; those drawn as boxes of their own are with them."""

REPLACED: Final = frozenset("audio canvas embed iframe img input object picture svg video".split())
"""Elements shown as a picture or a box: the words on both sides are two words."""

_RAW: Final = frozenset("iframe noembed noframes script style textarea title".split())
"""Elements whose content is not markup, and no text for a reader either."""

_HIDDEN: Final = frozenset("audio canvas datalist noscript rp rt svg template video".split())
"""Elements whose content is a fallback, a drawing, a pattern, or a gloss inside a word."""

_WITHOUT_TEXT: Final = _RAW | _HIDDEN

INLINE: Final = frozenset(
    "a abbr acronym area b base basefont bdi bdo big blink br cite code col colgroup data del dfn em font frame i "
    "ins kbd label link map mark marquee math meta meter nobr output param progress q rb rtc ruby s samp slot small "
    "source span strike strong sub sup time track tt u var wbr".split()
)

KNOWN: Final = BLOCKS | REPLACED | _WITHOUT_TEXT | INLINE
"""The elements of HTML; all others are inline."""

_KNOWN: Final = "|".join(sorted(KNOWN, reverse=True))
_MARKUP = re.compile(rf"<(?:/?(?:{_KNOWN})(?=[\s/>])[^<>]*>|/[a-z][\w:.-]*\s*>|!--)", re.IGNORECASE)
"""What shows that a text is markup: a tag of HTML, any end tag, a comment."""
_LAYOUT = re.compile(
    rf"</?(?:{'|'.join(sorted(BLOCKS, reverse=True))}|br)(?=[\s/>])", re.IGNORECASE
)

_TOKEN = re.compile(r"<(?:(?P<slash>/?)(?P<name>[a-zA-Z][^\s/<>]*)|(?P<comment>!--)|[!?])")
_TAG_END = re.compile(r"""[<>]|=\s*(["'])""")
_COMMENT_END = re.compile(r"--!?>")
_NOTE = re.compile(r"(?:<[^<>]{0,300}>|[\s\[(*]){0,4}\d{1,3}(?!\w)")
"""The number of a footnote, which is no part of the word before it."""
_VAST_REFERENCE = re.compile(r"&#(?:[0-9]{9,}|[xX][0-9a-fA-F]{9,});?")


def is_markup(text: str) -> bool:
    """Say whether a text is plainly HTML and not words with a stray ``<``."""
    return _MARKUP.search(text) is not None


def decode_references(text: str) -> str:
    """Replace character references by their characters."""
    return html.unescape(_VAST_REFERENCE.sub("", text)) if "&" in text else text


def text_of(markup: str) -> str:
    r"""Return the text of HTML in blocks; see ``ParsedEntry`` for what a block is.

    >>> text_of("<p>Abu <b>Dha</b>bi</p><p>talks</p>")
    'Abu Dhabi\n\ntalks'
    >>> text_of("a < b &amp; c")
    'a < b & c'
    """
    out = BlockText()
    if "<![CDATA[" in markup:  # escaped once too often: what stands in it is meant as markup
        markup = markup.replace("<![CDATA[", "").replace("]]>", "")
    if is_markup(markup):
        _Walk(markup, out, keep_lines=_LAYOUT.search(markup) is None).run()
    else:
        out.lines(decode_references(markup))
    return str(out)


class _Walk:
    """One pass over a document. Every position is looked at a bounded number of times."""

    def __init__(self, markup: str, out: BlockText, *, keep_lines: bool) -> None:
        self._markup = markup
        self._out = out
        self._keep_lines = keep_lines
        self._preformatted = 0
        self._last_end: dict[str, int] = {}

    def run(self) -> None:
        markup, at = self._markup, 0
        while (token := _TOKEN.search(markup, at)) is not None:
            self._text(markup[at : token.start()])
            at = self._token(token)
        self._text(markup[at:])

    def _text(self, chunk: str) -> None:
        if not chunk:
            return
        if self._keep_lines or self._preformatted:
            self._out.lines(decode_references(chunk))
        else:
            self._out.words(decode_references(chunk))

    def _token(self, token: re.Match[str]) -> int:
        """Act on a tag, comment or declaration; return where the text goes on."""
        if token["name"]:
            return self._tag(token)
        if token["comment"]:
            return self._after_comment(token.end())
        end = self._markup.find(">", token.end())
        return len(self._markup) if end < 0 else end + 1

    def _after_comment(self, at: int) -> int:
        if self._markup.startswith((">", "->"), at):
            return self._markup.index(">", at) + 1
        end = _COMMENT_END.search(self._markup, at)
        return len(self._markup) if end is None else end.end()

    def _tag(self, token: re.Match[str]) -> int:
        end = self._tag_end(token.end())
        if end is None:
            self._text("<")
            return token.start() + 1
        name = token["name"].lower()
        closing = bool(token["slash"])
        self._layout(name, closing=closing)
        if name == "sup" and not closing and _NOTE.match(self._markup, end):
            self._out.space()
        empty = self._markup[end - 2] == "/"
        if closing or empty or name not in _WITHOUT_TEXT:
            return end
        return self._after_hidden(name, end)

    def _layout(self, name: str, *, closing: bool) -> None:
        if name in BLOCKS:
            self._out.block()
        elif name == "br":
            self._out.line()
        elif name in REPLACED:
            self._out.space()
        if name == "pre":
            self._preformatted = max(0, self._preformatted + (-1 if closing else 1))

    def _tag_end(self, at: int) -> int | None:
        """Return where the tag ends: after a ``>`` that stands in no quoted value, where there is one.

        None where another ``<`` comes first: then this one is no tag but a sign in a text, as in ``if a<b``.
        """
        start = at
        while (mark := _TAG_END.search(self._markup, at)) is not None:
            if mark[1] is None:
                return mark.end() if mark[0] == ">" else None
            at = self._markup.find(mark[1], mark.end()) + 1
            if at == 0:
                break
        end = self._markup.find(">", start)
        return None if end < 0 else end + 1

    def _after_hidden(self, name: str, at: int) -> int:
        """Return where an element ends whose content is no text; *at* itself when it never ends."""
        if at >= self._end_of_last(name):
            return len(self._markup) if name in ("script", "style") else at
        if name in _RAW:
            end = _tag_of(name, closing=True).search(self._markup, at)
            return at if end is None else end.end()
        depth = 1
        for tag in _tag_of(name).finditer(self._markup, at):
            depth += -1 if tag[1] else 1
            if depth == 0:
                return tag.end()
        return self._end_of_last(name)

    def _end_of_last(self, name: str) -> int:
        """Return where the last end tag of this name ends, or -1: looked up once per name."""
        if name not in self._last_end:
            ends = [tag.end() for tag in _tag_of(name, closing=True).finditer(self._markup)]
            self._last_end[name] = ends[-1] if ends else -1
        return self._last_end[name]


def _tag_of(name: str, *, closing: bool = False) -> re.Pattern[str]:
    slash = "(/)" if closing else "(/?)"
    return re.compile(rf"<{slash}{name}(?=[\s/>])[^<>]*>", re.IGNORECASE)
