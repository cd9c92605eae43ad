"""Appending: what is acknowledged is durable, what a crash leaves is put right, and nobody signs over damage."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import random
import re
import signal
import subprocess
import sys
import textwrap
import time
from datetime import timedelta
from pathlib import Path

import pytest

from isa_guard.errors import KeyRefused, UsageError
from isa_guard.register.appender import Appender
from isa_guard.register.faults import (
    Damage,
    RecordError,
    RegisterBroken,
    RegisterUnreadable,
    StorageFailed,
)
from isa_guard.register.register import Signers, checkpoint_of, commitment_key, create
from isa_guard.register.stores import directory as module
from isa_guard.register.stores.directory import Directory
from isa_guard.register.stores.journal import framed
from isa_guard.register.verify import Walk, verify
from tests.register.making import NOON, ORIGIN, SIGNERS, Made, appending, decided, made_in, signer

SEGMENT = "journal/000000000000.seg"


def state(made: Made) -> dict[str, bytes]:
    """Every file of a register but its lock, by name."""
    files = (path for path in made.folder.rglob("*") if path.is_file())
    return {path.relative_to(made.folder).as_posix(): path.read_bytes() for path in files}


def test_a_new_register_is_empty_and_verifies(made: Made) -> None:
    proven = verify(made.store, made.trust.fingerprint)
    assert (proven.origin, proven.size, proven.beyond) == (ORIGIN, 0, 0)


def test_receipts_number_the_records_and_name_the_checkpoint_that_covers_them(made: Made) -> None:
    first = made.append(decided())
    second = made.append(decided(reference="T-0002"), decided(reference="T-0003"))
    assert [one.index for one in first + second] == [0, 1, 2]
    assert [one.covered_by for one in first + second] == [1, 3, 3]
    assert checkpoint_of(made.store, made.trust).size == 3
    assert verify(made.store, made.trust.fingerprint).size == 3


def test_each_record_names_the_leaf_of_the_one_before(filled: Made) -> None:
    found = list(Walk(filled.store, filled.trust).records())
    import hashlib

    leaves = [hashlib.sha256(b"\0" + one.envelope).hexdigest() for one in found]
    assert [one.record.standing.previous for one in found] == [None, *leaves[:-1]]
    assert [one.record.standing.index for one in found] == [0, 1, 2, 3, 4]


def test_every_file_and_folder_is_private(filled: Made) -> None:
    assert filled.folder.stat().st_mode & 0o7777 == 0o700
    for path in filled.folder.rglob("*"):
        assert path.stat().st_mode & 0o7777 == (0o700 if path.is_dir() else 0o600), path


def test_nothing_to_record_is_nothing_recorded(made: Made) -> None:
    assert made.append() == ()
    assert verify(made.store, made.trust.fingerprint).size == 0


def test_a_clock_that_was_set_back_never_dates_a_record_before_the_last(made: Made) -> None:
    made.append(decided())
    made.clock.wall -= timedelta(days=2)
    made.append(decided(reference="T-0002"))
    made.clock.wall += timedelta(days=4)
    made.append(decided(reference="T-0003"))
    made.append(decided(reference="T-0004"))
    standings = [one.record.standing for one in Walk(made.store, made.trust).records()]
    times = [one.decided_at for one in standings]
    assert times == sorted(times)
    assert [one.step_detected for one in standings] == [False, True, True, False]


@pytest.mark.parametrize(
    "origin", ["", "Example.org", "a b", "a+b", "https://example.org/isa", "-a", "a/", "x" * 101, "é"]
)
def test_a_name_that_no_log_could_have_is_refused(tmp_path: Path, origin: str) -> None:
    with pytest.raises(UsageError, match="no name for a register"):
        made_in(tmp_path / "r", origin)
    assert not (tmp_path / "r").exists()


def test_a_register_begins_in_an_empty_folder_and_with_three_keys(tmp_path: Path, made: Made) -> None:
    before = state(made)
    with pytest.raises(UsageError, match="not empty"):
        made_in(made.folder, ORIGIN)
    assert state(made) == before
    with pytest.raises(KeyRefused, match="three different keys"):
        create(Directory(tmp_path / "r"), ORIGIN, signer("log"), SIGNERS, os.urandom)
    with pytest.raises(StorageFailed, match="not there"):
        made_in(tmp_path / "no" / "folder", ORIGIN)


def test_keys_of_another_register_are_refused(filled: Made) -> None:
    before = state(filled)
    for strange in (Signers(signer("x"), SIGNERS.log), Signers(SIGNERS.record, signer("x"))):
        filled.signers = strange
        with pytest.raises(KeyRefused, match="not one of"):
            filled.append(decided())
    assert state(filled) == before


def test_a_folder_that_is_no_register_is_said_to_be_none(tmp_path: Path, made: Made) -> None:
    with (
        pytest.raises(RegisterUnreadable, match="no lock"),
        appending(tmp_path, made.trust, SIGNERS, made.surroundings),
    ):
        pytest.fail("it was opened")
    (made.folder / "commitments.key").write_bytes(b"short")
    with pytest.raises(RegisterUnreadable, match="not the key"):
        commitment_key(made.store)
    (made.folder / "commitments.key").chmod(0o644)
    with pytest.raises(KeyRefused, match="chmod 600"):
        commitment_key(made.store)
    (made.folder / "commitments.key").unlink()
    with pytest.raises(RegisterUnreadable, match="not there"):
        made.append(decided())


# What a crash leaves


def test_whole_records_without_a_checkpoint_are_checked_and_covered(filled: Made) -> None:
    """A crash after the records were stored and before the checkpoint was replaced."""
    later = state(filled)["checkpoint"]
    old = made_copy_of_checkpoint(filled, 3)
    (filled.folder / "checkpoint").write_bytes(old)
    assert verify(filled.store, filled.trust).size == 3
    with appending(filled.folder, filled.trust, SIGNERS, filled.surroundings) as appender:
        assert appender.size == 5
    assert (filled.folder / "checkpoint").read_bytes() == later  # the same root: no size is signed with two


def made_copy_of_checkpoint(made: Made, size: int) -> bytes:
    """The genuine checkpoint that the register had at `size`."""
    from isa_guard.register.tree.checkpoint import Checkpoint, sign_checkpoint
    from isa_guard.register.tree.merkle import Frontier, leaf_hash

    frontier = Frontier()
    for one in list(Walk(made.store, made.trust).records())[:size]:
        frontier.add(leaf_hash(one.envelope))
    return sign_checkpoint(Checkpoint(made.trust.origin, size, frontier.root()), made.signers.log)


@pytest.mark.parametrize("kept", [1, 3, 4, 20, 36, 37, 500, -1])
def test_a_torn_tail_is_cut_and_the_register_goes_on(filled: Made, kept: int) -> None:
    path = filled.folder / SEGMENT
    whole = path.read_bytes()
    torn = framed(b'{"torn":"' + b"x" * 700 + b'"}')
    path.write_bytes(whole + torn[:kept])
    assert verify(filled.store, filled.trust).beyond == 1
    with appending(filled.folder, filled.trust, SIGNERS, filled.surroundings):
        pass
    assert path.read_bytes() == whole
    path.write_bytes(whole + torn[:kept])
    assert filled.append(decided(reference="T-0006"))[0].index == 5
    assert verify(filled.store, filled.trust).size == 6


def test_a_tail_of_noise_is_cut(filled: Made) -> None:
    path = filled.folder / SEGMENT
    whole = path.read_bytes()
    noise = bytearray(framed(b"x" * 50))
    noise[-1] ^= 1
    for tail in (bytes(noise), b"\0" * 4_096, b"\xff" * 100):
        path.write_bytes(whole + tail)
        with appending(filled.folder, filled.trust, SIGNERS, filled.surroundings):
            pass
        assert path.read_bytes() == whole


def test_a_whole_frame_that_nobody_here_signed_is_not_taken_over(filled: Made) -> None:
    path = filled.folder / SEGMENT
    path.write_bytes(path.read_bytes() + framed(b'{"payload":"","payloadType":"","signatures":[]}'))
    before = state(filled)
    with pytest.raises(RegisterBroken) as caught:
        filled.append(decided())
    assert (caught.value.damage, caught.value.index) == (Damage.SIGNATURE, 5)
    assert state(filled) == before


def test_a_checkpoint_ahead_of_the_records_stops_everything(filled: Made) -> None:
    path = filled.folder / SEGMENT
    whole = path.read_bytes()
    ends = [0]
    while ends[-1] < len(whole):
        ends.append(ends[-1] + 36 + int.from_bytes(whole[ends[-1] : ends[-1] + 4], "big"))
    path.write_bytes(whole[: ends[4]])
    with pytest.raises(RegisterBroken) as caught:
        filled.append(decided())
    assert (caught.value.damage, caught.value.index) == (Damage.MISSING, 4)
    path.write_bytes(whole[: ends[4] + 10])
    with pytest.raises(RegisterBroken) as caught:
        filled.append(decided())
    assert (caught.value.damage, caught.value.index) == (Damage.FRAME, 4)


def test_a_register_whose_covered_records_were_exchanged_is_not_signed_again(
    tmp_path: Path, filled: Made
) -> None:
    other = made_in(tmp_path / "other", ORIGIN)
    for number in range(5):
        other.append(decided(reference=f"X-{number}"))
    (filled.folder / SEGMENT).write_bytes((other.folder / SEGMENT).read_bytes())
    with pytest.raises(RegisterBroken) as caught:
        filled.append(decided())
    assert caught.value.damage is Damage.ROOT


def test_a_false_empty_checkpoint_is_refused(made: Made) -> None:
    from isa_guard.register.tree.checkpoint import Checkpoint, sign_checkpoint

    (made.folder / "checkpoint").write_bytes(sign_checkpoint(Checkpoint(ORIGIN, 0, b"x" * 32), SIGNERS.log))
    with pytest.raises(RegisterBroken) as caught:
        made.append(decided())
    assert caught.value.damage is Damage.ROOT


# What the disk refuses


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("call", ["write", "fdatasync", "fsync", "pread", "open", "rename"])
def test_whatever_the_disk_refuses_nothing_is_acknowledged_and_nothing_is_lost(
    filled: Made, monkeypatch: pytest.MonkeyPatch, code: int, call: str
) -> None:
    fresh = decided("purpose: hold-to-account, volume: 7", "T-0006")

    def refuse(*_: object, **__: object) -> int:
        raise OSError(code, os.strerror(code))

    with appending(filled.folder, filled.trust, SIGNERS, filled.surroundings) as appender:
        monkeypatch.setattr(Path, "replace", refuse) if call == "rename" else monkeypatch.setattr(
            os, call, refuse
        )
        with pytest.raises(StorageFailed, match=r"full|fault|read-only"):
            appender.append([fresh])
        monkeypatch.undo()
    assert verify(filled.store, filled.trust).size == 5
    (receipt,) = filled.append(decided(reference="T-0007"))
    assert verify(filled.store, filled.trust).size == receipt.index + 1


def test_after_a_failed_commit_the_same_opening_acknowledges_nothing_more(
    filled: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError(errno.EIO, "gone")

    with appending(filled.folder, filled.trust, SIGNERS, filled.surroundings) as appender:
        with monkeypatch.context() as patch:
            patch.setattr(os, "fdatasync", fails)
            with pytest.raises(StorageFailed, match="fault"):
                appender.append([decided()])
        with pytest.raises(StorageFailed, match="open the register anew"):
            appender.append([decided()])


def test_bytes_that_come_back_otherwise_are_not_signed_for(
    filled: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lesson of a log that was lost to one flipped bit: sign what the file holds, not what was sent."""
    before, reading = state(filled)["checkpoint"], os.pread

    def flipped(descriptor: int, size: int, at: int) -> bytes:
        found = bytearray(reading(descriptor, size, at))
        if found:
            found[len(found) // 2] ^= 1
        return bytes(found)

    with appending(filled.folder, filled.trust, SIGNERS, filled.surroundings) as appender:
        (draft,) = appender.drafted([decided("purpose: hold-to-account", "T-0001")])
        with appender.store.writing() as writer:
            monkeypatch.setattr(os, "pread", flipped)
            with pytest.raises(StorageFailed, match="other bytes than were written"):
                appender._commit(writer, [draft])
            monkeypatch.undo()
    assert state(filled)["checkpoint"] == before


def test_a_decision_too_large_to_record_leaves_the_register_as_it_was(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("isa_guard.register.records.dsse.LIMIT_ENVELOPE", 2_000)
    with appending(made.folder, made.trust, SIGNERS, made.surroundings) as appender:
        with pytest.raises(RecordError, match="the limit is 2,000"):
            appender.append([decided()])
        monkeypatch.undo()
        assert appender.append([decided()])[0].index == 0


# Others at the same time


APPENDING = textwrap.dedent("""
    import sys
    from pathlib import Path
    from tests.register.making import Made, SIGNERS, decided, signer
    from isa_guard.register.stores.directory import Directory
    from isa_guard.register.register import trust_root_of

    folder = Path(sys.argv[1])
    made = Made(folder, trust_root_of(Directory(folder), signer("root").key_id), SIGNERS)
    made.clock.wall = __import__("datetime").datetime.now(__import__("datetime").timezone.utc)
    one = decided()
    print("ready", flush=True)
    for _ in range(int(sys.argv[2])):
        print(*(receipt.index for receipt in made.append(one, one)), flush=True)
""")


def appender_process(made: Made, times: int) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", APPENDING, str(made.folder), str(times)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=environment)


def acknowledged(out: str) -> list[int]:
    """The indices on whole lines: half a line was never read by anybody."""
    whole = out[: out.rfind("\n") + 1]
    return [int(number) for number in re.findall(r"[0-9]+", whole)]


def test_two_appenders_share_a_register_and_no_index(made: Made) -> None:
    processes = [appender_process(made, 15) for _ in range(2)]
    indices = [acknowledged(process.communicate(timeout=60)[0]) for process in processes]
    assert sorted(indices[0] + indices[1]) == list(range(60))
    assert verify(made.store, made.trust).size == 60


def killed_in_the_middle(made: Made, seconds: float) -> list[int]:
    process = appender_process(made, 100_000)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    return acknowledged(process.communicate(timeout=60)[0])


def survives_kills(made: Made, runs: int) -> None:
    chance = random.Random(20261123)
    seen = 0
    for _ in range(runs):
        indices = killed_in_the_middle(made, chance.uniform(0.0, 0.25))
        proven = verify(made.store, made.trust)
        assert indices == list(range(indices[0], indices[0] + len(indices)) if indices else [])
        assert proven.size >= max(indices, default=-1) + 1
        assert proven.size >= seen
        seen = proven.size
        made.clock.wall = NOON + timedelta(days=36_500)
    (receipt,) = made.append(decided())
    assert receipt.index >= seen
    assert verify(made.store, made.trust).size == receipt.index + 1


def test_kill_9_in_the_middle_loses_nothing_acknowledged(made: Made) -> None:
    survives_kills(made, 4)


@pytest.mark.slow
def test_kill_9_many_times_loses_nothing_acknowledged(made: Made) -> None:
    survives_kills(made, 60)


def test_a_lock_that_is_not_to_be_had_is_told(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOCK_SECONDS", 0.02)

    with made.store.writing(), pytest.raises(StorageFailed, match="another process"):
        made.appender()


def test_a_large_group_is_one_commit(made: Made) -> None:
    one = decided()
    receipts = made.append(*[one] * 300)
    assert {receipt.covered_by for receipt in receipts} == {300}
    assert json.loads(Walk(made.store, made.trust).checkpoint.text.split("\n")[1]) == 300


# One decision in the place of another


def test_a_decision_replaces_another_by_name_and_both_stay(filled: Made) -> None:
    earlier = list(Walk(filled.store, filled.trust).records())[2].record.standing.id
    receipt = filled.appender().supersede(earlier, decided(reference="T-0007"))
    found = list(Walk(filled.store, filled.trust).records())
    assert [one.record.standing.supersedes for one in found] == [None] * 5 + [earlier]
    assert (receipt.index, verify(filled.store, filled.trust).size) == (5, 6)


@pytest.mark.parametrize("indexed", [True, False])
def test_what_no_record_is_called_cannot_be_replaced(
    filled: Made, monkeypatch: pytest.MonkeyPatch, indexed: bool
) -> None:
    appender = filled.appender()
    known = list(Walk(filled.store, filled.trust).records())[4].record.standing.id
    if not indexed:
        monkeypatch.setattr(Directory, "found", lambda *_: (_ for _ in ()).throw(StorageFailed("no index")))
    for name in ("", "2", "01a21098-0027-7b49-a33a-dfb14435f200", known.upper(), "x" * 36):
        with pytest.raises(UsageError, match="no record here has the id"):
            appender.supersede(name, decided())
    assert verify(filled.store, filled.trust).size == 5
    assert appender.supersede(known, decided()).index == 5


def test_appenders_in_turn_note_each_record_once(made: Made) -> None:
    told: list[str] = []
    surroundings = dataclasses.replace(made.surroundings, warn=told.append)
    one, other = (Appender(made.store, made.trust, SIGNERS, surroundings) for _ in range(2))
    for turn in range(6):
        (one if turn % 2 else other).append([decided(reference=f"T-{turn}")])
    assert told == []
    tip = made.store.tip()
    assert tip is not None
    assert tip.size == verify(made.store, made.trust).size == 6
