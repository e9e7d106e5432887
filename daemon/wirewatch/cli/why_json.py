"""The answer to "why?" for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wirewatch.core.plan.why import Account, Sending, Text, WatchAccount

if TYPE_CHECKING:
    from wirewatch.app.why import Answer, Source, Trial


def json_of(answer: Answer) -> dict[str, object]:
    """Return an answer in what JSON can carry; texts are counted, not repeated."""
    return {
        "asked": answer.asked,
        "entries": [_account(one) for one in answer.accounts],
        "feeds": [_source(one) for one in answer.sources],
        "text": _trial(answer.trial),
        "live": None
        if answer.live is None
        else {
            "feeds": answer.live.feeds,
            "page": _trial(answer.live.page),
            "boilerplate_words": answer.live.boilerplate_words,
            "only_in_boilerplate": answer.live.in_boilerplate,
            "error": answer.live.error,
        },
    }


def _account(account: Account) -> dict[str, object]:
    history = account.history
    entry, page = history.entry, history.article
    return {
        "id": entry.id,
        "title": entry.title,
        "link": entry.link,
        "feed": history.feed.name,
        "published_at": entry.published_at,
        "found_at": entry.found_at,
        "baseline": entry.baseline,
        "poll": history.listed_by,
        "poll_before": history.before,
        "found_in_gap": None if history.gap is None else history.gap.state,
        "edited_at": [one.at for one in history.revisions],
        "texts": _texts(account.texts),
        "page": None
        if page is None
        else {
            "status": page.status,
            "url": page.url,
            "problem": page.problem,
            "detail": page.problem_detail,
            "attempts": page.attempts,
        },
        "stories": [
            {
                "id": story.id,
                "title": story.title,
                "opened_at": story.opened_at,
                "first": story.entries[0].entry_id == entry.id if story.entries else None,
                "joined_by": next(
                    (one.joined_by for one in story.entries if one.entry_id == entry.id), None
                ),
                "outlets": [one.outlet for one in story.entries],
            }
            for story in history.stories
        ],
        "watches": [_watch(one) for one in account.watches],
        "watches_not_shown": account.missed,
        "watches_not_tried": account.untried,
    }


def _watch(one: WatchAccount) -> dict[str, object]:
    told, hit = one.explanation, one.hit
    return {
        "id": one.watch.id,
        "name": one.watch.name,
        "query": one.watch.query,
        "configured": one.configured,
        "outcome": one.outcome,
        "hit": None
        if hit is None
        else {
            "id": hit.id,
            "query": hit.query,
            "state": hit.state,
            "why": hit.why,
            "found_at": hit.found_at,
            "strength": hit.strength,
        },
        "matches": None if told is None else told.strength,
        "apart": None if told is None else told.apart,
        "terms": []
        if told is None
        else [
            {
                "term": term.term,
                "found": term.found,
                "excluded": term.excluded,
                "words_found": term.words_found,
                "words_missing": term.words_missing,
                "apart": term.apart,
                "place": term.place,
                "sentence": term.sentence,
            }
            for term in told.terms
        ],
        "messages": [_sending(sending) for sending in one.sendings],
    }


def _sending(sending: Sending) -> dict[str, object]:
    way = sending.parcel.delivery
    return {
        "key": way.key,
        "channel": way.channel,
        "state": way.state,
        "due_at": way.due_at,
        "done_at": way.done_at,
        "attempts": [
            {"at": one.at, "ok": one.ok, "detail": one.detail, "took_s": one.took_s}
            for one in sending.attempts
        ],
    }


def _texts(texts: tuple[Text, ...]) -> list[dict[str, object]]:
    return [{"field": one.field, "words": one.words, "sentences": one.sentences} for one in texts]


def _trial(trial: Trial | None) -> dict[str, object] | None:
    if trial is None:
        return None
    return {"texts": _texts(trial.texts), "watches": [_watch(one) for one in trial.watches]}


def _source(source: Source) -> dict[str, object]:
    state = source.feed.state
    return {
        "name": source.feed.spec.name,
        "paused": source.feed.spec.paused,
        "listed_it_once": source.seen,
        "polls": state.polls,
        "last_poll_at": state.last_poll_at,
        "problem": state.problem,
        "detail": state.problem_detail,
        "problem_at": state.problem_at,
        "gaps": source.coverage.gaps if source.coverage else 0,
        "lost_gaps": source.coverage.lost_gaps if source.coverage else 0,
    }
