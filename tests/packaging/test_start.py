"""What a call loads: start-up stays quick because nothing heavy is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GOOD = ROOT / "examples" / "monthly-performance" / "transfer.yaml"
HEAVY = {
    "difflib",
    "duckdb",
    "polars",
    "pydantic",
    "z3",
    "starlette",
    "rich",
    "structlog",
    "cerberus",
    "isa_guard.load.models",
    "jinja2",
    "cryptography",
    "cryptography.x509",
}


def loaded(*arguments: str) -> set[str]:
    """The modules that a call in a fresh interpreter has loaded."""
    program = "import sys; from isa_guard.cli.main import main; main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(done.stderr.split())


def test_a_check_loads_nothing_that_it_does_not_need() -> None:
    assert loaded("check", str(GOOD), "--as-of", "2026-11-23", "--no-record") & HEAVY == set()


def test_the_help_loads_no_command() -> None:
    assert loaded("--help") & (HEAVY | {"yaml", "isa_guard.cli.check", "isa_guard.load.agreement"}) == set()


def test_the_version_does_not_even_load_the_command_line_library() -> None:
    assert loaded("--version") & (HEAVY | {"click", "yaml"}) == set()


def test_the_library_alone_loads_nothing() -> None:
    program = "import sys, isa_guard; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & {"yaml", "pydantic", "click", "isa_guard.library"} == set()


@pytest.mark.parametrize("name", ["load_agreement", "load_fact", "decide_fact"])
def test_the_library_is_there_at_its_first_use(name: str) -> None:
    import isa_guard

    assert callable(getattr(isa_guard, name))
    with pytest.raises(AttributeError):
        isa_guard.nothing  # noqa: B018 - the access is what is tested


def test_a_document_with_a_fault_is_explained_by_pydantic(tmp_path: Path) -> None:
    version = tmp_path / "opcc" / "1"
    version.mkdir(parents=True)
    shipped = ROOT / "policies" / "cambridgeshire-opcc" / "2018-05" / "agreement.yaml"
    (version / "agreement.yaml").write_text(
        shipped.read_text("utf-8").replace("title:", "titel:", 1), "utf-8"
    )
    found = loaded("check", str(GOOD), "--agreement", str(tmp_path / "opcc"), "--no-record")
    assert {"pydantic", "isa_guard.load.models"} <= found
