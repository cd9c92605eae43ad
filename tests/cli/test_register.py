"""`isa-guard keys` and `isa-guard register`, and `check` with a record, as people and machines call them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from isa_guard.cli import opening, recording, unlocking
from tests.cli.calls import AS_OF, BAD, EXAMPLES, GOOD, ROOT, call

if TYPE_CHECKING:
    from tests.cli.calls import Answer

Capture = pytest.CaptureFixture[str]
ORIGIN = "example.org/invented-isa"
PASSPHRASE = "four plain words here"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [*os.environ]:
        if name.startswith("ISA_GUARD_") or name == "CREDENTIALS_DIRECTORY":
            monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys and an empty register, made once: unlocking is slow on purpose."""
    folder = tmp_path_factory.mktemp("original")
    (folder / "passphrase").write_text(f"{PASSPHRASE}\n", "utf-8")
    (folder / "passphrase").chmod(0o600)
    program = "import sys; from isa_guard.cli.main import main; sys.exit(main(sys.argv[1:]))"
    for arguments in (
        ["keys", "new", "keys", "--passphrase-file", "passphrase"],
        [
            "register",
            "init",
            "register",
            "--origin",
            ORIGIN,
            "--key",
            "keys",
            "--passphrase-file",
            "passphrase",
        ],
    ):
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert done.stderr == ""
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    return shutil.copytree(original, tmp_path, dirs_exist_ok=True)


REGISTER = ["--register", "register", "--key", "keys"]
RECORDING = [*REGISTER, "--passphrase-file", "passphrase"]


def recorded(capsys: Capture, *facts: Path) -> Answer:
    return call(capsys, "check", *facts, *AS_OF, *RECORDING)


def fingerprint(capsys: Capture) -> str:
    return next(
        line.split()[1]
        for line in call(capsys, "keys", "list", "keys").out.splitlines()
        if line.startswith("root")
    )


def test_keys_are_listed_by_fingerprint(capsys: Capture, folder: Path) -> None:
    listed = call(capsys, "keys", "list", "keys")
    assert (listed.code, re.findall(r"^(\w+) +[0-9a-f]{64}$", listed.out, re.MULTILINE)) == (
        0,
        ["record", "log", "root"],
    )
    (folder / "keys" / "root.pem").unlink()
    assert "(private key not here)" in call(capsys, "keys", "list", "keys").out
    (folder / "keys").chmod(0o755)
    refused = call(capsys, "keys", "list", "keys")
    assert (refused.code, refused.out) == (4, "")
    assert "chmod 700" in refused.err


