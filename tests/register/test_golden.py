"""Registers that earlier programs made: each verifies, reads as it did, replays the same and goes on, for ever.

The files are never made anew; the newest was made by `tests.register.make_golden`.
"""

from __future__ import annotations

import hashlib
import tarfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from isa_guard.errors import KeyRefused
from isa_guard.register.custody.reindex import reindex
from isa_guard.register.published.publish import publish
from isa_guard.register.published.tiles import TileFolder
from isa_guard.register.published.tlog_proof import proof_of, proven, write_proof
from isa_guard.register.records.event import (
    Cosigner,
    ErasureEvent,
    ErasureReason,
    Event,
    KeyAction,
    KeyEvent,
    RecoveryEvent,
    WitnessEvent,
)
from isa_guard.register.records.statement import DecisionRecord, EventRecord, Record
from isa_guard.register.register import trust_root_of
from isa_guard.register.replay import Replay, replay_all
from isa_guard.register.signing.keys import Role
from isa_guard.register.stores.directory import Directory
from isa_guard.register.stores.store import Shelf
from isa_guard.register.tree.checkpoint import check_ml_dsa
from isa_guard.register.tree.cosignature import cosignatures
from isa_guard.register.verify import Walk, record_at, records_named, verify
from tests.register.everything import EVERYTHING, FIRST, FIRST_ROOT, LAST, PARTNER, SECOND_ROOT, Growing
from tests.register.make_golden import NEWEST, packed
from tests.register.making import NOON, SIGNERS, Clock, appending, decided, signer

if TYPE_CHECKING:
    from isa_guard.register.trust_roots.trust import TrustRoot

GOLDEN = Path(__file__).parent / "golden"


@dataclass(frozen=True)
class Golden:
    """A register of a format, and what it must still give: its root keys, name and root, and each record's words."""

    file: str
    trusted: str
    origin: str
    root: str
    records: tuple[str, ...]


FORMAT_1 = Golden(
    "format-1.tar.gz",
    "023e2c3bdc7384259c169f879aa09bcaca3206f89004026cf76811ada3198324",
    "golden.example/format-1",
    "3a9a496c13cf8fb82083ddac8b7c68b7f907624bbe077d2eb902216072b856e6",
    (
        "1 transfer permit-with-obligations 01a21098-0027-7b49-a33a-dfb14435f200",
        "1 transfer permit-with-obligations 01a21098-0598-75d2-9d7d-7146fde451e2",
        "1 transfer permit-with-obligations 01a21098-0b39-7f62-9384-3c31884c48e3",
        "1 transfer refuse 01a21098-10e1-7422-9ff4-9a4729afb94c",
        "1 transfer refuse 01a21098-1663-7efe-b744-77b505b01d36",
        "1 transfer refer 01a21098-1be2-7869-b1a5-8d35ea6463a6",
        "1 breach permit 01a21098-215d-7546-b838-e81622176c40",
        "1 breach refuse 01a21098-26b7-7f8c-9d63-341995eec1bc",
    ),
)
FORMAT_2 = Golden(
    NEWEST,
    FIRST_ROOT.key_id,
    EVERYTHING,
    "ce66274fcfaa7e7901789dbc13bfbc3213e3e03479d49ba701e5b19b78190364",
    (
        "2 transfer permit-with-obligations 01a20846-fe01-7b86-b273-ff34fce19d6b",
        "2 transfer refuse 01a20846-fe01-7473-9e3a-265e16eee03f",
        "2 transfer refer 01a20846-fe02-7e07-8085-62bedb8b60ce",
        "2 breach permit 01a20846-fe02-7b22-b777-d4dd1fc61c6f",
        "key-event 01a20846-fe03-7f2d-927d-e37b942baad0",
        "witness-event 01a20846-fe04-77f6-8011-776e8db7cd33",
        "key-event 01a20846-fe05-7902-a99b-e42c8a8e46fb",
        "2 transfer refer 01a20846-fe06-7c62-8232-cdd221771294",
        "2 breach permit 01a20846-fe07-7958-9e27-de7ced00ff1c",
        "key-event 01a20846-fe08-7a44-9c15-364204a80fe8",
        "erasure-event 01a20846-fe09-7fc8-ab26-aecb47d2868c",
        "key-event 01a20846-fe0a-7b51-9431-df5d7f141cbe",
        "key-event 01a20846-fe0b-7fdb-a35f-04dc8c462986",
        "recovery-event 01a20846-fe0c-7527-a891-e224136950ff",
        "2 transfer refuse 01a20846-fe0d-7629-ba65-98d732768f7c",
    ),
)
BOTH = pytest.mark.parametrize("golden", [FORMAT_1, FORMAT_2], ids=lambda one: one.file.split(".")[0])


