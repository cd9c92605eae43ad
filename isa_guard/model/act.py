"""A signed act of a person: what was done, in which matter, under which agreement.

All that an act says in codes, days and numbers is signed and stands in the register for ever. What it says in words (a reason,
a reference) is in its document, which is kept by digest and can be erased.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass
from isa_guard.language.values import to_date, to_datetime

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from isa_guard.language.values import Value
    from isa_guard.model.people import Person


class MatterKind(StrEnum):
    """What an act is about. A matter is opened by one act and goes on with others."""

    REQUEST = "request"
    DISPENSATION = "dispensation"
    BREACH = "breach"
    HOLDING = "holding"  # information that one party holds of another
    RIGHTS = "rights"  # a request from the public, or from the person the data are about
    STAFF = "staff"  # training and vetting of those with access
    AGREEMENT = "agreement"  # reviews, appointments, evidence for clauses


class Action(StrEnum):
    """What was done."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    PERMITTED = "permitted"
    REVOKED = "revoked"
    DISPENSED = "dispensed"
    CONFIRMED = "confirmed"
    BREACH_OPENED = "breach-opened"
    BREACH_NOTIFIED = "breach-notified"
    BREACH_UPDATED = "breach-updated"
    BREACH_CLOSED = "breach-closed"
    RECEIVED = "received"
    HELD = "held"
    HOLD_RELEASED = "hold-released"
    RETAINED = "retained"
    DISPOSED = "disposed"
    ASKED = "asked"
    CLARIFICATION_SOUGHT = "clarification-sought"
    CLARIFIED = "clarified"
    CONSULTED = "consulted"
    EXTENDED = "extended"
    ANSWERED = "answered"
    REVIEW_ASKED = "review-asked"
    REVIEW_ANSWERED = "review-answered"
    QUALIFIED = "qualified"
    LEFT = "left"
    APPOINTED = "appointed"
    REVIEWED = "reviewed"
    PROVIDED = "provided"
    SIGNED_OFF = "signed-off"


@dataclass(frozen=True, slots=True)
class Act:
    """One act. `matter` is the id of the act that opened its matter, its own where it opens one.

    `values` are its fields as they are in the record: codes, days, times, numbers. `document` is the digest of all of it.
    """

    id: str
    action: Action
    matter: str
    origin: str  # of the register that it is meant for: it counts in no other
    at: datetime
    agreement: str
    version: str
    agreement_digest: str
    party: str
    post: str
    values: Mapping[str, Value]
    document: str


@dataclass(frozen=True, slots=True)
class Standing:
    """An act as it stands in the register: its index, when it was recorded, who signed it, and what it says in words.

    `words` are its private fields; None once the document has been erased.
    """

    index: int
    recorded_at: datetime
    act: Act
    by: Person
    words: Mapping[str, Value] | None

    def code(self, name: str) -> str:
        """Answer a code of the act; "" where it says none."""
        value = self.act.values.get(name)
        return value if isinstance(value, str) else ""

    def day(self, name: str) -> date | None:
        """Answer a day of the act; None where it says none."""
        value = self.act.values.get(name)
        return to_date(value) if isinstance(value, int) else None

    def moment(self, name: str) -> datetime | None:
        """Answer a time of the act; None where it says none."""
        value = self.act.values.get(name)
        return to_datetime(value) if isinstance(value, int) else None

    def number(self, name: str) -> int | None:
        """Answer a number of the act; None where it says none."""
        value = self.act.values.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def codes(self, name: str) -> tuple[str, ...]:
        """Answer a list of codes of the act."""
        value = self.act.values.get(name)
        return tuple(map(str, value)) if isinstance(value, tuple) else ()

    def told(self, name: str) -> str:
        """Answer what the act says in words; "" where it says nothing, or its document has been erased."""
        value = (self.words or {}).get(name)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter as it stands: its acts in the order of the register, the one that opened it first."""

    acts: tuple[Standing, ...]

    @property
    def opened(self) -> Standing:
        """The act that opened it."""
        return self.acts[0]

    @property
    def latest(self) -> Standing:
        """The act that came last."""
        return self.acts[-1]

    @property
    def id(self) -> str:
        """The id of the act that opened it."""
        return self.opened.act.id

    @property
    def reference(self) -> str:
        """What people call it; its id once its document has been erased."""
        return self.opened.told("reference") or self.id

    def every(self, action: Action) -> tuple[Standing, ...]:
        """Answer the acts of a kind."""
        return tuple(one for one in self.acts if one.act.action is action)

    def last(self, action: Action) -> Standing | None:
        """Answer the last act of a kind."""
        return next((one for one in reversed(self.acts) if one.act.action is action), None)

    def code(self, name: str) -> str:
        """Answer a code as it was last said: what was found out later takes the place of what was thought."""
        return next((code for one in reversed(self.acts) if (code := one.code(name))), "")

    def day(self, name: str) -> date | None:
        """Answer a day as it was last said."""
        return next((day for one in reversed(self.acts) if (day := one.day(name)) is not None), None)

    def moment(self, name: str) -> datetime | None:
        """Answer a time as it was last said."""
        return next((at for one in reversed(self.acts) if (at := one.moment(name)) is not None), None)
