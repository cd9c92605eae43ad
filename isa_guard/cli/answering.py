"""`isa-guard approve|refuse|return|withdraw|permit|revoke`: what becomes of a request, by a person's signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.cli.act_command import act_command
from isa_guard.model.act import Action, MatterKind

if TYPE_CHECKING:
    import click


def _command(action: Action, name: str, told: str) -> click.Command:
    return act_command(action, MatterKind.REQUEST, name, told, "REQUEST")


approve = _command(
    Action.APPROVED,
    "approve",
    "Approve REQUEST, as it was put before you, until a day. What is sent later must lie within it.",
)
refuse = _command(Action.REFUSED, "refuse", "Refuse REQUEST, with the reason.")
return_ = _command(
    Action.RETURNED,
    "return",
    "Return REQUEST to the requester: what is missing, or would have to change.",
)
withdraw = _command(
    Action.WITHDRAWN, "withdraw", "Withdraw REQUEST. What was approved in it counts no longer."
)
permit = _command(
    Action.PERMITTED,
    "permit",
    "Give a permission in REQUEST: the SPOC's express authority, the owner's permission, the partner's consent.",
)
revoke = _command(
    Action.REVOKED, "revoke", "Take back what was approved and permitted in REQUEST, or one of it."
)
