"""`isa-guard keys` as people call it: making, binding, rotating, revoking and granting keys."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from isa_guard.cli import key_changes
from isa_guard.cli.settings import read_settings
from isa_guard.errors import KeyRefused
from isa_guard.register.appender import Appender
from isa_guard.register.faults import StorageFailed
from isa_guard.register.register import Signers, create
from isa_guard.register.signing import succession
from isa_guard.register.signing.keys import (
    Role,
    load_public,
    load_public_named,
    load_signer,
    new_keys,
    private_path,
)
from isa_guard.register.signing.ml_dsa import load_ml_dsa_public
from isa_guard.register.stores.directory import Directory
from isa_guard.register.tree.checkpoint import check_ml_dsa
from isa_guard.register.tree.cosignature import read_witness_key
from isa_guard.register.tree.note import read_note
from isa_guard.register.trust_roots.trust import TrustRoot, read_trust_roots, remember
from isa_guard.register.verify import Walk, verify
from tests.cli.calls import ROOT, call

if TYPE_CHECKING:
    from isa_guard.cli.settings import Settings
    from isa_guard.register.signing.keys import PublicKey
    from tests.cli.calls import Answer

Capture = pytest.CaptureFixture[str]
ORIGIN = "example.org/invented-isa"
PASSPHRASE = b"four plain words here"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [*os.environ]:
        if name.startswith("ISA_GUARD_") or name == "CREDENTIALS_DIRECTORY":
            monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys and an empty register."""
    folder = tmp_path_factory.mktemp("original")
    (folder / "passphrase").write_bytes(PASSPHRASE + b"\n")
    (folder / "passphrase").chmod(0o600)
    keys = folder / "keys"
    new_keys(keys, PASSPHRASE, os.urandom)
    root, record, log = (load_signer(keys, one, PASSPHRASE) for one in (Role.ROOT, Role.RECORD, Role.LOG))
    trust = create(Directory(folder / "register"), ORIGIN, root, Signers(record, log), os.urandom)
    remember(keys, trust)
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    return shutil.copytree(original, tmp_path, dirs_exist_ok=True)


WITH_KEYS = ["--passphrase-file", "passphrase"]
CHANGING = ["--key", "keys", "--register", "register", *WITH_KEYS]


def keys(capsys: Capture, *arguments: str | Path) -> Answer:
    return call(capsys, "keys", *arguments)


def trust(folder: Path) -> TrustRoot:
    contents = Directory(folder / "register").trust_roots()
    return read_trust_roots(contents, first_root(folder))


def first_root(folder: Path) -> str:
    kept = sorted((folder / "keys").glob("root.????????.pub.pem"))
    name = kept[0].name.removesuffix(".pub.pem") if kept else "root"
    return load_public_named(folder / "keys", name).key_id


def actions(folder: Path) -> list[tuple[str, str]]:
    """What the records tell, of a register that verifies as a whole."""
    store = Directory(folder / "register")
    verify(store, first_root(folder))
    events = [one.record.predicate["event"] for one in Walk(store, first_root(folder)).records()]
    return [(str(one["action"]), str(one["role"])) for one in events if isinstance(one, dict)]


def test_a_new_witness_prints_what_it_hands_over(capsys: Capture, folder: Path) -> None:
    made = keys(capsys, "new", "witness", "--witness", "--name", "example.org/partner", *WITH_KEYS)
    assert made.code == 0
    assert made.out.startswith("One key made in witness:\n  witness ")
    name, key = read_witness_key(made.out.splitlines()[-1])
    assert (name, key) == ("example.org/partner", load_public(Path("witness"), Role.WITNESS))
    assert sorted(path.name for path in Path("witness").iterdir()) == ["witness.pem", "witness.pub.pem"]
    assert max(len(line) for line in made.out.splitlines()[:-1]) <= 80
    assert keys(capsys, "new", "more", "--witness", "--name", "No Name", *WITH_KEYS).code == 2
    assert keys(capsys, "new", "more", "--witness", "--ml-dsa", *WITH_KEYS).code == 2
    assert keys(capsys, "new", "more", "--name", "example.org/partner", *WITH_KEYS).code == 2
    assert not Path("more").exists()


