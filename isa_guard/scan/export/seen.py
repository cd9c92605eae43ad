"""What was seen in the files of an export: observations for people, fields for rules, and what nobody could read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass
from isa_guard.model.observation import Observation, Seen, Weight
from isa_guard.uk.markings import highest, parse_marking

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from isa_guard.errors import Problem
    from isa_guard.language.values import Value
    from isa_guard.scan.export.releases.release import Release


@dataclass(frozen=True, slots=True)
class SeenInFiles:
    """`values` are the fields of the fact; `problems` the parts that could not be read, of which each stops a pass.

    `release` is what is kept of the export once it is let go, where releases are kept.
    """

    values: Mapping[str, Value]
    observations: tuple[Observation, ...]
    problems: tuple[Problem, ...]
    release: Release | None = None


def fields_of(observations: Iterable[Observation]) -> dict[str, Value]:
    """Answer the fields of the fact that observations come to."""
    every = tuple(observations)

    def named(seen: Seen, weight: Weight) -> tuple[str, ...]:
        return tuple(sorted({one.what for one in every if one.seen is seen and one.weight is weight}))

    values: dict[str, Value] = {
        "changed": named(Seen.FILE, Weight.STOPS),
        "undeclared": named(Seen.UNDECLARED, Weight.STOPS),
        "lacking": named(Seen.LACKING, Weight.STOPS),
        "filled": named(Seen.FILLED, Weight.STOPS),
        "unscheduled": named(Seen.UNSCHEDULED, Weight.STOPS),
        "departing": tuple(
            sorted({one.column.removeprefix("column ") for one in every if one.seen is Seen.DEPARTING})
        ),
        "identifiers": named(Seen.IDENTIFIER, Weight.STOPS),
        "doubtful": named(Seen.IDENTIFIER, Weight.DOUBTFUL),
        "disclosures": named(Seen.DISCLOSURE, Weight.STOPS),
        "weigh": named(Seen.DISCLOSURE, Weight.DOUBTFUL),
        "accepted": named(Seen.ACCEPTED, Weight.ALLOWED),
    }
    markings = [parse_marking(one.what) for one in every if one.seen is Seen.MARKING]
    values["marked_formerly"] = any(one.legacy for one in markings)
    most = highest(markings)
    if most is not None and most.tier is not None:
        values["marked"] = most.tier.words
    return values
