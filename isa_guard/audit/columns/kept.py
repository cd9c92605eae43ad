"""Events of logs that were read before, kept in a folder: a log that has not changed is not read twice.

What is kept of a log goes by the digest of its octets, of its log map and of all else that its events are made by. It
holds what the log holds, persons' data with it, and is to be protected as the log is.
"""

from __future__ import annotations

import hashlib
import json
import os
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from isa_guard.audit.columns.events import STORED
from isa_guard.audit.columns.plain.relation import MAGIC
from isa_guard.audit.lines.octets import digest_of_file
from isa_guard.errors import LoadError, UsageError
from isa_guard.model.facts import FactKind
from isa_guard.model.log import FileRead
from isa_guard.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from isa_guard.audit.columns.database import Database
    from isa_guard.audit.columns.events import Events
    from isa_guard.audit.mapping.mapping import LogMapping
    from isa_guard.model.agreement import Versions

FORMAT: Final = "isa-guard/kept/1"
_COUNTS: Final = ("octets", "lines", "audited", "blank")


class Kept:
    """The folder. It is made where there is none, for its owner alone. Raises UsageError where it cannot be used."""

    def __init__(self, folder: Path, versions: Versions) -> None:
        if MAGIC & set(str(folder)):
            raise UsageError(f"a folder whose name has one of {' '.join(sorted(MAGIC))} cannot keep events")
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{folder} cannot be used: {(error.strerror or 'no').lower()}") from None
        self.folder = folder
        schemas = [repr(one.schemas[FactKind.EVENT]) for one in versions.agreements]
        self._made_by = [FORMAT, __version__, version("tzdata"), *schemas]

    def taken(
        self, database: Database, events: Events, path: Path, mapping: LogMapping, index: int
    ) -> FileRead | None:
        """Put the events of a log into their table, if they are kept, and answer what was read of it then."""
        sha256, octets = digest_of_file(path)
        name = self._name(events, sha256, mapping, index)
        kept = self.folder / f"{name}.parquet"
        try:
            told = json.loads((self.folder / f"{name}.json").read_bytes())
            if told["sha256"] != digest_of_file(kept)[0] or told["octets"] != octets:
                return None  # damaged: the log itself is there
            counts = [int(told[one]) for one in _COUNTS]
        except (OSError, LoadError, ValueError, TypeError, KeyError):
            return None
        given = {"path": str(kept)}
        described = database.run("DESCRIBE SELECT * FROM read_parquet($path)", given).fetchall()
        names = [str(name) for name, *_ in described if name in events.types]
        events.need(name.removeprefix("f_") for name in names)
        columns = ", ".join(f'"{name}"' for name in names)
        database.run(
            f"INSERT INTO {STORED} (file_, {columns}) SELECT {index}, {columns} FROM read_parquet($path)",  # noqa: S608 - our own names
            given,
        )
        _, lines, audited, blank = counts
        return FileRead(str(path), mapping.id, sha256, octets, lines, audited, 0, blank)

    def keep(
        self, database: Database, events: Events, file: FileRead, mapping: LogMapping, index: int
    ) -> None:
        """Keep the events of a log that was read, unless some of its lines were rejected: those are told anew each time."""
        if file.rejected:
            return
        events.flush()
        name = self._name(events, file.sha256, mapping, index)
        new = self.folder / f"{name}.{os.getpid()}.new"
        quoted = str(new).replace("'", "''")
        with database.failing():
            database.run(
                f"COPY (SELECT * EXCLUDE (file_) FROM {STORED} WHERE file_ = {index}) "  # noqa: S608 - our own names
                f"TO '{quoted}' (FORMAT parquet, COMPRESSION zstd)"
            )
        told = {"sha256": digest_of_file(new)[0]} | {one: getattr(file, one) for one in _COUNTS}
        new.chmod(0o600)
        new.replace(self.folder / f"{name}.parquet")
        # What says that they are whole comes last.
        new.write_text(json.dumps(told), "utf-8")
        new.chmod(0o600)
        new.replace(self.folder / f"{name}.json")

    def _name(self, events: Events, sha256: str, mapping: LogMapping, index: int) -> str:
        """Answer what the events of a log are kept as. An event without a reference is given one by its log's number."""
        number = index if "reference" in events.typed else None
        made_by = [*self._made_by, sha256, mapping.id, mapping.digest, events.types, number]
        return hashlib.sha256(json.dumps(made_by).encode()).hexdigest()
