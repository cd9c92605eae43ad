"""The sheets of a workbook and where their parts lie, and what the workbook itself says: names, links, comments."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.scan.readers.office import texts_of
from isa_guard.scan.readers.xml_texts import local, tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isa_guard.scan.contents import Content
    from isa_guard.scan.readers.package import Package
    from isa_guard.scan.readers.visit import Visit

_CELLS: Final = "worksheet"
_COMMENTS: Final = ("comments", "threadedComment")
_DEFINED: Final = frozenset({"definedName"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet by its number from 1, hidden ones counted; its name may be a person's, and is text to be looked at."""

    number: int
    name: str
    path: str
    has_cells: bool
    comments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Relation:
    kind: str
    path: str


def sheets_of(package: Package, main: str, visit: Visit) -> tuple[Sheet, ...]:
    """The sheets of a workbook, in its order. Raises what damaged XML raises."""
    relations = _relations(package, main, visit)
    found = []
    book = tree(package.read(main), visit)
    elements = [one for one in book.iter() if local(one) == "sheet"]
    for number, one in enumerate(elements, 1):
        key = next((value for name, value in one.attrib.items() if name.endswith("}id")), "")
        relation = relations.get(key)
        if relation is None or not package.has(relation.path):
            found.append(Sheet(number, one.get("name", ""), "", has_cells=False, comments=()))
            continue
        beside = _relations(package, relation.path, visit).values()
        comments = tuple(each.path for each in beside if each.kind in _COMMENTS and package.has(each.path))
        found.append(
            Sheet(
                number,
                one.get("name", ""),
                relation.path,
                has_cells=relation.kind == _CELLS,
                comments=comments,
            )
        )
    return tuple(found)


def workbook_texts(package: Package, main: str, sheets: Sequence[Sheet], visit: Visit) -> Iterator[Content]:
    """The names of the sheets, and the names that people gave to cells and constants."""
    yield from visit.at("sheet names").texts("\n".join(sheet.name for sheet in sheets))
    book = tree(package.read(main), visit)
    defined = [
        " ".join(filter(None, (one.get("name"), one.get("comment"), texts_of(one, _DEFINED))))
        for one in book.iter()
        if local(one) in _DEFINED
    ]
    yield from visit.at("defined names").texts("\n".join(defined))


def _relations(package: Package, path: str, visit: Visit) -> dict[str, _Relation]:
    """What a part points to inside the package, by identifier: the kind of the relation and the part's name."""
    folder, name = posixpath.split(path)
    rels = f"{folder}/_rels/{name}.rels"
    if not package.has(rels):
        return {}
    found = {}
    for one in tree(package.read(rels), visit):
        if one.get("TargetMode") != "External":
            target = one.get("Target", "")
            full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
            found[one.get("Id", "")] = _Relation(one.get("Type", "").rpartition("/")[2], full)
    return found
