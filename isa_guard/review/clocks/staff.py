"""The clocks of training and vetting: each for one person with access, by the last that the person obtained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.model.act import Action
from isa_guard.review.clocks.clock import Clock, Kind, noon
from isa_guard.review.clocks.terms import agreed, source, term
from isa_guard.uk.periods import end_of_day, start_of_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from isa_guard.acts.ledger import Ledger
    from isa_guard.model.act import Standing
    from isa_guard.model.agreement import Agreement

TRAINED: Final = frozenset({"induction", "training"})


@dataclass(frozen=True, slots=True)
class Colleague:
    """One person with access, by the staff number or, once that has been erased, by the act that named it."""

    key: str
    post: str
    party: str
    acts: tuple[Standing, ...]
    left: date | None

    def latest(self, kinds: Iterable[str]) -> Standing | None:
        """Answer the newest qualification of some kinds."""
        wanted = set(kinds)
        found = [one for one in self.acts if one.code("what") in wanted]
        return max(found, key=lambda one: (_day(one, "on"), one.index), default=None)


def colleagues(ledger: Ledger) -> tuple[Colleague, ...]:
    """Answer everybody whose training or vetting stands in the register, in the order in which they came."""
    found: dict[str, list[Standing]] = {}
    left: dict[str, date] = {}
    of_matter: dict[str, str] = {}
    for one in ledger.acts:
        if one.act.action is Action.QUALIFIED:
            key = f"{one.by.party}/{one.told('whose')}" if one.words is not None else one.act.id
            of_matter[one.act.matter] = key
            found.setdefault(key, []).append(one)
        elif one.act.action is Action.LEFT and one.act.matter in of_matter:
            left[of_matter[one.act.matter]] = _day(one, "on")
    return tuple(
        Colleague(key, acts[-1].code("post_of"), acts[-1].by.party, tuple(acts), left.get(key))
        for key, acts in found.items()
    )


def staff_clocks(one: Colleague, agreement: Agreement) -> Iterator[Clock]:
    """Answer the clocks of a person with access, until the person has left. Raises PeriodError, OutsideCalendar."""
    if one.left is not None:
        return
    bound = term(agreement, "training.binds")
    if not isinstance(bound, tuple) or one.party in bound:
        yield from _training(one, agreement)
    vetting = one.latest(("vetting",))
    if vetting is not None and "until" in vetting.act.values:
        until = _day(vetting, "until")
        rule, readings = source(agreement, "people/vetting", "vetting is current")
        yield _clock(one, Kind.VETTING, vetting, "vetting is renewed, or access ends", until, rule, readings)


def _training(one: Colleague, agreement: Agreement) -> Iterator[Clock]:
    last, every = one.latest(TRAINED), agreed(agreement, "training.every", "people/yearly-training")
    if last is None or every is None:
        return
    from isa_guard.uk.periods import london_day

    until = london_day(every.end(noon(_day(last, "on"))))
    yield _clock(
        one, Kind.TRAINING, last, "the yearly training is taken again", until, every.rule, every.readings
    )


def _clock(
    one: Colleague, kind: Kind, last: Standing, ends: str, until: date, rule: str, readings: tuple[str, ...]
) -> Clock:
    day = _day(last, "on")
    return Clock(
        kind,
        one.post,
        last.act.matter,
        f"{last.code('what')} on {day:%-d %B %Y}",
        start_of_day(day),
        ends,
        end_of_day(until),
        rule,
        readings=readings,
        party=one.party,
    )


def _day(of: Standing, name: str) -> date:
    day = of.day(name)
    assert day is not None  # the act says one, or it would not be read
    return day