def unpacked(golden: Golden, folder: Path) -> Directory:
    with tarfile.open(GOLDEN / golden.file) as tar:
        tar.extractall(folder, filter="data")
    register = folder / "reg"
    for path in (register, *register.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)  # as backups that lose modes are put right
    return Directory(register)


@pytest.fixture
def second(tmp_path: Path) -> tuple[Directory, TrustRoot]:
    """The register of format 2 and its trust root."""
    store = unpacked(FORMAT_2, tmp_path)
    return store, trust_root_of(store, FORMAT_2.trusted)


def words(record: Record) -> str:
    if isinstance(record, DecisionRecord):
        return f"{record.format} {record.kind} {record.decision} {record.standing.id}"
    return f"{record.event.KIND} {record.standing.id}"


@BOTH
def test_it_verifies_and_its_records_read_as_before(golden: Golden, tmp_path: Path) -> None:
    store = unpacked(golden, tmp_path)
    proven = verify(store, golden.trusted)
    assert (proven.origin, proven.size, proven.beyond) == (golden.origin, len(golden.records), 0)
    assert proven.root.hex() == golden.root
    assert tuple(words(one.record) for one in Walk(store, golden.trusted).records()) == golden.records


@BOTH
def test_each_decision_replays_the_same(golden: Golden, tmp_path: Path) -> None:
    came_out = [one.came_out for one in replay_all(unpacked(golden, tmp_path), golden.trusted)]
    for record, outcome in zip(golden.records, came_out, strict=True):
        event = "-event" in record
        assert outcome in ({Replay.EVENT} if event else {Replay.SAME, Replay.ERASED})
    assert came_out.count(Replay.SAME) == (8 if golden is FORMAT_1 else 6)


@BOTH
def test_its_index_is_made_and_its_records_are_found(golden: Golden, tmp_path: Path) -> None:
    store = unpacked(golden, tmp_path)
    assert reindex(store, trust_root_of(store, golden.trusted)) == len(golden.records)
    for index, record in enumerate(golden.records):
        (found,) = records_named(store, golden.trusted, record.split()[-1])
        assert found.index == index
        assert store.found(record.split()[-1]) == (index,)


@BOTH
def test_it_is_published_as_tiles_that_verify_alone(golden: Golden, tmp_path: Path) -> None:
    store = unpacked(golden, tmp_path)
    publish(store, tmp_path / "published")
    tiles = TileFolder(tmp_path / "published")
    assert verify(tiles, golden.trusted) == verify(store, golden.trusted)
    trust = trust_root_of(store, golden.trusted)
    note = next(store.kept_checkpoints(), store.checkpoint())
    envelope = next(store.entries(2))
    assert proven(envelope, write_proof(proof_of(tiles, note, 2)), trust).index == 2


@BOTH
def test_no_keys_but_its_own_go_on_with_it(golden: Golden, tmp_path: Path) -> None:
    store = unpacked(golden, tmp_path)
    trust = trust_root_of(store, golden.trusted)
    made = Growing(store.folder, trust, SIGNERS)
    with pytest.raises(KeyRefused, match="use the keys that its trust root names"):
        made.append(decided())
    assert verify(store, golden.trusted).size == len(golden.records)


# Of format 2


def test_every_event_says_what_it_said(second: tuple[Directory, TrustRoot]) -> None:
    store, trust = second
    versions = [hashlib.sha256(content).hexdigest() for content in store.trust_roots()]
    (note,) = store.kept_checkpoints()
    cosigner = Cosigner(PARTNER, datetime(2026, 11, 23, 12, 1, tzinfo=UTC))
    old, new = FIRST, LAST
    expected: dict[int, Event] = {
        4: KeyEvent(KeyAction.GRANTED, "witness", signer("partner").key_id, None, 2, versions[1]),
        5: WitnessEvent(5, hashlib.sha256(note).hexdigest(), (cosigner,)),
        6: KeyEvent(KeyAction.ROTATED, "record", old.record.key_id, new.record.key_id, 3, versions[2]),
        9: KeyEvent(KeyAction.ROTATED, "log", old.log.key_id, new.log.key_id, 4, versions[3]),
        10: ErasureEvent(
            decided_record(store, trust, 7).fact_digest,
            ErasureReason.RETENTION_EXPIRED,
            "data-protection-officer",
        ),
        11: KeyEvent(KeyAction.ROTATED, "root", FIRST_ROOT.key_id, SECOND_ROOT.key_id, 5, versions[4]),
        12: KeyEvent(KeyAction.REVOKED, "record", old.record.key_id, None, 6, versions[5]),
        13: RecoveryEvent("example.org/before", 1, 9, "ab" * 32, 11),
    }
    found = {
        one.index: one.record.event
        for one in Walk(store, trust).records()
        if isinstance(one.record, EventRecord)
    }
    assert found == expected


