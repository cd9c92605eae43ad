"""Registers to break, and processes to break them in. `ISA_GUARD_FAULTS=all` runs every fault, else a sample."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.faults.running import Forks
from tests.register.conftest import empty_original, filled, filled_original, made

__all__ = ["empty_original", "filled", "filled_original", "made"]

ALL = os.environ.get("ISA_GUARD_FAULTS") == "all"


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    found = Forks()
    yield found
    found.close()


@pytest.fixture(scope="session")
def other_forks() -> Iterator[Forks]:
    found = Forks()
    yield found
    found.close()
