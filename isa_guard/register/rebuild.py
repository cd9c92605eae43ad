"""An archived agreement put together again: its files in a folder of their own, loaded from there and nowhere else."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from isa_guard.load.agreement import AGREEMENT_FILE, Shelf, load_version
from isa_guard.load.yaml import read_document
from isa_guard.register import storage
from isa_guard.register.archive import read_sources
from isa_guard.register.faults import ArchiveBroken
from isa_guard.register.stores import store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isa_guard.model.agreement import Agreement, Source
    from isa_guard.register.stores.store import Log

_RULE = re.compile(r"rules/[a-z0-9-]+/[a-z0-9-]+/rule\.yaml\Z", re.ASCII)
_DEPTH: Final = 16  # folders above the agreement, so that a parent named by `../..` still lies inside


def rebuilt(log: Log, agreement_digest: str, rules_digest: str) -> Agreement:
    """Answer the agreement of these digests, out of the register's archive alone.

    Raises ArchiveBroken where its files are missing, altered or do not fit together, and LoadError where this
    version of isa-guard no longer reads them.
    """
    sources = read_sources(log, store.Shelf.AGREEMENTS, agreement_digest)
    rules = read_sources(log, store.Shelf.RULES, rules_digest)
    with (
        tempfile.TemporaryDirectory(prefix="isa-guard-replay-") as name,
        storage.storing("a replay needs a folder"),
    ):
        root = Path(name).resolve()
        for rule in rules:
            if not _RULE.match(rule.name):
                raise ArchiveBroken("an archived rule has a name that no rule has")
            _write(root / rule.name, rule.content)
        folder, shelves = _placed(sources, root)
        agreement = load_version(folder, Shelf((root / "rules",), shelves))
    if (agreement.digest, agreement.rules_digest) != (agreement_digest, rules_digest):
        raise ArchiveBroken("the archived files do not give the agreement that was used")
    return agreement


def _placed(sources: Sequence[Source], root: Path) -> tuple[Path, tuple[Path, ...]]:
    """Write an agreement's files where its own `inherit:` finds them; answer its folder and the parents' shelves."""
    home = root.joinpath("agreement", *["above"] * _DEPTH, "this")
    own = [source for source in sources if "/" not in source.name]
    parents = [source for source in sources if "/" in source.name]
    if not own or own[0].name != AGREEMENT_FILE:
        raise ArchiveBroken("the archive does not hold the agreement's own file")
    for source in own:
        _write(home / source.name, source.content)
    shelves: list[Path] = []
    here, child = home, own[0]
    for parent in parents:
        shelf, named = _shelf(parent, child, root)
        here = _inside(here if shelf is None else shelf, named, root)
        shelves += [shelf] if shelf else []
        _write(here / AGREEMENT_FILE, parent.content)
        child = parent
    if _inherits(child) is not None:
        raise ArchiveBroken("the archive lacks a parent of the agreement")
    return home, tuple(shelves)


def _shelf(parent: Source, child: Source, root: Path) -> tuple[Path | None, PurePosixPath]:
    """Answer the shelf on which a parent is to lie (None: it is found from its child), and how its child names it.

    A source's name holds the last two folders of its path. Where the child names two or more, the name follows
    from that wherever it lies; where it names one, the other is that of the shelf.
    """
    inherits = _inherits(child)
    named = PurePosixPath(inherits or "/")
    above, folder, file = ("", "", *parent.name.split("/"))[-3:]
    if named.is_absolute() or file != AGREEMENT_FILE or named.name != folder:
        raise ArchiveBroken("a parent of the agreement cannot be put back where its child names it")
    if len(named.parts) > 1:
        return None, named
    return _inside(root / "shelves", PurePosixPath(above), root), named


def _inherits(source: Source) -> str | None:
    data = read_document(source.content, source.name).data
    named = data.get("inherit") if isinstance(data, dict) else None
    return named if isinstance(named, str) else None


def _inside(start: Path, named: PurePosixPath, root: Path) -> Path:
    """Answer the folder that `named` reaches from `start`, made on the way. Raises ArchiveBroken beyond `root`."""
    here = start
    for part in named.parts:
        here = Path(os.path.normpath(here / part))
        if not here.is_relative_to(root) or here == root:
            raise ArchiveBroken("a parent of the agreement lies where no archive can put it")
        here.mkdir(storage.PRIVATE_FOLDER, parents=True, exist_ok=True)
    return here


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(storage.PRIVATE_FOLDER, parents=True, exist_ok=True)
    if path.exists():
        raise ArchiveBroken("two archived files claim one place")
    path.write_bytes(content)
