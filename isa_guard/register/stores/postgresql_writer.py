"""The log of a register in PostgreSQL, held for writing: one transaction, from the lock to the COMMIT.

A checkpoint that is signed within it is seen by nobody before the COMMIT, and is gone with the rest if there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.register.faults import Damage, RegisterBroken, StorageFailed
from isa_guard.register.records.dsse import LIMIT_ENVELOPE
from isa_guard.register.stores.index import WIDTH, root_of
from isa_guard.register.stores.postgresql_link import copied, undone_alone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isa_guard.register.stores.postgresql_link import Connection, Link
    from isa_guard.register.stores.store import Noted, Tip

AT_ONCE: Final = 500  # envelopes in memory at a time: at most 32 MiB
_UNREADABLE: Final = "the records cannot be read"
_UNWRITTEN: Final = "the records cannot be stored"


def envelopes(link: Link, start: int) -> Iterator[bytes]:
    """Answer every envelope from `start` on, a few hundred in memory at a time.

    There is no transaction around it: the log only grows, so a checkpoint read before is as good as a snapshot, and a
    long snapshot would keep alive what is erased meanwhile. Raises RegisterBroken where one is missing.
    """
    query = "SELECT idx, substring(envelope, 1, %s) FROM entry WHERE idx >= %s ORDER BY idx LIMIT %s"
    while True:
        with link.reading(_UNREADABLE) as connection:
            found = connection.execute(query, (LIMIT_ENVELOPE + 1, start, AT_ONCE), binary=True).fetchall()
        for index, envelope in found:
            if index != start:
                raise RegisterBroken(Damage.MISSING, start, f"the next in the database is {index}")
            if not envelope:
                raise RegisterBroken(Damage.CONTENT, start, "there is nothing in its place")
            yield envelope
            start += 1
        if len(found) < AT_ONCE:
            return


class PostgreSQLWriter:
    """The log of a database, held alone. What is done here is durable once the holding has ended without an error."""

    def __init__(self, link: Link, connection: Connection) -> None:
        self._link = link
        self._connection = connection
        self._end = 0

    def entries(self, start: int) -> Iterator[bytes]:
        """Answer every envelope from `start` on."""
        self._end = start
        for envelope in envelopes(self._link, start):
            self._end += 1
            yield envelope

    def cut(self, size: int) -> None:
        """Refuse: a database leaves no part of a record behind."""
        raise StorageFailed(
            f"what follows record {size - 1} in the database was put there by hand: look at it"
        )

    def write(self, envelopes: Sequence[bytes]) -> Sequence[bytes]:
        """Store envelopes behind what was last read or written, and answer them as the table gives them back."""
        start = self._end
        with self._link.reading(_UNWRITTEN) as connection:
            copied(connection, "entry(idx, envelope)", ("int8", "bytea"), enumerate(envelopes, start))
            query = "SELECT envelope FROM entry WHERE idx >= %s ORDER BY idx"
            stored = [row[0] for row in connection.execute(query, (start,), binary=True)]
        if stored != list(envelopes):
            raise StorageFailed("the database gives back other bytes than were written; nothing was signed")
        self._end += len(stored)
        return stored

    def seal(self, note: bytes, tip: Tip) -> None:
        """Put a checkpoint in the place of the old one."""
        del tip
        with self._link.reading("the checkpoint cannot be stored") as connection:
            connection.execute("UPDATE head SET checkpoint = %s", (note,))

    def remember(self, noted: Sequence[Noted], tip: Tip) -> None:
        """Note the newest records; those that another process has noted already are left."""
        with undone_alone(self._connection, "the records cannot be noted"):
            connection = self._connection
            row = connection.execute("SELECT coalesce(max(idx) + 1, 0) FROM record").fetchone()
            size = row[0] if row else 0
            if size < noted[0].index:
                raise StorageFailed("the database lacks what is noted of earlier records")
            new = [one for one in noted if one.index >= size]
            if not new:
                return
            rows = [(one.index, one.leaf, one.id, bytes.fromhex(one.subject)) for one in new]
            copied(connection, "record(idx, leaf, id, subject)", ("int8", "bytea", "text", "bytea"), rows)
            _complete(connection, size, tip.size)
            connection.execute("UPDATE head SET size = %s, peaks = %s", (tip.size, b"".join(tip.peaks)))

    def forget(self) -> None:
        """Put aside all that was noted."""
        with self._link.reading("what was noted cannot be put aside") as connection:
            connection.execute("DELETE FROM record")
            connection.execute("DELETE FROM subtree")
            connection.execute("UPDATE head SET size = 0, peaks = '' WHERE size > 0 OR peaks <> ''")


def _complete(connection: Connection, before: int, size: int) -> None:
    """Note the root of every full subtree that the records from `before` to `size` completed."""
    level = 1
    while size >= WIDTH:
        before, size = before // WIDTH, size // WIDTH
        for n in range(before, size):
            root = root_of(hashes(connection, level - 1, n * WIDTH, (n + 1) * WIDTH))
            connection.execute(
                "INSERT INTO subtree VALUES (%s, %s, %s) ON CONFLICT (level, n) DO UPDATE SET hash = excluded.hash",
                (level, n, root),
            )
        level += 1


def hashes(connection: Connection, level: int, start: int, stop: int) -> tuple[bytes, ...]:
    """Answer hashes of a level, as tiles have them: as many as are noted."""
    if level:
        found = connection.execute(
            "SELECT hash FROM subtree WHERE level = %s AND n >= %s AND n < %s ORDER BY n",
            (level, start, stop),
        )
    else:
        found = connection.execute(
            "SELECT leaf FROM record WHERE idx >= %s AND idx < %s ORDER BY idx", (start, stop)
        )
    return tuple([row[0] for row in found])
