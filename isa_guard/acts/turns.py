"""What may follow what in a matter: what is over stays over, and a hold goes before a disposal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.errors import NotAuthorised
from isa_guard.model.act import Action, Matter
from isa_guard.model.act_fields import FORMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isa_guard.acts.ledger import Ledger
    from isa_guard.model.act import Standing

# With what a matter is over, and what may still be said of it then.
_ENDS: Final = {
    Matter.BREACH: (Action.BREACH_CLOSED, frozenset[Action]()),
    Matter.HOLDING: (Action.DISPOSED, frozenset[Action]()),
    Matter.STAFF: (Action.LEFT, frozenset[Action]()),
    Matter.RIGHTS: (Action.ANSWERED, frozenset({Action.REVIEW_ASKED, Action.REVIEW_ANSWERED})),
    Matter.DISPENSATION: (Action.REVOKED, frozenset[Action]()),
}
# What must have happened before.
_NEEDS: Final = {
    Action.CLARIFIED: (Action.CLARIFICATION_SOUGHT, "no clarification was asked for"),
    Action.REVIEW_ASKED: (Action.ANSWERED, "it is not answered yet: there is nothing to review"),
    Action.REVIEW_ANSWERED: (Action.REVIEW_ASKED, "no review was asked for"),
    Action.HOLD_RELEASED: (Action.HELD, "nothing holds it"),
}
_ONCE: Final = frozenset({Action.CONFIRMED, Action.REVIEW_ASKED, Action.REVIEW_ANSWERED})


def refuse_turn(acts: Sequence[Standing], action: Action) -> None:
    """Raise NotAuthorised where an act does not follow from what was done in the matter so far."""
    done = [one.act.action for one in acts]
    if FORMS[acts[0].act.action].matter is not FORMS[action].matter and action is not Action.REVOKED:
        raise NotAuthorised(f"{action.value} is no part of such a matter")
    over, still = _ENDS.get(FORMS[acts[0].act.action].matter, (None, frozenset()))
    if over in done and action not in still:
        raise NotAuthorised(f"the matter is over: {_words(over)}" if over else "")
    before, why = _NEEDS.get(action, (None, ""))
    if before is not None and before not in done:
        raise NotAuthorised(why)
    if action in _ONCE and action in done:
        raise NotAuthorised(f"it was {_words(action)} already")
    if action is Action.DISPOSED and _is_held(done):
        raise NotAuthorised("a legal hold keeps it: release the hold first")
    if action is Action.HOLD_RELEASED and not _is_held(done):
        raise NotAuthorised("nothing holds it")


def refuse_taken(ledger: Ledger, action: Action, reference: str) -> None:
    """Raise NotAuthorised where another matter of the kind has this reference: nobody could tell the two apart."""
    matter = FORMS[action].matter
    if reference and any(acts[0].told("reference") == reference for acts in ledger.matters(matter)):
        raise NotAuthorised(
            f"the register has a {matter.value} of this reference already: give this one another"
        )


def matter_named(ledger: Ledger, matter: Matter, name: str) -> tuple[Standing, ...]:
    """Answer the acts of the matter of a reference, an id, or the beginning of an id. Raises NotAuthorised for none, or several."""
    every = ledger.matters(matter)
    found = [acts for acts in every if name in {acts[0].act.id, acts[0].told("reference")}]
    if not found and len(name) >= 8:
        found = [acts for acts in every if acts[0].act.id.startswith(name)]
    if len(found) != 1:
        count = f"no {matter.value}" if not found else f"{len(found)} of {matter.value}"
        raise NotAuthorised(f"the register has {count} of this name: `list` names them")
    return found[0]


def _is_held(done: Sequence[Action]) -> bool:
    holds = [one for one in done if one in {Action.HELD, Action.HOLD_RELEASED}]
    return bool(holds) and holds[-1] is Action.HELD


def _words(action: Action | None) -> str:
    return action.value.replace("-", " ") if action else ""
