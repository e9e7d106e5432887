"""What an alert says, free of any dialect: words, never markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wirewatch.core.dates import told_date
from wirewatch.core.model.alert import Message
from wirewatch.core.model.article import Article, ArticleStatus
from wirewatch.core.model.history import History
from wirewatch.core.model.hit import Snippet
from wirewatch.core.model.plan import WaitingHit
from wirewatch.core.policy.verdict import AlertRules

SUBJECT_WATCHES = 30
"""So many characters of a subject are for the watches: a phone shows some forty in all."""

UNTITLED = "(no headline)"
QUOTES = '"“”„«»'


def story_message(
    hits: Sequence[WaitingHit],
    *,
    outlets: Sequence[str],
    rules: AlertRules,
    told_before: bool,
) -> Message:
    """Return the message for one story: *hits* are those it rings for, oldest first."""
    lead = _lead(hits)
    watches = tuple(dict.fromkeys(_shown(waiter.hit.watch_name) for waiter in hits))
    headline = lead.entry.title or UNTITLED
    chosen = tuple(_snippets(lead, hits, limit=rules.snippets))
    return Message(
        subject=f"[{named(watches)}] {headline}",
        headline=headline,
        link=lead.entry.link,
        outlet=lead.outlet,
        also_in=tuple(dict.fromkeys(outlet for outlet in outlets if outlet != lead.outlet)),
        watches=watches,
        matched=_matched(chosen),
        snippets=chosen,
        published_at=told_date(
            published_at=lead.entry.published_at,
            updated_at=lead.entry.updated_at,
            page_published_at=lead.article.published_at if lead.article else None,
            found_at=lead.entry.found_at,
        ),
        found_at=lead.hit.found_at,
        timezone=rules.timezone,
        note=_note(lead.article, told_before=told_before),
        lists=tuple(dict.fromkeys(waiter.hit.watch.partition("/")[0] for waiter in hits)),
    )


def named(watches: Sequence[str]) -> str:
    """Name the watches so that the headline still fits beside them on a phone."""
    first = watches[0] if watches else ""
    more = f" +{len(watches) - 1}" if len(watches) > 1 else ""
    return f"{first}{more}" if len(", ".join(watches)) > SUBJECT_WATCHES else ", ".join(watches)


def _shown(name: str) -> str:
    """Return a watch's name; one that is a single phrase loses its quotation marks."""
    bare = name[1:-1]
    whole = len(name) > 2 and name[0] in QUOTES and name[-1] in QUOTES
    return bare if whole and not any(mark in bare for mark in QUOTES) else name


def _lead(hits: Sequence[WaitingHit]) -> WaitingHit:
    """Return the hit whose entry tells the story best: the one with most watches on it, the first of equals."""
    by_entry: dict[int, list[WaitingHit]] = {}
    for waiter in hits:
        by_entry.setdefault(waiter.entry.id, []).append(waiter)
    return max(by_entry.values(), key=len)[0]


def _snippets(lead: WaitingHit, hits: Sequence[WaitingHit], *, limit: int) -> Iterable[Snippet]:
    """Yield sentences, in turn from each watch, so that every watch is shown before any is shown twice."""
    ours = [waiter for waiter in hits if waiter.entry.id == lead.entry.id]
    shown = {waiter.hit.watch for waiter in ours}
    others = {
        waiter.hit.watch: waiter for waiter in reversed(hits) if waiter.hit.watch not in shown
    }
    queues = [list(waiter.hit.snippets) for waiter in (*ours, *others.values())]
    seen: set[str] = set()
    marked: list[Snippet] = []
    while any(queues) and len(marked) < limit:
        for queue in queues:
            while queue:
                snippet = queue.pop(0)
                if snippet.text not in seen and len(marked) < limit:
                    seen.add(snippet.text)
                    marked.append(snippet)
                    break
    return marked


def _matched(snippets: Iterable[Snippet]) -> tuple[str, ...]:
    words: dict[str, str] = {}
    for snippet in snippets:
        for piece in snippet.pieces:
            if piece.hit:
                words.setdefault(piece.text.casefold(), piece.text)
    return tuple(words.values())


def _note(article: Article | None, *, told_before: bool) -> str | None:
    notes = []
    if told_before:
        notes.append("This story was told before; it now matches more of your watches.")
    if article is not None and article.status is not ArticleStatus.READ:
        reason = f": {article.problem_detail}" if article.problem_detail else " yet"
        notes.append(f"The page behind the link was not read{reason}.")
    return " ".join(notes) or None


def preview_message(history: History, rules: AlertRules) -> Message:
    """Return the message an entry would be told in, for all the watches that hit it; without any, what it is."""
    waiting = [
        WaitingHit(hit=hit, entry=history.entry, outlet=history.feed.name, article=history.article)
        for hit in history.hits
    ]
    if waiting:
        return story_message(waiting, outlets=(), rules=rules, told_before=False)
    entry = history.entry
    return Message(
        subject=entry.title or UNTITLED,
        headline=entry.title or UNTITLED,
        link=entry.link,
        outlet=history.feed.name,
        published_at=entry.published_at,
        found_at=entry.found_at,
        timezone=rules.timezone,
    )


def operator_message(subject: str, body: str, *, timezone: str = "UTC") -> Message:
    """Return a message of Wirewatch about itself."""
    return Message(subject=f"Wirewatch: {subject}", headline=subject, body=body, timezone=timezone)
