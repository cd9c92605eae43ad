"""The state of a follower: one SQLite file, one transaction for everything that a batch of lines changed.

Cursors, what is open, answers, ceilings, runs, tallies and the findings still to be told stand and fall together, so
that a process killed at any point goes on from the last commit as if nothing had happened since.

A rollback journal and no WAL: between two commits everything lies in the one file, on a network share as well. The file
is held alone: a second follower of the same state would tell every finding twice.

No key stands here in clear. A key may hold who did something, and is kept as HMAC-SHA256 under a random key of this
file. That keeps names from whoever sees rows, an extract or two states side by side. It does not protect them from one
who holds the whole file and guesses: the key lies in it, as it must for the next line to find its row.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import sqlite3
from typing import TYPE_CHECKING, Any, Final

from isa_guard.errors import LoadError, Place, Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from isa_guard.language.values import Value

FORMAT: Final = "isa-guard/follow/1"
KEY_OCTETS: Final = 16  # of the HMAC; two keys meet by chance in 2^64
_key_text: Final = json.JSONEncoder(separators=(",", ":"), default=repr).encode
_shown_text: Final = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode
PRAGMAS: Final = (
    "locking_mode = EXCLUSIVE",
    "journal_mode = DELETE",
    "synchronous = FULL",
    "cache_size = -32768",
)
TABLES: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE file (
  id INTEGER PRIMARY KEY, path TEXT NOT NULL, turn INTEGER NOT NULL, map TEXT NOT NULL,
  device INTEGER NOT NULL, inode INTEGER NOT NULL, octets INTEGER NOT NULL, line INTEGER NOT NULL, sha256 TEXT NOT NULL,
  tail BLOB NOT NULL, header BLOB NOT NULL, greatest INTEGER,
  audited INTEGER NOT NULL, rejected INTEGER NOT NULL, blank INTEGER NOT NULL, UNIQUE (path, turn));
CREATE TABLE opened (
  rule INTEGER, key BLOB, at INTEGER, file INTEGER, line INTEGER, deadline INTEGER, due INTEGER, shown TEXT, fired TEXT,
  PRIMARY KEY (rule, key, at, file, line)) WITHOUT ROWID;
CREATE INDEX opened_due ON opened (rule, due) WHERE due IS NOT NULL;
CREATE TABLE answer (
  rule INTEGER, key BLOB, certain INTEGER, at INTEGER, file INTEGER, line INTEGER,
  PRIMARY KEY (rule, key, certain, at, file, line)) WITHOUT ROWID;
CREATE TABLE counted (
  rule INTEGER, key BLOB, start INTEGER, at INTEGER, file INTEGER, line INTEGER, shown TEXT, total TEXT, untold INTEGER,
  places TEXT, waiting INTEGER, fired TEXT, PRIMARY KEY (rule, key, start)) WITHOUT ROWID;
CREATE INDEX counted_waiting ON counted (rule, waiting) WHERE waiting IS NOT NULL;
CREATE TABLE run (
  rule INTEGER, key BLOB, first INTEGER, last INTEGER, at INTEGER, file INTEGER, line INTEGER, shown TEXT,
  last_file INTEGER, last_line INTEGER, due INTEGER, fired TEXT, PRIMARY KEY (rule, key, first)) WITHOUT ROWID;
CREATE INDEX run_due ON run (rule, due) WHERE due IS NOT NULL;
CREATE TABLE tally (rule INTEGER, outcome TEXT, dispensed INTEGER, number INTEGER,
  PRIMARY KEY (rule, outcome, dispensed)) WITHOUT ROWID;
CREATE TABLE outbox (serial INTEGER PRIMARY KEY AUTOINCREMENT, entry TEXT NOT NULL);
"""


