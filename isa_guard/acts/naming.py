"""By which name people call a matter: its reference, or the id of the act that opened it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.errors import NotAuthorised
from isa_guard.model.act import MatterKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isa_guard.acts.ledger import Ledger
    from isa_guard.model.act import Matter

LEAST: Final = 8  # characters of the beginning of an id
CALLED: Final = {
    MatterKind.REQUEST: "request",
    MatterKind.DISPENSATION: "dispensation",
    MatterKind.BREACH: "breach",
    MatterKind.HOLDING: "holding",
    MatterKind.RIGHTS: "request for information",
    MatterKind.STAFF: "qualification",
    MatterKind.AGREEMENT: "act on the agreement",
}


def matter_named(ledger: Ledger, kind: MatterKind, name: str) -> Matter:
    """Answer the matter of a reference, an id, or the beginning of an id. Raises NotAuthorised for none, or several."""
    every = ledger.matters(kind)
    found = [one for one in every if name in {one.id, one.reference}]
    if not found and len(name) >= LEAST:
        found = [one for one in every if one.id.startswith(name)]
    if len(found) == 1:
        return found[0]
    listed = "request --list --all" if kind is MatterKind.REQUEST else f"{kind.value} list"
    what = f"{len(found)} matters have" if found else f"no {CALLED[kind]} has"
    raise NotAuthorised(
        f"{what} this name in the register: `isa-guard {listed}` tells them, each with its id"
    )


def refuse_taken(ledger: Ledger, kinds: Iterable[MatterKind], reference: str) -> None:
    """Raise NotAuthorised where another matter of a kind has this reference: nobody could tell the two apart."""
    for kind in kinds:
        if any(one.opened.told("reference") == reference for one in ledger.matters(kind)):
            raise NotAuthorised(
                f"the register has a {CALLED[kind]} of this reference already: give this one another"
            )
