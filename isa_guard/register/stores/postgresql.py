"""A register in a PostgreSQL database: shared by many, each with a connection of its own.

Whoever appends holds the one row of `head`, in one transaction from reading what is new to the COMMIT, and nothing is
acknowledged before that. A client that dies leaves nothing. The database is trusted with nothing but durability, and
one that is set up to promise less than that is refused. What is read is held against the signed root as everywhere.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from isa_guard.errors import UsageError
from isa_guard.register.faults import ArchiveBroken, RegisterUnreadable, StorageFailed
from isa_guard.register.records.dsse import LIMIT_ENVELOPE
from isa_guard.register.records.predicate import COMMITMENT_KEY_BYTES
from isa_guard.register.stores import postgresql_erasure, postgresql_writer
from isa_guard.register.stores.postgresql_link import Link, copied
from isa_guard.register.stores.postgresql_schema import COMMITMENTS, NAMES, TABLES
from isa_guard.register.stores.postgresql_writer import PostgreSQLWriter
from isa_guard.register.stores.store import MANIFESTS, Shelf, Tip
from isa_guard.register.tree.merkle import HASH_BYTES
from isa_guard.register.tree.note import LIMIT_NOTE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from isa_guard.register.stores.postgresql_link import Connection

LIMIT_BLOB: Final = 64 * 1024 * 1024  # as large as any document may be (load.packs)
_UNREAD: Final = "the register cannot be read"
_UNNOTED: Final = "what is noted of the records cannot be read"
_UNKEPT: Final = "what belongs to the register cannot be kept"


class PostgreSQL:
    """A register in the database at an address. One object may be used by many threads; they take turns."""

    def __init__(self, address: str) -> None:
        """Nothing is asked of the server yet. Raises UsageError for an address that cannot be read."""
        self._link = Link(address)

    @property
    def place(self) -> str:
        """Where it lies: the address without its password."""
        return self._link.place

    def close(self) -> None:
        """Let go of the connection."""
        self._link.close()

    def __del__(self) -> None:
        if hasattr(self, "_link"):
            self._link.close()

    def begin(self, trust_root: bytes, note: bytes, commitment_key: bytes) -> None:
        """Make an empty register: its tables in the first schema of the search path, where none may be there yet."""
        with self._link.changing(f"a register cannot be made in {self.place}") as connection:
            found = connection.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(%s)",
                (list(NAMES),),
            ).fetchone()
            if found:
                raise UsageError(
                    f"{self.place} has a table `{found[0]}` already: a register begins in a database or schema of its own"
                )
            connection.execute(TABLES)
            copied(connection, "part(name, content)", ("text", "bytea"), [(COMMITMENTS, commitment_key)])
            copied(connection, "trust_root(version, content)", ("int4", "bytea"), [(1, trust_root)])
            copied(connection, "head(checkpoint)", ("bytea",), [(note,)])

    def trust_roots(self) -> tuple[bytes, ...]:
        """Answer every version of the trust root, as far as none is missing."""
        query = "SELECT version, substring(content, 1, %s) FROM trust_root ORDER BY version"
        with self._link.reading(_UNREAD) as connection:
            rows = connection.execute(query, (LIMIT_NOTE,), binary=True).fetchall()
        found = tuple([content for number, (version, content) in enumerate(rows, 1) if version == number])
        if not found:
            raise RegisterUnreadable(f"{self.place} is no register: it has no trust root")
        return found

    def checkpoint(self) -> bytes:
        """Answer the newest checkpoint's note."""
        with self._link.reading(_UNREAD) as connection:
            row = connection.execute(
                "SELECT substring(checkpoint, 1, %s) FROM head", (LIMIT_NOTE,), binary=True
            ).fetchone()
        if row is None:
            raise RegisterUnreadable(f"{self.place} is no register: it has no checkpoint")
        return bytes(row[0])

    def kept_checkpoints(self) -> Iterator[bytes]:
        """Answer the notes that were kept."""
        query = "SELECT substring(note, 1, %s) FROM kept_checkpoint ORDER BY size, digest"
        with self._link.reading(_UNREAD) as connection:
            rows = connection.execute(query, (LIMIT_NOTE,), binary=True).fetchall()
        for (note,) in rows:
            yield note

    def entries(self, start: int = 0) -> Iterator[bytes]:
        """Answer every envelope from `start` on."""
        return postgresql_writer.envelopes(self._link, start)

    def blob(self, shelf: Shelf, digest: str) -> bytes | None:
        """Answer what is kept under a digest."""
        key = bytes.fromhex(digest)
        with self._link.reading("what is kept cannot be read") as connection:
            if shelf is Shelf.CASES:
                query = "SELECT substring(content, 1, %s) FROM kept_case WHERE digest = %s"
                row = connection.execute(query, (LIMIT_BLOB, key), binary=True).fetchone()
            else:
                query = "SELECT substring(content, 1, %s) FROM blob WHERE shelf = %s AND digest = %s"
                row = connection.execute(query, (LIMIT_BLOB, shelf.value, key), binary=True).fetchone()
        if row is None:
            return None
        content = bytes(row[0])
        if shelf not in MANIFESTS and hashlib.sha256(content).digest() != key:
            raise ArchiveBroken(f"what is kept as {digest[:12]} was altered: it no longer has its digest")
        return content

    @contextmanager
    def writing(self) -> Iterator[PostgreSQLWriter]:
        """Hold the log alone: what is done within is stored when this ends without an error, or none of it is."""
        with self._link.holding("the register cannot be appended to") as connection:
            yield PostgreSQLWriter(self._link, connection)

    def tip(self) -> Tip | None:
        """Answer what was noted of the end, if anything was and the records go as far."""
        query = """
            SELECT size, peaks, substring(envelope, 1, %s) FROM head JOIN entry ON idx = size - 1
            WHERE octet_length(peaks) <= %s
        """
        with self._link.reading(_UNNOTED) as connection:
            row = connection.execute(query, (LIMIT_ENVELOPE + 1, 64 * HASH_BYTES), binary=True).fetchone()
        if row is None:
            return None
        size, joined, last = row
        peaks = tuple([joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES)])
        return Tip(size, peaks, last)

    def hashes(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        """Answer inner hashes of the tree. Raises StorageFailed where some are not noted."""
        with self._link.reading(_UNNOTED) as connection:
            found = postgresql_writer.hashes(connection, level, start, stop)
        if len(found) != stop - start:
            raise StorageFailed("the database lacks hashes; `isa-guard register reindex` makes them anew")
        return found

    def found(self, name: str) -> Sequence[int]:
        """Answer the records noted under an id or a digest."""
        with self._link.reading(_UNNOTED) as connection:
            if len(name) == 2 * HASH_BYTES:
                query = "SELECT idx FROM record WHERE subject = %s ORDER BY idx"
                rows = connection.execute(query, (bytes.fromhex(name),)).fetchall()
            else:
                rows = connection.execute(
                    "SELECT idx FROM record WHERE id = %s ORDER BY idx", (name,)
                ).fetchall()
        return tuple([row[0] for row in rows])

    def has(self, shelf: Shelf, digest: str) -> bool:
        """Answer whether something is kept under a digest; a case is, until its erasure has been finished."""
        key = bytes.fromhex(digest)
        with self._link.reading("what is kept cannot be read") as connection:
            if shelf is Shelf.CASES and postgresql_erasure.pending(connection, key):
                return True
            return bool(_there(connection, shelf, [key]))

    def digests(self, shelf: Shelf) -> Iterator[str]:
        """Answer the digest of everything kept on a shelf."""
        with self._link.reading("what is kept cannot be listed") as connection:
            if shelf is Shelf.CASES:
                rows = connection.execute("SELECT digest FROM kept_case", binary=True).fetchall()
            else:
                query = "SELECT digest FROM blob WHERE shelf = %s"
                rows = connection.execute(query, (shelf.value,), binary=True).fetchall()
        for (digest,) in rows:
            yield digest.hex()

    def keep(self, shelf: Shelf, contents: Mapping[str, bytes]) -> None:
        """Keep contents by their digests."""
        keyed = {bytes.fromhex(digest): content for digest, content in contents.items()}
        with self._link.reading(_UNKEPT) as connection:
            if len(_there(connection, shelf, list(keyed))) == len(keyed):
                return
        with self._link.changing(_UNKEPT) as connection:
            # COPY has no ON CONFLICT, and parameters would show documents to whoever reads the server's log.
            if shelf is Shelf.CASES:
                connection.execute("LOCK TABLE kept_case IN SHARE ROW EXCLUSIVE MODE")
                there = _there(connection, shelf, list(keyed))
                new = [(key, content) for key, content in keyed.items() if key not in there]
                copied(connection, "kept_case(digest, content)", ("bytea", "bytea"), new)
                return
            connection.execute("LOCK TABLE blob IN SHARE ROW EXCLUSIVE MODE")
            there = _there(connection, shelf, list(keyed))
            rows = [(shelf.value, key, content) for key, content in keyed.items() if key not in there]
            copied(connection, "blob(shelf, digest, content)", ("text", "bytea", "bytea"), rows)

    def erase(self, digest: str) -> bool:
        """Erase a case from every file of the database server.

        Raises StorageFailed where the role may not: what is then still to be done is said, and goes on when asked again.
        """
        return postgresql_erasure.erase(self._link, bytes.fromhex(digest))

    def backups(self) -> tuple[str, ...]:
        """Answer where backups were put."""
        with self._link.reading(_UNREAD) as connection:
            return tuple([row[0] for row in connection.execute("SELECT place FROM backup ORDER BY n")])

    def note_backup(self, place: str) -> None:
        """Note where a backup was put."""
        with self._link.changing(_UNKEPT) as connection:
            connection.execute("DELETE FROM backup WHERE place = %s", (place,))
            connection.execute("INSERT INTO backup(place) VALUES (%s)", (place,))

    def forget_backup(self, place: str) -> None:
        """Note that a backup is no more."""
        with self._link.changing(_UNKEPT) as connection:
            connection.execute("DELETE FROM backup WHERE place = %s", (place,))

    def keep_checkpoint(self, size: int, note: bytes) -> None:
        """Keep a note; another of the same size joins it."""
        with self._link.changing("the checkpoint cannot be kept") as connection:
            connection.execute(
                "INSERT INTO kept_checkpoint(size, digest, note) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                (size, hashlib.sha256(note).digest(), note),
            )

    def keep_trust_root(self, version: int, content: bytes) -> None:
        """Keep a new version of the trust root."""
        with self._link.changing("the trust root cannot be kept") as connection:
            connection.execute("INSERT INTO trust_root(version, content) VALUES (%s, %s)", (version, content))

    def commitment_key(self) -> bytes | None:
        """Answer the key of commitments."""
        with self._link.reading("the key of commitments cannot be read") as connection:
            row = connection.execute(
                "SELECT substring(content, 1, %s) FROM part WHERE name = %s",
                (COMMITMENT_KEY_BYTES + 1, COMMITMENTS),
                binary=True,
            ).fetchone()
        if row is not None and len(row[0]) != COMMITMENT_KEY_BYTES:
            raise RegisterUnreadable(
                f"the key of commitments in {self.place} is not the one it was made with"
            )
        return None if row is None else bytes(row[0])


def _there(connection: Connection, shelf: Shelf, keys: list[bytes]) -> frozenset[bytes]:
    """Answer which of these digests are kept."""
    if shelf is Shelf.CASES:
        found = connection.execute(
            "SELECT digest FROM kept_case WHERE digest = ANY(%s)", (keys,), binary=True
        )
    else:
        query = "SELECT digest FROM blob WHERE shelf = %s AND digest = ANY(%s)"
        found = connection.execute(query, (shelf.value, keys), binary=True)
    return frozenset([row[0] for row in found])