def test_a_second_line_is_made_with_the_others_or_added_to_them(capsys: Capture, folder: Path) -> None:
    made = keys(capsys, "new", "four", "--ml-dsa", *WITH_KEYS)
    assert made.out.startswith("Four keys made in four:")
    assert load_ml_dsa_public(Path("four")) is not None
    added = keys(capsys, "new", "keys", "--ml-dsa", *WITH_KEYS)
    assert added.out.startswith("One key made in keys:\n  log-ml-dsa ")
    assert "keys grant log-ml-dsa keys/log-ml-dsa.pub.pem" in added.out
    again = keys(capsys, "new", "keys", "--ml-dsa", *WITH_KEYS)
    assert (again.code, again.out) == (4, "")
    assert "there already" in again.err
    listed = keys(capsys, "list", "keys")
    assert [line.split()[0] for line in listed.out.splitlines()] == ["record", "log", "root", "log-ml-dsa"]
    Path("empty").mkdir(0o700)
    assert keys(capsys, "list", "empty").code == 4


@pytest.mark.parametrize("role", ["record", "log"])
def test_a_rotated_key_signs_the_record_of_it_and_the_new_one_what_follows(
    capsys: Capture, folder: Path, role: str
) -> None:
    before = load_public(Path("keys"), Role(role))
    old_file = private_path(Path("keys"), Role(role)).read_bytes()
    done = keys(capsys, "rotate", role, *CHANGING)
    kept = f"{role}.{before.key_id[:8]}"
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[:2] == [
        f"The {role} key is rotated; the old one is kept as {kept}.",
        "The trust root is now version 2, recorded as 0.",
    ]
    assert Path("keys", f"{kept}.pem").read_bytes() == old_file
    after = load_public(Path("keys"), Role(role))
    assert load_signer(Path("keys"), Role(role), PASSPHRASE).public_key == after
    found = trust(folder)
    assert (found.keys(Role(role), 0), found.keys(Role(role), 1)) == ((before,), (after,))
    assert actions(folder) == [("rotated", role)]
    other = "log" if role == "record" else "record"
    assert keys(capsys, "rotate", other, *CHANGING).code == 0
    assert keys(capsys, "rotate", role, *CHANGING).code == 0
    assert actions(folder) == [("rotated", role), ("rotated", other), ("rotated", role)]
    assert len([*Path("keys").glob(f"{role}.*.pub.pem")]) == 2
    listed = keys(capsys, "list", "keys", "--register", "register")
    assert f"{before.key_id[:8]}  from record 0 until 0\n" in listed.out
    assert f"{after.key_id[:8]}  from record 1 until 2\n" in listed.out
    assert "trust root version 4" in listed.out
    assert max(len(line) for line in listed.out.splitlines()) <= 80


def test_a_checkpoint_at_the_change_of_log_keys_stands_under_both(capsys: Capture, folder: Path) -> None:
    old = load_public(Path("keys"), Role.LOG)
    assert keys(capsys, "rotate", "log", *CHANGING).code == 0
    new = load_public(Path("keys"), Role.LOG)
    note = read_note(Directory(folder / "register").checkpoint())
    assert len(note.lines) == 2
    for line, key in zip(note.lines, (old, new), strict=True):
        assert key.verifies(line.signature, note.text.encode())


def test_a_rotation_that_broke_off_goes_on(
    capsys: Capture, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(*_: object) -> str:
        raise KeyRefused("the power went")

    monkeypatch.setattr(succession, "succeed", power_cut)
    assert keys(capsys, "rotate", "record", *CHANGING).code == 4
    new = succession.successor(Path("keys"), Role.RECORD, PASSPHRASE, os.urandom)
    assert load_public(Path("keys"), Role.RECORD) != new
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    done = keys(capsys, "rotate", "record", *CHANGING)
    assert done.out.splitlines()[1] == "The trust root is now version 2."
    assert load_public(Path("keys"), Role.RECORD) == new
    assert actions(folder) == [("rotated", "record")]
    assert not [*Path("keys").glob("*.next.*")]


def test_a_new_root_key_is_signed_for_by_the_old_one(capsys: Capture, folder: Path) -> None:
    before = load_public(Path("keys"), Role.ROOT)
    Path("offline").mkdir(0o700)
    for suffix in ("pem", "pub.pem"):
        shutil.copy(f"keys/root.{suffix}", f"offline/root.{suffix}")
    Path("keys/root.pem").unlink()
    assert keys(capsys, "rotate", "root", *CHANGING).code == 4
    done = keys(capsys, "rotate", "root", *CHANGING, "--root", "offline")
    assert (done.code, done.err) == (0, "")
    after = load_public(Path("keys"), Role.ROOT)
    assert f"annex: {after.key_id}" in done.out
    contents = Directory(folder / "register").trust_roots()
    for pinned in (before.key_id, after.key_id):
        assert read_trust_roots(contents, pinned).roots == (after,)
    assert actions(folder) == [("rotated", "root")]


def test_a_revoked_record_key_is_replaced_by_one_that_signs_the_record_of_it(
    capsys: Capture, folder: Path
) -> None:
    assert keys(capsys, "rotate", "log", *CHANGING).code == 0
    key = load_public(Path("keys"), Role.RECORD)
    words = ["revoke", key.key_id[:12], "--reason", "key-compromise", "--last-trusted", "0"]
    done = keys(capsys, *words, "--compromised-at", "2026-11-23T12:00:00Z", *CHANGING)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0] == f"The key {key.key_id[:8]} is revoked: it counts up to record 0."
    assert "Next: isa-guard keys rotate" in done.out
    assert keys(capsys, "rotate", "log", *CHANGING).code == 4  # nothing can be recorded
    done = keys(capsys, "rotate", "record", *CHANGING)
    assert (done.code, done.err) == (0, "")
    assert actions(folder) == [("rotated", "log"), ("rotated", "record")]
    assert trust(folder).keys(Role.RECORD, 1) == (load_public(Path("keys"), Role.RECORD),)
    listed = keys(capsys, "list", "keys", "--register", "register")
    assert "; revoked (key-compromise), trusted to 0\n" in listed.out
    assert keys(capsys, *words[:-1], "1", *CHANGING).code == 2


