"""The entries that a follower tells, as plain data, and the book that keeps what was told and what still stands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from isa_guard.audit.follow.identity import finding_id, hashed
from isa_guard.decide.logs.judgement import message
from isa_guard.language.outcome import Outcome
from isa_guard.language.values import to_datetime
from isa_guard.model.log_rule import LogRule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isa_guard.audit.follow.state import State
    from isa_guard.decide.logs.judgement import Judgement
    from isa_guard.model.agreement import Agreement
    from isa_guard.model.audit import AnyRule
    from isa_guard.model.log import LogEvent, LogPlace, Rejected

Json = dict[str, object]
SILENT = (Outcome.MET, Outcome.NOT_APPLICABLE)


class Ref(NamedTuple):
    """One rule of one version of the agreement, by the number that it has in the state."""

    number: int
    rule: AnyRule
    agreement: Agreement
    clauses: tuple[str, ...]


class Book:
    """What is told in one transaction. `names` are the logs by their number."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.names: dict[int, str] = {}
        self.entries: list[Json] = []

    def tell(self, entry: Json) -> None:
        """Tell something."""
        self.entries.append(entry)

    def judged(self, ref: Ref, judgement: Judgement, seen: str, satisfy: str, name: str = "") -> str:
        """Tell a finding; answer what is kept of it."""
        places = (judgement.place, *judgement.others)
        outcome = judgement.outcome.value
        name = name or finding_id(ref.rule, judgement.outcome, places, self.names)
        untold = judgement.outcome is Outcome.CANNOT_TELL
        needs = f"not given: {', '.join(judgement.missing)}" if judgement.missing else judgement.cause
        self.tell(
            {
                "type": "finding",
                "id": name,
                "rule": ref.rule.id,
                "title": ref.rule.title,
                "agreement": f"{ref.agreement.id} {ref.agreement.version}",
                "outcome": outcome,
                "otherwise": ref.rule.otherwise.value,
                "clauses": list(ref.clauses),
                "at": instant(judgement.at),
                "lines": self.lines(places),
                "seen": seen,
                "needs": needs if untold else "",
                "missing": list(judgement.missing),
                "satisfy": satisfy,
                "dispensation": judgement.dispensed or None,
            }
        )
        self.state.told(ref.number, outcome, dispensed=bool(judgement.dispensed))
        return f"{outcome} {name}"

    def between(self, ref: Ref, fired: str, judgement: Judgement) -> str:
        """Tell what a judgement changes on what was `fired` on the same subject; answer what stands now.

        Where the outcome and its proof are as they were, nothing is told.
        """
        assert isinstance(ref.rule, LogRule)
        places = (judgement.place, *judgement.others)
        silent = judgement.outcome in SILENT
        name = "" if silent else finding_id(ref.rule, judgement.outcome, places, self.names)
        standing = "" if silent else f"{judgement.outcome.value} {name}"
        if standing == fired:
            return fired
        if fired:
            self.withdraw(ref, fired, judgement.at, judgement.place, judgement.outcome.value)
        if silent:
            return ""
        seen, satisfy = message(ref.rule.seen, judgement), message(ref.rule.satisfy, judgement)
        return self.judged(ref, judgement, seen, satisfy, name)

    def withdraw(self, ref: Ref, fired: str, at: int, place: LogPlace, now: str) -> None:
        """Tell that a finding stands no longer, and what came in its place."""
        outcome, _, name = fired.partition(" ")
        entry: Json = {"type": "withdrawn", "id": name, "rule": ref.rule.id, "outcome": outcome}
        self.tell({**entry, "at": instant(at), "lines": self.lines((place,)), "now": now})
        self.state.told(ref.number, outcome, dispensed=False, more=-1)

    def rejected(self, one: Rejected, why: str) -> None:
        """Tell of a line that could not be read."""
        place = self.lines((one.place,))[0]
        self.tell(
            {"type": "rejected", **place, "fault": one.fault.value, "column": one.column or None, "why": why}
        )

    def late(self, event: LogEvent, watermark: int) -> None:
        """Tell of a line that came when its time had been judged."""
        place = self.lines((event.place,))[0]
        self.tell({"type": "late", **place, "at": instant(event.at), "watermark": instant(watermark)})

    def changed(self, name: str, line: int, what: str, why: str) -> None:
        """Tell a finding on the log itself: it is not what it was when it was read."""
        self.state.keep("changed", self.state.meta("changed", 0) + 1)
        number = hashed("log", what, [(name, line)])
        self.tell(
            {"type": "log", "id": number, "what": what, "file": name, "line": line, "outcome": "not-met"}
            | {"seen": why}
        )

    def lines(self, places: Iterable[LogPlace]) -> list[Json]:
        """Answer places as people know them."""
        return [{"file": self.names[place.file], "line": place.line} for place in places]

    def keep(self) -> list[tuple[int, str]]:
        """Put what is told into the transaction; answer it with its serial numbers."""
        kept = []
        for entry in self.entries:
            text = json.dumps(entry, ensure_ascii=True)
            cursor = self.state.run("INSERT INTO outbox (entry) VALUES (?)", (text,))
            assert cursor.lastrowid is not None
            kept.append((cursor.lastrowid, text))
        self.entries = []
        return kept


def instant(at: int) -> str:
    """Answer an instant as people write it."""
    return to_datetime(at).isoformat(timespec="microseconds").replace("+00:00", "Z")
