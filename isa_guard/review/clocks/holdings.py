"""The clocks of information that one party holds of another: when it is disposed of, looked at again, or kept by a hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.load.dates import read_day
from isa_guard.model.act import Action
from isa_guard.review.clocks.clock import Clock, Kind, noon
from isa_guard.review.clocks.terms import agreed, source
from isa_guard.uk.periods import end_of_day, start_of_day
from isa_guard.uk.retention import RetentionError, hundredth_birthday, next_review, review_group

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from isa_guard.model.act import Matter, Standing
    from isa_guard.model.agreement import Agreement


# The terms of an agreement under `retention`, the event from which each runs, and what people call it. The earliest end binds.
TRIGGERS: Final = (
    ("retention.at_most", "received_on", "received on"),
    ("retention.from_created", "created_on", "made on"),
    ("retention.from_closed", "closed_on", "closed on"),
    ("retention.from_last_contact", "last_contact_on", "last contact on"),
)
APP_GROUP_1: Final = "College of Policing APP, review group 1: until the subject's hundredth birthday"


def hold_of(one: Matter) -> Standing | None:
    """Answer the hold that keeps information, if one does: a hold goes before every disposal."""
    held, released = one.last(Action.HELD), one.last(Action.HOLD_RELEASED)
    if held is None or (released is not None and released.index > held.index):
        return None
    return held


@dataclass(frozen=True, slots=True)
class End:
    """One day by which information must go: what set it off and when, and by which term."""

    end: datetime
    starts: str
    started: datetime
    rule: str
    readings: tuple[str, ...] = ()


def holding_clocks(one: Matter, agreement: Agreement) -> Iterator[Clock]:
    """Answer the clocks of a holding; the earliest end binds. Raises PeriodError, OutsideCalendar."""
    ends = sorted(_ends(one, agreement), key=lambda each: each.end)
    hold = hold_of(one)
    if ends:
        first, *later = ends
        others = "; ".join(f"also {each.starts}: {each.end:%-d %b %Y}" for each in later)
        yield Clock(
            Kind.DISPOSAL,
            one.reference,
            one.id,
            first.starts,
            first.started,
            "it is disposed of",
            None if hold else first.end,
            first.rule,
            readings=first.readings,
            done=_disposed_at(one),
            paused=hold is not None,
            party=one.opened.by.party,
            note="; ".join(filter(None, ("a legal hold suspends disposal" if hold else "", others))),
        )
    if hold is not None:
        yield from _hold(one, hold)
    yield from _police_review(one)


def _ends(one: Matter, agreement: Agreement) -> Iterator[End]:
    for path, field, words in TRIGGERS:
        start, term = one.day(field), agreed(agreement, path, "retention/term", one.code("category"))
        if start is not None and term is not None:
            starts = f"{words} {start:%-d %B %Y}"
            yield End(term.end(noon(start)), starts, start_of_day(start), term.rule, term.readings)
    born = read_day(one.opened.told("born_on"))
    if born is not None and one.opened.number("group") == 1:
        # By its year alone: the day would tell the date of birth, which stands in the document and nowhere else.
        end = end_of_day(hundredth_birthday(born).replace(month=12, day=31))
        yield End(end, "a hundredth birthday in that year", one.opened.recorded_at, APP_GROUP_1)
    unneeded = one.day("no_longer_needed_on")
    if unneeded is not None:
        rule, readings = source(agreement, "retention/no-longer-needed", "once no longer needed")
        starts = f"no longer needed from {unneeded:%-d %B %Y}"
        yield End(end_of_day(unneeded), starts, start_of_day(unneeded), rule, readings)


def _disposed_at(one: Matter) -> datetime | None:
    day = one.day("disposed_on")
    return noon(day) if day is not None else None


def _hold(one: Matter, hold: Standing) -> Iterator[Clock]:
    again = hold.day("look_again_on")
    assert again is not None  # the act says one, or it would not be read
    yield Clock(
        Kind.HOLD,
        one.reference,
        one.id,
        f"held: {hold.code('ground')}",
        hold.recorded_at,
        "the hold is looked at again, or released",
        end_of_day(again),
        "a hold has an owner and a day on which it is looked at again",
        party=hold.by.party,
    )


def _police_review(one: Matter) -> Iterator[Clock]:
    group, contact = one.opened.number("group"), one.day("last_contact_on")
    if group is None or contact is None or one.last(Action.DISPOSED) is not None:
        return
    reviewed = one.last(Action.RETAINED)
    last = reviewed.recorded_at.date() if reviewed is not None else None
    try:
        found = review_group(group)
        day = next_review(found, contact, last)
    except RetentionError:
        return
    yield Clock(
        Kind.POLICE_REVIEW,
        one.reference,
        one.id,
        f"last contact on {contact:%-d %B %Y}",
        start_of_day(contact),
        "it is reviewed: kept with the reason, or disposed of",
        end_of_day(day),
        f"College of Policing APP, review group {group}: {found.covers}",
        party=one.opened.by.party,
    )
