"""The logs that are followed: which file lies under each name, what was read of it, and what has become of it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from isa_guard.audit.follow.pieces import Pieces
from isa_guard.audit.follow.tail import Tail, Turn, opened, resumed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.audit.follow.entries import Book
    from isa_guard.audit.follow.tail import Piece
    from isa_guard.audit.lines.found import Found
    from isa_guard.audit.mapping.mapping import LogMapping

TURN: Final = "id, path, turn, device, inode, octets, line, sha256, tail, header"
EMPTY: Final = hashlib.sha256().hexdigest()
WHAT: Final = {
    "cut": "the log is shorter than what was read of it",
    "changed": "the log no longer ends, where it was read to, with what was read",
    "edited": "the log no longer holds what was read of it; its end is as it was",
    "gone": "the file that was read is no longer there; whether all of it was read cannot be told",
}


class Log:
    """One log by its name. `index` of a file is its number in the state, and in a bulk audit of the same names."""

    def __init__(self, path: str, mapping: LogMapping, book: Book) -> None:
        self.path = path
        self.mapping = mapping
        self.book = book
        self.state = book.state
        self.greatest: int | None = None
        self.piece: Piece | None = None
        self.missing = False
        self.tail = self._resume()

    def look(self) -> bool:
        """Take the next whole lines, if there are any and none are waiting; answer whether some wait to be read."""
        if self.piece is not None:
            return True
        fault = self.tail.fault()
        if fault:
            self._changed(fault)
        turned = not self.tail.is_at(Path(self.path))
        if turned and not self._renewed():
            turned = False  # whoever writes may still write to the old file
        self.piece = self.tail.piece(self.pieces.whole, final=turned)
        if self.piece is None and turned:
            self._next("turned over")
            self.piece = self.tail.piece(self.pieces.whole, final=False)
        return self.piece is not None

    def read(self) -> Iterator[Found]:
        """Answer what stands on the lines that wait, and count them as read. Raises LoadError."""
        assert self.piece is not None
        piece, self.piece = self.piece, None
        audited = rejected = 0
        for one in self.pieces.read(piece.lines, self.line):
            kind = one.__class__.__name__
            if kind == "LogEvent":
                audited += 1
            elif kind == "Rejected":
                rejected += 1
            yield one
        self.tail.passed(piece.octets)
        self.line += len(piece.lines)
        self.state.run(
            "UPDATE file SET octets = ?, line = ?, sha256 = ?, tail = ?, header = ?, greatest = ?, "
            "audited = audited + ?, rejected = rejected + ?, blank = blank + ? WHERE id = ?",
            (
                self.tail.octets,
                self.line,
                self.tail.digest.hexdigest(),
                self.state.seal(self.tail.last),
                self.pieces.header,
                self.greatest,
                audited,
                rejected,
                len(piece.lines) - audited - rejected,
                self.tail.turn.id,
            ),
        )

    def _resume(self) -> Tail:
        ask = f"SELECT {TURN} FROM file WHERE path = ? ORDER BY turn"  # noqa: S608 - our own text
        rows = [Turn(*row) for row in self.state.run(ask, (self.path,))]
        for turn in rows:
            self.book.names[turn.id] = turn.name
        if not rows:
            return self._begin(1)
        turn = rows[-1]
        (self.greatest,) = self.state.run("SELECT greatest FROM file WHERE id = ?", (turn.id,)).fetchone()
        found = resumed(turn, self.state.seal)
        if found is None:
            self.line = turn.line
            self.book.changed(turn.name, turn.line, "gone", WHAT["gone"])
            return self._begin(turn.turn + 1)
        tail, fault = found
        self._take(tail)
        if fault == "edited":
            self.book.changed(turn.name, turn.line, fault, WHAT[fault])
            change = tail.digest.hexdigest(), turn.id  # told once: from now on the log is what it is now
            self.state.run("UPDATE file SET sha256 = ? WHERE id = ?", change)
        elif fault:
            self.book.changed(turn.name, turn.line, fault, WHAT[fault])
            tail.close()
            return self._begin(turn.turn + 1)
        return tail

    def _begin(self, turn: int) -> Tail:
        """Begin the file that lies under the name now."""
        file = opened(Path(self.path))
        tail = Tail(Turn(0, self.path, turn, 0, 0, 0, 0, EMPTY, b"", b""), file, hashlib.sha256())
        device, inode = tail.identity()
        (index,) = self.state.run("SELECT count(*) FROM file").fetchone()
        tail.turn = Turn(index, self.path, turn, device, inode, 0, 0, EMPTY, b"", b"")
        self.state.run(
            "INSERT INTO file VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?, 0, 0, 0)",
            (index, self.path, turn, self.mapping.digest, device, inode, EMPTY, b"", b"", self.greatest),
        )
        self.book.names[index] = tail.turn.name
        self._take(tail)
        return tail

    def _take(self, tail: Tail) -> None:
        self.tail = tail
        self.line = tail.turn.line
        self.pieces = Pieces(tail.turn.name, self.mapping, tail.turn.id, tail.turn.header)

    def _changed(self, fault: str) -> None:
        self.book.changed(self.tail.turn.name, self.line, fault, WHAT[fault])
        self._next(fault)

    def _next(self, why: str) -> None:
        """Go on with the file that lies under the name now, from its beginning."""
        old, line = self.tail, self.line
        self._begin(old.turn.turn + 1)
        old.close()
        self.book.tell(
            {
                "type": "turned",
                "file": old.turn.name,
                "line": line,
                "why": why,
                "next": self.tail.turn.name,
            }
        )

    def _renewed(self) -> bool:
        """Answer whether something stands in the file that lies under the name now; tell once where there is none."""
        try:
            size = Path(self.path).stat().st_size
        except OSError:
            if not self.missing:
                self.book.tell({"type": "missing", "file": self.path})
            self.missing = True
            return False
        self.missing = False
        return size > 0