def test_a_log_key_is_not_revoked_from_under_the_newest_checkpoint(capsys: Capture, folder: Path) -> None:
    assert keys(capsys, "rotate", "record", *CHANGING).code == 0
    log = load_public(Path("keys"), Role.LOG).key_id
    words = ["revoke", log, "--reason", "superseded", "--last-trusted"]
    refused = keys(capsys, *words, "-1", *CHANGING)
    assert refused.code == 2
    assert "--last-trusted 0" in refused.err
    assert keys(capsys, *words, "0", *CHANGING).code == 0
    assert keys(capsys, "rotate", "log", *CHANGING).code == 0
    assert actions(folder) == [("rotated", "record"), ("rotated", "log")]


def test_others_are_granted_what_they_do(capsys: Capture, folder: Path) -> None:
    keys(capsys, "new", "other", *WITH_KEYS)
    done = keys(capsys, "grant", "record", "other/record.pub.pem", *CHANGING)
    key = load_public(Path("other"), Role.RECORD)
    assert done.out.splitlines()[0] == f"The key {key.key_id[:8]} may sign as record from record 1 on."
    line = keys(capsys, "new", "w", "--witness", "--name", "example.org/w", *WITH_KEYS).out.splitlines()[-1]
    done = keys(capsys, "grant", "witness", line, "--every", "7", *CHANGING)
    assert done.out.splitlines()[0] == f"example.org/w witnesses {ORIGIN}: 1 must cosign."
    found = trust(folder)
    assert key in found.keys(Role.RECORD, 1)
    assert key not in found.keys(Role.RECORD, 0)
    assert found.witness_keys(9) == {"example.org/w": load_public(Path("w"), Role.WITNESS)}
    assert (found.quorum, found.witness_every) == (1, 7)
    assert actions(folder) == [("granted", "record"), ("granted", "witness")]
    listed = keys(capsys, "list", "keys", "--register", "register")
    assert "example.org/w\n" in listed.out
    for words in (
        ["witness", "other/log.pub.pem"],
        ["witness", "neither a file nor a key"],
        ["witness", line, "--quorum", "3"],
        ["record", "absent.pem"],
        ["record", "other/record.pub.pem"],
        ["record", "other/log.pub.pem", "--quorum", "1"],
    ):
        assert keys(capsys, "grant", *words, *CHANGING).code == 2


def test_a_granted_second_line_stands_under_the_checkpoints_that_follow(
    capsys: Capture, folder: Path
) -> None:
    keys(capsys, "new", "keys", "--ml-dsa", *WITH_KEYS)
    assert keys(capsys, "grant", "log-ml-dsa", "keys/log-ml-dsa.pub.pem", *CHANGING).code == 0
    assert keys(capsys, "rotate", "record", *CHANGING).code == 0
    second = load_ml_dsa_public(Path("keys"))
    assert second is not None
    assert trust(folder).ml_dsa_keys(1) == (second,)
    check_ml_dsa(Directory(folder / "register").checkpoint(), (second,))
    assert keys(capsys, "rotate", "log-ml-dsa", *CHANGING).code == 0
    assert load_ml_dsa_public(Path("keys")) != second
    assert len(actions(folder)) == 3


