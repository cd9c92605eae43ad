"""Manifests that others write, as exports of ours: Frictionless Data Packages, and Open Data Contracts (ODCS 3).

What neither has a word for stands in the place that each keeps for others: the key `isa-guard` of a data package, the
custom property `isa-guard` of a contract. There goes what an export says of itself, and for each column its category
and treatment. Digests of a package are its own: `hash: sha256:...`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.load.yaml import Document
from isa_guard.model.facts import FactKind

if TYPE_CHECKING:
    from isa_guard.errors import Place
    from isa_guard.load.yaml import Data, Path

OURS: Final = "isa-guard"
FORMAT: Final = f"isa-guard/{FactKind.EXPORT.value}/1"
_SHA256: Final = "sha256:"


def translated(document: Document) -> Document:
    """Answer a document as an export, if it is a data package or a data contract; else as it is.

    Each value keeps the place where it is written.
    """
    data = document.data
    if not isinstance(data, dict) or "format" in data:
        return document
    if isinstance(data.get("resources"), list):
        return _Translation(document).package(data)
    if data.get("kind") == "DataContract" and "apiVersion" in data:
        return _Translation(document).contract(data)
    return document


class _Translation:
    """One document being taken over, value by value."""

    def __init__(self, document: Document) -> None:
        self.document = document
        whole = document.place(())
        self.values: dict[Path, Place] = {(): whole, ("files",): whole, ("columns",): whole}
        self.keys: dict[Path, Place] = {}

    def package(self, data: dict[str, Data]) -> Document:
        """A Frictionless Data Package (datapackage.org, version 1 and 2)."""
        found = self._head(data.get(OURS), (OURS,))
        files: list[Data] = []
        columns: dict[str, Data] = {}
        for number, resource in enumerate(_items(data.get("resources"))):
            at: Path = ("resources", number)
            given = _mapping(resource)
            digest = str(given.get("hash", "")).removeprefix(_SHA256)
            paths = given.get("path")
            for path in paths if isinstance(paths, list) else [paths]:
                self._file(files, {"path": path, "sha256": digest, **_mapping(given.get(OURS))}, at)
            fields = _items(_mapping(given.get("schema")).get("fields"))
            for index, field in enumerate(fields):
                below: Path = (*at, "schema", "fields", index, OURS)
                self._column(columns, _mapping(field), _mapping(field).get(OURS), below)
        return self._whole(found, files, columns)

    def contract(self, data: dict[str, Data]) -> Document:
        """An Open Data Contract (bitol-io, ODCS 3): objects are files, properties are columns."""
        own, at = self._custom(data, ())
        found = self._head(own, at)
        files: list[Data] = []
        columns: dict[str, Data] = {}
        for number, one in enumerate(_items(data.get("schema"))):
            where: Path = ("schema", number)
            own, _ = self._custom(_mapping(one), where)
            self._file(
                files, {"path": _mapping(one).get("physicalName"), "sha256": "", **_mapping(own)}, where
            )
            for index, field in enumerate(_items(_mapping(one).get("properties"))):
                below: Path = (*where, "properties", index)
                self._column(columns, _mapping(field), *self._custom(_mapping(field), below))
        return self._whole(found, files, columns)

    def _custom(self, data: dict[str, Data], at: Path) -> tuple[Data, Path]:
        for number, one in enumerate(_items(data.get("customProperties"))):
            if _mapping(one).get("property") == OURS:
                return _mapping(one).get("value"), (*at, "customProperties", number, "value")
        return None, at

    def _head(self, own: Data, at: Path) -> dict[str, Data]:
        """What the export says of itself, its places taken along."""
        self._moved(at, ())
        return {"format": FORMAT, **_mapping(own)}

    def _moved(self, at: Path, to: Path) -> None:
        """Take the places below a path along to another."""
        for places, into in ((self.document.values, self.values), (self.document.keys, self.keys)):
            into.update(
                {(*to, *path[len(at) :]): one for path, one in places.items() if path[: len(at)] == at}
            )

    def _file(self, files: list[Data], file: dict[str, Data], at: Path) -> None:
        place = self.document.place(at)
        self.values |= {("files", len(files)): place} | {("files", len(files), key): place for key in file}
        files.append({key: "" if value is None else value for key, value in file.items()})

    def _column(self, columns: dict[str, Data], field: dict[str, Data], own: Data, at: Path) -> None:
        name = str(field.get("name", ""))
        self.values["columns", name] = self.document.place(at)
        self._moved(at, ("columns", name))
        columns[name] = _mapping(own)

    def _whole(self, found: dict[str, Data], files: list[Data], columns: dict[str, Data]) -> Document:
        whole: dict[str, Data] = {**found, "files": files}
        if columns:
            whole["columns"] = columns
        old = self.document
        return Document(whole, self.values, self.keys, old.source, old.text, old.number)


def _items(data: Data) -> list[Data]:
    return data if isinstance(data, list) else []


def _mapping(data: Data) -> dict[str, Data]:
    return data if isinstance(data, dict) else {}
