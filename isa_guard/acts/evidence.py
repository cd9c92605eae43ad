"""What the register says in support of a fact: the approval and permissions of the request that it answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from isa_guard.acts.asked import asked_for
from isa_guard.acts.requests import State, granted, state_of
from isa_guard.acts.scope import outside
from isa_guard.language.values import to_datetime
from isa_guard.model.act import MatterKind
from isa_guard.model.facts import Evidence, Fact
from isa_guard.uk.periods import london_day

if TYPE_CHECKING:
    from datetime import date

    from isa_guard.acts.ledger import Ledger
    from isa_guard.acts.requests import Granted
    from isa_guard.model.act import Matter
    from isa_guard.model.agreement import Agreement
    from isa_guard.register.stores.store import Log

RECORD: Final = "record"


class Permissions:
    """The requests of a register with what was approved and permitted in them."""

    def __init__(self, log: Log, ledger: Ledger) -> None:
        self.log = log
        self.every = ledger.matters(MatterKind.REQUEST)

    def supported(self, fact: Fact, agreement: Agreement, today: date) -> Fact:
        """Answer the fact with the evidence that the request which it names gives it, or why it gives none.

        Raises ArchiveBroken where what was asked has been altered.
        """
        name = fact.values.get("request")
        if not isinstance(name, str):
            return fact
        found = [one for one in self.every if name in {one.reference, one.id}]
        if len(found) != 1:
            count = "no request" if not found else f"{len(found)} requests"
            return _unsupported(fact, agreement, f"the register has {count} of this name")
        (request,) = found
        why = self._why_not(request, fact, agreement)
        if why:
            return _unsupported(fact, agreement, why)
        return _with_evidence(fact, agreement, request, _day_of(fact, today))

    def _why_not(self, request: Matter, fact: Fact, agreement: Agreement) -> str:
        if request.opened.act.agreement != agreement.id:
            return "the request was made under another agreement"
        state = state_of(request)
        if state in {State.REFUSED, State.WITHDRAWN, State.RETURNED}:
            return f"the request is {state.value}"
        asked = asked_for(self.log, request, agreement)
        if asked is None:
            return "what was asked has been erased, so nobody can say what was approved"
        beyond = outside(asked, fact.values)
        return f"beyond what was asked: {', '.join(beyond)}" if beyond else ""


def _not_theirs(one: Granted, fact: Fact, agreement: Agreement) -> str:
    """Answer why a permission is not one that this party can give for this fact."""
    party, values = one.standing.by.party, fact.values
    match one.field.rpartition(".")[2]:
        case "partner_consent" if party == values.get("from"):
            return f"{party} sends it: the consent is the other party's"
        case "originator_permission" | "owner_permission":
            owner = values.get("originator", values.get("owner"))
            return "" if party == owner else f"the information is not {party}'s"
        case "spoc_authority" if party != agreement.spoc.acts_for:
            return f"the single point of contact acts for {agreement.spoc.acts_for}"
    return ""


def _with_evidence(fact: Fact, agreement: Agreement, request: Matter, day: date) -> Fact:
    prefix = f"{fact.kind.value}."
    evidence, unsupported = list(fact.evidence), list(fact.unsupported)
    for one in granted(request):
        if not one.field.startswith(prefix):
            continue
        why = _not_theirs(one, fact, agreement)
        if why:
            unsupported.append((one.field, why))
        elif one.until < day:
            unsupported.append((one.field, f"it held until {one.until:%-d %B %Y}"))
        else:
            evidence.append(Evidence(one.field, RECORD, one.standing.act.document))
    return replace(fact, evidence=tuple(evidence), unsupported=tuple(unsupported))


def _unsupported(fact: Fact, agreement: Agreement, why: str) -> Fact:
    fields = {field for rule in agreement.rules for field in rule.evidenced}
    return replace(fact, unsupported=tuple((field, why) for field in sorted(fields)))


def _day_of(fact: Fact, today: date) -> date:
    """An approval holds on the day of the sending, and until that day comes, today."""
    sent = fact.values.get("sent_at")
    return london_day(to_datetime(sent)) if isinstance(sent, int) else today
