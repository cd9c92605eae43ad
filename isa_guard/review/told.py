"""Clocks in words, as JSON, and as a calendar."""

from __future__ import annotations

import json
import textwrap
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from isa_guard.review.clocks.clock import Clock, Kind, State
from isa_guard.uk.periods import in_london

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from isa_guard.review.due import Due

FORMAT: Final = "isa-guard/due/1"
WORDS: Final = {
    State.OVERDUE: "OVERDUE",
    State.RUNNING: "",
    State.PAUSED: "paused",
    State.NO_NUMBER: "no number",
    State.LAPSED: "lapsed",
    State.MET: "met",
    State.LATE: "met late",
}
TITLES: Final = {
    Kind.REQUEST: "decide the request",
    Kind.APPROVAL: "approval ends",
    Kind.DISPENSATION: "dispensation ends",
    Kind.BREACH_PARTNER: "tell the partner of the breach",
    Kind.BREACH_REGULATOR: "tell the regulator of the breach",
    Kind.BREACH_INDIVIDUALS: "tell the people concerned of the breach",
    Kind.DISPOSAL: "dispose of information",
    Kind.HOLD: "look at the legal hold again",
    Kind.POLICE_REVIEW: "review police information",
    Kind.TRAINING: "renew training",
    Kind.VETTING: "renew vetting",
    Kind.RIGHTS_ANSWER: "answer the request for information",
    Kind.RIGHTS_REVIEW: "internal review",
    Kind.REVIEW: "review the agreement",
    Kind.EVIDENCE: "renew evidence for a clause",
    Kind.WITNESS: "have the register witnessed",
    Kind.OBLIGATION: "do what was obliged",
}


def as_text(due: Due, clocks: Sequence[Clock], width: int = 80) -> str:
    """Answer the clocks, the most urgent first, ending in a newline."""
    overdue = len(due.overdue)
    verdict = f"{overdue} OVERDUE" if overdue else "NOTHING IS OVERDUE"
    lines = [f"{verdict}, {len(clocks)} clocks run, as at {_when(due.now)}"]
    never = [one for one in clocks if one.kind is Kind.EVIDENCE and not one.matter]
    for one in clocks:
        if one not in never:
            lines += ["", *_clock(one, due.now, width)]
    if never:
        lines += ["", *_never_given(never, width)]
    for problem in due.problems:
        lines += ["", "  could not be counted", *_labelled("why", problem.what, width)]
    return "\n".join(lines) + "\n"


def brief(one: Clock, now: datetime) -> str:
    """Answer a clock in one line."""
    state = WORDS[one.state(now)]
    when = f"by {_end(one)}" if one.end is not None else state
    return f"{TITLES[one.kind]}: {one.about}, {when}" + (
        f" ({state})" if state and one.end is not None else ""
    )


def as_json(due: Due, clocks: Sequence[Clock]) -> str:
    """Answer the clocks as one JSON object ending in a newline."""
    data = {
        "format": FORMAT,
        "asOf": due.now.isoformat(),
        "clocks": [_json(one, due.now) for one in clocks],
        "problems": [{"what": one.what, "place": str(one.place)} for one in due.problems],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _json(one: Clock, now: datetime) -> dict[str, object]:
    return {
        "kind": one.kind.value,
        "about": one.about,
        "matter": one.matter,
        "state": one.state(now).value,
        "starts": one.starts,
        "started": one.started.isoformat(),
        "ends": one.ends,
        "end": one.end.isoformat() if one.end else None,
        "done": one.done.isoformat() if one.done else None,
        "rule": one.rule,
        "calendar": one.calendar,
        "readings": list(one.readings),
        "party": one.party,
        "note": one.note,
    }


def _clock(one: Clock, now: datetime, width: int) -> Iterator[str]:
    state = one.state(now)
    when = (
        _end(one)
        if one.end is not None
        else "as soon as can be"
        if state is State.NO_NUMBER
        else "no end yet"
    )
    mark = "x" if state is State.OVERDUE else "-"
    left = _left(one, now)
    yield from textwrap.wrap(f"{mark} {when}{left}", width, initial_indent="  ", subsequent_indent="    ")
    yield from _labelled("what", f"{TITLES[one.kind]}: {one.about}", width)
    yield from _labelled("until", one.ends, width)
    yield from _labelled("since", f"{one.starts} ({_when(one.started)})", width)
    yield from _labelled("by", one.rule + (f"; calendar {one.calendar}" if one.calendar else ""), width)
    for reading in one.readings:
        yield from _labelled("read as", reading, width)
    if one.party:
        yield from _labelled("who", one.party, width)
    if one.note:
        yield from _labelled("note", one.note, width)


def _never_given(never: Sequence[Clock], width: int) -> Iterator[str]:
    """Evidence that was never given has one story: told once, with the clauses that ask for it."""
    yield f"  x {len(never)} kinds of evidence that clauses ask for were never given to the register"
    yield from _labelled("what", ", ".join(one.about for one in never), width)
    yield from _labelled("until", never[0].ends, width)
    agreements = dict.fromkeys(one.rule.partition(", clause ")[0] for one in never)
    clauses = dict.fromkeys(one.rule.partition(", clause ")[2].partition(":")[0] for one in never)
    yield from _labelled("by", f"{', '.join(agreements)}, clauses {', '.join(clauses)}", width)


def _left(one: Clock, now: datetime) -> str:
    state = one.state(now)
    if one.end is None:
        return f"  {WORDS[state]}"
    span = abs(one.end - now)
    amount = f"{span.days} days" if span >= timedelta(days=2) else f"{span // timedelta(hours=1)} hours"
    return f"  OVERDUE by {amount}" if state is State.OVERDUE else f"  in {amount}"


def _labelled(label: str, text: str, width: int) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=f"    {label:<10} ", subsequent_indent=" " * 15, break_on_hyphens=False
    )


def _end(one: Clock) -> str:
    assert one.end is not None
    return f"the end of {in_london(one.end):%a %-d %b %Y}" if one.by_day else _when(one.end)


def _when(moment: datetime) -> str:
    return f"{in_london(moment):%a %-d %b %Y %H:%M %Z}"
