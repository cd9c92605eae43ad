"""Events that await an answer, in the state: those that are open, those that were told, and every answer seen.

The judge is the state machine of `decide.logs`: it is given one event and the nearest answers out of the tables, and
says what it says in an audit of the whole log. What is here decides *when* it is asked. The watermark W promises that
whatever happened before W has been read, so an event is asked about once W has passed all that could decide it:

* a deadline, for an answer after the event; the event itself, for one before it or where there is no deadline;
* the answer, where there must be none.

An answer that comes late awakens the events that it may answer, told or not. Events that must have an answer and have
one are forgotten: nothing can take it away. Events that must have none are kept, since a late answer may still come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.audit.follow.state import packed, shown
from isa_guard.decide.logs.expectation import FOR_EVER, ExpectationState, Open, due
from isa_guard.language.outcome import Outcome
from isa_guard.model.log import LogPlace
from isa_guard.model.log_rule import Order, Wanted

if TYPE_CHECKING:
    from isa_guard.audit.follow.entries import Book, Ref
    from isa_guard.decide.logs.judgement import Judgement, Span
    from isa_guard.model.log import LogEvent
    from isa_guard.model.log_rule import Expectation

AT_ONCE: Final = -1  # before every watermark
ROWS: Final = 1_000


class Expected:
    """One expectation and its rows."""

    def __init__(self, ref: Ref, pattern: Expectation, book: Book) -> None:
        self.ref = ref
        self.pattern = pattern
        self.book = book
        self.state = book.state
        self.logic = ExpectationState(ref.rule, pattern, lambda _: None)  # type: ignore[arg-type]
        self.fresh: list[tuple[bytes, Open]] = []
        self.after = pattern.order is Order.AFTER
        self.expect = pattern.wanted is Wanted.EXPECT

    def trigger(self, event: LogEvent) -> None:
        """Read an event that may be one the rule is about."""
        logic = self.logic
        logic.trigger(event)
        for key, opened in logic.open.items():
            self.fresh += [(self.state.key(key), one) for one in opened]
        for judgement in logic.untold:
            self.book.between(self.ref, "", judgement)
        logic.open.clear()
        logic.untold.clear()

    def answer(self, event: LogEvent) -> None:
        """Read an event that may be an answer."""
        logic = self.logic
        logic.answer(event)
        for certain, found in ((1, logic.certain), (0, logic.possible)):
            for key in found:
                self._answered(self.state.key(key), certain, event)
            found.clear()

    def _answered(self, key: bytes, certain: int, event: LogEvent) -> None:
        """Keep an answer, and awaken the events to which it is now the nearest of its kind."""
        at, number = event.at, self.ref.number
        self.state.run(
            "INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?)", (number, key, certain, at, *event.place)
        )
        ask, where = (
            (
                "SELECT max(at) FROM answer WHERE rule = ? AND key = ? AND certain = ? AND at < ?",
                "at > ? AND at <= ? AND deadline >= ?",
            )
            if self.after
            else (
                "SELECT min(at) FROM answer WHERE rule = ? AND key = ? AND certain = ? AND at > ?",
                "at < ? AND at >= ? AND ? >= 0",
            )
        )
        (beside,) = self.state.run(ask, (number, key, certain, at)).fetchone()
        if beside is None:
            beside = AT_ONCE if self.after else FOR_EVER
        self.state.run(
            f"UPDATE opened SET due = {AT_ONCE} WHERE rule = ? AND key = ? AND {where}",  # noqa: S608 - two texts of our own
            (number, key, beside, at, at),
        )

    def earlier(self, begin: int) -> None:
        """Awaken what could not be told because the log began at `begin`: it begins earlier now."""
        if self.after or not self.expect or self.pattern.within is None:
            return
        reach = due(begin, self.pattern.within)
        self.state.run(
            f"UPDATE opened SET due = {AT_ONCE} WHERE rule = ? AND at <= ?",  # noqa: S608 - a number
            (self.ref.number, FOR_EVER if reach is None else reach),
        )

    def settle(self, span: Span, watermark: int) -> None:
        """Judge what the watermark has passed, and what was awakened."""
        for key, one in self.fresh:
            self._settled(key, one, None, span, watermark)
        self.fresh.clear()
        ask = "SELECT key, at, file, line, deadline, shown, fired FROM opened WHERE rule = ? AND due < ? LIMIT ?"
        while rows := self.state.run(ask, (self.ref.number, watermark, ROWS)).fetchall():
            for key, at, file, line, deadline, kept, fired in rows:
                one = Open(at, LogPlace(file, line), deadline, shown(kept))
                self._settled(key, one, fired, span, watermark)

    def _settled(self, key: bytes, one: Open, fired: str | None, span: Span, watermark: int) -> None:
        """Judge one event; `fired` is None where it has no row yet."""
        judgement = self._judged(key, one, span)
        where = (self.ref.number, key, one.at, *one.place)
        if self.expect and judgement.outcome is Outcome.MET:
            self.book.between(self.ref, fired or "", judgement)
            if fired is not None:
                self.state.run(
                    "DELETE FROM opened WHERE rule = ? AND key = ? AND at = ? AND file = ? AND line = ?",
                    where,
                )
            return
        asked = self._asked(one, judgement)
        waits = asked is not None and asked >= watermark and not fired
        standing = (fired or "") if waits else self.book.between(self.ref, fired or "", judgement)
        due_at = asked if waits else None
        if fired is None:
            row = (*where, one.limit, due_at, packed(one.shown), standing)
            self.state.run("INSERT INTO opened VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            return
        self.state.run(
            "UPDATE opened SET due = ?, fired = ? WHERE rule = ? AND key = ? AND at = ? AND file = ? AND line = ?",
            (due_at, standing, *where),
        )

    def _judged(self, key: bytes, one: Open, span: Span) -> Judgement:
        """Answer what the rule says of one event, given the nearest answers."""
        logic = self.logic
        logic.open[()] = [one]
        logic.certain[()] = self._nearest(key, 1, one.at)
        logic.possible[()] = self._nearest(key, 0, one.at)
        (judgement,) = logic.settle(span)
        logic.open.clear()
        logic.certain.clear()
        logic.possible.clear()
        return judgement

    def _nearest(self, key: bytes, certain: int, at: int) -> list[tuple[int, LogPlace]]:
        sign, way = (">=", "") if self.after else ("<=", "DESC")
        found = self.state.run(
            "SELECT at, file, line FROM answer WHERE rule = ? AND key = ? AND certain = ? "  # noqa: S608 - two words of our own
            f"AND at {sign} ? ORDER BY at {way}, file {way}, line {way} LIMIT 1",
            (self.ref.number, key, certain, at),
        ).fetchone()
        return [(found[0], LogPlace(found[1], found[2]))] if found else []

    def _asked(self, one: Open, judgement: Judgement) -> int | None:
        """Answer what the watermark must have passed for this judgement to be told; None where there is nothing to tell."""
        answered = judgement.outcome is Outcome.NOT_MET and not self.expect
        if answered and judgement.found is not None:
            return max(one.at, judgement.found)
        if not self.after or one.limit is None or self.pattern.within is None:
            return one.at
        return None if judgement.outcome is Outcome.MET else one.limit
