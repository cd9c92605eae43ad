"""A rotation cut off between the record of it and the checkpoint over that record: the old key covers it, and it goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from isa_guard.register.appender import Appender
from isa_guard.register.faults import StorageFailed
from isa_guard.register.signing.keys import Role, load_public
from tests.cli.test_keys import CHANGING, Capture, _no_settings, actions, folder, keys, original

__all__ = ["_no_settings", "folder", "original"]


@pytest.mark.parametrize("role", ["record", "log"])
def test_a_rotation_whose_record_was_written_and_not_covered_goes_on(
    capsys: Capture, folder: Path, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    old = load_public(Path("keys"), Role(role))

    def power_cut(*_: object, **__: object) -> None:
        raise StorageFailed("the power went")

    with monkeypatch.context() as patch:
        patch.setattr(Appender, "_cover", power_cut)
        assert keys(capsys, "rotate", role, *CHANGING).code == 4
    assert actions(folder) == []
    assert load_public(Path("keys"), Role(role)) == old
    assert keys(capsys, "rotate", role, *CHANGING).code == 0
    assert actions(folder) == [("rotated", role)]
    assert load_public(Path("keys"), Role(role)) != old
    other = "log" if role == "record" else "record"
    assert keys(capsys, "rotate", other, *CHANGING).code == 0
    assert actions(folder) == [("rotated", role), ("rotated", other)]
