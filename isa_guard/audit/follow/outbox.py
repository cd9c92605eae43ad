"""From a commit to the reader: every entry once, in the order of its serial number.

Entries are committed with what they come from and told afterwards; then they are taken out of the state. A process may
be killed between the two. Where the output is a file, the next one looks which serial number of this state stands in it
last, cuts off half a line, and goes on behind it: nothing is lost and nothing told twice. A pipe or a terminal cannot be
asked: there the last entries may be told again, with the serial numbers that they had, by which a reader knows them.
"""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from isa_guard.audit.follow.state import State

LOOK: Final = 4 * 1024 * 1024  # how far back in a file the last entry is looked for


class Outbox:
    """Tells what was committed. `written` makes a line of an entry; by default it is JSON."""

    def __init__(self, state: State, out: TextIO, written: Callable[[dict[str, object]], str] | None) -> None:
        self.state = state
        self.out = out
        self.written = written
        self.name = str(state.meta("name"))

    def resume(self) -> None:
        """Tell what was committed by a process before this one and not told."""
        waiting = self.state.run("SELECT serial, entry FROM outbox ORDER BY serial").fetchall()
        if waiting:
            told = self._told_last()
            self.tell([(serial, entry) for serial, entry in waiting if serial > told])

    def tell(self, entries: list[tuple[int, str]]) -> None:
        """Tell entries and take everything up to them out of the state. To be called after a commit."""
        for serial, entry in entries:
            whole = {"serial": serial, "state": self.name, **json.loads(entry)}
            self.out.write(self.written(whole) if self.written else json.dumps(whole))
            self.out.write("\n")
        self.out.flush()
        self.state.run("DELETE FROM outbox")
        self.state.commit()

    def _told_last(self) -> int:
        """Answer the last serial number of this state in the output, 0 where there is none or nobody can look."""
        try:
            number = self.out.fileno()
            if not stat.S_ISREG(os.fstat(number).st_mode):
                return 0
            with open(f"/dev/fd/{number}", "rb", buffering=0) as file:  # noqa: PTH123 - a number, not a name
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - LOOK))
                text = file.read(LOOK)
        except (OSError, ValueError):
            return 0
        half = len(text) - (text.rfind(b"\n") + 1)
        if half:
            os.ftruncate(number, size - half)
        os.lseek(number, 0, os.SEEK_END)
        serials = map(self._serial, text.split(b"\n")[-2::-1])
        return next((serial for serial in serials if serial), 0)

    def _serial(self, line: bytes) -> int:
        try:
            found = json.loads(line)
        except ValueError:
            return 0
        ours = isinstance(found, dict) and found.get("state") == self.name
        return int(found["serial"]) if ours else 0
