"""Phrases through real-life markup: what a reader sees must be found, what no reader sees must not.

Each case is markup, a query, and whether it must match once the markup has been turned into text in blocks. The data
only: ``selftest`` runs it through the parser in use.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Case(NamedTuple):
    """A piece of markup, a query, and whether it matches."""

    html: str
    query: str
    expected: bool


_INLINE: Final = (
    "b",
    "i",
    "em",
    "strong",
    "span",
    "a",
    "u",
    "font",
    "mark",
    "abbr",
    "code",
    "small",
    "cite",
)
_BLOCKS: Final = (
    "p",
    "div",
    "li",
    "td",
    "h2",
    "blockquote",
    "section",
    "article",
    "figcaption",
    "dd",
)
_UNSEEN: Final = ("script", "style")
_PHRASE: Final = '"territorial issue"'


def _through_inline_markup() -> list[Case]:
    cases = []
    for tag in _INLINE:
        cases += [
            Case(f"<p>the territorial <{tag}>issue</{tag}> remains</p>", _PHRASE, expected=True),
            Case(f"<p>the terri<{tag}>torial</{tag}> issue</p>", _PHRASE, expected=True),
            Case(f"<p>an extra<{tag}>territorial</{tag}> issue</p>", _PHRASE, expected=False),
        ]
    return cases


def _across_blocks() -> list[Case]:
    cases = []
    for tag in _BLOCKS:
        cases += [
            Case(f"<{tag}>territorial</{tag}><{tag}>issue</{tag}>", _PHRASE, expected=False),
            Case(
                f"<{tag}>a territorial issue</{tag}><{tag}>of water</{tag}>", _PHRASE, expected=True
            ),
        ]
    return cases


def _unseen() -> list[Case]:
    cases = [
        Case(f"<p>seen</p><{tag}>territorial issue</{tag}>", _PHRASE, expected=False)
        for tag in _UNSEEN
    ]
    cases += [
        Case(f"<p>territorial<{tag}>x</{tag}> issue</p>", _PHRASE, expected=True) for tag in _UNSEEN
    ]
    return cases


_BY_HAND: Final = (
    # line breaks and white space
    Case("<p>territorial<br>issue</p>", _PHRASE, expected=True),
    Case("<p>territorial<br/>issue</p>", _PHRASE, expected=True),
    Case("<p>territorial\nissue</p>", _PHRASE, expected=True),
    Case("<p>territorial \t \r\n issue</p>", _PHRASE, expected=True),
    Case("<p>territorial&nbsp;issue</p>", _PHRASE, expected=True),
    Case("<p>territorial&#160;issue</p>", _PHRASE, expected=True),
    Case("<p>territorial&#xA0;issue</p>", _PHRASE, expected=True),
    Case("<p>territorial&ensp;issue</p>", _PHRASE, expected=True),
    Case("<p>territorial&thinsp;issue</p>", _PHRASE, expected=True),
    Case("<p>territorial&#8239;issue</p>", _PHRASE, expected=True),
    Case("<p>territorial&#12288;issue</p>", _PHRASE, expected=True),
    Case("<p>territorial&#8203;issue</p>", _PHRASE, expected=True),
    # invisible characters
    Case("<p>terri&shy;torial issue</p>", _PHRASE, expected=True),
    Case("<p>terri&#173;torial is&shy;sue</p>", _PHRASE, expected=True),
    Case("<p>terri&#8203;torial issue</p>", _PHRASE, expected=True),
    Case("<p>terri&zwnj;torial issue</p>", _PHRASE, expected=True),
    Case("<p>terri&zwj;torial issue</p>", _PHRASE, expected=True),
    Case("<p>&#xFEFF;territorial issue</p>", _PHRASE, expected=True),
    Case("<p>&lrm;territorial&rlm; issue</p>", _PHRASE, expected=True),
    Case("<p>terri<wbr>torial issue</p>", _PHRASE, expected=True),
    Case("<p>terri&#8288;torial issue</p>", _PHRASE, expected=True),
    # comments, instructions, attributes, names
    Case("<p>territorial <!-- x --> issue</p>", _PHRASE, expected=True),
    Case("<p>terri<!-- x -->torial issue</p>", _PHRASE, expected=True),
    Case("<p>seen <!-- territorial issue --></p>", _PHRASE, expected=False),
    Case("<p>seen <!-- > territorial issue --></p>", _PHRASE, expected=False),
    Case('<p><a href="/territorial-issue">seen</a></p>', "territorial", expected=False),
    Case('<p><a href="/x?q=oil" title="territorial issue">seen</a></p>', _PHRASE, expected=False),
    Case('<p class="territorial issue">seen</p>', _PHRASE, expected=False),
    Case('<p data-x="> territorial issue <">seen</p>', _PHRASE, expected=False),
    Case("<p>seen</p>", "p", expected=False),
    Case("<p>a&nbsp;b</p>", "nbsp", expected=False),
    Case("<p>this &amp; that</p>", "amp", expected=False),
    # quotation marks, dashes, apostrophes
    Case("<p>the&ldquo;territorial issue&rdquo; remains</p>", _PHRASE, expected=True),
    Case("<p>the&#8220;territorial issue&#8221; remains</p>", _PHRASE, expected=True),
    Case("<p>the &laquo;territorial issue&raquo;</p>", _PHRASE, expected=True),
    Case("<p>the &quot;territorial issue&quot;</p>", _PHRASE, expected=True),
    Case("<p>the &lsquo;territorial issue&rsquo;</p>", _PHRASE, expected=True),
    Case("<p>the territorial&mdash;issue</p>", _PHRASE, expected=True),
    Case("<p>the territorial &ndash; issue</p>", _PHRASE, expected=True),
    Case("<p>Abu Dhabi&rsquo;s talks</p>", '"Abu Dhabi talks"', expected=True),
    Case("<p>Abu Dhabi&#39;s talks</p>", '"Abu Dhabi talks"', expected=True),
    Case("<p><a href='/ad'>Abu Dhabi</a>&#x2019;s talks</p>", '"Abu Dhabi talks"', expected=True),
    Case("<p><q>territorial issue</q> it is</p>", _PHRASE, expected=True),
    Case("<p>O&rsquo;Brien</p>", "OBrien", expected=True),
    # entities
    Case("<p>AT&amp;T deal</p>", '"AT&T deal"', expected=True),
    Case("<p>AT&amp;amp;T deal</p>", '"AT&T deal"', expected=True),
    Case("<p>AT&T deal</p>", '"AT&T deal"', expected=True),
    Case("<p>caf&eacute; society</p>", '"cafe society"', expected=True),
    Case("<p>cafe&#769; society</p>", '"cafe society"', expected=True),
    Case("<p>Stra&szlig;e frei</p>", '"Strasse frei"', expected=True),
    Case(
        "<p>&#1087;&#1077;&#1088;&#1077;&#1075;&#1086;&#1074;&#1086;&#1088;&#1099;</p>",
        "переговоров",
        expected=True,
    ),
    Case("<p>&#21271;&#20140;&#20250;&#35848;</p>", "会谈", expected=True),
    Case("<p>1 &lt; 2 and oil &gt; gas</p>", '"oil gas"', expected=True),
    Case("<p>&lt;b&gt;territorial&lt;/b&gt; issue</p>", "territorial", expected=True),
    # words cut by markup
    Case('<p><span class="dropcap">T</span>erritorial issue</p>', _PHRASE, expected=True),
    Case("<p><span>terri</span><span>torial</span> issue</p>", _PHRASE, expected=True),
    Case("<p><b>territorial</b> <b>issue</b></p>", _PHRASE, expected=True),
    Case("<p><b>territorial</b><b>issue</b></p>", _PHRASE, expected=False),
    Case("<p><em>territorial </em>issue</p>", _PHRASE, expected=True),
    Case("<p>cease<b>-</b>fire talks</p>", "ceasefire", expected=True),
    Case("<p>cease&#8209;fire talks</p>", '"ceasefire talks"', expected=True),
    Case("<p>cease&#8211;fire talks</p>", '"cease fire talks"', expected=True),
    Case("<p>cease-<br>fire talks</p>", "ceasefire", expected=True),
    Case("<p>U.S.&nbsp;troops</p>", '"US troops"', expected=True),
    Case("<p>U.&nbsp;S. troops</p>", '"US troops"', expected=True),
    Case("<p><b>U</b>.<b>S</b>. troops</p>", '"US troops"', expected=True),
    Case("<p>F<span>-</span>16 jets</p>", '"F16 jets"', expected=True),
    Case("<p>the issue<sup>1</sup> remains</p>", "issue", expected=True),
    Case('<p>a territorial issue<sup><a href="#n1">[1]</a></sup></p>', _PHRASE, expected=True),
    Case("<p>CO<sub>2</sub> rises</p>", "CO2", expected=True),
    Case("<p>the 21<sup>st</sup> century</p>", '"21st century"', expected=True),
    # structure
    Case("<ul><li>territorial<li>issue</ul>", _PHRASE, expected=False),
    Case("<table><tr><td>territorial<td>issue</table>", _PHRASE, expected=False),
    Case("<table><tr><th>territorial</th><td>issue</td></tr></table>", _PHRASE, expected=False),
    Case("<p>territorial<p>issue", _PHRASE, expected=False),
    Case("territorial<hr>issue", _PHRASE, expected=False),
    Case("<h1>territorial</h1>issue", _PHRASE, expected=False),
    Case("territorial<div>issue</div>", _PHRASE, expected=False),
    Case("<div>territorial</div>issue", _PHRASE, expected=False),
    Case("<div><div><div>territorial issue</div></div></div>", _PHRASE, expected=True),
    Case("<blockquote><p>territorial issue</p></blockquote>", _PHRASE, expected=True),
    Case("<p>a territorial issue", _PHRASE, expected=True),
    Case("<p>a <b>territorial <i>issue</b></i>", _PHRASE, expected=True),
    Case("<P>A <B>TERRITORIAL</B> ISSUE</P>", _PHRASE, expected=True),
    Case("no markup: a territorial issue", _PHRASE, expected=True),
    Case("<dl><dt>territorial</dt><dd>issue</dd></dl>", _PHRASE, expected=False),
    Case("<p>talks</p><p>in Oman</p>", "Oman talks", expected=True),
    Case("<p>the therapist spoke</p>", '"the rapist"', expected=False),
    Case("<p>then I ran</p>", "Iran", expected=False),
    Case("<p>see https://example.org/territorial/issue</p>", "territorial", expected=False),
    Case('<p>on <a href="x">Iran</a>-backed groups</p>', "Iran", expected=True),
    Case("<p>मुद्दे पर <b>वार्ता</b></p>", "वार्ता", expected=True),
    Case("<p>في <b>ال</b>محادثات</p>", "محادثات", expected=True),
    Case("<p>東<b>京</b>会談</p>", "東京会談", expected=True),
)

CASES: Final = (*_through_inline_markup(), *_across_blocks(), *_unseen(), *_BY_HAND)
"""All cases."""
