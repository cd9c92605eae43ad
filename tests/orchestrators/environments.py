"""An environment of its own for each orchestrator, with the real package: none of them is a dependency of ours.

It is made once in .orchestrators/ at the top of the tree, and found again by what would be installed into it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calls import ROOT

HERE = ROOT / "tests" / "orchestrators"
KEPT = ROOT / ".orchestrators"
# What pip says where there is nobody to ask, or who is asked has not got it.
UNREACHABLE = ("No matching distribution found", "Failed to establish a new connection", "Read timed out")


def locked(name: str) -> Path:
    """Every package of the environment in which the example was tried, isa-guard's own among them."""
    return HERE / "locks" / f"{name}.txt"


def needed(name: str) -> list[str]:
    """What isa-guard asks for to look into an export, and what the example asks for beside it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    example = ROOT / "examples" / "orchestrators" / name / "requirements.txt"
    return [
        *example.read_text().split(),
        *project["dependencies"],
        *project["optional-dependencies"]["scan"],
    ]


def environment(name: str) -> Path:
    """The Python of an environment in which the package is installed. Skips where no index can be reached."""
    return made_once(name, locked(name), needed(name))


def made_once(name: str, lock: Path, asked: list[str]) -> Path:
    """The Python of an environment with what a lock lists. Skips where no index can be reached."""
    key = hashlib.sha256(repr((sys.version, asked, lock.read_text())).encode()).hexdigest()[:12]
    KEPT.mkdir(exist_ok=True)
    with (KEPT / f"{name}.lock").open("w") as held:  # another worker may be about it
        fcntl.flock(held, fcntl.LOCK_EX)
        folder = KEPT / f"{name}-{key}"
        if not (folder / "ready").exists():
            for old in KEPT.glob(f"{name}-*"):
                shutil.rmtree(old)
            install(folder, lock, asked)
            (folder / "ready").touch()
    return folder / "bin" / "python"


def install(folder: Path, lock: Path, asked: list[str]) -> None:
    """What is locked, as it is, and then what was asked for, which must find nothing to change."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True)
    said = pip(folder, "--no-deps", "--requirement", str(lock))
    if any(one in said for one in UNREACHABLE):
        pytest.skip("no package index has what this needs; where one is reachable: make orchestrators")
    said = said or pip(folder, "--constraint", str(lock), *asked)
    if said:
        pytest.fail(said[-3_000:])


def pip(folder: Path, *arguments: str) -> str:
    """What pip says where it fails; empty where it does not."""
    command = [
        str(folder / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    return done.stderr or "pip failed" if done.returncode else ""


def ran(
    program: list[str | Path], folder: Path, variables: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """What a program says in a folder, with the isa-guard of this tree and nothing of ours in its surroundings."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
    surroundings = {**kept, "HOME": str(folder), "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", **variables}
    return subprocess.run(
        [str(one) for one in program],
        cwd=folder,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )


def driven(
    name: str, folder: Path, configurations: Sequence[Mapping[str, object]], variables: Mapping[str, str]
) -> list[tuple[str, dict[str, Any]]]:
    """What the driver of an orchestrator printed for each configuration: the log, and how it ended."""
    asked = folder.parent / f"{folder.name}.json"
    asked.write_text(json.dumps(configurations))
    command = f'"{environment(name)}" "{HERE / f"drive_{name}.py"}" <"{asked}" 2>&1'
    said = ran(["sh", "-c", command], folder, variables).stdout
    parts = re.split(r"^=== (.*)$", said, flags=re.MULTILINE)
    assert len(parts) > 1, said[-3_000:]
    return [(log, json.loads(end)) for log, end in zip(parts[:-1:2], parts[1::2], strict=True)]
