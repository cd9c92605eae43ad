"""The manifest of an export: the files and columns that stand beside `export:` in its fact.

files:
  - {path: cases.csv, sha256: 9f86d0..., rows: 120}
columns:
  case_id: {category: cases, treatment: pseudonymised, role: key}
  postcode: {category: cases, treatment: clear, role: quasi-identifier, holds: [postcode]}
"""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from isa_guard.errors import LoadError, Problem
from isa_guard.load.facts import UntypedFact, step_to
from isa_guard.load.problems import shaped
from isa_guard.load.shapes_of_exports import ColumnShape, FileShape, ManifestShape
from isa_guard.load.suggest import did_you_mean
from isa_guard.load.yaml import Document
from isa_guard.model.facts import FactKind
from isa_guard.model.manifest import Manifest, ManifestColumn, ManifestFile, Rest, Role, Treatment
from isa_guard.model.schemas import FOUND
from isa_guard.uk.identifiers.registry import IDENTIFIERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from isa_guard.errors import Place
    from isa_guard.language.values import Value
    from isa_guard.load.yaml import Data, Path

KIND: Final = FactKind.EXPORT.value
KEYS: Final = ("files", "columns")
_DIGEST: Final = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)


def read_manifest(untyped: UntypedFact) -> Manifest:
    """Answer the manifest of an export. Raises LoadError with every fault: no file, a path that leads away, no such identifier."""
    document = _beside(untyped)
    shape = shaped(document, ManifestShape)
    problems = [*_wrong(document, shape), *_written(untyped)]
    if problems:
        raise LoadError(tuple(sorted(problems, key=lambda one: one.place)))
    return Manifest(
        tuple(_file(one, document.place(("files", number))) for number, one in enumerate(shape.files)),
        {name: _column(name, one, document) for name, one in shape.columns.items()},
        untyped.document.place(untyped.at),
    )


def with_found(untyped: UntypedFact, found: Mapping[str, Value]) -> UntypedFact:
    """Answer the export with what was found in its files, as the document that is decided, recorded and replayed.

    Its places are those of the manifest; what was found stands where the export does.
    """
    whole, at = untyped.document, untyped.at
    data = step_to(whole.data, at)
    assert isinstance(data, dict)
    declared = data.get(KIND)
    assert isinstance(declared, dict)
    given = {name: _data(value) for name, value in found.items()}
    fact: dict[str, Data] = {**data, KIND: {**declared, **given}}
    moved = {path[len(at) :]: place for path, place in whole.values.items() if path[: len(at)] == at}
    keys = {path[len(at) :]: place for path, place in whole.keys.items() if path[: len(at)] == at}
    text = json.dumps(fact, ensure_ascii=False, sort_keys=True, indent=1, default=str) + "\n"
    document = Document(fact, moved, keys, whole.source, whole.text, 0)
    return UntypedFact(untyped.kind, untyped.agreement, document, (), text.encode())


def _data(value: Value) -> Data:
    """What is found is words, lists of words, numbers, and yes or no."""
    if isinstance(value, tuple):
        return [str(one) for one in value]
    return value if isinstance(value, bool | int) else str(value)


def _written(untyped: UntypedFact) -> Iterator[Problem]:
    """What is found in files is never written by hand: else a manifest could say of itself that nothing was found."""
    path = (*untyped.at, KIND)
    declared = step_to(untyped.document.data, path)
    for name in declared if isinstance(declared, dict) else ():
        if name in FOUND:
            what = f"`{name}` is what is found in the files, and is never written"
            place = untyped.document.key_place((*path, name))
            yield Problem(what, place, "leave it out: the files are read", "manifest")


def _file(shape: FileShape, place: Place) -> ManifestFile:
    return ManifestFile(
        shape.path,
        shape.sha256.lower(),
        shape.rows,
        shape.holds,
        place,
        shape.parts,
        Rest(shape.rest) if shape.rest else None,
        shape.contributions,
    )


def _column(name: str, shape: ColumnShape, document: Document) -> ManifestColumn:
    treatment, role = Treatment(shape.treatment), Role(shape.role)
    return ManifestColumn(
        name, shape.category, treatment, role, shape.holds, document.place(("columns", name))
    )


def _beside(untyped: UntypedFact) -> Document:
    """Answer what stands beside `export:` as a document of its own, its places kept."""
    whole, at = untyped.document, untyped.at
    data = step_to(whole.data, at)
    assert isinstance(data, dict)

    def below(places: Mapping[Path, Place]) -> dict[Path, Place]:
        return {path[len(at) :]: place for path, place in places.items() if path[: len(at)] == at}

    chosen: dict[str, Data] = {key: data[key] for key in KEYS if key in data}
    return Document(chosen, below(whole.values), below(whole.keys), whole.source, whole.text, whole.number)


def _wrong(document: Document, shape: ManifestShape) -> Iterator[Problem]:
    if not shape.files:
        hint = "list each with its digest; `isa-guard new export` writes them"
        yield Problem("the export names no file", document.place(("files",)), hint, "manifest")
    names = [one.path for one in shape.files]
    for number, one in enumerate(shape.files):
        place = document.place(("files", number, "path"))
        yield from _wrong_path(one.path, place)
        if one.contributions:
            yield from _wrong_path(one.contributions, document.place(("files", number, "contributions")))
        yield from _wrong_parts(one, names, document, number)
        if one.path in names[:number]:
            yield Problem("this file is named twice", place, "", "manifest")
        if not _DIGEST.fullmatch(one.sha256):
            where = document.place(("files", number, "sha256"))
            yield Problem(
                "this is no SHA-256", where, "64 hexadecimal digits; `sha256sum` gives them", "manifest"
            )
        yield from _unknown(one.holds, document, ("files", number, "holds"))
    for name, column in shape.columns.items():
        yield from _unknown(column.holds, document, ("columns", name, "holds"))
        if column.holds and column.treatment != "clear":
            what = f"a column that is {column.treatment} holds no identifier"
            yield Problem(
                what, document.place(("columns", name, "holds")), "say `clear`, or leave it out", "manifest"
            )


def _wrong_path(written: str, place: Place) -> Iterator[Problem]:
    path = PurePosixPath(written)
    if not written.isprintable():
        yield Problem("the path holds what is no letter", place, "give the file another name", "manifest")
    if path.is_absolute() or ".." in path.parts or "\\" in written or not path.parts:
        what = "the path leads away from the manifest"
        yield Problem(what, place, "files lie beside it or below it", "manifest")


def _wrong_parts(one: FileShape, names: list[str], document: Document, number: int) -> Iterator[Problem]:
    for at, part in enumerate(one.parts):
        if part not in names or part == one.path:
            what = "this part is no other file of the export"
            place = document.place(("files", number, "parts", at))
            yield Problem(what, place, did_you_mean(part, names), "manifest")
    if bool(one.parts) != bool(one.rest):
        what = "`parts` and `rest` go together: who is in none of the parts?"
        hint = "`rest: nobody`, or `rest: unpublished`"
        yield Problem(what, document.place(("files", number)), hint, "manifest")


def _unknown(holds: tuple[str, ...], document: Document, path: Path) -> Iterator[Problem]:
    known = [one.entity for one in IDENTIFIERS]
    for number, entity in enumerate(holds):
        if entity not in known:
            what = f"no identifier is called `{entity}`"
            yield Problem(what, document.place((*path, number)), did_you_mean(entity, known), "manifest")
