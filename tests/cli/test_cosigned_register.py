"""A register whose partner cosigns it, from the side of whoever keeps the register."""

from __future__ import annotations

import re
import shutil
import threading
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from isa_guard.register.signing.keys import Role, load_public, load_signer
from isa_guard.register.witnessing.witness import Answer, Witness
from isa_guard.register.witnessing.witness_http import WitnessServer
from isa_guard.register.witnessing.witness_state import WitnessFolder
from tests.cli.calls import AS_OF, BAD, GOOD, call

Capture = pytest.CaptureFixture[str]
ORIGIN = "example.org/invented-isa"
NAME = "partner.example/witness"
PASSPHRASE = "four plain words here"
WITH = ("--register", "register", "--key", "keys")
UNLOCKED = (*WITH, "--passphrase-file", "passphrase")
SIGN = ("--state", "partner", "--passphrase-file", "passphrase")


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Path:
    """A register of one decision, and a partner who witnesses it at least weekly."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("no_proxy", "*")
    for name in ("ISA_GUARD_REGISTER", "ISA_GUARD_KEY", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n", "utf-8")
    (tmp_path / "passphrase").chmod(0o600)
    unlock = ("--passphrase-file", "passphrase")
    assert call(capsys, "keys", "new", "keys", *unlock).code == 0
    assert call(capsys, "keys", "new", "partner", "--witness", *unlock).code == 0
    made = call(capsys, "register", "init", "register", "--origin", ORIGIN, "--key", "keys", *unlock)
    (log_key,) = re.findall(r"needs this key: (\S+)", made.out)
    assert call(capsys, "register", "witness", "key", *WITH).out == f"{log_key}\n"
    state = ("--state", "partner", "--name", NAME)
    known = call(capsys, "register", "witness", "trust", log_key, *state)
    assert call(capsys, "check", GOOD, *AS_OF, *UNLOCKED).code == 0
    key = known.out.splitlines()[-1]
    assert call(capsys, "keys", "grant", "witness", key, "--every", "7", *UNLOCKED).code == 0
    return tmp_path


class InAMonth(datetime):
    """A clock for one who looks a month later."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> InAMonth:
        later = datetime.now(tz) + timedelta(days=30)
        return cls.fromtimestamp(later.timestamp(), tz)


