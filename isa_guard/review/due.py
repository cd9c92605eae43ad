"""Every clock of a register and its agreements, soonest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.acts.naming import CALLED
from isa_guard.errors import IsaGuardError, Problem
from isa_guard.frozen import dataclass
from isa_guard.model.act import MatterKind
from isa_guard.review.clocks.breaches import breach_clocks
from isa_guard.review.clocks.clock import Clock, State
from isa_guard.review.clocks.decisions import dispensation_clocks, request_clocks
from isa_guard.review.clocks.holdings import holding_clocks
from isa_guard.review.clocks.rights import rights_clocks
from isa_guard.review.clocks.staff import colleagues, staff_clocks
from isa_guard.review.clocks.standing import evidence_clocks, review_clocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from isa_guard.acts.ledger import Ledger
    from isa_guard.errors import Place
    from isa_guard.language.values import Value
    from isa_guard.model.act import Matter
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
    needed_by: Callable[[Matter], Value | None],
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
    for what, clocks in _sources(ledger, by_version, newest, needed_by, now):
        try:
            found.extend(clocks)
        except IsaGuardError as error:
            problems.append(Problem(f"{what}: {error}", place, "", "clock"))
    return Due(now, tuple(found), tuple(problems))


def _sources(
    ledger: Ledger,
    by_version: Mapping[tuple[str, str], Agreement],
    newest: Mapping[str, Agreement],
    needed_by: Callable[[Matter], Value | None],
    now: datetime,
) -> Iterator[tuple[str, Iterator[Clock]]]:
    """Answer the clocks of each thing that can fail to be counted on its own, and what it is called."""
    for kind, clocks in ((MatterKind.BREACH, breach_clocks), (MatterKind.HOLDING, holding_clocks)):
        for one in ledger.matters(kind):
            act = one.opened.act
            agreement = by_version.get((act.agreement, act.version), newest.get(act.agreement))
            if agreement is not None:
                yield f"{CALLED[kind]} {one.reference}", clocks(one, agreement)
    for one in ledger.matters(MatterKind.RIGHTS):
        yield f"request {one.reference}", rights_clocks(one)
    for one in ledger.matters(MatterKind.REQUEST):
        yield f"request {one.reference}", request_clocks(one, needed_by)
    for one in ledger.matters(MatterKind.DISPENSATION):
        yield f"dispensation from {one.code('rule')}", dispensation_clocks(one)
    for agreement in newest.values():
        for colleague in colleagues(ledger):
            yield "training", staff_clocks(colleague, agreement)
        yield "reviews", review_clocks(ledger, agreement, now)
        yield "evidence", evidence_clocks(ledger, agreement)
