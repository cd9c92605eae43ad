"""What stands: how many findings were told and not withdrawn, and the exit code that an audit of the same would have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.language.outcome import Outcome
from isa_guard.model.audit import tolerance_of
from isa_guard.model.rule import Otherwise

if TYPE_CHECKING:
    from isa_guard.audit.follow.judging import Judging
    from isa_guard.audit.follow.state import State
    from isa_guard.model.agreement import Versions


class Standing:
    """Reads the tallies of a state."""

    def __init__(self, state: State, versions: Versions, judging: Judging) -> None:
        self.state = state
        self.versions = versions
        self.refs = {ref.number: ref for part in judging.parts for ref in part.refs}

    def lines(self) -> tuple[int, int, int]:
        """Answer how many lines were events, rejected and blank."""
        ask = (
            "SELECT coalesce(sum(audited), 0), coalesce(sum(rejected), 0), coalesce(sum(blank), 0) FROM file"
        )
        audited, rejected, blank = self.state.run(ask).fetchone()
        return audited, rejected, blank

    def open(self) -> int:
        """Answer how many events wait for a deadline, a window or the watermark."""
        asks = (
            "SELECT count(*) FROM opened WHERE due IS NOT NULL",
            "SELECT count(*) FROM counted WHERE waiting IS NOT NULL",
            "SELECT count(*) FROM run WHERE due IS NOT NULL",
        )
        return sum(int(self.state.run(ask).fetchone()[0]) for ask in asks)

    def findings(self) -> dict[Outcome, int]:
        """Answer how many findings of rules that bind stand without a dispensation."""
        found = dict.fromkeys((Outcome.NOT_MET, Outcome.CANNOT_TELL), 0)
        for rule, outcome, dispensed, number in self.state.run("SELECT * FROM tally"):
            if not dispensed and self.refs[rule].rule.otherwise is not Otherwise.ADVISE:
                found[Outcome(outcome)] += number
        return found

    def exit_code(self) -> int:
        """Answer as an audit: 4 where lines could not be read or there were none, 1 not met, 3 for a person, 0."""
        audited, rejected, _ = self.lines()
        tolerated = min((tolerance_of(one) for one in self.versions.agreements), default=0)
        if rejected > tolerated or not audited or not self.refs:
            return 4
        refer = False
        for rule, outcome, dispensed in self.state.run(
            "SELECT rule, outcome, dispensed FROM tally WHERE number > 0"
        ):
            otherwise = self.refs[rule].rule.otherwise
            if dispensed or otherwise is Otherwise.ADVISE:
                continue
            if outcome == Outcome.NOT_MET.value and otherwise is not Otherwise.REFER:
                return 1
            refer = True
        if self.state.meta("changed", 0):
            return 1
        return 3 if refer else 0
