"""Observations, gathered: the same thing seen again in the same part of a file is one, with how often and where first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isa_guard.model.observation import Observation, Seen, Weight


class Notes:
    """What has been seen so far, in the order of first sight."""

    def __init__(self) -> None:
        self._found: dict[tuple[Seen, Weight, str, str, str, str], Observation] = {}

    def add(self, one: Observation) -> None:
        """Note an observation."""
        key = (one.seen, one.weight, one.what, one.place.source, one.part, one.column)
        before = self._found.get(key)
        self._found[key] = one if before is None else replace(before, many=before.many + one.many)

    def all(self) -> tuple[Observation, ...]:
        """Answer all that was noted."""
        return tuple(self._found.values())
