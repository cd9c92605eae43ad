"""The Python that the pages show, run as it stands there."""

from __future__ import annotations

import contextlib
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from isa_guard.errors import LoadError
from tests.cli.calls import EXAMPLES, ROOT

STORY = EXAMPLES / "complaints-extract"


def shown(page: str) -> str:
    (code,) = re.findall(
        r"^```python\n(.*?)^```$", (ROOT / page).read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return str(code)


def run(code: str, folder: Path) -> dict[str, Any]:
    names: dict[str, Any] = {}
    with contextlib.chdir(folder):
        exec(code, names)
    return names


@pytest.fixture
def outgoing(tmp_path: Path) -> Path:
    return shutil.copytree(STORY, tmp_path / "outgoing")


GATE = shown("docs/how-to/gate-export-jobs.md")


def test_the_gate_is_ten_lines() -> None:
    assert len(GATE.splitlines()) == 10


def test_the_ten_lines_let_a_permitted_export_through(outgoing: Path) -> None:
    assert run(GATE, outgoing.parent)["decision"].verdict == "permit"


def test_the_ten_lines_end_the_job_on_a_refusal_and_name_the_rules(outgoing: Path) -> None:
    shutil.copy(outgoing / "export_bad.yaml", outgoing / "export.yaml")
    with pytest.raises(
        SystemExit, match=r"^not sent, refuse: export/columns, export/identifiers, export/marking$"
    ):
        run(GATE, outgoing.parent)


def test_the_ten_lines_end_the_job_on_what_a_person_must_decide(outgoing: Path) -> None:
    manifest = outgoing / "export.yaml"
    manifest.write_text(manifest.read_text().replace("  purpose: monitor-complaints\n", ""))
    with pytest.raises(SystemExit, match=r"^not sent, refer: "):
        run(GATE, outgoing.parent)


@pytest.mark.parametrize("name", ["cases.csv", "export.yaml"])
def test_the_ten_lines_end_the_job_on_what_is_not_there(name: str, outgoing: Path) -> None:
    (outgoing / name).unlink()
    with pytest.raises(LoadError):
        run(GATE, outgoing.parent)


def test_the_ten_lines_take_no_other_fact_for_an_export(outgoing: Path) -> None:
    """A breach that was told in time is in order at any time after: nobody would have looked into a file."""
    shutil.copy(EXAMPLES / "breach-over-a-weekend" / "breach.yaml", outgoing / "export.yaml")
    with pytest.raises(SystemExit, match=r"^not sent, permit"):
        run(GATE, outgoing.parent)


def test_the_lines_of_the_readme_decide_a_transfer(tmp_path: Path) -> None:
    shutil.copy(EXAMPLES / "monthly-performance" / "transfer.yaml", tmp_path)
    assert run(shown("README.md"), tmp_path)["decision"].fact.reference == "T-2026-0101"
