"""Runs of numbers, in the state: one row for each unbroken run, the gap before it told once the watermark has passed it.

The numbers of a key that is unbroken are one row, however many there are. A gap is known by the line after it and the
line before it; one that is filled later, in whole or in part, is withdrawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from isa_guard.audit.follow.state import packed, shown
from isa_guard.decide.logs.judgement import Judgement, shown_of
from isa_guard.decide.logs.sequence import SequenceState
from isa_guard.language.outcome import Outcome
from isa_guard.model.log import LogPlace

if TYPE_CHECKING:
    from isa_guard.audit.follow.entries import Book, Ref
    from isa_guard.decide.logs.judgement import Span
    from isa_guard.model.log import LogEvent
    from isa_guard.model.log_rule import LogRule, Sequence

AT_ONCE: Final = -1  # before every watermark
ROWS: Final = 1_000
ROW: Final = "first, last, at, file, line, shown, last_file, last_line, fired"


class Run(NamedTuple):
    """An unbroken run: its first number and the event of it, its last number and the line of it."""

    first: int
    last: int
    at: int
    place: LogPlace
    shown: str
    end: LogPlace
    fired: str


class Sequences:
    """One sequence and its rows."""

    def __init__(self, ref: Ref, pattern: Sequence, book: Book) -> None:
        self.ref = ref
        self.rule: LogRule = ref.rule  # type: ignore[assignment]
        self.book = book
        self.state = book.state
        self.logic = SequenceState(self.rule, pattern, lambda _: None)

    def trigger(self, event: LogEvent) -> None:
        """Read an event of the sequence."""
        logic = self.logic
        logic.trigger(event)  # on an empty state: it says whether this is a number of a key, and which
        for judgement in logic.untold:
            self.book.between(self.ref, "", judgement)
        for values, starts in logic.starts.items():
            self._note(self.state.key(values), starts[0], event)
        logic.untold.clear()
        logic.starts.clear()
        logic.runs.clear()

    def settle(self, span: Span, watermark: int) -> None:  # noqa: ARG002 - as every rule
        """Tell the gaps before the runs that the watermark has passed."""
        ask = f"SELECT key, {ROW} FROM run WHERE rule = ? AND due < ? LIMIT ?"  # noqa: S608 - our own text
        while rows := self.state.run(ask, (self.ref.number, watermark, ROWS)).fetchall():
            for key, *row in rows:
                self._told(key, _run(row))

    def _note(self, key: bytes, number: int, event: LogEvent) -> None:
        before = self._one(key, "first <= ? ORDER BY first DESC", number)
        if before is not None and number <= before.last:
            judgement = Judgement(Outcome.NOT_MET, event.at, event.place, shown_of(self.rule, event), total=0)
            self.book.between(self.ref, "", judgement)
            return
        after = self._one(key, "first > ? ORDER BY first", number)
        joins = before is not None and before.last == number - 1
        if after is not None and after.first == number + 1:
            self._remove(key, after)
            new = (number, after.last, event.at, *event.place, packed(shown_of(self.rule, event)), *after.end)
            if before is not None and joins:
                self._withdraw(after)
                self._extend(key, before, after.last, after.end)
            else:
                self._insert(key, new, after.fired)
            return
        if before is not None and joins:
            self._extend(key, before, number, event.place)
        else:
            kept = packed(shown_of(self.rule, event))
            self._insert(key, (number, number, event.at, *event.place, kept, *event.place), "")
        if after is not None:  # what lies before it is another line now
            self._awaken(key, after)

    def _one(self, key: bytes, which: str, number: int) -> Run | None:
        ask = f"SELECT {ROW} FROM run WHERE rule = ? AND key = ? AND {which} LIMIT 1"  # noqa: S608 - our own text
        row = self.state.run(ask, (self.ref.number, key, number)).fetchone()
        return None if row is None else _run(row)

    def _insert(self, key: bytes, new: tuple[object, ...], fired: str) -> None:
        """Add a run. `fired` is what was told of the gap before a run that it takes the place of."""
        at = AT_ONCE if fired else new[2]
        row = (self.ref.number, key, *new, at, fired)
        self.state.run("INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def _extend(self, key: bytes, run: Run, last: int, end: LogPlace) -> None:
        self.state.run(
            "UPDATE run SET last = ?, last_file = ?, last_line = ? WHERE rule = ? AND key = ? AND first = ?",
            (last, *end, self.ref.number, key, run.first),
        )
        after = self._one(key, "first > ? ORDER BY first", last)
        if after is not None:
            self._awaken(key, after)

    def _awaken(self, key: bytes, run: Run) -> None:
        due = AT_ONCE if run.fired else run.at
        self.state.run(
            "UPDATE run SET due = ? WHERE rule = ? AND key = ? AND first = ?",
            (due, self.ref.number, key, run.first),
        )

    def _remove(self, key: bytes, run: Run) -> None:
        self.state.run(
            "DELETE FROM run WHERE rule = ? AND key = ? AND first = ?", (self.ref.number, key, run.first)
        )

    def _withdraw(self, run: Run) -> None:
        if run.fired:
            self.book.withdraw(self.ref, run.fired, run.at, run.place, Outcome.MET.value)

    def _told(self, key: bytes, run: Run) -> None:
        """Tell the gap before a run, or that there is none any more."""
        before = self._one(key, "first < ? ORDER BY first DESC", run.first)
        missing = 0 if before is None else run.first - before.last - 1
        outcome = Outcome.NOT_MET if missing else Outcome.MET
        judgement = Judgement(outcome, run.at, run.place, shown(run.shown), total=missing)
        if before is not None and missing:
            judgement = judgement._replace(others=(before.end,))
        fired = self.book.between(self.ref, run.fired, judgement)
        self.state.run(
            "UPDATE run SET due = NULL, fired = ? WHERE rule = ? AND key = ? AND first = ?",
            (fired, self.ref.number, key, run.first),
        )


def _run(row: list[object]) -> Run:
    """Answer a run out of its row."""
    first, last, at, file, line, kept, last_file, last_line, fired = row
    places = LogPlace(file, line), LogPlace(last_file, last_line)  # type: ignore[arg-type]
    return Run(first, last, at, places[0], kept, places[1], fired)  # type: ignore[arg-type]
