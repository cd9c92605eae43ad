"""The command of one act, made from what the act says: an option for each of its fields, and the matter it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from isa_guard.cli.acting import act, acting, desk
from isa_guard.language.types import DATE, TIMESTAMP, Bool, Int, List, String, is_private
from isa_guard.load.acts import said
from isa_guard.model.act import Action, MatterKind
from isa_guard.model.act_fields import FORMS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from isa_guard.cli.acting import Calling, Desk
    from isa_guard.language.types import Field, Type
    from isa_guard.load.acts import Said
    from isa_guard.load.yaml import Data
    from isa_guard.model.act import Matter
    from isa_guard.model.agreement import Agreement

_FORMS: Final[Mapping[Type, str]] = {DATE: "2026-12-31", TIMESTAMP: "2026-12-31T09:00:00Z"}
# Whose clocks are told after each act.
CLOCKED: Final = frozenset({MatterKind.BREACH, MatterKind.RIGHTS, MatterKind.HOLDING})


def act_command(
    action: Action, kind: MatterKind, name: str, told: str, matter: str = "MATTER"
) -> click.Command:
    """Answer a command that has its caller do `action` in a matter of a kind. `matter` is what its help calls that."""
    form = FORMS[action]

    @acting
    def run(
        *, calling: Calling, agreement: str | None = None, name_: str | None = None, **given: object
    ) -> int:
        from isa_guard.acts.naming import matter_named

        at = desk(calling)
        about = matter_named(at.ledger, kind, name_) if name_ is not None else None
        under = at.agreement_of(about) if about is not None else at.agreement(agreement or "")
        what = said(action, _data(action, given), name)
        _refuse(what, about, under)
        id_, index = act(at, what, under, about)
        reference = about.reference if about is not None else str(what.words.get("reference", id_))
        done = action.value.replace("-", " ").capitalize()
        click.echo(f"{done}: {reference}, by {at.person.post} of {at.person.party}. Recorded as {index}.")
        _tell(at, kind, about.id if about is not None else id_)
        return 0

    function: Callable[..., object] = run
    for field in reversed(form.record.fields):
        function = _option(field)(function)
    if form.opens:
        option = click.option("--agreement", "-a", required=True, help="The agreement, by its id or folder.")
        function = option(function)
    else:
        function = click.argument("name_", metavar=matter)(function)
    return click.command(name, help=told)(function)


def _option(field: Field) -> Callable[[Callable[..., object]], Callable[..., object]]:
    kind = field.type.element if isinstance(field.type, List) else field.type
    flag = f"--{field.name.replace('_', '-')}"
    help_ = f"{field.doc[:1].upper()}{field.doc[1:]}."
    if isinstance(kind, Bool):
        return click.option(f"{flag}/--not-{flag[2:]}", field.name, default=None, help=help_)
    return click.option(
        flag,
        field.name,
        required=not field.optional,
        multiple=isinstance(field.type, List),
        default=None,
        type=_type(kind),
        metavar=_FORMS.get(kind),
        help=f"{help_} Kept in words that can be erased." if is_private(kind) else help_,
    )


def _type(kind: Type) -> click.ParamType[Any]:
    if isinstance(kind, String) and kind.values:
        return click.Choice(kind.values)
    return click.INT if isinstance(kind, Int) else click.STRING


def _data(action: Action, given: Mapping[str, object]) -> dict[str, Data]:
    found: dict[str, Data] = {}
    for one in FORMS[action].record.fields:
        value = given.get(one.name)
        if isinstance(value, tuple) and value:
            found[one.name] = [str(each) for each in value]
        elif isinstance(value, bool | int | str):
            found[one.name] = value
    return found


def _refuse(said: Said, matter: Matter | None, under: Agreement) -> None:
    """Raise NotAuthorised where an act lacks what it must say as the clocks of its matter stand."""
    from isa_guard.review.clocks.breaches import refuse_unexplained, refuse_unfinished

    if matter is not None and said.action is Action.BREACH_NOTIFIED:
        refuse_unexplained(matter, under, said)
    if matter is not None and said.action is Action.BREACH_CLOSED:
        refuse_unfinished(matter, under, said)


def _tell(at: Desk, kind: MatterKind, matter: str) -> None:
    """Say what runs now, and what a notice has not said yet."""
    from isa_guard.cli.due import told_clocks

    if kind in CLOCKED:
        for line in told_clocks(at.opened.ledger(), at, matter):
            click.echo(line)
