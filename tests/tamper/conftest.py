"""Registers to tamper with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from isa_guard.register.published.publish import publish
from isa_guard.register.trust_roots.trusted import remember, remember_tip
from tests.register.conftest import empty_original, filled, filled_original, made
from tests.register.everything import Growing, everything_in

__all__ = ["empty_original", "filled", "filled_original", "made"]


@pytest.fixture(scope="session")
def everything_original(tmp_path_factory: pytest.TempPathFactory) -> Growing:
    """A register in which everything has happened, with a published copy, keys, and a note of a backup beside it."""
    folder = tmp_path_factory.mktemp("everything")
    found = everything_in(folder / "register", folder / "witness")
    publish(found.store, folder / "published")
    (folder / "keys").mkdir(0o700)
    remember(folder / "keys", found.trust)
    remember_tip(folder / "keys", found.trust.origin, found.store.checkpoint())
    found.store.note_backup("/elsewhere/backup.tar")
    return found


@pytest.fixture
def everything(everything_original: Growing, tmp_path: Path) -> Growing:
    """A copy of it; what lies beside it too."""
    folder = shutil.copytree(everything_original.folder.parent, tmp_path / "everything", dirs_exist_ok=True)
    return Growing(
        folder / "register",
        everything_original.trust,
        everything_original.signers,
        root=everything_original.root,
    )
