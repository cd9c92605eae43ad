"""A condition of a rule: when it applies, and what it requires then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from isa_guard.language.checker import Checked


@dataclass(frozen=True, slots=True)
class Condition:
    """`require` must hold wherever `when` does; with no `when`, always. Both are of type bool."""

    when: Checked | None
    require: Checked
