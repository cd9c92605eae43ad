"""The index made anew: all that it says follows from the journal, and it is made of nothing that does not verify."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from isa_guard.register.custody import reindex as module
from isa_guard.register.custody.reindex import reindex
from isa_guard.register.faults import Damage, RegisterBroken
from isa_guard.register.stores.journal import framed
from isa_guard.register.tree.checkpoint import Checkpoint, sign_checkpoint
from isa_guard.register.tree.proof import root_at
from isa_guard.register.verify import verify
from tests.register.making import ORIGIN, SIGNERS, decided

if TYPE_CHECKING:
    from tests.register.making import Made


def said(made: Made) -> dict[str, list[tuple[object, ...]]]:
    """All that an index says, but where cases lie."""
    with sqlite3.connect(made.folder / "index.sqlite") as database:
        found = {
            table: database.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            for table in ("record", "subtree", "tip")
        }
    database.close()
    return found


def test_an_index_made_anew_says_what_the_old_one_said(filled: Made) -> None:
    before = said(filled)
    assert len(before["record"]) == 5
    assert reindex(filled.store, filled.trust) == 5
    assert said(filled) == before


def test_one_that_is_gone_corrupt_or_false_is_made_anew(filled: Made) -> None:
    path, before = filled.folder / "index.sqlite", said(filled)
    for spoil in (path.unlink, lambda: path.write_bytes(b"noise" * 900), lambda: falsified(filled)):
        spoil()
        assert reindex(filled.store, filled.trust) == 5
        assert said(filled) == before
        assert filled.store.found(decided(reference="T-0003").fact.digest) == (2,)


def falsified(made: Made) -> None:
    with sqlite3.connect(made.folder / "index.sqlite") as database:
        database.execute("UPDATE record SET id = 'x', leaf = zeroblob(32), offset = 7")
    database.close()


def test_an_empty_register_has_an_empty_index(made: Made) -> None:
    assert reindex(made.store, made.trust) == 0
    assert made.append(decided())[0].index == 0


def test_a_long_register_is_noted_a_part_at_a_time(filled: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    before = said(filled)
    for at_once in (1, 2, 3, 5):
        monkeypatch.setattr(module, "AT_ONCE", at_once)
        assert reindex(filled.store, filled.trust) == 5
        assert said(filled) == before


def test_full_tiles_are_noted(made: Made) -> None:
    made.append(*[decided()] * 300)
    before = said(made)
    assert len(before["subtree"]) == 1
    assert reindex(made.store, made.trust) == 300
    assert said(made) == before
    assert root_at(made.store, 300) == verify(made.store, made.trust).root


def test_what_no_checkpoint_covers_is_not_noted(filled: Made) -> None:
    segment = filled.folder / "journal/000000000000.seg"
    for tail in (framed(b"noise"), b"\0\0"):
        whole = segment.read_bytes()
        segment.write_bytes(whole + tail)
        assert reindex(filled.store, filled.trust) == 5
        segment.write_bytes(whole)


@pytest.mark.parametrize(
    ("spoil", "damage", "index"),
    [
        (lambda made: flip(made, "journal/000000000000.seg", 50), Damage.CONTENT, 0),
        (lambda made: flip(made, "checkpoint", 30), Damage.CHECKPOINT, None),
        (lambda made: cover(made, 5, b"x" * 32), Damage.ROOT, None),
        (lambda made: cover(made, 0, b"x" * 32), Damage.ROOT, None),
        (lambda made: cover(made, 9, b"x" * 32), Damage.MISSING, 5),
    ],
)
def test_nothing_is_noted_as_whole_that_is_not(
    filled: Made, spoil: object, damage: Damage, index: int | None
) -> None:
    spoil(filled)  # type: ignore[operator]
    with pytest.raises(RegisterBroken) as caught:
        reindex(filled.store, filled.trust)
    assert (caught.value.damage, caught.value.index) == (damage, index)


def flip(made: Made, name: str, at: int) -> None:
    content = bytearray((made.folder / name).read_bytes())
    content[at] ^= 1
    (made.folder / name).write_bytes(content)


def cover(made: Made, size: int, root: bytes) -> None:
    note = sign_checkpoint(Checkpoint(ORIGIN, size, root), SIGNERS.log)
    (made.folder / "checkpoint").write_bytes(note)
