"""The assets and the check of the example, materialised by the real Dagster."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calls import EXAMPLES
from tests.orchestrators.environments import driven
from tests.orchestrators.stories import Story, names_nobody, stories

EXAMPLE = EXAMPLES / "orchestrators"
CHECK = "outgoing_export_keeps_to_the_agreement"
QUIET = {"DAGSTER_DISABLE_TELEMETRY": "1"}
ALL = ["outgoing_export", "keeps_to_the_agreement", "handed_over"]


def project(folder: Path) -> Path:
    folder.mkdir()
    for path in (EXAMPLE / "export_gate.py", *(EXAMPLE / "dagster").glob("*.py")):
        shutil.copy(path, folder)
    return folder


def asked(story: Story, home: Path, select: list[str], outbox: str) -> dict[str, Any]:
    folders = {
        "extract": str(story.extract),
        "outgoing": str(home / "outgoing" / story.name),
        "manifest": story.manifest,
        "outbox": str(home / outbox / story.name),
    }
    return {"folders": folders, "select": select}


@pytest.mark.slow
def test_dagster_sends_what_is_permitted_and_nothing_else(tmp_path: Path) -> None:
    told = stories(tmp_path)
    whole = [asked(one, tmp_path, ALL, "outbox") for one in told]
    # Materialised alone, on what the first run left: no check stands before it.
    alone = [asked(one, tmp_path, ["handed_over"], "alone") for one in told]
    ends = driven("dagster", project(tmp_path / "project"), [*whole, *alone], QUIET)
    for story, (log, end) in zip(told, ends[: len(told)], strict=True):
        permitted = story.exit_code == 0
        assert end["success"] is permitted, story.name
        assert end["steps"]["outgoing_export"] == "STEP_SUCCESS"
        assert end["steps"].get("handed_over") == ("STEP_SUCCESS" if permitted else None), (
            story.name
        )  # never started
        ((passed, severity, metadata),) = end["checks"]
        assert (passed, severity, metadata["exit code"]) == (permitted, "ERROR", story.exit_code), story.name
        assert bool(metadata["stopped by"]) is not permitted
        assert sorted(path.name for path in (tmp_path / "outbox" / story.name).rglob("*")) == story.sent
        for words in story.says:
            assert words in log + metadata["report"], (story.name, words)
        assert names_nobody(log + json.dumps(metadata)), story.name
    for story, (log, end) in zip(told, ends[len(told) :], strict=True):
        expected = "STEP_SUCCESS" if story.exit_code == 0 else "STEP_FAILURE"
        assert end["steps"] == {"handed_over": expected}, story.name
        assert sorted(path.name for path in (tmp_path / "alone" / story.name).rglob("*")) == story.sent
        assert names_nobody(log), story.name


@pytest.mark.slow
def test_dagster_sends_nothing_where_the_gate_itself_breaks(tmp_path: Path) -> None:
    folder = project(tmp_path / "project")
    assets = folder / "export_assets.py"
    assets.write_text(assets.read_text().replace("answer = ask(", "answer = 1 / 0 and ask("))
    (permitted, *_) = stories(tmp_path)
    ((log, end),) = driven("dagster", folder, [asked(permitted, tmp_path, ALL, "outbox")], QUIET)
    assert "ZeroDivisionError" in log
    assert end["steps"] == {"outgoing_export": "STEP_SUCCESS", CHECK: "STEP_FAILURE"}
    assert not (tmp_path / "outbox").exists()
