"""The hooks, run by the real pre-commit in a repository of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "monthly-performance"


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of exports whose hooks call the isa-guard that is under test."""
    home = tmp_path / "exports"
    (home / "transfers").mkdir(parents=True)
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text()
    local = "repos:\n- repo: local\n  hooks:\n" + "".join(
        f"  {line}\n"
        for line in hooks.splitlines()
        if not line.startswith(("#", "  additional_dependencies"))  # what is under test has them
    )
    (home / ".pre-commit-config.yaml").write_text(local.replace("language: python", "language: system"))
    git(home, "init", "-q")
    return home


def hook(home: Path, name: str) -> tuple[int, str]:
    git(home, "add", "-A")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PRE_COMMIT_HOME": str(home.parent / "cache")}
    command = [sys.executable, "-m", "pre_commit", "run", name, "--all-files", "--verbose"]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False, env=environment)
    return done.returncode, done.stdout + done.stderr


def test_the_gate_lets_a_permitted_transfer_be_committed(repository: Path) -> None:
    (repository / "transfers" / "t.yaml").write_text((EXAMPLES / "transfer.yaml").read_text())
    code, out = hook(repository, "isa-guard-check")
    assert (code, "Passed" in out) == (0, True), out


def test_the_gate_stops_a_refused_transfer_and_says_why(repository: Path) -> None:
    (repository / "transfers" / "t.yaml").write_text((EXAMPLES / "transfer_bad.yaml").read_text())
    code, out = hook(repository, "isa-guard-check")
    assert code == 1
    assert "clause 4.21" in out


def test_a_data_file_that_changed_is_looked_into_again(repository: Path) -> None:
    """The manifest did not change; the file that it declares did."""
    story = ROOT / "examples" / "complaints-extract"
    exports = repository / "exports"
    exports.mkdir()
    for name in ("export.yaml", "cases.csv"):
        (exports / name).write_bytes((story / name).read_bytes())
    code, out = hook(repository, "isa-guard-export")
    assert (code, "Passed" in out) == (0, True), out
    (exports / "cases.csv").write_bytes((story / "cases_bad.csv").read_bytes())
    code, out = hook(repository, "isa-guard-export")
    assert code == 1
    assert "National Insurance number in column 5" in out


def test_other_files_are_not_the_gates_business(repository: Path) -> None:
    (repository / "notes.yaml").write_text("a: 1\n")
    code, out = hook(repository, "isa-guard-check")
    assert (code, "no files to check" in out) == (0, True)


def test_an_agreement_that_does_not_validate_is_stopped(repository: Path) -> None:
    (repository / "agreement.yaml").write_text("format: isa-guard/agreement/1\nid: x\n")
    code, out = hook(repository, "isa-guard-validate")
    assert code == 1
    assert "the key `title` is missing" in out


def test_the_hooks_file_is_one_that_pre_commit_accepts() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_the_hook_installs_and_runs_as_published(repository: Path) -> None:
    """As a data engineer uses it: pre-commit builds its own environment from a repository and runs the hook."""
    (repository / "transfers" / "t.yaml").write_text((EXAMPLES / "transfer_bad.yaml").read_text())
    git(repository, "add", "-A")
    environment = {**os.environ, "PRE_COMMIT_HOME": str(repository.parent / "cache")}
    command = [
        sys.executable,
        "-m",
        "pre_commit",
        "try-repo",
        str(ROOT),
        "isa-guard-check",
        "--all-files",
        "--verbose",
    ]
    done = subprocess.run(
        command, cwd=repository, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "clause 4.21" in done.stdout
