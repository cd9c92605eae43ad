"""Keys on tokens, against SoftHSM: a real PKCS#11 module that keeps its token in a folder."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from isa_guard.errors import KeyRefused
from isa_guard.register.records import dsse
from isa_guard.register.signing import pkcs11
from isa_guard.register.signing.keys import Role, load_public, load_signer, new_keys, token_path
from isa_guard.register.signing.pkcs11 import Place, bind, public_key_at, read_place

PIN = b"four plain words"
SO_PIN = "the officer of the token"
ED25519 = bytes.fromhex("06032b6570")


def module() -> str:
    found = [*Path("/usr/lib").glob("**/libsofthsm2.so")]
    assert found, "SoftHSM is missing: apt-get install softhsm2"
    return str(found[0].resolve())


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One token for the whole module: SoftHSM reads its configuration once in a process."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "conf").write_text(
        f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    os.environ["SOFTHSM2_CONF"] = str(folder / "conf")
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "isa", "--pin", PIN, "--so-pin", SO_PIN],
        check=True,
        capture_output=True,
    )
    import pkcs11 as library

    parameters = {library.Attribute.EC_PARAMS: ED25519}
    with library.lib(module()).get_token(token_label="isa").open(rw=True, user_pin=PIN.decode()) as session:
        made = session.create_domain_parameters(library.KeyType.EC_EDWARDS, parameters, local=True)
        for number, label in enumerate(("record", "log", "twice", "twice"), 1):
            made.generate_keypair(
                mechanism=library.Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
                store=True,
                label=label,
                id=bytes([number]),
            )
        session.generate_keypair(library.KeyType.RSA, 2048, store=True, label="rsa")
    return "isa"


@pytest.fixture(autouse=True)
def _forgetful() -> None:
    """Each test begins as a process does: nothing unlocked, nothing refused."""
    for one in pkcs11._unlocked.values():
        one.session.close()
    pkcs11._unlocked.clear()
    pkcs11._refused.clear()


def test_a_bound_key_signs_records_that_its_public_half_verifies(token: str, tmp_path: Path) -> None:
    made = bind(tmp_path / "keys", "record", Place(module(), token, "record"), PIN)
    signer = load_signer(tmp_path / "keys", Role.RECORD, PIN)
    assert signer.public_key == made == load_public(tmp_path / "keys", Role.RECORD)
    assert signer.key_id == hashlib.sha256(made.spki).hexdigest()
    content = dsse.sign(b'{"decision":"refuse"}', signer)
    assert dsse.verify(content, (made,)) == b'{"decision":"refuse"}'
    assert PIN.decode() not in repr(signer)


def test_openssl_verifies_what_a_token_signed(token: str, tmp_path: Path) -> None:
    bind(tmp_path / "keys", "record", Place(module(), token, "record"), PIN)
    signer = load_signer(tmp_path / "keys", Role.RECORD, PIN)
    (tmp_path / "m").write_bytes(b"message")
    (tmp_path / "s").write_bytes(signer.sign(b"message"))
    call = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "keys/record.pub.pem", "-rawin", "-in", "m"]
    subprocess.run([*call, "-sigfile", "s"], cwd=tmp_path, check=True, capture_output=True)


def test_two_roles_share_one_login_and_a_file_can_stand_beside(token: str, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    record = bind(folder, "record", Place(module(), token, "record"), PIN)
    log = bind(folder, "log", Place(module(), token, id="02"), PIN)
    made = new_keys(folder, PIN, os.urandom)
    assert set(made) == {Role.ROOT}
    loaded = [load_signer(folder, role, PIN).public_key for role in (Role.RECORD, Role.LOG, Role.ROOT)]
    assert loaded == [record, log, made[Role.ROOT]]
    assert len({one.key_id for one in loaded}) == 3


def test_a_wrong_pin_is_told_and_never_tried_again(
    token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "keys"
    bind(folder, "record", Place(module(), token, "record"), PIN)
    with pytest.raises(KeyRefused, match="unlocked with another PIN"):
        load_signer(folder, Role.RECORD, b"another pin")
    pkcs11._unlocked.popitem()[1].session.close()
    with pytest.raises(KeyRefused, match="not that of the token `isa`"):
        load_signer(folder, Role.RECORD, b"another pin")
    monkeypatch.setattr(pkcs11, "_token", None)  # would fail if it were reached
    with pytest.raises(KeyRefused, match="not tried again"):
        load_signer(folder, Role.RECORD, b"another pin")
    monkeypatch.undo()
    assert load_signer(folder, Role.RECORD, PIN).sign(b"message")


def test_no_pin_is_tried_where_one_more_wrong_one_would_lock(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pkcs11 as library

    for flag, what in (
        (library.TokenFlag.USER_PIN_FINAL_TRY, "would lock"),
        (library.TokenFlag.USER_PIN_LOCKED, "is locked"),
    ):

        class Nearly:
            flags = flag
            open = None  # would fail if it were called

        monkeypatch.setattr(pkcs11, "_token", lambda _place, made=Nearly: made())
        with pytest.raises(KeyRefused, match=what):
            public_key_at(Place(module(), token, "record"), PIN)


@pytest.mark.parametrize(
    ("place", "what"),
    [
        (Place("MODULE", "absent", "record"), "no token `absent`"),
        (Place("MODULE", "isa", "absent"), "no Ed25519 key `absent`"),
        (Place("MODULE", "isa", "rsa"), "no Ed25519 key `rsa`"),
        (Place("MODULE", "isa", "twice"), "name it by its id"),
        (Place("MODULE", "isa", id="0x"), "not hexadecimal"),
        (Place("/nowhere/module.so", "isa", "record"), "not there"),
        (Place("/etc/passwd", "isa", "record"), "no PKCS#11 module"),
        (Place("/usr/lib", "isa", "record"), "no file by its whole path"),
    ],
)
def test_what_is_missing_is_told_by_name(token: str, tmp_path: Path, place: Place, what: str) -> None:
    named = Place(module() if place.module == "MODULE" else place.module, place.token, place.label, place.id)
    with pytest.raises(KeyRefused, match=what):
        bind(tmp_path / "keys", "record", named, PIN)
    assert not [*(tmp_path / "keys").iterdir()]


def test_a_module_that_others_could_exchange_is_not_loaded(token: str, tmp_path: Path) -> None:
    copy = Path(shutil.copy(module(), tmp_path / "module.so"))
    copy.chmod(0o666)
    with pytest.raises(KeyRefused, match="exchanged by others"):
        public_key_at(Place(str(copy), token, "record"), PIN)


def test_a_token_key_that_is_not_the_public_one_is_refused(token: str, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    bind(folder, "record", Place(module(), token, "record"), PIN)
    log = bind(folder, "log", Place(module(), token, "log"), PIN)
    (folder / "record.pub.pem").write_bytes(log.pem)
    with pytest.raises(KeyRefused, match="another key than the public key"):
        load_signer(folder, Role.RECORD, PIN)


def test_a_role_has_one_key_in_one_place(token: str, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    bind(folder, "record", Place(module(), token, "record"), PIN)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(KeyRefused, match="there already"):
        bind(folder, "record", Place(module(), token, "log"), PIN)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    (folder / "record.pem").write_bytes(b"")
    with pytest.raises(KeyRefused, match="keep one of them"):
        load_signer(folder, Role.RECORD, PIN)


def test_the_file_that_names_the_token_must_be_private_and_whole(token: str, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    bind(folder, "record", Place(module(), token, "record"), PIN)
    path = token_path(folder, Role.RECORD)
    assert path.stat().st_mode & 0o7777 == 0o600
    good = path.read_bytes()
    assert read_place(path) == Place(module(), token, "record")
    path.chmod(0o644)
    with pytest.raises(KeyRefused, match="chmod 600"):
        load_signer(folder, Role.RECORD, PIN)
    path.chmod(0o600)
    for bad in (
        b"",
        b"[]",
        b"{}",
        good.replace(b"pkcs11/1", b"pkcs11/2"),
        good.replace(b"null", b'"01"'),
        good.replace(b'"record"', b"null"),
        good.replace(b'"isa"', b"7"),
        b"x" * 5_000,
    ):
        path.write_bytes(bad)
        with pytest.raises(KeyRefused):
            read_place(path)
    path.unlink()
    with pytest.raises(KeyRefused, match="not there"):
        read_place(path)


def test_a_token_that_went_away_does_not_sign(token: str, tmp_path: Path) -> None:
    bind(tmp_path / "keys", "record", Place(module(), token, "record"), PIN)
    signer = load_signer(tmp_path / "keys", Role.RECORD, PIN)
    pkcs11._unlocked.popitem()[1].session.close()
    with pytest.raises(KeyRefused, match="does not sign"):
        signer.sign(b"message")


def test_without_the_extra_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(KeyRefused, match=r"isa-guard\[pkcs11\]"):
        public_key_at(Place("/usr/lib/any.so", "isa", "record"), PIN)
