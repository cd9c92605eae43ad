"""The wheel carries the packs and the agreements, and works where no checkout is."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False, timeout=600
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    done = run(sys.executable, "-m", "build", "--wheel", "--outdir", out, ROOT, cwd=out)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(out.glob("*.whl"))


@pytest.mark.slow
def test_the_wheel_carries_every_rule_and_agreement(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for kind in ("rules", "policies"):
        for path in (ROOT / kind).rglob("*.yaml"):
            assert f"isa_guard/shipped/{path.relative_to(ROOT)}" in names
    assert "isa_guard/py.typed" in names
    assert not any(name.startswith(("tests/", "benchmarks/")) for name in names)


@pytest.mark.slow
def test_the_wheel_checks_a_transfer_in_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    binaries = tmp_path / "env" / "bin"
    installed = run(binaries / "python", "-m", "pip", "install", "--quiet", wheel, cwd=tmp_path)
    assert installed.returncode == 0, installed.stderr
    (tmp_path / "t.yaml").write_text(
        (ROOT / "examples" / "monthly-performance" / "transfer_bad.yaml").read_text()
    )
    done = run(binaries / "isa-guard", "check", "t.yaml", "--as-of", "2026-11-23", cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "clause 4.21" in done.stdout
    assert run(binaries / "isa-guard", "validate", cwd=tmp_path).returncode == 0
