"""What an agreement allows to be sent, field by field: one schedule for requests, manifests and the cells of files."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from isa_guard.errors import Place
    from isa_guard.language.constraints import Constraints
    from isa_guard.model.manifest import Treatment


class CellType(StrEnum):
    """What the text of a cell is read as, by the name that cerberus gives the type."""

    STRING = "string"
    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"


@dataclass(frozen=True, slots=True)
class ScheduledField:
    """A field that may be sent. A required one is a column; only a nullable one has blank cells.

    Without a `treatment` the schedule leaves open what is done to the field.
    """

    name: str
    type: CellType
    required: bool
    nullable: bool
    constraints: Constraints
    treatment: Treatment | None
    place: Place


@dataclass(frozen=True, slots=True)
class Schedule:
    """The fields that may be sent of one category of data, and no others."""

    category: str
    fields: tuple[ScheduledField, ...]

    def field(self, name: str) -> ScheduledField | None:
        """Answer the scheduled field of that name, if there is one."""
        return next((field for field in self.fields if field.name == name), None)
