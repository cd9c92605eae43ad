"""The evidence bundle: a stranger checks it with openssl and coreutils, by the very commands that it holds."""

from __future__ import annotations

import hashlib
import io
import subprocess
import tarfile
from typing import TYPE_CHECKING

import pytest

from isa_guard.errors import UsageError
from isa_guard.register.appender import Appender
from isa_guard.register.published.bundle import bundle, save
from isa_guard.register.published.tlog_proof import proven
from isa_guard.register.records.event import KeyAction, KeyEvent
from isa_guard.register.register import checkpoint_of, trust_root_of
from isa_guard.register.tree.cosignature import cosign
from isa_guard.register.trust_roots import rotation
from isa_guard.register.verify import records_at
from isa_guard.register.witnessing import cosigning
from isa_guard.register.witnessing.witness import TEXT, Answer
from tests.register.making import Made, decided, signer

if TYPE_CHECKING:
    from pathlib import Path

    from isa_guard.register.trust_roots.trust_root import TrustRoot

WITNESS = "partner.example/witness"


def of(made: Made, *indices: int) -> tuple[TrustRoot, bytes]:
    trust = trust_root_of(made.store, made.trust.fingerprint)
    return trust, bundle(made.store, trust, records_at(made.store, trust, frozenset(indices)))


def unpacked(content: bytes, folder: Path) -> Path:
    folder.mkdir()
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        tar.extractall(folder, filter="data")
    return folder


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    """What comes of the commands of VERIFY.txt, run as printed."""
    lines = (folder / "VERIFY.txt").read_text("utf-8").splitlines()
    script = "\n".join(line.removeprefix("    ") for line in lines if line.startswith("    "))
    return subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, text=True, check=False)


def witnessed(made: Made) -> None:
    """A register with a witness, who has cosigned it."""
    trust = trust_root_of(made.store, made.trust.fingerprint)
    following = rotation.witnessed(trust, WITNESS, signer("witness").public_key)
    content = rotation.signed_version(made.store.trust_roots(), trust.fingerprint, following, signer("root"))
    event = KeyEvent(
        KeyAction.GRANTED, "witness", signer("witness").key_id, None, 2, hashlib.sha256(content).hexdigest()
    )
    with Appender(made.store, trust, made.signers, made.surroundings).keeping() as held:
        held.keep(event, 2, content, None)
    trust = trust_root_of(made.store, made.trust.fingerprint)
    store = made.store
    cosigning.ask(store, trust, None)
    line = cosign(checkpoint_of(store, trust), WITNESS, signer("witness"), 1_800_000_000)
    appender = Appender(store, trust, made.signers, made.surroundings)
    assert cosigning.take(appender, Answer(200, TEXT, line)).cosigned[0].name == WITNESS


def test_the_printed_commands_check_every_record(filled: Made, tmp_path: Path) -> None:
    trust, content = of(filled, 0, 3, 4)
    folder = unpacked(content, tmp_path / "evidence")
    done = checked(folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"root key fingerprint: {trust.fingerprint}",
        f"the head of {trust.origin} with 5 records is signed",
        "record 0 is signed and in the register",
        "record 3 is signed and in the register",
        "record 4 is signed and in the register",
    ]
    assert "No witness cosigned this head" in (folder / "VERIFY.txt").read_text("utf-8")


def test_a_cosigned_head_is_preferred_and_checked(filled: Made, tmp_path: Path) -> None:
    witnessed(filled)
    filled.trust = trust_root_of(filled.store, filled.trust.fingerprint)
    filled.append(decided(reference="T-0009"))
    _, content = of(filled, 1)
    done = checked(unpacked(content, tmp_path / "evidence"))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"cosigned by {WITNESS}, 2027-01-15T08:00:00Z" in done.stdout
    assert "with 6 records is signed" in done.stdout
    # A record that no witness has seen is still bundled, and the instructions say so.
    later = unpacked(of(filled, 7)[1], tmp_path / "later")
    assert "No witness cosigned this head" in (later / "VERIFY.txt").read_text("utf-8")
    assert checked(later).returncode == 0


@pytest.mark.parametrize(
    "name", ["records/3.json", "records/3.tlog-proof", "checkpoint", "trust-root.json", "VERIFY.txt"]
)
def test_an_altered_file_is_noticed_by_the_sums(filled: Made, tmp_path: Path, name: str) -> None:
    folder = unpacked(of(filled, 3)[1], tmp_path / "evidence")
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    assert checked(folder).returncode != 0


def summed(folder: Path) -> None:
    """What a forger does: make the sums anew."""
    names = [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "SHA256SUMS"
    ]
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (folder / "SHA256SUMS").write_text("".join(lines), "utf-8")


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("records/3.json", 40),
        ("records/3.json", -30),
        ("records/3.tlog-proof", 60),
        ("checkpoint", 30),
        ("checkpoint", -20),
        ("trust-root.json", 60),
        ("trust-root.json", -30),
    ],
)
def test_a_forger_who_makes_the_sums_anew_is_noticed_by_the_signatures(
    filled: Made, tmp_path: Path, name: str, at: int
) -> None:
    folder = unpacked(of(filled, 3)[1], tmp_path / "evidence")
    content = bytearray((folder / name).read_bytes())
    content[at] = ord("A") if content[at] != ord("A") else ord("B")
    (folder / name).write_bytes(content)
    summed(folder)
    assert checked(folder).returncode != 0


def test_a_record_moved_to_another_place_is_noticed(filled: Made, tmp_path: Path) -> None:
    folder = unpacked(of(filled, 2, 3)[1], tmp_path / "evidence")
    (folder / "records/3.json").write_bytes((folder / "records/2.json").read_bytes())
    summed(folder)
    assert checked(folder).returncode != 0


def test_the_same_records_give_the_same_bytes_and_no_case(filled: Made) -> None:
    _, first = of(filled, 1, 2)
    assert of(filled, 1, 2)[1] == first
    with tarfile.open(fileobj=io.BytesIO(first)) as tar:
        members = tar.getmembers()
        held = b"".join(file.read() for one in members if (file := tar.extractfile(one)))
    assert {(one.mtime, one.uid, one.gid, one.uname, one.mode) for one in members} == {(0, 0, 0, "", 0o644)}
    assert [one.name for one in members] == sorted(one.name for one in members)
    for number in (1, 2, 3, 4, 5):
        assert decided(reference=f"T-000{number}").fact.content not in held


def test_what_the_bundle_holds_is_proven_by_our_own_function_too(filled: Made, tmp_path: Path) -> None:
    trust, content = of(filled, 4)
    folder = unpacked(content, tmp_path / "evidence")
    record, proof = (folder / "records" / f"4.{end}" for end in ("json", "tlog-proof"))
    assert proven(record.read_bytes(), proof.read_bytes(), trust).index == 4


def test_a_bundle_of_nothing_or_over_another_is_refused(filled: Made, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="name the records"):
        bundle(filled.store, filled.trust, ())
    save(b"x", tmp_path / "evidence.tar")
    with pytest.raises(UsageError, match="never written over"):
        save(b"y", tmp_path / "evidence.tar")
    assert (tmp_path / "evidence.tar").read_bytes() == b"x"
