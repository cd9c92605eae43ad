"""`isa-guard breach|holding|rights|staff|agreement|dispense`: one command for each act, made from the act's own fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from isa_guard.cli.acting import act, acting, desk
from isa_guard.cli.opening import KEY, REGISTER, opened
from isa_guard.language.types import Bool, Int, List, String
from isa_guard.load.acts import said
from isa_guard.model.act import Action, Matter
from isa_guard.model.act_fields import FORMS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from isa_guard.cli.acting import Desk
    from isa_guard.language.types import Field
    from isa_guard.load.acts import Said
    from isa_guard.load.yaml import Data
    from isa_guard.model.act import Standing
    from isa_guard.model.agreement import Agreement

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
    Action.DISPOSED: ("dispose", "Note that MATTER was disposed of: how, when, on whose authority."),
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
    Matter.BREACH: "Breaches: open, notify, update, close.",
    Matter.HOLDING: "Information held: what came, holds, reviews, disposal.",
    Matter.RIGHTS: "Requests for information by the public or by the person it is about.",
    Matter.STAFF: "Training and vetting of those with access.",
    Matter.AGREEMENT: "The agreement itself: appointments, reviews, evidence for clauses, sign-off.",
    Matter.DISPENSATION: "Dispensations: a second person confirms each, and each ends.",
}
_ACTIONS: Final = {matter: [one for one in NAMES if FORMS[one].matter is matter] for matter in GROUPS}
_ACTIONS[Matter.DISPENSATION].append(Action.REVOKED)


def _group(matter: Matter) -> click.Group:
    group = click.Group(matter.value, help=GROUPS[matter])
    for action in _ACTIONS[matter]:
        group.add_command(_command(action, matter))
    group.add_command(_list(matter))
    return group


def _command(action: Action, matter: Matter) -> click.Command:
    form = FORMS[action]
    name, help_ = NAMES[action]

    @acting
    def run(
        *,
        agreement: str | None = None,
        matter_: str | None = None,
        register: str | None,
        key: str | None,
        person: str | None,
        passphrase_file: str | None,
        person_passphrase_file: str | None,
        **given: object,
    ) -> int:
        at = desk(register, key, person)
        told = said(action, _data(action, given), f"{matter.value} {name}")
        acts = _acts(at, matter, matter_)
        under = at.agreement_of(acts[0]) if acts else at.agreement(agreement or "")
        _refuse(action, acts, told, under)
        id_, index = act(at, told, under, acts, passphrase_file, person_passphrase_file)
        reference = acts[0].told("reference") if acts else str(told.words.get("reference", ""))
        click.echo(
            f"Recorded as {index}: {action.value}, {reference or id_}, by {at.person.post} of {at.person.party}."
        )
        _tell(action, at, id_ if form.opens else acts[0].act.id)
        return 0

    function: Callable[..., object] = run
    for field in reversed(form.record.fields):
        if not (action is Action.REVOKED and field.name == "revokes"):
            function = _option(field)(function)
    if form.opens:
        function = click.option(
            "--agreement", "-a", required=True, help="The agreement, by its id or folder."
        )(function)
    else:
        function = click.argument("matter_", metavar="MATTER")(function)
    return click.command(name, help=help_)(function)


def _option(field: Field) -> Callable[[Callable[..., object]], Callable[..., object]]:
    kind, many = field.type, isinstance(field.type, List)
    if isinstance(kind, List):
        kind = kind.element
    choice = isinstance(kind, String) and kind.values is not None
    flag = f"--{field.name.replace('_', '-')}"
    return click.option(
        f"{flag}/--not-{field.name.replace('_', '-')}" if isinstance(kind, Bool) else flag,
        field.name,
        required=not field.optional and not isinstance(kind, Bool),
        multiple=many,
        default=None,
        type=click.Choice(kind.values) if isinstance(kind, String) and choice and kind.values else int if isinstance(kind, Int) else None,
        help=f"{field.doc[:1].upper()}{field.doc[1:]}.",
    )  # fmt: skip


def _data(action: Action, given: Mapping[str, object]) -> dict[str, Data]:
    found: dict[str, Data] = {}
    for one in FORMS[action].record.fields:
        value = given.get(one.name)
        if isinstance(value, tuple) and value:
            found[one.name] = [str(each) for each in value]
        elif isinstance(value, bool | int | str):
            found[one.name] = value
    if action is Action.REVOKED:
        found["revokes"] = "all"
    return found


def _acts(at: Desk, matter: Matter, name: str | None) -> tuple[Standing, ...]:
    from isa_guard.acts.turns import matter_named

    return () if name is None else matter_named(at.ledger, matter, name)


def _refuse(action: Action, acts: tuple[Standing, ...], told: Said, under: Agreement) -> None:
    """Raise NotAuthorised where the act does not follow, or lacks what it must say as the matter stands."""
    from datetime import UTC, datetime

    from isa_guard.acts.dispensations import refuse_beyond
    from isa_guard.acts.turns import refuse_turn
    from isa_guard.review.clocks.breaches import breach_of, refuse_unexplained, refuse_unfinished
    from isa_guard.uk.periods import london_day

    if acts:
        refuse_turn(acts, action)
    match action:
        case Action.BREACH_NOTIFIED:
            refuse_unexplained(breach_of(acts), under, told)
        case Action.BREACH_CLOSED:
            refuse_unfinished(breach_of(acts), under, told)
        case Action.DISPENSED:
            refuse_beyond(told, under, london_day(datetime.now(UTC)))
        case _:
            pass


def _tell(action: Action, at: Desk, matter: str) -> None:
    """Say what runs now, and what a notice has not said yet."""
    from isa_guard.cli.due import told_clocks

    if FORMS[action].matter in {Matter.BREACH, Matter.RIGHTS, Matter.HOLDING}:
        ledger = at.opened.ledger()
        for line in told_clocks(ledger, at, matter):
            click.echo(line)


def _list(matter: Matter) -> click.Command:
    @click.command("list", help="List what stands in the register, oldest first.")
    @REGISTER
    @KEY
    def run(*, register: str | None, key: str | None) -> int:

        held = opened(register, key, None)
        every = held.ledger().matters(matter)
        if not every:
            click.echo("There is nothing of the kind in the register.")
        for acts in every:
            first, last = acts[0], acts[-1]
            name = first.told("reference") or first.code("rule") or first.code("what") or first.act.id[:13]
            day = last.recorded_at.strftime("%-d %b %Y")
            click.echo(f"{name:<24} {last.act.action.value:<18} {day:>11}  {first.act.id}")
        return 0

    return run


breach = _group(Matter.BREACH)
holding = _group(Matter.HOLDING)
rights = _group(Matter.RIGHTS)
staff = _group(Matter.STAFF)
agreement = _group(Matter.AGREEMENT)
dispense = _group(Matter.DISPENSATION)
