"""Whether what an act says can be: names of the agreement, days that have come, one thing after another.

A record can never be taken out again, so what cannot be is refused before it is signed, every fault of it at once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from isa_guard.errors import LoadError, Place, Problem
from isa_guard.language.types import Date, Timestamp
from isa_guard.language.values import from_date, from_datetime
from isa_guard.model.act import Action
from isa_guard.model.act_fields import FORMS
from isa_guard.model.agreement import CheckedBy
from isa_guard.uk.periods import london_day

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from isa_guard.load.acts import Said
    from isa_guard.model.act import Matter
    from isa_guard.model.agreement import Agreement

PARTIES: Final = frozenset({"party", "originator", "holder", "owner", "parties"})
CATEGORIES: Final = frozenset({"category", "categories"})
DIGESTS: Final = frozenset({"fact", "evidence", "pack"})
HAPPENED: Final = frozenset(
    {
        "received_on", "created_on", "closed_on", "last_contact_on", "identified_on", "sought_on", "clarified_on", "consulted_on",
        "told_on", "answered_on", "asked_on", "disposed_on", "on", "discovered_at", "occurred_at", "aware_at", "told_at", "from", "to",
    }
)  # fmt: skip
TO_COME: Final = {
    Action.APPROVED: "until", Action.PERMITTED: "until", Action.DISPENSED: "until", Action.HELD: "look_again_on",
}  # fmt: skip
# What cannot come before the first thing that was said of the matter.
AFTER: Final = {
    "received_on": ("sought_on", "clarified_on", "consulted_on", "told_on", "answered_on", "asked_on", "disposed_on"),
    "discovered_at": ("told_at",),
}  # fmt: skip
RANGES: Final = {
    "group": (1, 4),
    "phase": (1, 99),
    "copies": (1, 10**6),
    "months": (1, 2),
    "working_days": (1, 260),
}
_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


def refuse_nonsense(said: Said, agreement: Agreement, matter: Matter | None, now: datetime) -> None:
    """Raise LoadError with everything that an act says and that cannot be, under the agreement, at `now`, in its matter."""
    found = [*_names(said, agreement), *_numbers(said), *_times(said, now), *_order(said, matter)]
    if found:
        place = Place(said.action.value)
        raise LoadError(tuple(Problem(what, place, hint, "act") for what, hint in found))


def _names(said: Said, agreement: Agreement) -> Iterator[tuple[str, str]]:
    known = {
        **{key: [one.id for one in agreement.parties] for key in PARTIES},
        **{key: [one.id for one in agreement.categories] for key in CATEGORIES},
        "clause": [one.number for one in agreement.clauses],
    }
    if said.action is Action.CONSULTED:
        known["whom"] = known["party"]
    if said.action is Action.PROVIDED:
        known["what"] = [
            c.what for one in agreement.clauses for c in one.checks if c.by is CheckedBy.EVIDENCE
        ]
    for name, value in said.codes.items():
        texts = [one for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, str)]
        unknown = [text for text in texts if name in known and text not in known[name]]
        if unknown:
            kinds = ", ".join(known[name]) if len(known[name]) <= 20 else "see `isa-guard explain`"
            yield f"`{name}` names nothing of {agreement.id}: {unknown[0]}", kinds
        if name in DIGESTS and not (isinstance(value, str) and _DIGEST.fullmatch(value)):
            yield f"`{name}` is no SHA-256", "64 small hexadecimal digits; `sha256sum` gives them"


def _numbers(said: Said) -> Iterator[tuple[str, str]]:
    dates = {one.name for one in FORMS[said.action].record.fields if isinstance(one.type, Date | Timestamp)}
    for name, value in said.codes.items():
        if isinstance(value, bool) or not isinstance(value, int) or name in dates:
            continue
        least, most = RANGES.get(name, (0, 2**53))
        if not least <= value <= most:
            yield f"`{name}` cannot be {value}", f"{least} to {most:,}"


def _times(said: Said, now: datetime) -> Iterator[tuple[str, str]]:
    for name in HAPPENED & set(said.codes):
        if _moment(said, name) > _limit(said, name, now):
            yield f"`{name}` is still to come", "note what has happened, when it has"
    ahead = TO_COME.get(said.action)
    if ahead is not None and _moment(said, ahead) < _limit(said, ahead, now):
        yield f"`{ahead}` is past", "today or later"
    if {"from", "to"} <= set(said.codes) and _moment(said, "from") > _moment(said, "to"):
        yield "`from` comes after `to`", ""


def _order(said: Said, matter: Matter | None) -> Iterator[tuple[str, str]]:
    for first, later in AFTER.items():
        opened = matter.opened.act.values.get(first) if matter is not None else None
        if not isinstance(opened, int):
            continue
        for name in later:
            if name in said.codes and _moment(said, name) < opened:
                yield f"`{name}` comes before `{first}` of the matter", ""


def _moment(said: Said, name: str) -> int:
    value = said.codes[name]
    assert isinstance(value, int)  # a day or an instant, by its type
    return value


def _limit(said: Said, name: str, now: datetime) -> int:
    """Answer `now` in the unit of a field: days, or microseconds."""
    kind = FORMS[said.action].record.field(name)
    assert kind is not None
    return from_date(london_day(now)) if isinstance(kind.type, Date) else from_datetime(now)
