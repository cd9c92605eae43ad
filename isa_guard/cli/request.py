"""`isa-guard request`: put a transfer before the single point of contact, or list what was put there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from isa_guard.cli.acting import act, acting, desk
from isa_guard.cli.clock import now_or
from isa_guard.errors import UsageError
from isa_guard.model.act import MatterKind

if TYPE_CHECKING:
    from isa_guard.cli.acting import Calling, Desk
    from isa_guard.model.act import Matter
    from isa_guard.model.decision import Decision


@click.command()
@click.argument("fact", required=False)
@click.option(
    "--list", "listed", is_flag=True, help="List the requests that nobody has decided; with --all, every one."
)
@click.option("--all", "every", is_flag=True, help="With --list: every request.")
@click.option("--note", help="Anything else that the SPOC should know. It stays in the request's document.")
@click.option(
    "--agreement", "-a", help="A folder, or the id of a shipped agreement. Default: what the fact names."
)
@acting
def command(
    *,
    fact: str | None,
    listed: bool,
    every: bool,
    note: str | None,
    agreement: str | None,
    calling: Calling,
) -> int:
    """Decide the transfer in FACT, record it, and put it before the SPOC with your signature.

    Without FACT, at a terminal, the request is asked for field by field.
    """
    if listed:
        return _list(calling, every=every)
    at = desk(calling)
    if agreement:
        at = _under(at, agreement)
    path = fact or _asked()
    decision = _decided(at, path)
    index = _recorded(at, decision)
    at = desk(calling)
    from isa_guard.load.acts import said
    from isa_guard.model.act import Action

    one = decision.fact
    given = {
        "reference": one.reference,
        "fact": one.digest,
        "position": one.position,
        "kind": one.kind.value,
        "decision": index,
    }
    told = said(Action.REQUESTED, {**given, **({"note": note} if note else {})}, path)
    _, number = act(at, told, decision.agreement)
    click.echo(f"Requested: {one.reference}. The decision is record {index}, the request record {number}.")
    click.echo(f"Next, for the SPOC: isa-guard approve {one.reference} --until DAY, refuse, or return")
    return 0


def _under(at: Desk, agreement: str) -> Desk:
    from dataclasses import replace

    return replace(at, settings=at.settings.with_flags({"agreement": agreement}))


def _decided(at: Desk, path: str) -> Decision:
    """Answer the one decision on what is requested, as it stands now. Raises UsageError for several; LoadError."""
    from isa_guard.cli.checker import Checker
    from isa_guard.errors import LoadError
    from isa_guard.report import text
    from isa_guard.report.run import Run

    checker = Checker(at.settings, now_or(None))
    decisions = checker.check_all([path])
    if checker.problems:
        raise LoadError(tuple(checker.problems))
    if len(decisions) != 1:
        raise UsageError("a request is one fact: put each in its own file")
    click.echo(text.render(Run(tuple(decisions), ())))
    return decisions[0]


def _recorded(at: Desk, decision: Decision) -> int:
    from isa_guard.cli.recording import recorded
    from isa_guard.report.run import Run

    return recorded(Run((decision,), ()), at.settings, at.calling.passphrase_file).recorded[0]


def _list(calling: Calling, *, every: bool) -> int:
    from isa_guard.acts.requests import State, state_of
    from isa_guard.cli.opening import opened

    held = opened(calling.register, calling.key, None)
    every_one = held.ledger().matters(MatterKind.REQUEST)
    found = [one for one in every_one if every or state_of(one) is State.OPEN]
    if not found:
        click.echo("No request is waiting for a decision." if not every else "Nothing was requested.")
    for one in found:
        click.echo(_line(one))
    return 0


def _line(one: Matter) -> str:
    from isa_guard.acts.requests import approved_until, state_of

    day = one.opened.recorded_at.strftime("%-d %b %Y")
    last = approved_until(one)
    until = f" until {last:%-d %b %Y}" if last is not None else ""
    return f"{one.reference:<16} {state_of(one).value}{until}  by {one.opened.by.post}, {day}  {one.id}"


def _asked() -> str:
    """Ask for a request at the terminal and write it down. Raises UsageError where nobody can be asked."""
    from isa_guard.cli.asking import asked_transfer

    return asked_transfer()
