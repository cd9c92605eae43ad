"""An office with an empty register."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.acts.office import Desk, desk_in

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_in(tmp_path / "register")
