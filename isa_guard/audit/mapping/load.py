"""Reads log maps: the ready ones by their id, any other from a file."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from isa_guard.audit.mapping.binding import MapBinder
from isa_guard.audit.mapping.shapes import LogMapDocument
from isa_guard.errors import LoadError, Place, Problem
from isa_guard.load.packs import read_named
from isa_guard.load.problems import shaped
from isa_guard.load.suggest import did_you_mean
from isa_guard.load.yaml import read_document

if TYPE_CHECKING:
    from isa_guard.audit.mapping.mapping import LogMapping
    from isa_guard.language.types import Record

READY: Final = Path(__file__).parent / "ready"


def ready_mappings() -> tuple[str, ...]:
    """Answer the ids of the mappings that come with isa-guard."""
    return tuple(sorted(path.stem for path in READY.glob("*.yaml")))


def load_mapping(name_or_path: str, event: Record) -> LogMapping:
    """Answer a mapping by the id of a ready one, or from a file, for events of this type. Raises LoadError."""
    known = ready_mappings()
    if name_or_path in known:
        return read_mapping((READY / f"{name_or_path}.yaml").read_bytes(), f"{name_or_path}.yaml", event)
    path = Path(name_or_path)
    if "/" not in name_or_path and not path.suffix and not path.exists():
        what = "there is no such log map: it is neither a file nor the id of a ready one"
        raise LoadError((Problem(what, Place(name_or_path), did_you_mean(name_or_path, known), "log-map"),))
    return read_mapping(read_named(path), str(path), event)


def read_mapping(content: bytes, source: str, event: Record) -> LogMapping:
    """Answer the mapping that a document describes. Raises LoadError with every problem."""
    document = read_document(content, source)
    shape = shaped(document, LogMapDocument)
    return MapBinder(document, shape, event).bind(hashlib.sha256(content).hexdigest())
