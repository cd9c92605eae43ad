"""The index of a register in a folder: where records and cases lie, and the tree's hashes. Never evidence.

All of it follows from the journal and is made anew by `register reindex`; whatever is read from it is held against
the signed root or the frame itself. So it need not survive a crash, and one that is corrupt is put aside.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from isa_guard.register import storage
from isa_guard.register.faults import StorageFailed
from isa_guard.register.stores.cases import Slot
from isa_guard.register.stores.journal import Position
from isa_guard.register.tree.merkle import Frontier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from isa_guard.register.stores.store import Noted

WIDTH: Final = 256  # hashes in a tile of C2SP tlog-tiles
_HASH: Final = 32
_LIMIT_PLACE: Final = 10**12  # of records and of bytes: more has no name, and no file
_CORRUPT: Final = "the index is corrupt; `isa-guard register reindex` makes it anew"
# Rollback journal, one connection at a time: SQLite before 3.51.3 can lose commits in WAL mode with several.
# secure_delete: what is deleted leaves no free page behind.
_SETTINGS: Final = (
    "PRAGMA journal_mode=TRUNCATE",
    "PRAGMA synchronous=OFF",
    "PRAGMA secure_delete=ON",
    "PRAGMA mmap_size=0",
)
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS record(
  idx INTEGER PRIMARY KEY, segment INTEGER, offset INTEGER, leaf BLOB, id TEXT, subject BLOB) STRICT;
CREATE INDEX IF NOT EXISTS record_id ON record(id);
CREATE INDEX IF NOT EXISTS record_subject ON record(subject);
CREATE TABLE IF NOT EXISTS subtree(level INTEGER, n INTEGER, hash BLOB, PRIMARY KEY(level, n)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kept(
  digest BLOB PRIMARY KEY, segment INTEGER, offset INTEGER, length INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tip(
  one INTEGER PRIMARY KEY CHECK(one = 1), size INTEGER, peaks BLOB, segment INTEGER, offset INTEGER,
  last_segment INTEGER, last_offset INTEGER) STRICT;
PRAGMA user_version = 1;
"""
VERSION: Final = 1


