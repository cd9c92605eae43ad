"""An agreement that inherits a parent: the parent's document with the child's entries laid over it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from isa_guard.errors import LoadError, Problem
from isa_guard.load.packs import read_file
from isa_guard.load.yaml import Document, read_document
from isa_guard.model.agreement import Source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path as FilePath

    from isa_guard.errors import Place
    from isa_guard.load.yaml import Data, Path

LONGEST_LINE: Final = 8  # of parents; more is a knot, not an inheritance
# Lists that name things add up; all other values of a child replace its parent's.
_ADDED: Final = {"uses"}
# What a child has of its own or not at all.
_OWN: Final = {"id", "version", "title", "in-force", "supersedes", "inherit", "dispensations"}


def read_with_parents(path: FilePath, shelves: Sequence[FilePath]) -> tuple[Document, tuple[Source, ...]]:
    """Answer the agreement's document with all it inherits, and every file it came from, the child's first.

    Raises LoadError for a parent that is missing, a circle, or a line of parents that is too long.
    """
    documents: list[Document] = []
    sources: list[Source] = []
    seen: list[FilePath] = []
    here: FilePath | None = path
    while here is not None:
        content = read_file(here)
        name = here.name if not documents else f"{here.parent.parent.name}/{here.parent.name}/{here.name}"
        sources.append(Source(name, hashlib.sha256(content).hexdigest(), content))
        documents.append(read_document(content, str(here)))
        seen.append(here.resolve())
        here = _parent(documents[-1], here, seen, shelves)
    document = documents.pop()
    while documents:
        document = _laid_over(documents.pop(), document)
    return document, tuple(sources)


def _parent(
    document: Document, path: FilePath, seen: Sequence[FilePath], shelves: Sequence[FilePath]
) -> FilePath | None:
    data = document.data
    named = data.get("inherit") if isinstance(data, dict) else None
    if not isinstance(named, str):
        return None
    place = document.place(("inherit",))
    for base in (path.parent, *shelves):
        candidate = base / named / "agreement.yaml"
        if not candidate.is_file():
            continue
        if candidate.resolve() in seen:
            raise _fault(
                f"inheritance runs in a circle: `{named}` is reached again", place, "remove one `inherit:`"
            )
        if len(seen) >= LONGEST_LINE:
            raise _fault(f"more than {LONGEST_LINE} agreements in one line of inheritance", place, "")
        return candidate
    raise _fault(
        f"there is no agreement `{named}` to inherit", place, "name it as id/version, or by a relative path"
    )


def _fault(what: str, place: Place, hint: str) -> LoadError:
    return LoadError((Problem(what, place, hint, "inherit"),))


def _laid_over(child: Document, parent: Document) -> Document:
    values, keys = dict(child.values), dict(child.keys)

    def lay(over: Data, under: Data, path: Path, under_path: Path) -> Data:
        if isinstance(over, dict) and isinstance(under, dict):
            merged = dict(over)
            for key, value in under.items():
                if not path and key in _OWN:
                    continue
                here = (*path, key)
                merged[key] = (
                    lay(over[key], value, here, (*under_path, key))
                    if key in over
                    else take(value, here, (*under_path, key))
                )
            return merged
        if (
            isinstance(over, list)
            and isinstance(under, list)
            and path
            and path[0] in _ADDED
            and len(path) == 1
        ):
            added = [item for item in under if item not in over]
            for index, item in enumerate(added):
                take(item, (*path, len(over) + index), (*under_path, under.index(item)))
            return [*over, *added]
        return over

    def take(value: Data, path: Path, under_path: Path) -> Data:
        values[path] = parent.place(under_path)
        keys[path] = parent.key_place(under_path)
        if isinstance(value, dict):
            for key, item in value.items():
                take(item, (*path, key), (*under_path, key))
        if isinstance(value, list):
            for index, item in enumerate(value):
                take(item, (*path, index), (*under_path, index))
        return value

    data = lay(child.data, parent.data, (), ())
    return Document(data, values, keys, child.source, child.text)
