"""The database of one audit: in a folder of its own, on disk, with what SQL may do there shut in.

Nothing of an event, a rule or an agreement is ever a part of a statement: words and numbers go in as parameters.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, Self

from isa_guard.errors import Defect, IsaGuardError, UsageError
from isa_guard.language.columns import SETTINGS, Dialect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import TracebackType

    from duckdb import DuckDBPyConnection

MEMORY: Final = "4GB"
BATCH: Final = 2_048
_PARAMETER: Final = re.compile(r"\$([a-z_0-9]+)")


class DatabaseFailed(IsaGuardError):
    """The database could not do its work: no room, no memory."""


class Database:
    """One connection, for one audit. `folder` is where files for it may be put; it goes when this is closed."""

    def __init__(self, memory: str = MEMORY, threads: int | None = None) -> None:
        duckdb = _duckdb()
        self._folder = TemporaryDirectory(prefix="isa-guard-audit-", ignore_cleanup_errors=True)
        self.folder = Path(self._folder.name)
        self.given: dict[str, object] = {}  # parameters that any statement may name
        self.connection: DuckDBPyConnection = duckdb.connect(str(self.folder / "audit.duckdb"))
        for name, value in SETTINGS[Dialect.DUCKDB].items():
            self.connection.execute(f"SET {name} = {value}")
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute("PRAGMA disable_checkpoint_on_shutdown")  # the file goes when the audit does
        self.connection.execute(f"SET memory_limit = '{memory}'")
        if threads is not None:
            self.connection.execute(f"SET threads = {threads:d}")
        quoted = str(self.folder).replace("'", "''")
        self.connection.execute(f"SET temp_directory = '{quoted}'")
        self.connection.execute(f"SET allowed_directories = ['{quoted}']")
        self._shut = False

    def shut_in(self) -> None:
        """Let nothing be read from now on but what lies in the folder, and no setting be changed."""
        if self._shut:
            return
        self.connection.execute("SET autoload_known_extensions = false")
        self.connection.execute("SET autoinstall_known_extensions = false")
        self.connection.execute("SET enable_external_access = false")
        self.connection.execute("SET lock_configuration = true")
        self._shut = True

    def run(self, statement: str, given: Mapping[str, object] | None = None) -> DuckDBPyConnection:
        """Run a statement with those parameters that it names."""
        known = {**self.given, **(given or {})}
        named = {name: known[name] for name in dict.fromkeys(_PARAMETER.findall(statement))}
        return self.connection.execute(statement, named or None)

    def rows(self, statement: str, given: Mapping[str, object] | None = None) -> Iterator[tuple[Any, ...]]:
        """Answer the rows of a query one by one; no other statement may be run before the last."""
        result = self.run(statement, given)
        while batch := result.fetchmany(BATCH):
            yield from batch

    def one(self, statement: str, given: Mapping[str, object] | None = None) -> tuple[Any, ...]:
        """Answer the only row of a query."""
        row = self.run(statement, given).fetchone()
        assert row is not None
        return tuple(row)

    def fill(self, table: str, columns: Mapping[str, str], rows: Sequence[Sequence[object]]) -> None:
        """Make a small table of its columns' types and these rows."""
        declared = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({declared})")
        if not rows:
            return
        lists = {f"v{n}": [row[n] for row in rows] for n in range(len(columns))}
        cells = ", ".join(f"unnest(CAST($v{n} AS {type_}[]))" for n, type_ in enumerate(columns.values()))
        self.connection.execute(f"INSERT INTO {table} SELECT {cells}", lists)

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Say in our words why the database fails. Raises DatabaseFailed for want of room, Defect for a refused statement."""
        duckdb = _duckdb()
        try:
            yield
        except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
            kind = "memory" if isinstance(error, duckdb.OutOfMemoryException) else "room on the disk"
            raise DatabaseFailed(
                f"there is not enough {kind} for this audit; the rows engine needs less"
            ) from None
        except duckdb.Error as error:
            raise Defect(f"DuckDB refused a statement ({type(error).__name__})") from error

    def close(self) -> None:
        """Close the connection and remove the folder with all that is in it."""
        self.connection.close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError:
        raise UsageError("the duckdb engine needs DuckDB: pip install 'isa-guard[audit]'") from None
    return duckdb
