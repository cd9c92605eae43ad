"""What may follow what in a matter: what is over stays over, a decision is not changed by silence, and a hold goes before a disposal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.errors import NotAuthorised
from isa_guard.model.act import Action, MatterKind
from isa_guard.model.act_fields import FORMS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isa_guard.load.acts import Said
    from isa_guard.model.act import Matter

_NOTHING: Final = frozenset[Action]()
# After which act of a matter only these may follow still.
_CLOSES: Final[Mapping[MatterKind, Mapping[Action, frozenset[Action]]]] = {
    MatterKind.REQUEST: {
        Action.APPROVED: frozenset({Action.PERMITTED, Action.WITHDRAWN, Action.REVOKED}),
        Action.REFUSED: frozenset({Action.REVOKED}),
        Action.RETURNED: frozenset({Action.WITHDRAWN, Action.REVOKED}),
        Action.WITHDRAWN: frozenset({Action.REVOKED}),
    },
    MatterKind.DISPENSATION: {Action.REVOKED: _NOTHING},
    MatterKind.BREACH: {Action.BREACH_CLOSED: _NOTHING},
    MatterKind.HOLDING: {Action.DISPOSED: _NOTHING},
    MatterKind.RIGHTS: {Action.ANSWERED: frozenset({Action.REVIEW_ASKED, Action.REVIEW_ANSWERED})},
    MatterKind.STAFF: {Action.LEFT: _NOTHING},
    MatterKind.AGREEMENT: {},
}
# What must have happened before.
_NEEDS: Final = {
    Action.CLARIFIED: (Action.CLARIFICATION_SOUGHT, "no clarification was asked for"),
    Action.REVIEW_ASKED: (Action.ANSWERED, "it is not answered yet: there is nothing to review"),
    Action.REVIEW_ANSWERED: (Action.REVIEW_ASKED, "no review was asked for"),
    Action.HOLD_RELEASED: (Action.HELD, "nothing holds it"),
}
_ONCE: Final = frozenset({Action.CONFIRMED, Action.REVIEW_ASKED, Action.REVIEW_ANSWERED})
_GIVES: Final = frozenset({Action.APPROVED, Action.PERMITTED, Action.DISPENSED})


def refuse_turn(said: Said, matter: Matter) -> None:
    """Raise NotAuthorised where an act does not follow from what was done in the matter so far."""
    action, done = said.action, [one.act.action for one in matter.acts]
    (kind,) = FORMS[matter.opened.act.action].matters
    if kind not in FORMS[action].matters:
        raise NotAuthorised(f"{_words(action)} has no place in a matter of the kind {kind.value}")
    for closing in reversed(done):
        if action not in _CLOSES[kind].get(closing, FORMS):
            raise NotAuthorised(f"{_words(closing)} already: {_words(action)} cannot follow")
    before, why = _NEEDS.get(action, (None, ""))
    if before is not None and before not in done:
        raise NotAuthorised(why)
    if action in _ONCE and action in done:
        raise NotAuthorised(f"it was {_words(action)} already")
    if action is Action.DISPOSED and _is_held(done):
        raise NotAuthorised("a legal hold keeps it: release the hold first")
    if action is Action.HOLD_RELEASED and not _is_held(done):
        raise NotAuthorised("nothing holds it")
    if action is Action.REVOKED:
        _refuse_void(said, matter)


def _refuse_void(said: Said, matter: Matter) -> None:
    """A revocation that takes nothing back would be read as if it had."""
    given = [one.act.id for one in matter.acts if one.act.action in _GIVES]
    revokes = said.codes.get("revokes")
    if revokes is None and not given:
        raise NotAuthorised("nothing was given that could be revoked")
    if revokes is not None and revokes not in given:
        which = ", ".join(given) or "nothing"
        raise NotAuthorised(f"this revokes nothing: what was given in the matter is {which}")


def _is_held(done: Sequence[Action]) -> bool:
    holds = [one for one in done if one in {Action.HELD, Action.HOLD_RELEASED}]
    return bool(holds) and holds[-1] is Action.HELD


def _words(action: Action) -> str:
    return action.value.replace("-", " ")
