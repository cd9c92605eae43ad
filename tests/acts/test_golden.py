"""A register of acts that an earlier program made: what people signed is read, verified and gone on with as it was."""

from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING

import pytest

from isa_guard.acts.ledger import read_ledger
from isa_guard.acts.requests import State, state_of
from isa_guard.model.act import Action, MatterKind
from isa_guard.register.faults import RegisterBroken
from isa_guard.register.records.dsse import open_unverified
from isa_guard.register.register import trust_root_of
from isa_guard.register.replay import Replay, replay_all
from isa_guard.register.stores.directory import Directory
from isa_guard.register.verify import verify
from tests.acts.make_golden import FACT, GOLDEN
from tests.acts.office import Desk
from tests.register.making import SIGNERS, Made

if TYPE_CHECKING:
    from pathlib import Path

    from isa_guard.register.trust_roots.trust_root import TrustRoot

TRUSTED = "a98af23c69e415f9172f68fe5ecbc74d0e92e57675d264f70ba9b2d74f08ce5d"
ROOT = "08e1bfca3a3211b4abfe14cfb971f9b1480c319e05d3bc358fcb6da67acb7c29"


@pytest.fixture
def golden(tmp_path: Path) -> tuple[Directory, TrustRoot]:
    with tarfile.open(GOLDEN) as tar:
        tar.extractall(tmp_path, filter="data")
    register = tmp_path / "reg"
    for path in (register, *register.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    store = Directory(register)
    return store, trust_root_of(store, TRUSTED)


def test_it_verifies_as_it_did(golden: tuple[Directory, TrustRoot]) -> None:
    proven = verify(*golden)
    assert (proven.size, proven.root.hex(), proven.beyond) == (37, ROOT, 0)
    assert b'"format":"isa-guard/trust-root/3"' in open_unverified(golden[0].trust_roots()[0]).payload


def test_every_kind_of_act_says_what_it_said(golden: tuple[Directory, TrustRoot]) -> None:
    ledger = read_ledger(*golden)
    by_action = {one.act.action: one for one in ledger.acts}
    assert set(by_action) == set(Action)
    approved, opened, signed = (
        by_action[a] for a in (Action.APPROVED, Action.BREACH_OPENED, Action.SIGNED_OFF)
    )
    assert (approved.by.post, str(approved.day("until")), approved.told("reason")) == (
        "spoc-officer", "2026-12-31", "the purpose is plain",
    )  # fmt: skip
    assert (opened.number("people"), opened.codes("categories"), opened.code("risk")) == (
        12,
        ("performance",),
        "risk",
    )
    assert str(opened.moment("discovered_at")) == "2026-11-20 10:00:00+00:00"
    assert (signed.code("clause"), str(signed.day("from")), signed.told("note")) == (
        "1.2",
        "2026-01-01",
        "as read",
    )
    states = [state_of(one) for one in ledger.matters(MatterKind.REQUEST)]
    assert states == [State.WITHDRAWN, State.REFUSED, State.RETURNED]


def test_its_decisions_replay_the_same(golden: tuple[Directory, TrustRoot]) -> None:
    came = [one.came_out for one in replay_all(*golden)]
    assert (came.count(Replay.SAME), came.count(Replay.EVENT)) == (3, 34)


def test_it_is_gone_on_with_by_the_program_of_today(golden: tuple[Directory, TrustRoot]) -> None:
    store, trust = golden
    desk = Desk(Made(store.folder, trust, SIGNERS), seed=10_000)
    desk.wait(days=1)
    request = desk.request("analyst", FACT.replace("R-1", "R-9"))
    desk.act("deputy", Action.APPROVED, request, until="2026-12-31")
    assert verify(store, trust).size == 40


def test_one_letter_of_a_persons_signature_breaks_it(golden: tuple[Directory, TrustRoot]) -> None:
    store, trust = golden
    segment = next((store.folder / "journal").glob("*.seg"))
    content = bytearray(segment.read_bytes())
    content[len(content) * 3 // 4] ^= 1
    segment.write_bytes(bytes(content))
    with pytest.raises(RegisterBroken):
        read_ledger(store, trust)
