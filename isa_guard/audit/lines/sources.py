"""What the words of a command line name: files, patterns of names, standard input, a table of a database."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING, Final

from isa_guard.errors import LoadError, Place, Problem
from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

STDIN: Final = "-"
_SCHEMES: Final = ("postgresql://", "postgres://")
_MAGIC: Final = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class TableSource:
    """A table or a query of PostgreSQL. `name` is for people: it holds no secret."""

    address: str
    table: str
    query: str

    @property
    def name(self) -> str:
        """What to call it: the place after the last `@`, where no password can stand."""
        where = self.address.rpartition("@")[2].partition("?")[0].removeprefix("//")
        for scheme in _SCHEMES:
            where = where.removeprefix(scheme)
        return f"postgresql://{where}#{self.table}" if self.table else f"postgresql://{where} (query)"


LogSource = Path | TableSource


def log_sources(names: Sequence[str], query: str = "") -> tuple[LogSource, ...]:
    """Answer what the names stand for: patterns written out, in order, each file once. Raises LoadError."""
    found: list[LogSource] = []
    problems: list[Problem] = []
    for name in names:
        if name.startswith(_SCHEMES):
            source = _table(name, query)
            (problems if isinstance(source, Problem) else found).append(source)  # type: ignore[arg-type]
            continue
        paths = _paths(name)
        if isinstance(paths, Problem):
            problems.append(paths)
        else:
            found += [path for path in paths if path not in found]
    if not names:
        problems.append(Problem("no log is named", Place("audit"), "name a file, or - for standard input"))
    if problems:
        raise LoadError(tuple(problems))
    return tuple(found)


def _table(name: str, query: str) -> TableSource | Problem:
    address, _, table = name.partition("#")
    if bool(table) == bool(query):
        shown = TableSource(address, table or "?", "").name
        return Problem("name a table after `#`, or give a query, and not both", Place(shown), "", "log")
    return TableSource(address, table, query)


def _paths(name: str) -> list[Path] | Problem:
    path = Path(name)
    if name == STDIN:
        return [path]
    if path.is_dir():
        return Problem(
            "this is a folder", Place(name), f"name the files in it, as {name.rstrip('/')}/*.jsonl"
        )
    if path.exists() or not _MAGIC & set(name):
        return [path] if path.exists() else Problem("there is no such file", Place(name), "", "unreadable")
    matched = sorted(Path(one) for one in glob.glob(name, recursive=True) if Path(one).is_file())  # noqa: PTH207 - the caller's own pattern, absolute or not
    return matched or Problem("no file has such a name", Place(name), "", "unreadable")
