"""The documents put before an agreement, and the one schema from which all else about them is made.

Checker, loader, JSON Schema and reference pages read these tables; a field is described once, here.
Times are recorded as they are known: a `date` where people write a day, a `timestamp` where hours count.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.errors import Place
    from isa_guard.language.values import Value


class FactKind(StrEnum):
    """What can be put before an agreement."""

    TRANSFER = "transfer"
    EXPORT = "export"
    EVENT = "event"
    BREACH = "breach"
    DISCLOSURE = "disclosure"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What supports a field: a document or a signed record, by digest, found and matched when the fact was read."""

    field: str
    kind: str
    digest: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One document, typed: `values` as the language reads them, `places` of its fields, the bytes it came from.

    `unsupported` says of fields why what the register holds is no evidence for them.
    """

    kind: FactKind
    reference: str
    values: Mapping[str, Value]
    evidence: tuple[Evidence, ...]
    places: Mapping[str, Place]
    place: Place
    content: bytes
    digest: str
    version: str  # of the agreement whose schema it was typed by
    position: str  # of the fact within its file: number of the YAML document, JSON Pointer
    unsupported: tuple[tuple[str, str], ...] = ()