def test_an_older_trust_root_put_back_is_refused(capsys: Capture, folder: Path) -> None:
    shutil.copytree("register", "before")
    assert keys(capsys, "rotate", "record", *CHANGING).code == 0
    shutil.rmtree("register")
    shutil.move("before", "register")
    refused = keys(capsys, "rotate", "log", *CHANGING)
    assert refused.code == 5
    assert "version 2 was seen" in refused.err


@pytest.mark.parametrize("moment", ["yesterday", "2026-11-23T12:00:00"])
def test_a_time_without_a_zone_is_no_instant(capsys: Capture, folder: Path, moment: str) -> None:
    words = ["revoke", "00", "--reason", "cessation", "--last-trusted", "0", "--compromised-at", moment]
    assert keys(capsys, *words, *CHANGING).code == 2


def test_two_changes_at_once_are_one_after_the_other(folder: Path) -> None:
    first, second = (key_changes.opened(_settings(), "passphrase") for _ in range(2))
    key_changes.grant(first, Role.RECORD, _other(), key_changes.roots((), first, None))
    with pytest.raises(StorageFailed):
        key_changes.rotate(second, Role.RECORD, key_changes.roots((), second, None))
    assert actions(folder) == [("granted", "record")]
    third = key_changes.opened(_settings(), "passphrase")
    key_changes.rotate(third, Role.RECORD, key_changes.roots((), third, None))
    assert actions(folder) == [("granted", "record"), ("rotated", "record")]


@pytest.mark.parametrize("revoked", [False, True])
def test_a_rotation_whose_record_was_never_written_goes_on_with_it(
    capsys: Capture, folder: Path, monkeypatch: pytest.MonkeyPatch, revoked: bool
) -> None:
    assert keys(capsys, "rotate", "log", *CHANGING).code == 0
    key = load_public(Path("keys"), Role.RECORD).key_id
    if revoked:
        words = ["revoke", key, "--reason", "superseded", "--last-trusted", "0"]
        assert keys(capsys, *words, *CHANGING).code == 0

    def power_cut(*_: object, **__: object) -> None:
        raise KeyRefused("the power went")

    monkeypatch.setattr(Appender, "_commit", power_cut)
    assert keys(capsys, "rotate", "record", *CHANGING).code == 4
    assert len(actions(folder)) == 1
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    if (
        revoked
    ):  # the files had changed places already: the new key is in use, and the record of it is missing
        assert load_public(Path("keys"), Role.RECORD).key_id != key
        assert keys(capsys, "rotate", "log", *CHANGING).code == 0
        return
    assert keys(capsys, "rotate", "record", *CHANGING).code == 0
    assert actions(folder) == [("rotated", "log"), ("rotated", "record")]
    assert keys(capsys, "rotate", "log", *CHANGING).code == 0


def _settings() -> Settings:
    return read_settings().with_flags({"key": "keys", "register": "register"})


def _other() -> PublicKey:
    return new_keys(Path("others"), PASSPHRASE, os.urandom, (Role.RECORD,))[Role.RECORD]


SOFTHSM = """
softhsm2-util --init-token --free --label isa --pin "$PIN" --so-pin officers
{python} - <<'END'
import os, pkcs11
parameters = {{pkcs11.Attribute.EC_PARAMS: bytes.fromhex("06032b6570")}}
with pkcs11.lib({module!r}).get_token(token_label="isa").open(rw=True, user_pin=os.environ["PIN"]) as session:
    made = session.create_domain_parameters(pkcs11.KeyType.EC_EDWARDS, parameters, local=True)
    made.generate_keypair(mechanism=pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label="record")
END
{python} -m isa_guard.cli keys bind record bound --module {module} --token isa --label record \
    --passphrase-file passphrase
{python} -m isa_guard.cli keys new bound --passphrase-file passphrase
{python} -m isa_guard.cli keys list bound
"""


def test_a_key_on_a_token_takes_its_place_in_the_set(folder: Path) -> None:
    (module,) = {str(path.resolve()) for path in Path("/usr/lib").glob("**/libsofthsm2.so")}
    Path("tokens").mkdir()
    Path("softhsm.conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    done = subprocess.run(
        ["sh", "-ec", SOFTHSM.format(python=sys.executable, module=module)],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SOFTHSM2_CONF": str(folder / "softhsm.conf"),
            "PIN": PASSPHRASE.decode(),
        },
    )
    assert "The record key is on the token isa; it has signed." in done.stdout
    assert "Two keys made in bound:" in done.stdout
    assert len(re.findall(r"^(?:record|log|root) +[0-9a-f]{64}$", done.stdout, re.MULTILINE)) == 3
    assert "not here" not in done.stdout
