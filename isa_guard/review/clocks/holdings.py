"""The clocks of information that one party holds of another: when it is disposed of, looked at again, or kept by a hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass
from isa_guard.model.act import Action, Matter
from isa_guard.review.clocks.clock import Clock, Kind, noon
from isa_guard.review.clocks.terms import agreed, source
from isa_guard.uk.periods import end_of_day, start_of_day
from isa_guard.uk.retention import RetentionError, next_review, review_group

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from isa_guard.acts.ledger import Ledger
    from isa_guard.model.act import Standing
    from isa_guard.model.agreement import Agreement


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


def holding_clocks(one: Holding, agreement: Agreement) -> Iterator[Clock]:
    """Answer the clocks of a holding; the earliest end binds. Raises PeriodError, OutsideCalendar."""
    ends = sorted(_ends(one, agreement), key=lambda each: each[0])
    hold = one.hold
    if ends:
        end, starts, started, rule, readings = ends[0]
        others = "; ".join(f"also {each[1]}: {each[0]:%-d %b %Y}" for each in ends[1:])
        yield Clock(
            Kind.DISPOSAL,
            one.reference,
            one.id,
            starts,
            start_of_day(started),
            "it is disposed of",
            None if hold else end,
            rule,
            readings=readings,
            done=_disposed_at(one),
            paused=hold is not None,
            party=one.opened.by.party,
            note="; ".join(filter(None, ("a legal hold suspends disposal" if hold else "", others))),
        )
    if hold is not None:
        yield from _hold(one, hold)
    yield from _police_review(one)


def _ends(one: Holding, agreement: Agreement) -> Iterator[tuple[datetime, str, date, str, tuple[str, ...]]]:
    """Answer every day by which it must go: the agreed term, the yearly disposal, and when it ceased to be needed."""
    received = one.day("received_on")
    most = agreed(agreement, "retention.at_most", "retention/term", one.category)
    if received is not None and most is not None:
        yield (
            most.end(noon(received)),
            f"received on {received:%-d %B %Y}",
            received,
            most.rule,
            most.readings,
        )
    unneeded = one.day("no_longer_needed_on")
    if unneeded is not None:
        rule, readings = source(agreement, "retention/no-longer-needed", "once no longer needed")
        yield end_of_day(unneeded), f"no longer needed from {unneeded:%-d %B %Y}", unneeded, rule, readings


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
