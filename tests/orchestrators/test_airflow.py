"""The DAG of the example, run by the real Airflow on a database of its own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calls import EXAMPLES
from tests.orchestrators.environments import driven, environment, ran
from tests.orchestrators.stories import names_nobody, stories

EXAMPLE = EXAMPLES / "orchestrators"


def dags(folder: Path) -> Path:
    """The files as they are put into the folder of DAGs."""
    folder.mkdir()
    for path in (EXAMPLE / "export_gate.py", *(EXAMPLE / "airflow").glob("*.py")):
        shutil.copy(path, folder)
    return folder


def run(folder: Path, configurations: list[dict[str, str]]) -> list[tuple[str, dict[str, Any]]]:
    """What was logged by each run of the DAG, and how it ended."""
    python = environment("airflow")
    variables = {
        "AIRFLOW_HOME": str(folder.parent / "home"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(folder),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
    }
    made = ran([python.parent / "airflow", "db", "migrate"], folder, variables)
    assert made.returncode == 0, made.stderr[-3_000:]
    return driven("airflow", folder, configurations, variables)


@pytest.mark.slow
def test_airflow_sends_what_is_permitted_and_nothing_else(tmp_path: Path) -> None:
    told = stories(tmp_path)
    asked = [
        {
            "extract": str(one.extract),
            "outgoing": str(tmp_path / "outgoing" / one.name),
            "manifest": one.manifest,
            "outbox": str(tmp_path / "outbox" / one.name),
        }
        for one in told
    ]
    for story, (log, end) in zip(told, run(dags(tmp_path / "dags"), asked), strict=True):
        permitted = story.exit_code == 0
        assert end["tasks"]["export"] == ["success", 1], story.name
        assert end["tasks"]["gate"] == ["success" if permitted else "failed", 1], story.name  # no retry
        assert end["tasks"]["send"] == ["success", 1] if permitted else ["upstream_failed", 0], story.name
        assert end["state"] == ("success" if permitted else "failed")
        assert sorted(path.name for path in (tmp_path / "outbox" / story.name).rglob("*")) == story.sent
        for words in story.says:
            assert words in log, (story.name, words)
        assert names_nobody(log), story.name
    kept = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert kept
    assert all(names_nobody(path.read_bytes().decode(errors="replace")) for path in kept)


@pytest.mark.slow
def test_airflow_sends_nothing_where_the_gate_itself_breaks(tmp_path: Path) -> None:
    folder = dags(tmp_path / "dags")
    gate, dag = folder / "isa_guard_operator.py", folder / "export_dag.py"
    gate.write_text(gate.read_text().replace("answer = ask(", "answer = 1 / 0 and ask("))
    dag.write_text(dag.read_text().replace("retries=2", "retries=0"))
    (permitted, *_) = stories(tmp_path)
    asked = {
        "extract": str(permitted.extract),
        "outgoing": str(tmp_path / "outgoing"),
        "outbox": str(tmp_path / "outbox"),
    }
    ((log, end),) = run(folder, [asked])
    assert "ZeroDivisionError" in log
    assert end["tasks"]["gate"] == ["failed", 1]
    assert end["tasks"]["send"] == ["upstream_failed", 0]
    assert not (tmp_path / "outbox").exists()
