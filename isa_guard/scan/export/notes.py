"""Observations, gathered: the same thing seen again in the same part of a file is one, with how often and where first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from isa_guard.model.observation import Seen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isa_guard.model.observation import Observation, Weight

_KINDS: Final = tuple(Seen)


class Notes:
    """What has been seen so far."""

    def __init__(self) -> None:
        self._found: dict[tuple[Seen, Weight, str, str, str, str], Observation] = {}

    def add(self, one: Observation) -> None:
        """Note an observation."""
        key = (one.seen, one.weight, one.what, one.place.source, one.part, one.column)
        before = self._found.get(key)
        self._found[key] = one if before is None else replace(before, many=before.many + one.many)

    def add_all(self, some: Iterable[Observation]) -> None:
        """Note observations."""
        for one in some:
            self.add(one)

    def all(self) -> tuple[Observation, ...]:
        """Answer all that was noted: by kind, and within a kind by place."""
        return tuple(sorted(self._found.values(), key=_order))


def _order(one: Observation) -> tuple[int, str, int, str, str]:
    return _KINDS.index(one.seen), one.place.source, one.place.line, one.part, one.what
