"""A rule bound to one agreement: typed conditions, what follows when it is not met, how it is told."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from datetime import date

    from isa_guard.errors import Place
    from isa_guard.language.checker import Checked
    from isa_guard.language.template import Template
    from isa_guard.model.facts import FactKind


class Otherwise(StrEnum):
    """What a rule that is not met leads to, strictest first."""

    NOT_COVERED = "not-covered"
    REFUSE = "refuse"
    REFER = "refer"
    ADVISE = "advise"


@dataclass(frozen=True, slots=True)
class Duty:
    """What must be done later if the rule applies and the transfer goes ahead."""

    do: str
    when: Checked | None
    by: Checked | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One typed condition, tied to the clauses that cite it. `needs` are the fields it cannot do without."""

    id: str
    title: str
    why: str
    on: FactKind
    when: Checked | None
    require: Checked
    otherwise: Otherwise
    duties: tuple[Duty, ...]
    needs: tuple[str, ...]
    evidenced: tuple[str, ...]
    shows: tuple[str, ...]  # dotted paths of the fields it reads, in the order in which it names them
    seen: Template
    satisfy: Template
    absolute: bool
    place: Place
    digest: str


@dataclass(frozen=True, slots=True)
class Dispensation:
    """A time-limited permission to depart from one rule in one scope."""

    id: str
    rule: str
    scope: Checked
    reason: str
    approved_by: str
    approved_on: date | None
    expires: date | None  # None where the document's date could not be read: it counts as expired
    place: Place