def test_a_partner_cosigns_by_file_and_the_register_says_so(
    office: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = call(capsys, "register", "verify", *WITH)
    assert (never.code, "Overdue: no witness has cosigned it yet." in never.out) == (3, True)
    made = call(capsys, "register", "witness", "request", "--out", "request", *WITH)
    assert made.out == "A request to cosign 2 records of which the witness has seen 0.\nWritten to request.\n"
    # The register grows before the answer comes back: it is about the head that was asked about.
    assert call(capsys, "check", BAD, *AS_OF, *UNLOCKED).code == 1
    signed = call(capsys, "register", "witness", "sign", "request", *SIGN, "--out", "answer")
    assert signed.code == 0
    taken = call(capsys, "register", "witness", "apply", "answer", *UNLOCKED)
    assert taken.code == 0
    assert taken.out.startswith(f"Cosigned: 2 records.\n  by {NAME}, 20")
    assert taken.out.endswith("Record 3 says so.\n")
    verified = call(capsys, "register", "verify", *WITH)
    assert verified.code == 0
    assert "2 records cosigned by 1 witness on " in verified.out
    assert "Overdue" not in verified.out
    assert f"witness-event           2 records, by {NAME}" in call(capsys, "register", "list", *WITH).out
    monkeypatch.setattr("isa_guard.cli.register.datetime", InAMonth)
    late = call(capsys, "register", "verify", *WITH)
    assert (late.code, "Overdue: a witness is to see it every 7 days." in late.out) == (3, True)
    # The next request begins where the witness is.
    again = call(capsys, "register", "witness", "request", "--out", "request", *WITH)
    assert again.out.startswith("A request to cosign 4 records of which the witness has seen 2.")
    assert call(capsys, "register", "witness", "sign", "request", *SIGN, "--out", "answer").code == 0


def test_a_register_without_a_witness_has_nobody_to_ask(office: Path, capsys: Capture) -> None:
    other = ("--register", "other", "--key", "keys")
    made = ("--origin", "example.org/other", "--key", "keys", "--passphrase-file", "passphrase")
    assert call(capsys, "register", "init", "other", *made).code == 0
    told = call(capsys, "register", "witness", "request", *other)
    assert (told.code, told.out) == (2, "")
    assert "has no witness yet" in told.err


def test_an_answer_about_something_else_is_not_taken(office: Path, capsys: Capture) -> None:
    call(capsys, "register", "witness", "request", "--out", "request", *WITH)
    call(capsys, "register", "witness", "sign", "request", *SIGN, "--out", "answer")
    content = bytearray(Path("answer").read_bytes())
    content[-20] ^= 1
    Path("answer").write_bytes(content)
    told = call(capsys, "register", "witness", "apply", "answer", *UNLOCKED)
    assert told.code in (4, 5)
    assert "Overdue: no witness" in call(capsys, "register", "verify", *WITH).out


def serving(office: Path) -> WitnessServer:
    folder = WitnessFolder(office / "partner")
    known = folder.known()
    signer = load_signer(office / "partner", Role.WITNESS, PASSPHRASE.encode())
    assert load_public(office / "partner", Role.WITNESS).key_id == signer.key_id
    return WitnessServer(
        Witness(known.name, signer, known.keys(), folder),
        lambda: 1_800_000_000,
        ("127.0.0.1", 0),
        lambda *_: None,
    )


def test_a_partner_cosigns_over_the_network_and_refuses_another_story(office: Path, capsys: Capture) -> None:
    shutil.copytree("register", "copy")
    sent = call(capsys, "register", "verify", *WITH)
    with serving(office) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            first = call(capsys, "register", "witness", "send", server.url, *UNLOCKED)
            assert (first.code, first.out.splitlines()[0]) == (0, "Cosigned: 2 records.")
            for reference in ("one", "two"):
                fact = GOOD.read_text("utf-8").replace("T-2026-0101", reference)
                Path("fact.yaml").write_text(fact, "utf-8")
                where = "register" if reference == "one" else "copy"
                keys = Path(shutil.copytree("keys", f"keys-{reference}"))
                if where == "copy":  # another host, which never saw the newer head
                    (tip,) = (keys / "trusted").glob("*.checkpoint")
                    tip.unlink()
                here = ("--register", where, "--key", str(keys), "--passphrase-file", "passphrase")
                call(capsys, "check", "fact.yaml", *AS_OF, *here)
                sent = call(capsys, "register", "witness", "send", server.url, *here)
                assert sent.code == (0 if where == "register" else 5), sent
            assert "Not cosigned" in sent.out or "set back" in sent.err
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("answers", "code", "what"),
    [
        ([Answer(409, "", b"1\n"), Answer(409, "", b"2\n"), Answer(409, "", b"1\n")], 4, "try again"),
        ([Answer(409, "", b"99\n")], 5, "set back"),
        ([Answer(500, "", b"")], 4, "answered 500"),
        ([Answer(302, "", b"")], 4, "answered 302"),
        ([Answer(403, "", b"bad \x1b[31m\n" + b"x" * 999)], 5, "answered 403: bad \\u001b[31m x"),
        ([Answer(200, "", b"<html>")], 4, "no cosignature"),
    ],
)
def test_whatever_else_a_witness_answers_is_told(
    office: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    answers: list[Answer],
    code: int,
    what: str,
) -> None:
    left = iter(answers)
    monkeypatch.setattr("isa_guard.register.witnessing.witness_http.submit", lambda *_: next(left))
    told = call(capsys, "register", "witness", "send", "http://w.example", *UNLOCKED)
    assert told.code == code
    assert what in told.out + told.err
    assert len(told.out) < 300