class Index:
    """An index in one file. Whatever goes wrong with it is StorageFailed: its readers then do without."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._database: sqlite3.Connection | None = None

    def close(self) -> None:
        """Let go of the file."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def remember(
        self, noted: Sequence[Noted], places: Sequence[Position], peaks: Sequence[bytes], end: Position
    ) -> None:
        """Note the newest records, where each lies, the peaks without the last of them, and where the next will be.

        Raises StorageFailed, also where they do not follow what is noted already.
        """
        with self._open() as database:
            (size,) = database.execute("SELECT coalesce(max(idx) + 1, 0) FROM record").fetchone()
            if size < noted[0].index:
                raise StorageFailed("the index lacks records")
            known = size - noted[0].index  # as another process noted them
            noted, places = noted[known:], places[known:]
            if not noted:
                return
            database.executemany(
                "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (one.index, at.segment, at.offset, one.leaf, one.id, bytes.fromhex(one.subject))
                    for one, at in zip(noted, places, strict=True)
                ],
            )
            _complete(database, size, end.index)
            final = places[-1]
            row = (end.index, b"".join(peaks), end.segment, end.offset, final.segment, final.offset)
            database.execute("INSERT OR REPLACE INTO tip VALUES (1, ?, ?, ?, ?, ?, ?)", row)

    def tip(self) -> tuple[tuple[bytes, ...], Position, Position] | None:
        """Answer the peaks without the last record, where that lies, and where the next will be."""
        query = "SELECT peaks, size - 1, last_segment, last_offset, size, segment, offset FROM tip"
        with self._reading() as database:
            row = database.execute(query).fetchone()
        if row is None:
            return None
        joined, *numbers = row
        if not isinstance(joined, bytes):
            raise StorageFailed(_CORRUPT)
        peaks = tuple(joined[at : at + _HASH] for at in range(0, len(joined), _HASH))
        return peaks, Position(*_numbers(numbers[:3])), Position(*_numbers(numbers[3:]))

    def place(self, index: int) -> Position | None:
        """Answer where a record lies."""
        with self._reading() as database:
            row = database.execute("SELECT segment, offset FROM record WHERE idx = ?", (index,)).fetchone()
        return Position(index, *_numbers(row)) if row else None

    def found(self, name: str) -> tuple[int, ...]:
        """Answer the records of an id, or about the subject of a digest."""
        is_digest = len(name) == 2 * _HASH
        column, key = ("subject", bytes.fromhex(name)) if is_digest else ("id", name)
        with self._reading() as database:
            rows = database.execute(f"SELECT idx FROM record WHERE {column} = ? ORDER BY idx", (key,))  # noqa: S608 - one of two words of ours
            return tuple(row[0] for row in rows)

    def hashes(self, level: int, start: int, stop: int) -> tuple[bytes, ...]:
        """Answer hashes of a level, as tiles have them. Raises StorageFailed where some are not noted."""
        if level:
            query = "SELECT hash FROM subtree WHERE level = ? AND n >= ? AND n < ? ORDER BY n"
            key: tuple[int, ...] = (level, start, stop)
        else:
            query = "SELECT leaf FROM record WHERE idx >= ? AND idx < ? ORDER BY idx"
            key = (start, stop)
        with self._reading() as database:
            found = tuple(row[0] for row in database.execute(query, key))
        if len(found) != stop - start:
            raise StorageFailed("the index lacks hashes; `isa-guard register reindex` makes it anew")
        if not all(isinstance(one, bytes) and len(one) == _HASH for one in found):
            raise StorageFailed(_CORRUPT)
        return found

    def keep(self, slots: Iterable[Slot]) -> None:
        """Note where cases lie."""
        with self._open() as database:
            database.executemany(
                "INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)",
                [(one.digest, one.segment, one.offset, one.length) for one in slots],
            )

    def not_kept(self, contents: Mapping[str, bytes]) -> dict[str, bytes]:
        """Answer those of the contents, by digest, that are not noted as kept."""
        query = "SELECT 1 FROM kept WHERE digest = ?"
        with self._reading() as database:
            return {
                digest: content
                for digest, content in contents.items()
                if not database.execute(query, (bytes.fromhex(digest),)).fetchone()
            }

    def kept(self, digest: bytes) -> Slot | None:
        """Answer where a case lies."""
        with self._reading() as database:
            row = database.execute(
                "SELECT segment, offset, length FROM kept WHERE digest = ?", (digest,)
            ).fetchone()
        if row is None:
            return None
        segment, offset, length = _numbers(row)
        return Slot(segment, offset, length, digest)

    def offsets(self, segment: int) -> tuple[int, ...]:
        """Answer where cases of a segment begin."""
        with self._reading() as database:
            rows = database.execute("SELECT offset FROM kept WHERE segment = ?", (segment,)).fetchall()
        return _numbers([row[0] for row in rows])

    def forget(self, digest: bytes) -> None:
        """Note no longer where a case lay."""
        with self._open() as database:
            database.execute("DELETE FROM kept WHERE digest = ?", (digest,))

    def discard(self) -> None:
        """Begin anew: an index that is wrong is worth nothing."""
        self.close()
        with storage.storing("the index cannot be put aside"):
            self.path.unlink(missing_ok=True)
            self.path.with_name(f"{self.path.name}-journal").unlink(missing_ok=True)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with storage.storing("the index cannot be read"):
            there = self._database is not None or self.path.exists()
        if not there:
            raise StorageFailed("there is no index")
        with self._open() as database:
            yield database

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            if self._database is None:
                self._database = self._connected()
            with self._database as database:
                yield database
        except (
            sqlite3.Error,
            OSError,
            UnicodeDecodeError,
        ) as error:  # the last: a message that quotes noise  # the last: of a message that quotes noise
            self.close()
            raise StorageFailed(f"the index cannot be used: {error}") from None

    def _connected(self) -> sqlite3.Connection:
        if not self.path.exists():
            storage.write_new(self.path, b"")
        # Threads that append together take turns under the register's lock.
        database = sqlite3.connect(self.path, timeout=5, check_same_thread=False)
        for setting in _SETTINGS:
            database.execute(setting)
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            database.executescript(_TABLES)
        return database


def _numbers(row: Sequence[object]) -> tuple[int, ...]:
    """Answer the numbers in a row that says where something lies. Raises StorageFailed where none lies so."""
    numbers = tuple(one for one in row if isinstance(one, int) and 0 <= one < _LIMIT_PLACE)
    if len(numbers) != len(row):
        raise StorageFailed(_CORRUPT)
    return numbers


def _complete(database: sqlite3.Connection, before: int, size: int) -> None:
    """Note the root of every full subtree that the records from `before` to `size` completed."""
    level, table = 1, "SELECT leaf FROM record WHERE idx >= ? AND idx < ? ORDER BY idx"
    while size >= WIDTH:
        before, size = before // WIDTH, size // WIDTH
        for n in range(before, size):
            span = (n * WIDTH, (n + 1) * WIDTH)
            hashes = [row[0] for row in database.execute(table, span if level == 1 else (level - 1, *span))]
            database.execute("INSERT OR REPLACE INTO subtree VALUES (?, ?, ?)", (level, n, root_of(hashes)))
        level += 1
        table = "SELECT hash FROM subtree WHERE level = ? AND n >= ? AND n < ? ORDER BY n"


def root_of(hashes: Iterable[bytes]) -> bytes:
    """Answer the root over hashes that are those of leaves or of full subtrees of one size."""
    frontier = Frontier()
    for one in hashes:
        frontier.add(one)
    return frontier.root()
