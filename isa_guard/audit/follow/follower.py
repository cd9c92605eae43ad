"""Follows logs: one step reads one batch, moves the watermark, judges what it has passed, commits, and tells.

The watermark is the greatest time of an event less the lateness that is allowed. Where several logs have lines to be
read, the one that is farthest behind is read first and holds the watermark back, so that a backlog makes nothing late.
Where nothing arrives, the clock moves it on: a deadline passes whether or not anybody writes. The clock also holds it
back: one event dated in the future must not bring every deadline about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.audit.follow.entries import Book
from isa_guard.audit.follow.judging import Judging
from isa_guard.audit.follow.logs import Log
from isa_guard.audit.follow.standing import Standing
from isa_guard.language.values import from_datetime
from isa_guard.model.log import LogEvent, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from isa_guard.audit.follow.outbox import Outbox
    from isa_guard.audit.follow.state import State
    from isa_guard.audit.mapping.mapping import LogMapping
    from isa_guard.model.agreement import Versions

Clock = "Callable[[], datetime]"


class Follower:
    """Logs under way. `lateness` is in microseconds, `why` says in words what is wrong with a rejected line."""

    def __init__(
        self,
        state: State,
        versions: Versions,
        logs: Iterable[tuple[str, LogMapping]],
        outbox: Outbox,
        clock: Callable[[], datetime],
        lateness: int,
        why: Callable[[Rejected], str],
    ) -> None:
        """Go on where the state says. Raises UsageError, LoadError."""
        self.state = state
        self.outbox = outbox
        self.clock = clock
        self.lateness = lateness
        self.why = why
        logs = tuple(logs)
        state.bind(digests(versions, logs))
        self.book = Book(state)
        self.judging = Judging(versions, self.book, clock())
        self.watermark: int = state.meta("watermark", 0)
        self.late: int = state.meta("late", 0)
        self.logs: list[Log] = []
        self.standing = Standing(state, versions, self.judging)
        try:
            for path, mapping in logs:
                self.logs.append(Log(path, mapping, self.book))
            self._commit()
            outbox.resume()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of every file. What was not committed is as if it had not been read."""
        for log in self.logs:
            log.tail.close()
        self.state.close()

    def step(self) -> bool:
        """Read one batch, or where there is none let the clock pass; answer whether anything was read."""
        waiting = [log for log in self.logs if log.look()]
        now = self.clock()
        self.judging.as_at(now)
        if not waiting:
            self._move(from_datetime(now))
            self._commit()
            return False
        log = min(waiting, key=lambda one: one.greatest or 0)
        self._read(log)
        holding = [one.greatest for one in self.logs if one.look()]
        known = [one.greatest for one in self.logs if one.greatest is not None]
        reached = max(known, default=0)
        if holding:
            reached = min(one or 0 for one in holding)
        self._move(min(reached, from_datetime(now)))
        self._commit()
        return True

    def _read(self, log: Log) -> None:
        for one in log.read():
            if isinstance(one, LogEvent):
                if log.greatest is None or one.at > log.greatest:
                    log.greatest = one.at
                if one.at < self.watermark:
                    self.late += 1
                    self.book.late(one, self.watermark)
                self.judging.read(one)
            elif isinstance(one, Rejected):
                self.book.rejected(one, self.why(one))

    def _move(self, reached: int) -> None:
        """Move the watermark, never back, and judge what it has passed."""
        self.watermark = max(self.watermark, reached - self.lateness)
        self.judging.settle(self.watermark)

    def _commit(self) -> None:
        """Commit everything that this step changed, and tell it."""
        if not self.state.database.total_changes - self._changes and not self.book.entries:
            return
        self.state.keep("watermark", self.watermark)
        self.state.keep("late", self.late)
        kept = self.book.keep()
        self.state.commit()
        if kept:
            self.outbox.tell(kept)
        self._changes = self.state.database.total_changes

    _changes = 0


def digests(versions: Versions, logs: Iterable[tuple[str, LogMapping]]) -> dict[str, str]:
    """Answer the digests of all that findings depend on, each by what to call it."""
    found = {}
    for one in versions.agreements:
        found[f"the agreement {one.id} {one.version}"] = f"{one.digest} {one.rules_digest}"
    found["the number of versions of the agreement"] = str(len(versions.agreements))
    for path, mapping in logs:
        found[f"the log map of {path}"] = mapping.digest
    return found
