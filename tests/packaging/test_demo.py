"""The demonstration, which is the first thing that anybody runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.cli.calls import ROOT


def test_the_demonstration_runs_from_keys_to_a_replay_and_ends_well(tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    command = programs / "isa-guard"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m isa_guard.cli "$@"\n')
    command.chmod(0o700)
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    environment = {"PATH": path, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path), "ISA_GUARD_FORMAT": "pdf"}
    done = subprocess.run(
        ["sh", ROOT / "examples" / "demo.sh"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr
    assert "Done: each gate opened and shut where it should" in done.stdout
    assert "20 records verify" in done.stdout
    assert "14 replayed and the same, 0 erased, 6 events" in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bin"]  # the folder was thrown away
