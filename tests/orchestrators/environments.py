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
# What pip says where there is nobody to ask, or who is asked has not got it. Any other failure is one of ours: a
# package that no longer goes together with what isa-guard needs.
UNREACHABLE = (
    "No matching distribution found",
    "Temporary failure in name resolution",
    "Name or service not known",
    "Failed to establish a new connection",
    "Connection refused",
    "Network is unreachable",
    "ProxyError",
    "Read timed out",
)


def needed(name: str) -> list[str]:
    """What isa-guard needs to look into an export, beside what the example of `name` asks for, at the locked versions."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    example = ROOT / "examples" / "orchestrators" / name / "requirements.txt"
    return [
        *("--requirement", str(example), "--constraint", str(HERE / "locks" / f"{name}.txt")),
        *project["dependencies"],
        *project["optional-dependencies"]["scan"],
    ]


def environment(name: str) -> Path:
    """The Python of an environment in which the package is installed. Skips where no index can be reached."""
    asked = needed(name)
    files = [Path(one).read_bytes() for one in asked if one.endswith(".txt")]
    key = hashlib.sha256(repr((sys.version, asked[4:], files)).encode()).hexdigest()[:12]
    KEPT.mkdir(exist_ok=True)
    with (KEPT / f"{name}.lock").open("w") as lock:  # another worker may be about it
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = KEPT / f"{name}-{key}"
        if not (folder / "ready").exists():
            for old in KEPT.glob(f"{name}-*"):
                shutil.rmtree(old)
            install(folder, asked)
            (folder / "ready").touch()
    return folder / "bin" / "python"


def install(folder: Path, asked: list[str]) -> None:
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True)
    pip: list[str | Path] = [
        folder / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    done = subprocess.run([*pip, *asked], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    if any(one in done.stderr for one in UNREACHABLE):
        pytest.skip("no package index has what this needs; where one is reachable: make orchestrators")
    pytest.fail(done.stderr[-3_000:])


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
