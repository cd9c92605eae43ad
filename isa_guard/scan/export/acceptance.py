"""Acceptances, applied to what was seen: a doubt that was looked at stops nothing, and an entry that does nothing is told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from isa_guard.model.observation import Observation, Seen, Weight

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from isa_guard.model.accepted import Accepted


def with_accepted(
    seen: Sequence[Observation], accepted: Sequence[Accepted], digests: Mapping[str, str], today: date
) -> tuple[Observation, ...]:
    """Answer the observations, those that are accepted marked so, and one for each entry with what became of it.

    `digests` are those of the files that were read, by their paths.
    """
    used: set[int] = set()
    found: list[Observation] = []
    for one in seen:
        at = next((n for n, entry in enumerate(accepted) if _is_about(entry, one, digests)), None)
        if at is None:
            found.append(one)
            continue
        used.add(at)
        held = accepted[at].holds_on(today)
        found.append(replace(one, weight=Weight.ALLOWED) if held else one)
    return (*found, *_told(accepted, used, today))


def _is_about(entry: Accepted, one: Observation, digests: Mapping[str, str]) -> bool:
    return (
        one.weight is Weight.DOUBTFUL
        and entry.what == one.what
        and entry.column in {"", one.column}
        and entry.file == digests.get(one.place.source)
    )


def _told(accepted: Sequence[Accepted], used: set[int], today: date) -> Iterator[Observation]:
    for number, entry in enumerate(accepted):
        if number not in used:
            seen, words = (
                Seen.ACCEPTANCE,
                f"the acceptance of {entry.what} is about nothing that was seen: take it out",
            )
        elif not entry.holds_on(today):
            seen, words = Seen.ACCEPTANCE, f"the acceptance of {entry.what} has expired: look again"
        else:
            seen = Seen.ACCEPTED
            words = f"{entry.what} accepted by {entry.owner} until {entry.expires}: {entry.reason}"
        yield Observation(seen, Weight.ALLOWED, entry.what, words, entry.place)
