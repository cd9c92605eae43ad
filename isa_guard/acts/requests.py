"""Requests: where one stands, and what was approved and permitted in it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.model.act import Action

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from isa_guard.model.act import Matter, Standing


class State(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    RETURNED = "returned"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


APPROVED: Final = "transfer.request_approved"
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


def state_of(request: Matter) -> State:
    """Answer where a request stands."""
    return next(
        (_BECOMES[one.act.action] for one in reversed(request.acts) if one.act.action in _BECOMES), State.OPEN
    )


def fact_of(request: Matter) -> str:
    """Answer the digest of the document that was put before the SPOC."""
    return request.opened.code("fact")


def granted(request: Matter) -> tuple[Granted, ...]:
    """Answer the approval and the permissions given in a request and not taken back since."""
    return tuple(_granted(request))


def approved_until(request: Matter) -> date | None:
    """Answer the last day of the approval, where one stands."""
    return next((one.until for one in granted(request) if one.field == APPROVED), None)


def _granted(request: Matter) -> Iterator[Granted]:
    if request.last(Action.WITHDRAWN) is not None:
        return
    for one in request.acts:
        until = one.day("until")
        if one.act.action not in {Action.APPROVED, Action.PERMITTED} or _is_revoked(one, request):
            continue
        assert until is not None  # the act says one, or it would not be read
        field = APPROVED if one.act.action is Action.APPROVED else one.code("field")
        yield Granted(field, one, until)


def _is_revoked(given: Standing, request: Matter) -> bool:
    """Without a word of what is revoked, all is that was given before."""
    return any(
        one.index > given.index and one.code("revokes") in {"", given.act.id}
        for one in request.every(Action.REVOKED)
    )