def test_keys_are_listed_from_the_settings_or_asked_for(
    capsys: Capture, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call(capsys, "keys", "list").code == 2
    monkeypatch.setenv("ISA_GUARD_KEY", "keys")
    assert call(capsys, "keys", "list").code == 0


def test_a_recorded_decision_is_listed_shown_verified_and_replayed(capsys: Capture, folder: Path) -> None:
    checked = recorded(capsys, GOOD, BAD)
    assert checked.code == 1
    assert "recorded as 0" in checked.out
    assert "recorded as 1" in checked.out
    listed = call(capsys, "register", "list", *REGISTER)
    assert (listed.code, len(listed.out.splitlines())) == (0, 2)
    assert "permit-with-obligations" in listed.out.splitlines()[0]
    shown = call(capsys, "register", "show", "1", *REGISTER)
    assert json.loads(shown.out)["decision"]["verdict"] == "refuse"
    verified = call(capsys, "register", "verify", *REGISTER)
    assert verified.code == 0
    assert f"{ORIGIN}: 2 records verify." in verified.out
    assert "It grew out of 1 head that was kept." in verified.out
    strange = call(capsys, "register", "verify", "--register", "register", "--trust", fingerprint(capsys))
    assert "older state" in strange.out
    replayed = call(capsys, "register", "replay", "--all", *REGISTER)
    assert (replayed.code, replayed.out.splitlines()[-1]) == (0, "2 replayed and the same, 0 erased")
    assert call(capsys, "register", "replay", "1", *REGISTER).out.splitlines()[0].split() == [
        "1",
        "refuse",
        "the",
        "same",
    ]


def test_an_auditor_needs_the_fingerprint_and_nothing_else(capsys: Capture, folder: Path) -> None:
    trusted = fingerprint(capsys)
    shutil.rmtree(folder / "keys")
    for form in (trusted, trusted.upper(), ":".join(re.findall("..", trusted))):
        assert call(capsys, "register", "verify", "--register", "register", "--trust", form).code == 0
    other = call(capsys, "register", "verify", "--register", "register", "--trust", "0" * 64)
    assert (other.code, other.out) == (5, "")
    assert "not the trusted" in other.err
    assert call(capsys, "register", "verify", "--register", "register", "--trust", "short").code == 2
    assert call(capsys, "register", "verify", "--register", "register").code == 2
    assert call(capsys, "register", "verify").code == 2


def test_a_register_that_was_never_noted_is_not_trusted(capsys: Capture, folder: Path) -> None:
    shutil.rmtree(folder / "keys" / "trusted")
    for arguments in (["register", "verify", *REGISTER], ["check", GOOD, *AS_OF, *RECORDING]):
        refused = call(capsys, *arguments)
        assert (refused.code, refused.out) == (5, "")
        assert "--trust FINGERPRINT" in refused.err


def test_a_tampered_register_is_exit_5_and_is_not_appended_to(capsys: Capture, folder: Path) -> None:
    recorded(capsys, GOOD)
    path = folder / "register" / "journal" / "000000000000.seg"
    content = bytearray(path.read_bytes())
    content[500] ^= 1
    path.write_bytes(content)
    for arguments in (
        ["register", "verify", *REGISTER],
        ["register", "list", *REGISTER],
        ["register", "show", "0", *REGISTER],
        ["register", "replay", "0", *REGISTER],
        ["check", GOOD, *AS_OF, *RECORDING],
    ):
        answer = call(capsys, *arguments)
        assert (answer.code, answer.out) == (5, ""), arguments  # no decision is reported without its record
        assert "record 0" in answer.err
    path.write_bytes(content[:400])
    assert call(capsys, "register", "verify", *REGISTER).code == 5


def test_bytes_beyond_the_checkpoint_are_mentioned(capsys: Capture, folder: Path) -> None:
    path = folder / "register" / "journal" / "000000000000.seg"
    path.write_bytes(b"torn")
    answer = call(capsys, "register", "verify", *REGISTER)
    assert answer.code == 0
    assert "one record follows that no checkpoint covers" in answer.out


def test_an_erased_case_is_no_error_of_the_register(capsys: Capture, folder: Path) -> None:
    recorded(capsys, GOOD, BAD)
    first, second = (hashlib.sha256(Path(one).read_bytes()).hexdigest() for one in (GOOD, BAD))
    why = ("--reason", "retention-expired", "--authority", "information-asset-owner", *RECORDING)
    done = call(capsys, "register", "erase", first, *why)
    assert (done.code, done.out.splitlines()[0]) == (0, "Erased.")
    assert "Record 2 says so: retention-expired, on the authority of the information-asset-owner." in done.out
    partly = call(capsys, "register", "replay", "--all", *REGISTER)
    assert (partly.code, partly.out.splitlines()[-1]) == (0, "1 replayed and the same, 1 erased, 1 event")
    assert call(capsys, "register", "erase", second, *why).code == 0
    assert call(capsys, "register", "replay", "--all", *REGISTER).code == 4  # nothing was replayed
    verified = call(capsys, "register", "verify", *REGISTER)
    assert (verified.code, "2 cases erased, as records say." in verified.out) == (0, True)
    assert Path(GOOD).read_bytes() not in b"".join(
        path.read_bytes() for path in (folder / "register").rglob("*") if path.is_file()
    )
    assert call(capsys, "register", "erase", "0" * 64, *why).code == 2
    assert call(capsys, "register", "erase", second, *why[:3], "Jane Doe", *why[4:]).code == 2


def test_a_register_is_published_in_a_folder_of_its_own(capsys: Capture, folder: Path) -> None:
    recorded(capsys, GOOD)
    (folder / "other").mkdir()
    (folder / "other" / "letter").write_text("x", "utf-8")
    for where in ("register", "other"):
        assert call(capsys, "register", "export", where, *REGISTER).code == 2
    assert call(capsys, "register", "export", "public", *REGISTER).code == 0
    published = call(capsys, "register", "verify", "--tiles", "public", "--key", "keys")
    assert (published.code, published.out.splitlines()[0]) == (0, f"{ORIGIN}: 1 record verifies.")
    assert not {"cases", "archive", "commitments.key"} & {one.name for one in (folder / "public").iterdir()}
    recorded(capsys, BAD)
    again = call(capsys, "register", "export", "public", *REGISTER)
    assert (again.code, again.out.startswith("2 records are published")) == (0, True)


def test_one_record_is_handed_over_with_its_proof(capsys: Capture, folder: Path) -> None:
    recorded(capsys, GOOD, BAD)
    (folder / "hand").mkdir()
    assert call(capsys, "register", "proof", "1", "hand", *REGISTER).code == 0
    assert call(capsys, "register", "proof", "1", "hand", *REGISTER).code == 2  # never written over
    root = ("--trust-root", "register/trust-root.json", "--trust", fingerprint(capsys))
    told = call(capsys, "register", "check-proof", "hand/1.json", *root)
    assert (told.code, told.out) == (
        0,
        f"Record 1 of {ORIGIN} is signed, and one of the 2 under a signed head.\n",
    )
    assert call(capsys, "register", "check-proof", "hand/1.json", *REGISTER).code == 0
    assert call(capsys, "register", "check-proof", "hand/1.json", *root[:2]).code == 2
    content = bytearray(Path("hand/1.json").read_bytes())
    content[200] ^= 1
    Path("hand/1.json").write_bytes(content)
    assert call(capsys, "register", "check-proof", "hand/1.json", *root).code == 5


def test_backups_are_made_found_by_erasures_and_restored(capsys: Capture, folder: Path) -> None:
    recorded(capsys, GOOD, BAD)
    assert call(capsys, "register", "backup", "b.tar", *REGISTER).code == 0
    Path("b.tar").rename("away.tar")
    digest = hashlib.sha256(Path(GOOD).read_bytes()).hexdigest()
    why = ("--reason", "erasure-request", "--authority", "data-protection-officer", *RECORDING)
    told = call(capsys, "register", "erase", digest, *why)
    assert (told.code, told.out.splitlines()[0][:21]) == (4, "Not gone everywhere: ")
    Path("away.tar").rename("b.tar")
    again = call(capsys, "register", "erase", digest, *why)
    assert (again.code, "It was in 1 backup, and is no longer." in again.out) == (0, True)
    new = ("--register", "new", "--key", "keys", "--passphrase-file", "passphrase")
    restored = call(capsys, "register", "restore", "b.tar", "--former", "former", "--witnessed", "5", *new)
    assert restored.code == 0, restored.err
    assert restored.out.splitlines()[0] == f"The register goes on as {ORIGIN}/e2, epoch 2, in new."
    assert "At least 3 later records were lost: a witness saw 5." in restored.out
    assert call(capsys, "check", BAD, *AS_OF, *new).code == 1
    assert call(capsys, "register", "verify", "--register", "new", "--key", "keys").code == 0
    old = ("--register", "former", "--trust", fingerprint(capsys))
    assert call(capsys, "register", "verify", *old).code == 0
    assert call(capsys, "register", "replay", "--all", *old).code == 5  # the erasure came after the backup
    assert call(capsys, "register", "forget-backup", "b.tar", "--register", "register").code == 0
    assert call(capsys, "register", "forget-backup", "b.tar", "--register", "register").code == 2


def test_an_index_is_made_anew(capsys: Capture, folder: Path) -> None:
    recorded(capsys, GOOD, BAD)
    index = folder / "register" / "index.sqlite"
    index.write_bytes(b"no index")
    told = call(capsys, "register", "reindex", *REGISTER)
    assert (told.code, told.out) == (0, "2 records are in the index.\n")
    assert index.read_bytes().startswith(b"SQLite format 3")


def test_a_head_kept_elsewhere_shows_what_was_cut_off(capsys: Capture, folder: Path) -> None:
    recorded(capsys, GOOD)
    shutil.copytree("register", "older")
    recorded(capsys, BAD)
    shutil.copy("register/checkpoint", "kept")
    trusted = ("--trust", fingerprint(capsys))
    assert call(capsys, "register", "verify", "--register", "older", *trusted).code == 0
    told = call(capsys, "register", "verify", "--register", "older", *trusted, "--against", "kept")
    assert told.code == 5
    assert "it had 2 records when that was signed, and shows 1" in told.err
    assert Path("kept").read_text("utf-8") in told.err
    assert Path("older/checkpoint").read_text("utf-8") in told.err
    # The machine that appends remembers by itself.
    again = ("--register", "older", "--key", "keys", "--passphrase-file", "passphrase")
    assert call(capsys, "check", GOOD, *AS_OF, *again).code == 5


def test_a_decision_is_replaced_by_naming_it(capsys: Capture, folder: Path) -> None:
    recorded(capsys, BAD)
    first = json.loads(call(capsys, "register", "show", "0", *REGISTER).out)["standing"]["id"]
    again = call(capsys, "check", GOOD, *AS_OF, *RECORDING, "--supersedes", first)
    assert (again.code, again.out.splitlines()[-1]) == (0, "recorded as 1")
    assert call(capsys, "register", "list", *REGISTER).out.splitlines()[1].endswith(f"instead of {first}")
    many: tuple[str | Path, ...] = (GOOD, BAD, *RECORDING)
    for arguments in (many, (GOOD, "--no-record")):
        assert call(capsys, "check", *arguments, *AS_OF, "--supersedes", first).code == 2
    assert call(capsys, "check", GOOD, *AS_OF, *RECORDING, "--supersedes", "nothing").code == 2


def test_a_replay_names_one_record_or_all(capsys: Capture, folder: Path) -> None:
    assert call(capsys, "register", "replay", *REGISTER).code == 2
    assert call(capsys, "register", "replay", "0", "--all", *REGISTER).code == 2
    assert call(capsys, "register", "replay", "0", *REGISTER).code == 4


def test_without_a_passphrase_nothing_is_recorded_and_nothing_reported(
    capsys: Capture, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "passphrase").write_text("not the passphrase", "utf-8")
    wrong = recorded(capsys, GOOD)
    assert (wrong.code, wrong.out) == (4, "")
    assert "passphrase is not the one" in wrong.err
    monkeypatch.setattr(unlocking, "TERMINAL", str(folder / "absent"))
    missing = call(capsys, "check", GOOD, *AS_OF, *REGISTER)
    assert (missing.code, missing.out) == (4, "")
    assert "--passphrase-file" in missing.err


def test_a_passphrase_is_asked_for_on_the_terminal(
    capsys: Capture, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(unlocking, "_asked", lambda _: PASSPHRASE.encode())
        assert call(capsys, "check", GOOD, *AS_OF, *REGISTER).code == 0
    credentials = folder / "credentials"
    credentials.mkdir()
    shutil.copy(folder / "passphrase", credentials / "isa-guard-passphrase")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    assert call(capsys, "check", GOOD, *AS_OF, *REGISTER).code == 0


@pytest.mark.parametrize(
    ("answers", "what"),
    [
        (["short"], "shorter than 12"),
        (["a long passphrase", "another passphrase"], "differ"),
        ([], "no passphrase"),
    ],
)
def test_a_new_passphrase_is_typed_twice_and_not_short(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answers: list[str], what: str
) -> None:
    given = iter(answers)

    def asked(_: str) -> str:
        found = next(given, None)
        if found is None:
            raise EOFError
        return found

    monkeypatch.setattr("getpass.getpass", asked)
    monkeypatch.setattr(unlocking, "TERMINAL", "/dev/null")
    refused = call(capsys, "keys", "new", "keys")
    assert refused.code == 4
    assert what in refused.err
    assert not (tmp_path / "keys").exists()


def test_keys_and_a_register_are_made_and_the_next_step_is_said(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("getpass.getpass", lambda _: PASSPHRASE)
    monkeypatch.setattr(unlocking, "TERMINAL", "/dev/null")
    made = call(capsys, "keys", "new", "keys")
    assert (made.code, "isa-guard register init" in made.out) == (0, True)
    begun = call(capsys, "register", "init", "register", "--origin", ORIGIN, "--key", "keys")
    assert begun.code == 0
    assert f"Root key fingerprint: {fingerprint(capsys)}" in begun.out
    assert call(capsys, "register", "verify", *REGISTER).code == 0
    (tmp_path / "passphrase").write_text("another passphrase")
    (tmp_path / "passphrase").chmod(0o600)
    again = call(capsys, "keys", "new", "keys", "--passphrase-file", "passphrase")
    assert again.code == 4
    assert "no key is written over" in again.err


def test_a_name_is_given_to_one_register_only(capsys: Capture, folder: Path) -> None:
    again = call(
        capsys,
        "register",
        "init",
        "second",
        "--origin",
        ORIGIN,
        "--key",
        "keys",
        "--passphrase-file",
        "passphrase",
    )
    assert again.code == 2
    assert "trusted already" in again.err
    assert not (folder / "second").exists()


def test_recording_needs_a_register_and_keys(capsys: Capture, folder: Path) -> None:
    assert call(capsys, "check", GOOD, *AS_OF, "--record").code == 2
    assert call(capsys, "check", GOOD, *AS_OF, "--register", "register").code == 2
    assert call(capsys, "check", GOOD, *AS_OF, "--register", "absent", "--key", "keys").code == 4
    with pytest.raises(Exception, match="say where the register is"):
        opening.register_store("")
    unrecorded = call(capsys, "check", GOOD, *AS_OF, *REGISTER, "--no-record")
    assert (unrecorded.code, "recorded" in unrecorded.out) == (0, False)


def test_a_clock_without_a_boot_id_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert re.fullmatch("[0-9a-f-]{36}", recording.read_clock().boot_id)
    monkeypatch.setattr(recording, "BOOT_ID", tmp_path / "absent")
    assert recording.read_clock().boot_id == "unknown"


def test_every_command_explains_itself(capsys: Capture) -> None:
    for arguments in (
        ["keys"],
        ["keys", "new"],
        ["keys", "list"],
        *(["register", name] for name in ("init", "list", "show", "verify", "replay")),
    ):
        answer = call(capsys, *arguments, "--help")
        assert answer.code == 0
        assert "Usage:" in answer.out


def test_an_unrecorded_check_loads_neither_keys_nor_cryptography() -> None:
    program = (
        "import sys; from isa_guard.cli.main import main; code = main(sys.argv[1:]);"
        "loaded = [name for name in sys.modules if name.startswith(('cryptography', 'isa_guard.register'))];"
        "print(code, loaded)"
    )
    arguments = [
        sys.executable,
        "-c",
        program,
        "check",
        str(EXAMPLES / "monthly-performance" / "transfer.yaml"),
        *AS_OF,
    ]
    done = subprocess.run(
        arguments, cwd="/", check=True, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)}
    )
    assert done.stdout.splitlines()[-1] == "0 []"


def test_a_recorded_check_never_loads_certificates(folder: Path) -> None:
    program = (
        "import sys; from isa_guard.cli.main import main; code = main(sys.argv[1:]);"
        "print(code, [name for name in sys.modules if 'x509' in name])"
    )
    arguments = [sys.executable, "-c", program, "check", str(GOOD), *AS_OF, *RECORDING]
    done = subprocess.run(
        arguments, cwd=folder, check=True, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)}
    )
    assert done.stdout.splitlines()[-1] == "0 []"


