"""What one call of the checker came to: decisions, and what could not be decided because it could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass
from isa_guard.model.decision import Verdict

if TYPE_CHECKING:
    from isa_guard.errors import Problem
    from isa_guard.model.decision import Decision

EXIT_OF = {
    Verdict.PERMIT: 0,
    Verdict.PERMIT_WITH_OBLIGATIONS: 0,
    Verdict.REFER: 3,
    Verdict.REFUSE: 1,
    Verdict.NOT_COVERED: 1,
}
# Of several exit codes the highest of these wins: a defect, broken proof, what could not be read, a refusal.
STRICTEST = (70, 5, 4, 1, 3, 0)


@dataclass(frozen=True, slots=True)
class Run:
    """The decisions of one call, in the order of the facts, and the problems of facts that could not be read.

    `recorded` holds the leaf index of each decision's record, in the same order, where records were made.
    """

    decisions: tuple[Decision, ...]
    problems: tuple[Problem, ...]
    recorded: tuple[int, ...] = ()

    @property
    def exit_code(self) -> int:
        """The strictest exit code of all (DESIGN 5); nothing at all to decide is 4."""
        codes = {EXIT_OF[decision.verdict] for decision in self.decisions}
        if self.problems or not codes:
            codes.add(4)
        return next(code for code in STRICTEST if code in codes)
