"""What was seen in a file of an export: which kind, where, how often, how sure; never a value of it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from isa_guard.errors import Place


class Seen(StrEnum):
    """What an observation is of."""

    IDENTIFIER = "identifier"
    MARKING = "marking"
    DISCLOSURE = "disclosure"
    UNDECLARED = "undeclared-column"
    LACKING = "lacking-column"
    FILLED = "filled-column"  # though it is declared as suppressed
    UNSCHEDULED = "unscheduled-column"  # or with another treatment than the schedule has
    DEPARTING = "departing-cells"  # outside what the schedule of their field allows
    FILE = "file"  # another than the declared one
    ACCEPTED = "accepted"  # a doubt that a person has looked at
    ACCEPTANCE = "acceptance"  # an entry that says so, and does nothing


class Weight(StrEnum):
    """How an observation counts: it stops the export, a person must look, or it is told and no more."""

    STOPS = "stops"
    DOUBTFUL = "doubtful"
    ALLOWED = "allowed"


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing seen in one place. `part` says which part of the file, as people do; `what` is the entity or check.

    `words` tells it in a sentence, `shape` as letters and digits (AA999999A), `many` how often in this place.
    """

    seen: Seen
    weight: Weight
    what: str
    words: str
    place: Place
    part: str = ""
    column: str = ""
    shape: str = ""
    many: int = 1