def test_an_audit_is_recorded_with_the_digest_of_every_log_and_of_its_report(
    capsys: Capture, folder: Path
) -> None:
    log = EXAMPLES / "quarter-in-the-logs" / "events_bad.jsonl"
    how = ["-a", "cambridgeshire-opcc", "-m", "isa-guard-events", *AS_OF]
    answer = call(capsys, "audit", log, *how, *RECORDING)
    assert answer.code == 1
    assert "recorded as 0" in answer.out
    shown = call(capsys, "register", "show", "0", *REGISTER)
    assert hashlib.sha256(log.read_bytes()).hexdigest() in shown.out
    report = call(capsys, "audit", log, *how, "-f", "json", "--no-record").out
    assert hashlib.sha256(report.encode()).hexdigest() in shown.out
    assert "events_bad" not in shown.out
    assert "21 events" in call(capsys, "register", "list", *REGISTER).out
    verified = call(capsys, "register", "verify", *REGISTER)
    assert verified.code == 0, verified.err


def test_a_register_is_a_log_that_an_audit_reads_beside_others(capsys: Capture, folder: Path) -> None:
    assert recorded(capsys, GOOD, BAD).code == 1
    listed = call(capsys, "register", "list", "--format", "jsonl", *REGISTER)
    (folder / "register.jsonl").write_text(listed.out, "utf-8")
    references = [json.loads(line)["reference"] for line in listed.out.splitlines()]
    assert len(references) == 2
    shared = [
        {
            "reference": f"E-{n}",
            "at": "2099-01-01T00:00:00Z",
            "action": "shared",
            "ref": ref,
            "recipient": "opcc",
        }
        for n, ref in enumerate([*references, "never-asked"])
    ]
    (folder / "shared.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in shared), "utf-8")
    maps = ["-m", "register.jsonl=isa-guard-register", "-m", "shared.jsonl=isa-guard-events"]
    answer = call(
        capsys, "audit", "register.jsonl", "shared.jsonl", "-a", "cambridgeshire-opcc", *maps, "-f", "json"
    )
    rules = {one["rule"]: one for one in json.loads(answer.out)["rules"]}
    assert (rules["audit/permitted"]["met"], rules["audit/permitted"]["not_met"]) == (1, 2)
    assert (rules["audit/refused"]["met"], rules["audit/refused"]["not_met"]) == (2, 1)
