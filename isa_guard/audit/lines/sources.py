"""What the words of a command line name: files, patterns of names, standard input, a table or query of a database."""

from __future__ import annotations

import glob
import os
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
        where = _place(self.address)
        return f"{where}#{self.table}" if self.table else f"{where} (query)"


LogSource = Path | TableSource


def log_sources(names: Sequence[str], query: str = "") -> tuple[LogSource, ...]:
    """Answer what the names stand for: patterns written out, in order, each file once. Raises LoadError, for all at once.

    A database is `postgresql://...` with `#schema.table`, with a query behind the `#`, or with `query`.
    """
    found: list[LogSource] = []
    problems: list[Problem] = []
    for name in names:
        named = _table(name, query) if name.startswith(_SCHEMES) else _paths(name)
        if isinstance(named, Problem):
            problems.append(named)
        else:
            found += [source for source in named if source not in found]
    if not names:
        problems.append(
            Problem("no log is named", Place("audit"), "name a file, or - for standard input", "log")
        )
    if problems:
        raise LoadError(tuple(problems))
    return tuple(found)


def _table(name: str, query: str) -> list[TableSource] | Problem:
    address, _, part = name.partition("#")
    if "@" in part and "@" not in address:  # it may stand in a password, so that nothing of it is shown
        return Problem("the address has a # before its @", Place("postgresql://"), "write it as %23", "log")
    if bool(part) == bool(query):
        hint = "as #schema.table, or #select ... from ..."
        return Problem("name a table or a query after a `#`", Place(_place(address)), hint, "log")
    if query or len(part.split()) > 1:
        return [TableSource(address, "", query or part)]
    return [TableSource(address, part, "")]


def _place(address: str) -> str:
    """Answer an address without its user and password, and without its parameters, which may hold a password too."""
    rest = address.partition("://")[2].rpartition("@")[2]
    return f"postgresql://{rest.partition('?')[0]}"


def _paths(name: str) -> list[Path] | Problem:
    if name == STDIN:
        return [Path(STDIN)]
    if not name:
        hint = "is a variable of the calling script not set?"
        return Problem("a log's name is empty", Place("(no name)"), hint, "log")
    try:
        folder, there = os.path.isdir(name), os.path.lexists(name)  # noqa: PTH112 - a name may be what no path can be
        # A file whose own name looks like a pattern is that file.
        matched = [name] if there else sorted(glob.glob(name, recursive=True)) if _MAGIC & set(name) else []  # noqa: PTH207
    except (OSError, ValueError):
        folder, matched = False, []
    if folder:
        hint = f"name the files in it, as {name.rstrip('/')}/*.jsonl"
        return Problem("this is a folder, not a log", Place(name), hint, "log")
    files = [Path(one) for one in matched if not os.path.isdir(one)]  # noqa: PTH112
    if any(one.is_char_device() or one.is_block_device() for one in files):
        return Problem(
            "this is a device, which has no end", Place(name), "name a file, or - for input", "log"
        )
    what = "no file has such a name" if _MAGIC & set(name) else "there is no such file"
    return files or Problem(what, Place(name), "", "unreadable")
