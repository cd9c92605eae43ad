"""One table of every identifier that is looked for: documentation, scanner and tests all read it."""

from __future__ import annotations

from typing import Final

from isa_guard.uk.identifiers import (
    contact,
    dates,
    education,
    health,
    money,
    people,
    places,
    police,
    tax,
    travel,
)

IDENTIFIERS: Final = (
    *health.IDENTIFIERS,
    *police.IDENTIFIERS,
    *tax.IDENTIFIERS,
    *education.IDENTIFIERS,
    *travel.IDENTIFIERS,
    *places.IDENTIFIERS,
    *contact.IDENTIFIERS,
    *money.IDENTIFIERS,
    *dates.IDENTIFIERS,
    *people.IDENTIFIERS,
)

BY_ENTITY: Final = {one.entity: one for one in IDENTIFIERS}
