"""Whole processes: CPU time (user and system) of one call, the least of several, beside a bare interpreter."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "monthly-performance" / "transfer.yaml"


SIGNED = "200 and the unlocking"
# The rounds and nothing else, but for the interpreter, which has a row of its own: the keys of a folder share a salt.
UNLOCK = """
import hashlib
from isa_guard.register.signing.pbes2 import ROUNDS
hashlib.pbkdf2_hmac("sha256", b"four plain words here", bytes(16), ROUNDS, 32)
"""


def cpu(command: Sequence[str], environment: dict[str, str], times: int = 12) -> float:
    """Milliseconds of CPU, the least of `times` runs; children are counted by the operating system."""
    least = 1e9
    for _ in range(times):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, check=False
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        least = min(least, (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000)
    return least


def signed(guard: str, folder: Path, environment: dict[str, str]) -> list[str]:
    """The call of a check that records, with new keys and a new register in `folder`."""
    secret, keys, register = folder / "passphrase", folder / "keys", folder / "register"
    secret.write_text("four plain words here\n", "utf-8")
    secret.chmod(0o600)
    known = ["--passphrase-file", str(secret)]
    named = ["--origin", "example.org/benchmark", "--key", str(keys)]
    for command in (
        [guard, "keys", "new", str(keys), *known],
        [guard, "register", "init", str(register), *named, *known],
    ):
        subprocess.run(command, stdout=subprocess.DEVNULL, env=environment, check=True)
    check = [guard, "check", str(EXAMPLE), "--agreement", "cambridgeshire-opcc"]
    return [*check, "--record", "--register", str(register), "--key", str(keys), *known]


def run() -> str:
    python = sys.executable
    guard = str(Path(python).parent / "isa-guard")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    rows: list[tuple[str, float, str]] = []

    def row(name: str, command: Sequence[str], goal: str = "") -> None:
        rows.append((name, cpu(command, environment), goal))

    row("bare interpreter", [python, "-c", "pass"])
    row("isa-guard --version", [guard, "--version"], "40")
    row("isa-guard --help", [guard, "--help"], "100")
    with tempfile.TemporaryDirectory() as folder:
        environment["XDG_CACHE_HOME"] = folder
        check = [guard, "check", str(EXAMPLE), "--agreement", "cambridgeshire-opcc", "--no-record"]
        row("isa-guard check, one transfer, unsigned", check)
        row("isa-guard check, one transfer, signed", signed(guard, Path(folder), environment), SIGNED)
        row("of that, unlocking the folder of keys (PBKDF2)", [python, "-c", UNLOCK])
    text = ["## Whole processes", "", "| call | CPU ms | goal |", "|---|---:|---:|"]
    text += [f"| {name} | {time_:.0f} | {goal} |" for name, time_, goal in rows]
    return "\n".join([*text, ""])
