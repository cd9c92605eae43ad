"""One act, made ready to be signed and recorded."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from isa_guard.acts.authority import refuse_unauthorised
from isa_guard.acts.dispensations import refuse_beyond
from isa_guard.acts.naming import refuse_taken
from isa_guard.acts.sense import refuse_nonsense
from isa_guard.acts.turns import refuse_turn
from isa_guard.frozen import dataclass
from isa_guard.load.acts import SALT_OCTETS, written
from isa_guard.model.act import Act, Action
from isa_guard.model.act_fields import FORMS
from isa_guard.register.records.clock import RANDOM_BYTES, uuid7
from isa_guard.uk.periods import london_day

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from isa_guard.acts.ledger import Ledger
    from isa_guard.load.acts import Said
    from isa_guard.model.act import Matter
    from isa_guard.model.agreement import Agreement
    from isa_guard.model.people import Person


@dataclass(frozen=True, slots=True)
class Prepared:
    """An act and its document, which is kept beside the register."""

    act: Act
    document: bytes


def prepared(
    said: Said,
    person: Person,
    agreement: Agreement,
    ledger: Ledger,
    matter: Matter | None,
    now: datetime,
    random: Callable[[int], bytes],
) -> Prepared:
    """Answer the act of a person in a matter of a ledger; None: it opens one. Raises NotAuthorised, LoadError for what cannot be."""
    refuse_unauthorised(said, person, agreement, matter)
    if matter is not None:
        refuse_turn(said, matter)
    elif isinstance(reference := said.words.get("reference"), str):
        refuse_taken(ledger, FORMS[said.action].matters, reference)
    refuse_nonsense(said, agreement, matter, now)
    if said.action is Action.DISPENSED:
        refuse_beyond(said, agreement, london_day(now))
    document = written(said, random(SALT_OCTETS))
    act_id = uuid7(now, random(RANDOM_BYTES))
    act = Act(
        id=act_id,
        action=said.action,
        matter=matter.id if matter is not None else act_id,
        origin=ledger.origin,
        at=now,
        agreement=agreement.id,
        version=agreement.version,
        agreement_digest=agreement.digest,
        party=person.party,
        post=person.post,
        values=said.codes,
        document=hashlib.sha256(document).hexdigest(),
    )
    return Prepared(act, document)
