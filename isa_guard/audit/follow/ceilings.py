"""Windows that are counted, in the state: one row for each key and window of London time.

A batch is counted in memory by the state machine of `decide.logs` and then added to the rows. A window that exceeds is
told at once, since the events to come seldom take anything away; where they do (a negative amount), or where an earlier
event turns out to begin the window, the finding is withdrawn. That it cannot be told is said once the window has passed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.audit.follow.state import packed, places_of, places_text, shown
from isa_guard.decide.logs.ceiling import LINES_SHOWN, CeilingState, Counted
from isa_guard.decide.logs.judgement import Judgement
from isa_guard.language.outcome import Outcome
from isa_guard.model.log import LogPlace

if TYPE_CHECKING:
    from isa_guard.audit.follow.entries import Book, Ref
    from isa_guard.decide.logs.judgement import Span
    from isa_guard.model.log import LogEvent
    from isa_guard.model.log_rule import Ceiling

ROW = "at, file, line, shown, total, untold, places"


class Ceilings:
    """One ceiling and its rows."""

    def __init__(self, ref: Ref, pattern: Ceiling, book: Book) -> None:
        self.ref = ref
        self.book = book
        self.state = book.state
        self.logic = CeilingState(ref.rule, pattern, lambda _: None)  # type: ignore[arg-type]

    def trigger(self, event: LogEvent) -> None:
        """Read an event that may be one that counts."""
        self.logic.trigger(event)
        for judgement in self.logic.untold:
            self.book.between(self.ref, "", judgement)
        self.logic.untold.clear()

    def settle(self, span: Span, watermark: int) -> None:
        """Add the batch to the rows, tell what exceeds, and what cannot be told of windows that have passed."""
        now = self.logic.window(watermark)
        added = dict(self.logic.windows)
        self.logic.windows.clear()
        for (values, start), counted in added.items():
            self._add(self.state.key(values), start, counted, span, passed=start < now)
        ask = f"SELECT key, start, fired, {ROW} FROM counted WHERE rule = ? AND waiting < ?"  # noqa: S608 - our own text
        for key, start, fired, *row in self.state.run(ask, (self.ref.number, now)).fetchall():
            self._told(key, start, _counted(row), fired, span, passed=True)

    def _add(self, key: bytes, start: int, new: Counted, span: Span, *, passed: bool) -> None:
        where = (self.ref.number, key, start)
        ask = f"SELECT fired, {ROW} FROM counted WHERE rule = ? AND key = ? AND start = ?"  # noqa: S608 - our own text
        found = self.state.run(ask, where).fetchone()
        fired = ""
        whole = new
        if found is not None:
            fired, old = found[0], _counted(found[1:])
            whole = old if (old.at, old.place) < (new.at, new.place) else new
            total, untold = old.total + new.total, old.untold + new.untold
            places = [*old.places, *new.places][:LINES_SHOWN]
            whole = Counted(whole.at, whole.place, whole.shown, total, untold, places)
        self.state.run(
            "INSERT OR REPLACE INTO counted VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *where,
                whole.at,
                *whole.place,
                packed(whole.shown),
                str(whole.total),  # a sum may be more than a column holds
                whole.untold,
                places_text(whole.places),
                None,
                fired,
            ),
        )
        self._told(key, start, whole, fired, span, passed=passed)

    def _told(self, key: bytes, start: int, one: Counted, fired: str, span: Span, *, passed: bool) -> None:
        judgement = self._judged(one, span)
        untold = judgement.outcome is Outcome.CANNOT_TELL
        waits = untold and not passed
        if (
            waits
        ):  # what exceeded and does so no longer is withdrawn now, and whether it can be told is seen later
            judgement = judgement._replace(outcome=Outcome.NOT_APPLICABLE)
        standing = self.book.between(self.ref, fired, judgement)
        self.state.run(
            "UPDATE counted SET waiting = ?, fired = ? WHERE rule = ? AND key = ? AND start = ?",
            (start if waits else None, standing, self.ref.number, key, start),
        )

    def _judged(self, one: Counted, span: Span) -> Judgement:
        """Answer what the rule says of one window; met where it says nothing."""
        self.logic.windows[(), 0] = one
        found = list(self.logic.settle(span))
        self.logic.windows.clear()
        return found[0] if found else Judgement(Outcome.MET, one.at, one.place, {})


def _counted(row: list[str]) -> Counted:
    """Answer a window out of its row."""
    at, file, line, kept, total, untold, places = row
    first = LogPlace(int(file), int(line))
    return Counted(
        int(at), first, shown(kept), int(total), int(untold), [LogPlace(*one) for one in places_of(places)]
    )