class State:
    """An open state. Every statement between two commits is one transaction."""

    def __init__(self, path: Path) -> None:
        """Open a state, or begin one. Raises UsageError, LoadError."""
        self.path = path
        _make(path)
        self.database = sqlite3.connect(path, isolation_level=None, timeout=1.0)
        self.run = self.database.execute
        try:
            self._open()
            self._secret = bytes(self.meta("secret"))
        except BaseException as error:
            self.close()
            if "locked" in str(error) and isinstance(error, sqlite3.OperationalError):
                raise UsageError(f"another process follows with the state {path}") from None
            if isinstance(error, sqlite3.DatabaseError):
                raise _unusable(path, str(error)) from None
            raise

    def _open(self) -> None:
        for pragma in PRAGMAS:
            self.run(f"PRAGMA {pragma}")
        self.run("BEGIN EXCLUSIVE")
        if self.run("SELECT 1 FROM sqlite_master").fetchone():
            if self.run("SELECT value FROM meta WHERE name = 'format'").fetchone() != (FORMAT,):
                raise _unusable(self.path, "it is of another format")
            return
        for statement in TABLES.split(";"):
            self.run(statement)
        self.keep("format", FORMAT)
        self.keep("secret", secrets.token_bytes(32))
        self.keep("name", secrets.token_hex(8))
        self.commit()

    def meta(self, name: str, default: Any = None) -> Any:
        """Answer one value of the state as a whole."""
        found = self.database.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return default if found is None else found[0]

    def keep(self, name: str, value: object) -> None:
        """Keep one value of the state as a whole."""
        self.database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def bind(self, digests: Mapping[str, str]) -> None:
        """Hold the state to what it was begun with. Raises UsageError where any of it has changed."""
        for name, digest in digests.items():
            held = self.meta(f"sha256 of {name}")
            if held is None:
                self.keep(f"sha256 of {name}", digest)
            elif held != digest:
                raise UsageError(
                    f"{name} is not what the state {self.path} was begun with; "
                    "begin a new state, and audit what lies behind in bulk: isa-guard audit LOG..."
                )

    def key(self, values: tuple[Value, ...]) -> bytes:
        """Answer what stands for a key: no value can be read from it."""
        return self.seal(_key_text(values).encode())[:KEY_OCTETS]

    def seal(self, octets: bytes) -> bytes:
        """Answer what stands for octets that are not to be kept: their HMAC under the key of this state."""
        return hmac.digest(self._secret, octets, "sha256")

    def told(self, rule: int, outcome: str, *, dispensed: bool, more: int = 1) -> None:
        """Count a finding that stands, or with `more` of -1 one that stands no longer."""
        self.run(
            "INSERT INTO tally VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET number = number + excluded.number",
            (rule, outcome, dispensed, more),
        )

    def commit(self) -> None:
        """End the transaction and begin the next."""
        self.database.execute("COMMIT")
        self.database.execute("BEGIN EXCLUSIVE")

    def close(self) -> None:
        """Leave the state as it was last committed."""
        self.database.close()


def _make(path: Path) -> None:
    """Make the file where there is none, for its owner's eyes alone."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        if path.is_file() and path.stat().st_mode & 0o077:
            raise _unusable(path, "others may read or write it; chmod 600 would keep it private") from None
    except OSError as error:
        raise UsageError(f"the state cannot be kept at {path}: {(error.strerror or '').lower()}") from None


def _unusable(path: Path, why: str) -> LoadError:
    return LoadError((Problem(f"this state cannot be used: {why}", Place(str(path)), "", "state"),))


def packed(shown: Mapping[str, Value]) -> str:
    """Answer the fields that messages show, as text to be kept."""
    return _shown_text(dict(shown))


def shown(text: str) -> Mapping[str, Value]:
    """Answer the fields that messages show, out of the text that was kept."""
    return {name: _value(value) for name, value in json.loads(text).items()}


def _value(found: Any) -> Any:
    return tuple(_value(one) for one in found) if isinstance(found, list) else found


def places_of(text: str) -> list[tuple[int, int]]:
    """Answer places that were kept as text."""
    return [(int(file), int(line)) for file, line in json.loads(text)]


def places_text(places: Iterable[tuple[int, int]]) -> str:
    """Answer places as text to be kept."""
    return _key_text(tuple(places))
