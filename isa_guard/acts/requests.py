"""Requests: what was asked, where it stands, and what an approval or a permission covers."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from isa_guard.errors import NotAuthorised
from isa_guard.frozen import dataclass
from isa_guard.language.values import to_date
from isa_guard.model.act import Action, Matter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from isa_guard.acts.ledger import Ledger
    from isa_guard.model.act import Standing


class State(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    RETURNED = "returned"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


APPROVED: Final = "transfer.request_approved"
# What may follow what: a decision is never changed by silence, and what is over stays over.
_FOLLOWS: Final = {
    State.OPEN: {Action.APPROVED, Action.REFUSED, Action.RETURNED, Action.WITHDRAWN, Action.PERMITTED, Action.REVOKED},
    State.RETURNED: {Action.WITHDRAWN, Action.REVOKED},
    State.APPROVED: {Action.PERMITTED, Action.REVOKED, Action.WITHDRAWN},
    State.REFUSED: {Action.REVOKED},
    State.WITHDRAWN: {Action.REVOKED},
}  # fmt: skip
_BECOMES: Final = {
    Action.APPROVED: State.APPROVED,
    Action.REFUSED: State.REFUSED,
    Action.RETURNED: State.RETURNED,
    Action.WITHDRAWN: State.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class Granted:
    """An approval or a permission that nobody has revoked: the field that it supports, and until when."""

    field: str
    standing: Standing
    until: date


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `granted` are the approval and the permissions given in it and not revoked."""

    opened: Standing
    state: State
    last: Standing
    granted: tuple[Granted, ...]

    @property
    def id(self) -> str:
        """Its id: that of the act that opened it."""
        return self.opened.act.id

    @property
    def fact(self) -> str:
        """The digest of the document that was put before the SPOC."""
        return str(self.opened.act.values["fact"])

    @property
    def reference(self) -> str:
        """What people call it; its id, once its document has been erased."""
        words = self.opened.words
        return str(words["reference"]) if words is not None else self.id


def requests(ledger: Ledger) -> tuple[Request, ...]:
    """Answer every request as it stands, the oldest first."""
    return tuple(request_of(acts) for acts in ledger.matters(Matter.REQUEST))


def request_of(acts: Sequence[Standing]) -> Request:
    """Answer a request from its acts, the one that opened it first."""
    state, last = State.OPEN, acts[0]
    for one in acts[1:]:
        state, last = _BECOMES.get(one.act.action, state), one
    return Request(acts[0], state, last, tuple(_granted(acts)))


def request_named(ledger: Ledger, name: str) -> Request:
    """Answer the request of a reference, an id, or the beginning of an id. Raises NotAuthorised where it is none, or several."""
    found = [one for one in requests(ledger) if name in {one.id, one.reference}]
    if not found and len(name) >= 8:
        found = [one for one in requests(ledger) if one.id.startswith(name)]
    if len(found) != 1:
        count = "no request" if not found else f"{len(found)} requests"
        raise NotAuthorised(f"the register has {count} of this name: `isa-guard request --list` names them")
    return found[0]


def refuse_out_of_turn(request: Request, action: Action) -> None:
    """Raise NotAuthorised where an act does not follow from where the request stands."""
    if action not in _FOLLOWS[request.state]:
        raise NotAuthorised(f"the request is {request.state.value}: it cannot be {action.value} now")


def _granted(acts: Iterable[Standing]) -> Iterable[Granted]:
    every = list(acts)
    revoked = {str(one.act.values["revokes"]) for one in every if one.act.action is Action.REVOKED}
    withdrawn = any(one.act.action is Action.WITHDRAWN for one in every)
    for one in every:
        act = one.act
        if act.id in revoked or withdrawn or act.action not in {Action.APPROVED, Action.PERMITTED}:
            continue
        until = act.values["until"]
        assert isinstance(until, int)
        field = APPROVED if act.action is Action.APPROVED else str(act.values["field"])
        yield Granted(field, one, to_date(until))
