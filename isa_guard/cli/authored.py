"""What authors name on the command line: files, folders and ids of agreements, as the documents behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.errors import LoadError
from isa_guard.load.agreement import AGREEMENT_FILE, version_folders
from isa_guard.load.packs import RULE_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from isa_guard.errors import Problem
    from isa_guard.load.agreement import Shelf

NAMES = (AGREEMENT_FILE, RULE_FILE)


def authored_files(paths: Sequence[Path], shelf: Shelf, problems: list[Problem]) -> tuple[Path, ...]:
    """Answer the agreements and rules that `paths` stand for, each once; what stands for none is added to `problems`.

    A file stands for the document it is or lies beside, a folder for all in it, any other name for the
    agreement of that id.
    """
    return tuple(dict.fromkeys(_files(paths, shelf, problems)))


def _files(paths: Sequence[Path], shelf: Shelf, problems: list[Problem]) -> Iterator[Path]:
    for path in paths:
        if path.is_file():
            found = (
                [path]
                if path.name in NAMES
                else [file for file in map(path.with_name, NAMES) if file.is_file()]
            )
        else:
            found = sorted(file for name in NAMES for file in path.rglob(name))
        if found:
            yield from found
            continue
        try:
            yield from (folder / AGREEMENT_FILE for folder in version_folders(path, shelf))
        except LoadError as error:
            problems += error.problems
