"""How much notice requests gave, against what was agreed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass
from isa_guard.language.values import to_date
from isa_guard.review.clocks.terms import term
from isa_guard.uk.periods import Period, Unit
from isa_guard.uk.working_days import working_days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from isa_guard.language.values import Value
    from isa_guard.model.act import Matter
    from isa_guard.model.agreement import Agreement


@dataclass(frozen=True, slots=True)
class Notice:
    """The working days between the day a formal request was made and the day it was needed, and those agreed."""

    reference: str
    days: int
    agreed: int


def notices(
    asked: Sequence[Matter], agreement: Agreement, read: Callable[[Matter], Mapping[str, Value] | None]
) -> tuple[Notice, ...]:
    """Answer the notice of every formal request whose case is still kept. Raises OutsideCalendar."""
    return tuple(_notices(asked, agreement, read))


def _notices(
    asked: Sequence[Matter], agreement: Agreement, read: Callable[[Matter], Mapping[str, Value] | None]
) -> Iterator[Notice]:
    agreed = term(agreement, "notice.formal")
    if not isinstance(agreed, Period) or agreed.unit is not Unit.WORKING_DAYS or agreed.calendar is None:
        return
    for one in asked:
        values = read(one) or {}
        start, end = values.get("requested_on"), values.get("needed_by")
        if (
            values.get("formality") == "formal"
            and isinstance(start, int)
            and isinstance(end, int)
            and start <= end
        ):
            yield Notice(
                one.reference, working_days(to_date(start), to_date(end), agreed.calendar), agreed.amount
            )
