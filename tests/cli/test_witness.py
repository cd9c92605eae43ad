"""`isa-guard register witness`, as people call it: by file from one office to the other, and over the network."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from isa_guard.cli.witness import command
from isa_guard.errors import IsaGuardError
from isa_guard.register.published.tiles import TileFolder, tile_path
from isa_guard.register.signing.keys import FileSigner, Role, load_public, new_keys
from isa_guard.register.tree.checkpoint import Checkpoint, sign_checkpoint
from isa_guard.register.tree.cosignature import cosignatures, read_witness_key
from isa_guard.register.tree.merkle import leaf_hash
from isa_guard.register.tree.note import note_key
from isa_guard.register.tree.proof import root_at
from isa_guard.register.witnessing import witness as protocol
from isa_guard.register.witnessing.witness_http import WitnessServer
from isa_guard.register.witnessing.witness_state import WitnessFolder

LOG = FileSigner(b"\x01" * 32)
ORIGIN = "example.org/invented-isa"
LOG_KEY = note_key(ORIGIN, LOG.public_key)
NAME = "partner.example/witness"
PASSPHRASE = "four plain words here"
Capture = pytest.CaptureFixture[str]


@dataclass(frozen=True)
class Called:
    code: int
    out: str
    err: str


def call(capsys: Capture, *arguments: str | Path) -> Called:
    """The answer of one call, and failures told as `main` tells them."""
    capsys.readouterr()
    try:
        code = command.main([str(one) for one in arguments], "witness", standalone_mode=False)
        said = ""
    except IsaGuardError as error:
        code, said = error.exit_code, str(error)
    except click.ClickException as error:
        code, said = 2, error.format_message()
    found = capsys.readouterr()
    return Called(code, found.out, found.err + said)


@dataclass
class Leaves:
    entries: list[bytes]

    def hashes(self, level: int, start: int, stop: int) -> list[bytes]:
        assert level == 0
        return [leaf_hash(entry) for entry in self.entries[start:stop]]


def published(folder: Path, size: int, story: str = "") -> Path:
    """A register of so many records, as far as asking for cosignatures needs one."""
    made = [f"{story}entry {index}".encode() for index in range(size)]
    path = folder / f"{story}published-{size}"
    tile = path / tile_path(0, 0, size)
    tile.parent.mkdir(parents=True)
    tile.write_bytes(b"".join(map(leaf_hash, made)))
    (path / "checkpoint").write_bytes(
        sign_checkpoint(Checkpoint(ORIGIN, size, root_at(Leaves(made), size)), LOG)
    )
    return path


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A witness's key, made once: unlocking is slow on purpose."""
    folder = tmp_path_factory.mktemp("key") / "state"
    new_keys(folder, PASSPHRASE.encode(), os.urandom, (Role.WITNESS,))
    return folder


