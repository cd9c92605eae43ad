"""A real process that follows while another writes, killed without warning: no finding is lost and none told twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from tests.audit.follow.making import line, standing
from tests.cli.calls import ROOT, call
from tests.decide.logs.test_between import FRIDAY, HOUR

LINES = 3_210
KILLS = 8


def arguments(folder: Path, state: str, *more: str) -> list[str]:
    common = ["--agreement", "cambridgeshire-opcc", "--map", "isa-guard-events", "--follow"]
    return ["audit", str(folder / "log.jsonl"), *common, "--state", str(folder / state), *more]


def begun(folder: Path, *more: str) -> subprocess.Popen[bytes]:
    with (folder / "out.jsonl").open("ab") as out, (folder / "err").open("ab") as err:
        command = [sys.executable, "-m", "isa_guard.cli", *arguments(folder, "state", *more)]
        return subprocess.Popen(command, stdout=out, stderr=err, cwd=ROOT)


def a_log(chosen: Random) -> list[str]:
    """Disclosures, some permitted and some not, some of it out of order; breaches, some told in time; numbers that lack."""
    written = []
    for number in range(LINES // 2):
        at, ref = FRIDAY + number * HOUR // 50 + chosen.randint(0, 3) * HOUR, f"r{chosen.randint(0, 200)}"
        what = chosen.choice(["shared", "permitted", "breach-discovered", "breach-notified"])
        written.append(line(at, action=what, ref=ref, seq=number + number // 100, actor=f"a{number % 7}"))
        written.append(line(at, action="accessed", dataset="d", actor=f"a{number % 5}", recorded=False))
    return written


def grown(out: Path) -> None:
    """Wait until something is told."""
    before, patience = out.stat().st_size, time.monotonic() + 60
    while out.stat().st_size == before:
        assert time.monotonic() < patience
        time.sleep(0.002)


@pytest.mark.slow
def test_killed_at_any_moment_no_finding_is_lost_and_none_is_told_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(os.environ):
        if name.startswith("ISA_GUARD_"):
            monkeypatch.delenv(name)
    chosen = Random(11)
    written = a_log(chosen)
    (tmp_path / "log.jsonl").touch()
    cut = LINES // KILLS - 1
    process = begun(tmp_path)
    for batch in range(KILLS):
        for start in range(batch * cut, (batch + 1) * cut, 25):
            with (tmp_path / "log.jsonl").open("a") as log:
                text = "".join(written[start : min(start + 25, (batch + 1) * cut)])
                half = chosen.randint(0, len(text))
                log.write(text[:half])
                log.flush()
                log.write(text[half:])
            time.sleep(chosen.random() * 0.05)
        grown(tmp_path / "out.jsonl")
        time.sleep(chosen.random() * 0.1)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process = begun(tmp_path)
    with (tmp_path / "log.jsonl").open("a") as log:
        log.write(written[KILLS * cut])
    grown(tmp_path / "out.jsonl")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
    process = begun(tmp_path, "--once")
    assert process.wait(timeout=60) == 1
    out = (tmp_path / "out.jsonl").read_text()
    told = standing(out)
    capsys.readouterr()
    again = call(capsys, *arguments(tmp_path, "again", "--once"))
    assert again.code == 1
    assert told == standing(again.out)
    assert len(told) > 500
    assert not [one for one in map(json.loads, out.splitlines()) if one["type"] in {"log", "rejected"}]
    last = (tmp_path / "err").read_text().splitlines()[-1]
    assert last.startswith(f"{KILLS * cut + 1:,} events, 0 lines rejected, 0 blank, ")
