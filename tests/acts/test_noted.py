"""A register is sifted for acts once, and then from where that ended; a note that is wrong costs time and nothing else."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.acts.ledger import ledger_from, read_ledger
from isa_guard.acts.noted import read_noted, written
from isa_guard.model.act import Action
from isa_guard.register.faults import HeadsContradict, RegisterBroken
from isa_guard.register.sift import NOTHING, Sifted
from isa_guard.register.stores.directory import Directory
from tests.register.making import decided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.acts.office import Desk

STAFF = {"whose": "S-1", "post_of": "analyst", "what": "training", "on": "2026-03-01"}


class Counting(Directory):
    """A register that counts the envelopes that are read of it."""

    read = 0

    def entries(self, start: int = 0) -> Iterator[bytes]:
        for envelope in super().entries(start):
            Counting.read += 1
            yield envelope


def grown(desk: Desk, number: int) -> None:
    for _ in range(number):
        desk.made.append(decided(), decided(reference="T-2"))
        desk.act("analyst", Action.QUALIFIED, **STAFF)


def noted(desk: Desk) -> Sifted:
    return ledger_from(desk.made.store, desk.made.trust, (), NOTHING)[1]


def test_only_what_came_since_is_read_again_beside_the_acts_themselves(desk: Desk) -> None:
    grown(desk, 4)
    before = noted(desk)
    assert (before.size, [index for index, _ in before.wanted]) == (12, [2, 5, 8, 11])
    grown(desk, 1)
    Counting.read = 0
    ledger, now = ledger_from(Counting(desk.made.folder), desk.made.trust, (), before)
    assert ledger == read_ledger(desk.made.store, desk.made.trust)
    assert Counting.read == 3 + 5  # the new records, and each of the five acts
    assert now == noted(desk)
    assert read_noted(written(now, "o"), "o") == now


@pytest.mark.parametrize("wrong", ["peaks", "leaf", "ahead", "index", "fewer peaks"])
def test_a_note_that_is_wrong_is_put_aside(desk: Desk, wrong: str) -> None:
    grown(desk, 2)
    before = noted(desk)
    grown(desk, 1)
    first, *rest = before.wanted
    lie = {
        "peaks": replace(before, peaks=(bytes(32), *before.peaks[1:])),
        "leaf": replace(before, wanted=((first[0], bytes(32)), *rest)),
        "ahead": replace(before, size=1000, peaks=(bytes(32),) * (1000).bit_count()),
        "index": replace(before, wanted=((999, first[1]), *rest)),
        "fewer peaks": replace(before, peaks=()),
    }[wrong]
    ledger, now = ledger_from(desk.made.store, desk.made.trust, (), lie)
    assert ledger == read_ledger(desk.made.store, desk.made.trust)
    assert now == noted(desk)


def test_a_broken_register_is_broken_whatever_is_noted(desk: Desk) -> None:
    grown(desk, 2)
    before = noted(desk)
    grown(desk, 1)
    segment = next((desk.made.folder / "journal").glob("*.seg"))
    content = bytearray(segment.read_bytes())
    content[-2000] ^= 1
    segment.write_bytes(bytes(content))
    with pytest.raises(RegisterBroken):
        ledger_from(desk.made.store, desk.made.trust, (), before)


def test_an_act_that_was_altered_since_it_was_sifted_is_told(desk: Desk) -> None:
    grown(desk, 1)
    before = noted(desk)
    grown(desk, 1)
    envelope = next(islice(desk.made.store.entries(2), 1))
    segment = next((desk.made.folder / "journal").glob("*.seg"))
    content = segment.read_bytes()
    at = content.index(envelope) + 500
    segment.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    with pytest.raises(RegisterBroken):
        ledger_from(desk.made.store, desk.made.trust, (), before)


def test_an_older_copy_is_told_by_the_head_that_was_seen(desk: Desk) -> None:
    grown(desk, 1)
    older = desk.made.store.checkpoint()
    copy = desk.made.folder.with_name("copy")
    import shutil

    shutil.copytree(desk.made.folder, copy)
    grown(desk, 1)
    newer, before = desk.made.store.checkpoint(), noted(desk)
    assert older != newer
    with pytest.raises(HeadsContradict):
        ledger_from(Directory(copy), desk.made.trust, (newer,), before)


@given(st.binary(max_size=60))
def test_any_other_note_is_none(content: bytes) -> None:
    assert read_noted(content, "o") == NOTHING
    assert read_noted(None, "o") == NOTHING


@given(st.integers(0, 2**40), st.lists(st.binary(min_size=32, max_size=32), max_size=3), st.lists(st.tuples(st.integers(0, 99), st.binary(max_size=32)), max_size=3))  # fmt: skip
def test_a_note_is_read_as_it_was_written(
    size: int, peaks: list[bytes], wanted: list[tuple[int, bytes]]
) -> None:
    one = Sifted(size, tuple(peaks), tuple(wanted))
    assert read_noted(written(one, "o"), "o") == one
    assert read_noted(written(one, "o"), "another") == NOTHING
