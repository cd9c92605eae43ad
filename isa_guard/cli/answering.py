"""`isa-guard approve|refuse|return|withdraw|permit|revoke`: what becomes of a request, by a person's signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from isa_guard.cli.acting import act, acting, desk
from isa_guard.load.acts import said
from isa_guard.model.act import Action
from isa_guard.model.act_fields import PERMISSIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from isa_guard.load.yaml import Data

_REQUEST: Final = click.argument("request")
_UNTIL: Final = click.option("--until", required=True, help="The last day on which it holds: 2026-12-31.")
_REASON: Final = click.option("--reason", required=True, help="Why. It is kept, and can be erased.")
_WHY: Final = click.option("--reason", help="Why. It is kept, and can be erased.")
_TOLD: Final = {
    Action.APPROVED: "Approved",
    Action.REFUSED: "Refused",
    Action.RETURNED: "Returned to the requester",
    Action.WITHDRAWN: "Withdrawn",
    Action.PERMITTED: "Permitted",
    Action.REVOKED: "Revoked",
}


def _does(action: Action, *options: Callable[..., object]) -> Callable[[Callable[..., None]], click.Command]:
    """Make a command of a description: it says `action` of a request, with what its options give."""

    def made(described: Callable[..., None]) -> click.Command:
        @_REQUEST
        @acting
        def run(
            *,
            request: str,
            register: str | None,
            key: str | None,
            person: str | None,
            passphrase_file: str | None,
            person_passphrase_file: str | None,
            **given: str | None,
        ) -> int:
            return _answered(
                action,
                request,
                {name: value for name, value in given.items() if value is not None},
                (register, key, person),
                (passphrase_file, person_passphrase_file),
            )

        function: Callable[..., object] = run
        for option in reversed(options):
            function = option(function)
        return click.command(described.__name__.rstrip("_"), help=described.__doc__)(function)

    return made


def _answered(
    action: Action,
    name: str,
    given: Mapping[str, Data],
    where: tuple[str | None, str | None, str | None],
    passphrases: tuple[str | None, str | None],
) -> int:
    from isa_guard.acts.requests import refuse_out_of_turn, request_named

    at = desk(*where)
    request = request_named(at.ledger, name)
    refuse_out_of_turn(request, action)
    told = said(action, given, f"{action.value} {name}")
    agreement = at.agreement_of(request.opened)
    _, index = act(at, told, agreement, at.ledger.of(request.id), *passphrases)
    click.echo(
        f"{_TOLD[action]}: {request.reference}, by {at.person.post} of {at.person.party}. Recorded as {index}."
    )
    return 0


@_does(Action.APPROVED, _UNTIL, _WHY)
def approve() -> None:
    """Approve REQUEST, as it was put before you, until a day. What is sent later must lie within it."""


@_does(Action.REFUSED, _REASON)
def refuse() -> None:
    """Refuse REQUEST, with the reason."""


@_does(Action.RETURNED, _REASON)
def return_() -> None:
    """Return REQUEST to the requester: what is missing, or would have to change."""


@_does(Action.WITHDRAWN, _WHY)
def withdraw() -> None:
    """Withdraw REQUEST. What was approved in it counts no longer."""


@_does(
    Action.PERMITTED,
    click.option("--field", required=True, type=click.Choice(list(PERMISSIONS)), help="What is permitted."),
    _UNTIL,
    _WHY,
)
def permit() -> None:
    """Give a permission in REQUEST: the SPOC's express authority, the owner's permission, the partner's consent."""


@_does(
    Action.REVOKED,
    click.option("--revokes", required=True, help="The id of the approval or permission."),
    _REASON,
)
def revoke() -> None:
    """Take back an approval or a permission in REQUEST."""
