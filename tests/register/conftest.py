"""Registers that the tests begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.register.making import ORIGIN, decided, made_in

if TYPE_CHECKING:
    from pathlib import Path

    from tests.register.making import Made


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """An empty register."""
    return made_in(tmp_path / "register", ORIGIN)


@pytest.fixture
def filled(made: Made) -> Made:
    """A register of five records, made in three commits."""
    for group in (("T-0001",), ("T-0002", "T-0003"), ("T-0004", "T-0005")):
        made.append(*(decided(reference=reference) for reference in group))
    return made
