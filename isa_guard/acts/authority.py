"""Who may do what: by the office that a post carries, the party that it is of, and what the person has done before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.errors import NotAuthorised
from isa_guard.model.act import Action
from isa_guard.model.act_fields import FORMS, PERMISSIONS

if TYPE_CHECKING:
    from isa_guard.load.acts import Said
    from isa_guard.model.act import Matter
    from isa_guard.model.agreement import Agreement
    from isa_guard.model.people import Office, Person

# What the single point of contact alone decides, for the party that it acts for.
DECIDED: Final = frozenset({Action.APPROVED, Action.REFUSED, Action.RETURNED, Action.DISPENSED})
# What takes a second person.
NOT_ONES_OWN: Final = frozenset({Action.APPROVED, Action.PERMITTED, Action.CONFIRMED})


def refuse_unauthorised(
    said: Said, person: Person, agreement: Agreement, matter: Matter | None = None
) -> None:
    """Raise NotAuthorised where a person may not do this in the matter as it stands; None where the act opens one."""
    form = FORMS[said.action]
    if agreement.party(person.party) is None:
        raise NotAuthorised(f"{person.party} is no party to {agreement.id} {agreement.version}")
    needed = _offices(said)
    if not set(needed) & set(person.offices):
        wanted = " or ".join(one.value for one in needed)
        raise NotAuthorised(f"{said.action.value} takes the office of {wanted}, which {person.post} has not")
    if said.action in DECIDED and person.party != agreement.spoc.acts_for:
        what = (
            f"{said.action.value} is for the single point of contact, who acts for {agreement.spoc.acts_for}"
        )
        raise NotAuthorised(f"{what}; {person.post} is of {person.party}")
    if said.action in NOT_ONES_OWN and matter and matter.opened.by.key_id == person.key_id:
        raise NotAuthorised("nobody decides their own request: it takes another person, with another key")
    if form.opens and matter is not None:
        raise NotAuthorised(f"{said.action.value} opens a matter and is not part of one")


def _offices(said: Said) -> tuple[Office, ...]:
    if said.action is Action.PERMITTED:
        return (PERMISSIONS[str(said.codes["field"])],)
    return FORMS[said.action].offices
