"""Erasing a document from every file of a PostgreSQL server, which a DELETE does not do.

1. The row goes and the table of cases is rewritten, so that no dead row, none of a transaction that was broken off,
   and no free space holds it. That is as much work as the table is large.
2. The write-ahead log still holds it: in the segments since the last checkpoint, and in older ones that wait to be
   used again with their old content in them. A checkpoint lets go of the first, and enough new log is written to go
   over all that were there; twice, because that checkpoint makes new ones of the second kind.

What others have copied is beyond this: backups, archived log, standbys, and blocks that the file system let go of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.register.faults import StorageFailed
from isa_guard.register.stores.postgresql_schema import REWRITE_CASES

if TYPE_CHECKING:
    from isa_guard.register.stores.postgresql_link import Connection, Link

LIMIT_FILLER: Final = 4 * 1024**3
_WHAT: Final = "the case cannot be erased"
_STILL: Final = "the case is deleted, but the server's write-ahead log may still hold it"
_FILL: Final = "SELECT pg_logical_emit_message(true, 'isa-guard erasure', repeat(' ', %s))"
_SEGMENTS: Final = "SELECT name FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'"


def erase(link: Link, digest: bytes) -> bool:
    """Erase a case so that no file of the server holds it, and answer whether it was there.

    Where the role may not see to the write-ahead log, the case is deleted and noted as not yet gone: StorageFailed
    says what an administrator has to allow, and erasing it again goes on from there.
    """
    with link.changing(_WHAT) as connection:
        if link.held:
            raise StorageFailed(f"{_WHAT}: the register is held for writing")
        connection.execute("LOCK TABLE kept_case IN ACCESS EXCLUSIVE MODE")
        gone = connection.execute("DELETE FROM kept_case WHERE digest = %s", (digest,)).rowcount
        if gone:
            connection.execute("INSERT INTO erasing VALUES (%s) ON CONFLICT DO NOTHING", (digest,))
            connection.execute(REWRITE_CASES)
        elif not pending(connection, digest):
            return False
    _overwrite_log(link)
    with link.changing(_WHAT) as connection:
        connection.execute("DELETE FROM erasing WHERE digest = %s", (digest,))
    return True


def pending(connection: Connection, digest: bytes) -> bool:
    """Answer whether the erasure of a case was begun and has not been finished."""
    return connection.execute("SELECT 1 FROM erasing WHERE digest = %s", (digest,)).fetchone() is not None


def _overwrite_log(link: Link) -> None:
    """Leave nothing in the write-ahead log's files that was in them before. Raises StorageFailed."""
    from psycopg.errors import InsufficientPrivilege

    with link.reading(_STILL) as connection:
        try:
            last = _current(connection)
            _advance(connection)
            connection.execute("CHECKPOINT")
            kept = [name for name in _segments(connection) if _number(name) <= _number(last)]
            if kept:
                raise StorageFailed(
                    f"{_STILL}: the server keeps {len(kept)} old segments of it, for a replication slot, for "
                    "wal_keep_size or for its archive. Let go of those and erase the case again"
                )
            _advance(connection)
            connection.execute("CHECKPOINT")
        except InsufficientPrivilege:
            (role,) = connection.execute("SELECT quote_ident(current_user)").fetchone() or ("...",)
            raise StorageFailed(
                f"{_STILL}: an administrator of the database has to run "
                f"`GRANT pg_checkpoint, pg_monitor TO {role}`; then erase the case again"
            ) from None


def _advance(connection: Connection) -> None:
    """Write new log until it has gone over every segment that is there now."""
    target = max(map(_number, _segments(connection)))
    row = connection.execute(
        "SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size'"
    ).fetchone()
    size = row[0] if row else 0
    written = 0
    while _number(_current(connection)) <= target:
        if written > LIMIT_FILLER:
            what = f"more than {LIMIT_FILLER >> 30} GiB of log would have to be written"
            raise StorageFailed(
                f"{_STILL}: {what}. Lower max_wal_size and min_wal_size, and erase the case again"
            )
        connection.execute(_FILL, (size,))
        written += size


def _segments(connection: Connection) -> list[str]:
    return [row[0] for row in connection.execute(_SEGMENTS)]


def _current(connection: Connection) -> str:
    row = connection.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone()
    assert row is not None
    return str(row[0])


def _number(name: str) -> int:
    """Answer which segment a name is of, whatever the timeline."""
    return int(name[8:], 16)
