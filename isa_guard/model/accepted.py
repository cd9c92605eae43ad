"""A doubt about an export that a person has looked at: it may go, for a reason, until a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from datetime import date

    from isa_guard.errors import Place


@dataclass(frozen=True, slots=True)
class Accepted:
    """One acceptance. `file` is a digest: in another file nothing was looked at. `expires` of None cannot be read, and counts as past."""

    file: str
    what: str
    column: str
    reason: str
    owner: str
    expires: date | None
    place: Place

    def holds_on(self, day: date) -> bool:
        """Answer whether it is in date."""
        return self.expires is not None and day <= self.expires
