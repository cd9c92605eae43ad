"""Dispensations in the register: one person gives it, a second confirms it, it ends on its day or when it is revoked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from isa_guard.errors import LoadError, NotAuthorised, Place, Problem
from isa_guard.language.values import to_date
from isa_guard.load.dispensations import LONGEST_MONTHS, read_scope
from isa_guard.model.act import Action, MatterKind
from isa_guard.model.rule import Dispensation
from isa_guard.uk.periods import add_months, london_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from isa_guard.acts.ledger import Ledger
    from isa_guard.load.acts import Said
    from isa_guard.model.act import Matter
    from isa_guard.model.agreement import Agreement


def given_on(one: Matter) -> date:
    """Answer the day on which a dispensation was given."""
    return london_day(one.opened.recorded_at)


def last_day(one: Matter) -> date:
    """Answer the last day on which a dispensation holds."""
    day = one.opened.day("until")
    assert day is not None  # the act says one, or it would not be read
    return day


def refuse_beyond(said: Said, agreement: Agreement, today: date) -> None:
    """Raise NotAuthorised or LoadError for a dispensation that cannot be: of no rule, an absolute term, too long, unreadable."""
    rule = next((one for one in agreement.rules if one.id == said.codes["rule"]), None)
    if rule is None:
        raise NotAuthorised(f"{agreement.id} {agreement.version} has no rule of this name that decides facts")
    if rule.absolute:
        raise NotAuthorised(f"{rule.id} rests on an absolute term: no dispensation departs from it")
    until = said.codes["until"]
    assert isinstance(until, int)
    if to_date(until) > add_months(today, LONGEST_MONTHS):
        raise NotAuthorised(f"a dispensation lasts at most {LONGEST_MONTHS} months")
    read_scope(str(said.words["scope"]), agreement.schemas[rule.on], rule.on, Place("--scope"))


class Departed:
    """Agreements with the dispensations of a register beside their own; the same ones are put together once."""

    def __init__(self, ledger: Ledger) -> None:
        self._every = ledger.matters(MatterKind.DISPENSATION)
        self._known: dict[tuple[int, tuple[str, ...]], Agreement] = {}
        self._kept: list[Agreement] = []  # so that no identity is given to another

    def agreement(self, agreement: Agreement) -> Agreement:
        """Answer the agreement with the dispensations that a second person has confirmed and nobody has revoked.

        Raises LoadError where the document of one was erased or cannot be read: nobody can say what it covered.
        """
        live = [
            one for one in self._of(agreement) if one.last(Action.CONFIRMED) and not one.last(Action.REVOKED)
        ]
        return self._made(agreement, live)

    def named(self, agreement: Agreement, ids: frozenset[str]) -> Agreement:
        """Answer the agreement with the dispensations of these ids, whatever has become of them since. Raises as `agreement`."""
        return self._made(agreement, [one for one in self._of(agreement) if one.id in ids])

    def _of(self, agreement: Agreement) -> list[Matter]:
        return [one for one in self._every if one.opened.act.agreement == agreement.id]

    def _made(self, agreement: Agreement, live: Sequence[Matter]) -> Agreement:
        if not live:
            return agreement
        key = (id(agreement), tuple(one.id for one in live))
        if key not in self._known:
            more = tuple(_read(one, agreement) for one in live)
            self._known[key] = replace(agreement, dispensations=(*agreement.dispensations, *more))
            self._kept.append(agreement)
        return self._known[key]


def _read(one: Matter, agreement: Agreement) -> Dispensation:
    name = one.opened.code("rule")
    words, place = one.opened.words, Place(f"register:{one.opened.index}")
    rule = next((rule for rule in agreement.rules if rule.id == name), None)
    if words is None or rule is None:
        what = (
            "the document of a dispensation has been erased" if words is None else f"there is no rule {name}"
        )
        raise LoadError((Problem(what, place, "revoke it, or give it anew", "dispensation"),))
    scope = read_scope(str(words["scope"]), agreement.schemas[rule.on], rule.on, place)
    by = f"{one.opened.by.post} of {one.opened.by.party}"
    return Dispensation(one.id, name, scope, str(words["reason"]), by, given_on(one), last_day(one), place)
