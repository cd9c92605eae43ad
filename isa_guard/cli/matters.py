"""`isa-guard breach|holding|rights|staff|agreement|dispense`: a group of commands for each kind of matter."""

from __future__ import annotations

from typing import Final

import click

from isa_guard.cli.act_command import act_command
from isa_guard.cli.opening import KEY, REGISTER, opened
from isa_guard.model.act import Action, MatterKind
from isa_guard.model.act_fields import FORMS

# The command of each act within its group, and what it says.
NAMES: Final = {
    Action.BREACH_OPENED: ("open", "Open a breach: what happened, to whose information, when it was discovered."),
    Action.BREACH_NOTIFIED: ("notify", "Note that somebody was told of MATTER, and what the notice said."),
    Action.BREACH_UPDATED: ("update", "Note what is known of MATTER now."),
    Action.BREACH_CLOSED: ("close", "Close MATTER: what came of it and what was done."),
    Action.RECEIVED: ("receive", "Note that information came, from which its retention runs."),
    Action.HELD: ("hold", "Keep MATTER under a legal hold: it goes before every disposal."),
    Action.HOLD_RELEASED: ("release", "Release MATTER from its hold."),
    Action.RETAINED: ("retain", "Note that MATTER was reviewed and is kept, with the reason."),
    Action.ASKED: ("ask", "Note that information was asked for, by the public or by the person it is about."),
    Action.CLARIFICATION_SOUGHT: ("seek-clarification", "Note that MATTER cannot be answered without a clarification."),
    Action.CLARIFIED: ("clarify", "Note that the clarification of MATTER came."),
    Action.CONSULTED: ("consult", "Note that the owner of the information was consulted on MATTER."),
    Action.EXTENDED: ("extend", "Note that the time for MATTER was extended, and when the applicant was told."),
    Action.ANSWERED: ("answer", "Note that MATTER was answered."),
    Action.REVIEW_ASKED: ("ask-review", "Note that an internal review of MATTER was asked for."),
    Action.REVIEW_ANSWERED: ("answer-review", "Note that the internal review of MATTER was answered."),
    Action.QUALIFIED: ("qualify", "Note an induction, a yearly training or a clearance of somebody with access."),
    Action.LEFT: ("leave", "Note that the person of MATTER has access no longer."),
    Action.APPOINTED: ("appoint", "Note that an office has a new holder: it brings a review."),
    Action.REVIEWED: ("review", "Note that a review of the agreement was held."),
    Action.PROVIDED: ("provide", "Give a document, by digest, that a clause asks for."),
    Action.SIGNED_OFF: ("sign-off", "Sign off what you found on a clause that a person must look at."),
    Action.DISPENSED: ("give", "Give a dispensation from a rule; it holds once a second person confirms it."),
    Action.CONFIRMED: ("confirm", "Confirm the dispensation MATTER, as the second person."),
    Action.REVOKED: ("revoke", "Revoke the dispensation MATTER."),
}  # fmt: skip
GROUPS: Final = {
    MatterKind.BREACH: "Breaches: open, notify, update, close.",
    MatterKind.HOLDING: "Information held: what came, holds, reviews. `isa-guard dispose` ends it.",
    MatterKind.RIGHTS: "Requests for information by the public or by the person it is about.",
    MatterKind.STAFF: "Training and vetting of those with access.",
    MatterKind.AGREEMENT: "The agreement itself: appointments, reviews, evidence for clauses, sign-off.",
    MatterKind.DISPENSATION: "Dispensations: a second person confirms each, and each ends.",
}


def _group(kind: MatterKind) -> click.Group:
    group = click.Group(kind.value, help=GROUPS[kind])
    for action, (name, told) in NAMES.items():
        if kind in FORMS[action].matters:
            group.add_command(act_command(action, kind, name, told))
    group.add_command(_list(kind))
    return group


def _list(kind: MatterKind) -> click.Command:
    @click.command("list", help="List what stands in the register, oldest first.")
    @REGISTER
    @KEY
    def run(*, register: str | None, key: str | None) -> int:
        held = opened(register, key, None)
        every = held.ledger().matters(kind)
        if not every:
            click.echo("There is nothing of the kind in the register.")
        for one in every:
            first, last = one.opened, one.latest
            name = first.told("reference") or first.code("rule") or first.code("what") or one.id[:13]
            day = last.recorded_at.strftime("%-d %b %Y")
            click.echo(f"{name:<24} {last.act.action.value:<18} {day:>11}  {one.id}")
        return 0

    return run


breach = _group(MatterKind.BREACH)
holding = _group(MatterKind.HOLDING)
rights = _group(MatterKind.RIGHTS)
staff = _group(MatterKind.STAFF)
agreement = _group(MatterKind.AGREEMENT)
dispense = _group(MatterKind.DISPENSATION)
