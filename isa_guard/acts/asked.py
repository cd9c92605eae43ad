"""What was put before the SPOC: the fact of a request, read again from the case that is kept beside the register."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.acts.requests import fact_of
from isa_guard.errors import LoadError
from isa_guard.load.facts import read_facts, type_fact
from isa_guard.register.stores.store import Shelf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.language.values import Value
    from isa_guard.model.act import Matter
    from isa_guard.model.agreement import Agreement
    from isa_guard.register.stores.store import Log


def asked_for(log: Log, request: Matter, agreement: Agreement) -> Mapping[str, Value] | None:
    """Answer the fields of what was asked; None where the case has been erased, or this agreement no longer reads it.

    Raises ArchiveBroken where the case was altered.
    """
    content = log.blob(Shelf.CASES, fact_of(request))
    if content is None:
        return None
    try:
        for one in read_facts(content, "what was asked"):
            fact = type_fact(one, agreement.schemas)
            if fact.position == request.opened.code("position"):
                return fact.values
    except LoadError:
        return None
    return None