def decided_record(store: Directory, trust: TrustRoot, index: int) -> DecisionRecord:
    record = record_at(store, trust, index).record
    assert isinstance(record, DecisionRecord)
    return record


def test_a_decision_says_all_that_it_said(second: tuple[Directory, TrustRoot]) -> None:
    store, trust = second
    record = decided_record(store, trust, 0)
    assert (record.agreement, record.version, record.as_of) == ("cambridgeshire-opcc", "2018-05", NOON)
    assert record.standing.operator == FIRST.record.key_id
    assert (record.evidence, record.attachment, record.position) == ((), None, "0#")
    assert decided_record(store, trust, 14).standing.supersedes == FORMAT_2.records[2].split()[-1]
    assert decided_record(store, trust, 14).standing.operator == LAST.record.key_id
    attachment = decided_record(store, trust, 7).attachment
    assert attachment == "624ad527c7a6bd71fa54a72df8a332266b8a32d84046857954e8b90c6fabd903"
    assert store.blob(Shelf.ATTACHMENTS, attachment) is not None
    assert store.blob(Shelf.CASES, decided_record(store, trust, 7).fact_digest) is None
    assert store.backups() == ("/elsewhere/backup.tar",)


def test_its_keys_its_second_line_and_its_witness_count_as_they_did(
    second: tuple[Directory, TrustRoot],
) -> None:
    store, trust = second
    assert trust.version == 6
    assert trust.fingerprint == SECOND_ROOT.key_id
    assert verify(store, SECOND_ROOT.key_id) == verify(store, FIRST_ROOT.key_id)
    assert trust.keys(Role.RECORD, 6) == (FIRST.record.public_key,)
    assert trust.keys(Role.RECORD, 7) == (LAST.record.public_key,)
    assert trust.keys(Role.LOG, 10) == (LAST.log.public_key,)
    check_ml_dsa(store.checkpoint(), trust.ml_dsa_keys(14))
    (note,) = store.kept_checkpoints()
    assert [one.name for one in cosignatures(note, trust.witness_keys(5))] == [PARTNER]
    seen = verify(store, trust).witnessed
    assert seen is not None
    assert (seen.size, seen.at) == (5, datetime(2026, 11, 23, 12, 1, tzinfo=UTC))


def test_it_is_appended_to_by_the_program_of_today(second: tuple[Directory, TrustRoot]) -> None:
    store, trust = second
    made = Growing(store.folder, trust, LAST, Clock(), SECOND_ROOT)
    with appending(store.folder, trust, LAST, made.surroundings) as appender:
        (receipt,) = appender.append([decided()])
    assert receipt.index == 15
    made.rotate(Role.RECORD, signer("third record"))
    assert made.append(decided())[0].index == 17
    assert verify(made.store, FORMAT_2.trusted, [store.checkpoint()]).size == 18
    outcomes = [one.came_out for one in replay_all(made.store, made.trust)]
    assert outcomes.count(Replay.SAME) == 8


def test_the_golden_files_are_small_and_those_that_were_committed() -> None:
    for name, digest in DIGESTS.items():
        content = (GOLDEN / name).read_bytes()
        assert len(content) < 150_000
        assert hashlib.sha256(content).hexdigest() == digest


DIGESTS = {
    "format-1.tar.gz": "12c0fc28134f810c5c6712a21d3b4c91db5a6c76028f921f1819d6cf13a2f595",
    "format-2.tar.gz": "6989bb3e7a97a4657a28ed805f805d103a7692d51273d60a56eca3afcc4482ab",
}


def test_a_register_that_is_packed_is_unpacked_the_same(tmp_path: Path) -> None:
    store = unpacked(FORMAT_2, tmp_path)
    (tmp_path / "again.tar.gz").write_bytes(packed(store.folder))
    with tarfile.open(tmp_path / "again.tar.gz") as tar, tarfile.open(GOLDEN / NEWEST) as golden:
        assert tar.getnames() == golden.getnames()
