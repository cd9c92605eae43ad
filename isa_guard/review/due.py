"""Every clock of a register and its agreements, soonest first."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from isa_guard.acts.dispensations import departures
from isa_guard.errors import IsaGuardError, Problem
from isa_guard.frozen import dataclass
from isa_guard.review.clocks.breaches import breach_clocks, breaches
from isa_guard.review.clocks.clock import Clock, State
from isa_guard.review.clocks.decisions import dispensation_clocks, request_clocks
from isa_guard.review.clocks.holdings import holding_clocks, holdings
from isa_guard.review.clocks.rights import asked, rights_clocks
from isa_guard.review.clocks.staff import colleagues, staff_clocks
from isa_guard.review.clocks.standing import evidence_clocks, review_clocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from isa_guard.acts.ledger import Ledger
    from isa_guard.acts.requests import Request
    from isa_guard.errors import Place
    from isa_guard.language.values import Value
    from isa_guard.model.agreement import Agreement

RUNNING: Final = frozenset({State.OVERDUE, State.RUNNING, State.PAUSED, State.NO_NUMBER})
_ORDER: Final = (State.OVERDUE, State.RUNNING, State.NO_NUMBER, State.PAUSED)


@dataclass(frozen=True, slots=True)
class Due:
    """The clocks as at `now`, soonest first, and what could not be counted: that is told, and never left out."""

    now: datetime
    clocks: tuple[Clock, ...]
    problems: tuple[Problem, ...]

    @property
    def running(self) -> tuple[Clock, ...]:
        """The clocks that nobody has met and that have not lapsed: overdue ones first, then by their ends."""
        found = [one for one in self.clocks if one.state(self.now) in RUNNING]
        return tuple(
            sorted(found, key=lambda one: (_ORDER.index(one.state(self.now)), one.end or self.now, one.about))
        )

    @property
    def overdue(self) -> tuple[Clock, ...]:
        """The clocks whose end has passed."""
        return tuple(one for one in self.clocks if one.state(self.now) is State.OVERDUE)


def due(
    ledger: Ledger,
    agreements: Sequence[Agreement],
    needed_by: Callable[[Request], Value | None],
    now: datetime,
    place: Place,
    more: Iterable[Clock] = (),
) -> Due:
    """Answer every clock. `agreements` are the versions in force and those that acts name; `needed_by` reads a request's fact.

    `more` are clocks of others: the register's witness, the duties of recorded decisions.
    """
    newest = {one.id: one for one in agreements}
    by_version = {(one.id, one.version): one for one in agreements}
    found: list[Clock] = [*more]
    problems: list[Problem] = []

    def collect(what: str, clocks: Callable[[], Iterator[Clock]]) -> None:
        try:
            found.extend(clocks())
        except IsaGuardError as error:
            problems.append(Problem(f"{what}: {error}", place, "", "clock"))

    for breach in breaches(ledger):
        agreement = _of(breach.opened.act.agreement, breach.opened.act.version, by_version, newest)
        if agreement is not None:
            collect(f"breach {breach.reference}", lambda b=breach, a=agreement: breach_clocks(b, a))  # type: ignore[misc]
    for holding in holdings(ledger):
        agreement = _of(holding.opened.act.agreement, holding.opened.act.version, by_version, newest)
        if agreement is not None:
            collect(f"holding {holding.reference}", lambda h=holding, a=agreement: holding_clocks(h, a))  # type: ignore[misc]
    for one in asked(ledger):
        collect(f"request {one.reference}", lambda r=one: rights_clocks(r))  # type: ignore[misc]
    for agreement in newest.values():
        for colleague in colleagues(ledger):
            collect("training", lambda c=colleague, a=agreement: staff_clocks(c, a))  # type: ignore[misc]
        collect("reviews", lambda a=agreement: review_clocks(ledger, a, now))  # type: ignore[misc]
        collect("evidence", lambda a=agreement: evidence_clocks(ledger, a))  # type: ignore[misc]
    collect(
        "requests", lambda: chain(request_clocks(ledger, needed_by), dispensation_clocks(departures(ledger)))
    )
    return Due(now, tuple(found), tuple(problems))


def _of(
    name: str, version: str, by_version: dict[tuple[str, str], Agreement], newest: dict[str, Agreement]
) -> Agreement | None:
    return by_version.get((name, version), newest.get(name))