@pytest.fixture
def state(key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n")
    (tmp_path / "passphrase").chmod(0o600)
    return shutil.copytree(key, tmp_path / "state")


@pytest.fixture
def witness_key(state: Path) -> str:
    """The verifier key of a witness that knows the log."""
    assert command.main(["trust", LOG_KEY, "--state", str(state), "--name", NAME], standalone_mode=False) == 0
    return WitnessFolder(state).known().verifier_key(load_public(state, Role.WITNESS))


UNLOCKED = ["--state", "state", "--passphrase-file", "passphrase"]


def asked(folder: Path, old: int = 0) -> None:
    """A request as somebody else's register makes one."""
    Path("request").write_bytes(
        protocol.request(TileFolder(folder), (folder / "checkpoint").read_bytes(), old)
    )


def test_a_request_is_cosigned_by_file(witness_key: str, tmp_path: Path, capsys: Capture) -> None:
    first = published(tmp_path, 5)
    asked(first)
    signed = call(capsys, "sign", "request", *UNLOCKED, "--out", "answer")
    assert (signed.code, signed.out) == (0, f"Cosigned: 5 records of {ORIGIN}.\nWritten to answer.\n")
    note = (first / "checkpoint").read_bytes() + Path("answer").read_bytes()
    assert len(cosignatures(note, dict([read_witness_key(witness_key)]))) == 1
    assert max(map(len, signed.out.splitlines())) <= 80


def test_without_a_file_the_answer_alone_goes_to_standard_output(
    witness_key: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    asked(published(tmp_path, 5))
    capfdbinary.readouterr()
    command.main(["sign", "request", *UNLOCKED], standalone_mode=False)
    found = capfdbinary.readouterr()
    assert found.out.startswith("— ".encode())
    assert found.err.startswith(b"Cosigned: ")


def test_a_request_from_another_size_is_told_the_right_one(
    witness_key: str, tmp_path: Path, capsys: Capture
) -> None:
    asked(published(tmp_path, 5))
    assert call(capsys, "sign", "request", *UNLOCKED, "--out", "answer").code == 0
    asked(published(tmp_path, 9))
    told = call(capsys, "sign", "request", *UNLOCKED)
    assert told.code == 5
    assert told.out.splitlines()[0] == "Not cosigned: 5 records of this log were cosigned last."
    assert "--old 5" in told.out
    asked(tmp_path / "published-9", 5)
    assert call(capsys, "sign", "request", *UNLOCKED, "--out", "answer").code == 0


def test_two_stories_are_refused_and_both_are_kept(witness_key: str, tmp_path: Path, capsys: Capture) -> None:
    asked(published(tmp_path, 5))
    call(capsys, "sign", "request", *UNLOCKED, "--out", "answer")
    asked(published(tmp_path, 5, "other "), 5)
    told = call(capsys, "sign", "request", *UNLOCKED, "--out", "second")
    assert told.code == 5
    assert told.out.startswith("Not cosigned: two checkpoints of one size have two roots")
    where = next(line for line in told.out.splitlines() if line.startswith("Both signed heads")).split()[-1]
    assert len(list(Path(where.removesuffix(":")).iterdir())) == 2
    assert not Path("second").exists()


@pytest.mark.parametrize(
    ("content", "what"), [(b"nonsense", "no request"), (b"", "no request"), (None, "it is not there")]
)
def test_what_is_no_request_is_not_cosigned(
    witness_key: str, capsys: Capture, content: bytes | None, what: str
) -> None:
    if content is not None:
        Path("request").write_bytes(content)
    told = call(capsys, "sign", "request", *UNLOCKED)
    assert told.code == (5 if content is not None else 4)
    assert what in told.out + told.err


def test_a_stranger_is_not_cosigned(witness_key: str, tmp_path: Path, capsys: Capture) -> None:
    first = published(tmp_path, 5)
    checkpoint = Checkpoint(ORIGIN, 5, root_at(TileFolder(first), 5))
    (first / "checkpoint").write_bytes(sign_checkpoint(checkpoint, FileSigner(b"\x02" * 32)))
    asked(first)
    told = call(capsys, "sign", "request", *UNLOCKED)
    assert (told.code, told.err) == (5, "")
    assert told.out == "Not cosigned: the checkpoint is not signed by a key that is trusted for this log\n"


def test_a_witness_has_one_name(state: Path, witness_key: str, capsys: Capture) -> None:
    told = call(capsys, "trust", LOG_KEY, "--state", state, "--name", "another.example")
    assert (told.code, told.out) == (2, "")
    assert f"is called {NAME}" in told.err
    again = call(
        capsys,
        "trust",
        note_key(ORIGIN, FileSigner(b"\x02" * 32).public_key),
        "--state",
        state,
        "--name",
        NAME,
    )
    assert again.code == 0
    assert again.out.splitlines()[-1] == witness_key
    assert again.out.splitlines()[:2] == [f"{NAME} witnesses 1 log:", f"  {ORIGIN} (2 keys)"]


def test_a_folder_without_a_name_or_a_key_is_no_witness(state: Path, tmp_path: Path, capsys: Capture) -> None:
    told = call(capsys, "trust", LOG_KEY, "--state", state)
    assert told.code == 2
    assert "--name" in told.err
    Path("request").write_bytes(b"")
    assert "is no witness" in call(capsys, "sign", "request", *UNLOCKED).err
    (tmp_path / "empty").mkdir(0o700)
    told = call(capsys, "trust", LOG_KEY, "--state", tmp_path / "empty", "--name", NAME)
    assert told.code == 4
    assert not list((tmp_path / "empty").iterdir())


def served(monkeypatch: pytest.MonkeyPatch, during: object) -> None:
    """`serve` answers in a thread while `during` runs, and is then interrupted."""
    real = WitnessServer.serve_forever

    def serve_forever(self: WitnessServer, poll_interval: float = 0.5) -> None:
        thread = threading.Thread(target=real, args=(self, 0.01))
        thread.start()
        try:
            during(self.url)  # type: ignore[operator]
        finally:
            self.shutdown()
            thread.join()
        raise KeyboardInterrupt

    monkeypatch.setattr(WitnessServer, "serve_forever", serve_forever)


def test_serving_says_where(
    witness_key: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    urls: list[str] = []
    served(monkeypatch, urls.append)
    told = call(capsys, "serve", *UNLOCKED, "--port", "0")
    assert told.out == f"{NAME} answers at {urls[0]} for 1 log.\nStop it with Ctrl-C.\nStopped.\n"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = call(capsys, "serve", *UNLOCKED, "--port", str(taken.getsockname()[1]))
    assert (told.code, told.out) == (2, "")
    assert "cannot listen on 127.0.0.1" in told.err
