"""Registers that the tests begin with; each is a copy, because archiving an agreement of 60 files takes its time."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from isa_guard.register.archive import keep_agreement
from tests.register.making import ORIGIN, Made, decided, made_in, shipped

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def empty_original(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A register without records, whose archive already holds the shipped agreement."""
    made = made_in(tmp_path_factory.mktemp("empty") / "register", ORIGIN)
    keep_agreement(made.store, shipped())
    return made


@pytest.fixture(scope="session")
def filled_original(empty_original: Made, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Five records, made in three commits."""
    made = copied(empty_original, tmp_path_factory.mktemp("filled"))
    for group in (("T-0001",), ("T-0002", "T-0003"), ("T-0004", "T-0005")):
        made.append(*(decided(reference=reference) for reference in group))
    return made


def copied(of: Made, folder: Path) -> Made:
    copy = Made(shutil.copytree(of.folder, folder / "register"), of.trust, of.signers)
    copy.clock.wall = of.clock.wall
    copy.clock.monotonic_ns = of.clock.monotonic_ns
    return copy


@pytest.fixture
def made(empty_original: Made, tmp_path: Path) -> Made:
    """A register without records."""
    return copied(empty_original, tmp_path)


@pytest.fixture
def filled(filled_original: Made, tmp_path: Path) -> Made:
    """A register of five records."""
    return copied(filled_original, tmp_path)
