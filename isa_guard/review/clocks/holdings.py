"""The clocks of information that one party holds of another: when it is disposed of, looked at again, or kept by a hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.load.dates import read_day
from isa_guard.model.act import Action, Matter
from isa_guard.review.clocks.clock import Clock, Kind, noon
from isa_guard.review.clocks.terms import agreed, source
from isa_guard.uk.periods import end_of_day, start_of_day
from isa_guard.uk.retention import RetentionError, hundredth_birthday, next_review, review_group

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from isa_guard.acts.ledger import Ledger
    from isa_guard.model.act import Standing
    from isa_guard.model.agreement import Agreement


# The terms of an agreement under `retention`, the event from which each runs, and what people call it. The earliest end binds.
TRIGGERS: Final = (
    ("retention.at_most", "received_on", "received on"),
    ("retention.from_created", "created_on", "made on"),
    ("retention.from_closed", "closed_on", "closed on"),
    ("retention.from_last_contact", "last_contact_on", "last contact on"),
)
APP_GROUP_1: Final = "College of Policing APP, review group 1: until the subject's hundredth birthday"


@dataclass(frozen=True, slots=True)
class Holding:
    """One set of information as it stands: what came, what was decided since, and how it ended."""

    acts: tuple[Standing, ...]

    @property
    def opened(self) -> Standing:
        """The act that opened it: the information came."""
        return self.acts[0]

    @property
    def id(self) -> str:
        """The id of the act that opened it."""
        return self.opened.act.id

    @property
    def reference(self) -> str:
        """What people call it; its id once its document has been erased."""
        return self.opened.told("reference") or self.id

    @property
    def category(self) -> str:
        """The category of data."""
        return self.opened.code("category")

    @property
    def disposed(self) -> Standing | None:
        """The act of disposal."""
        return self.last(Action.DISPOSED)

    @property
    def hold(self) -> Standing | None:
        """The hold that keeps it, if one does: a hold goes before every disposal."""
        held, released = self.last(Action.HELD), self.last(Action.HOLD_RELEASED)
        if held is None or (released is not None and released.index > held.index):
            return None
        return held

    def last(self, action: Action) -> Standing | None:
        """Answer the last act of a kind."""
        return next((one for one in reversed(self.acts) if one.act.action is action), None)

    def day(self, name: str) -> date | None:
        """Answer a day as it was last said."""
        return next((day for one in reversed(self.acts) if (day := one.day(name)) is not None), None)


def holdings(ledger: Ledger) -> tuple[Holding, ...]:
    """Answer everything held, as it stands."""
    return tuple(holding_of(acts) for acts in ledger.matters(Matter.HOLDING))


def holding_of(acts: Sequence[Standing]) -> Holding:
    """Answer one holding from its acts, the one that opened it first."""
    return Holding(tuple(acts))


@dataclass(frozen=True, slots=True)
class End:
    """One day by which information must go: what set it off and when, and by which term."""

    end: datetime
    starts: str
    started: datetime
    rule: str
    readings: tuple[str, ...] = ()


def holding_clocks(one: Holding, agreement: Agreement) -> Iterator[Clock]:
    """Answer the clocks of a holding; the earliest end binds. Raises PeriodError, OutsideCalendar."""
    ends = sorted(_ends(one, agreement), key=lambda each: each.end)
    hold = one.hold
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


def _ends(one: Holding, agreement: Agreement) -> Iterator[End]:
    for path, field, words in TRIGGERS:
        start, term = one.day(field), agreed(agreement, path, "retention/term", one.category)
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


def _disposed_at(one: Holding) -> datetime | None:
    day = one.disposed.day("disposed_on") if one.disposed is not None else None
    return noon(day) if day is not None else None


def _hold(one: Holding, hold: Standing) -> Iterator[Clock]:
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


def _police_review(one: Holding) -> Iterator[Clock]:
    group, contact = one.opened.number("group"), one.day("last_contact_on")
    if group is None or contact is None or one.disposed is not None:
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
