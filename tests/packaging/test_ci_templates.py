"""The action for GitHub and the template for GitLab: what they would run, run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.calls import EXAMPLES, ROOT

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
GITLAB: dict[str, Any] = yaml.safe_load((ROOT / "templates" / "isa-guard.gitlab-ci.yml").read_text("utf-8"))
STORY = EXAMPLES / "complaints-extract"


def ran(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": path, "HOME": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("name", "code"), [("export", 0), ("export_bad", 1)])
def test_the_action_lets_through_what_is_permitted_and_nothing_else(
    name: str, code: int, tmp_path: Path
) -> None:
    (step,) = (one for one in ACTION["runs"]["steps"] if one.get("name") == "Check")
    assert step["env"].keys() == {"FACTS", "ISA_GUARD_AGREEMENT", "SARIF"}
    done = ran(
        step["run"], tmp_path, FACTS=str(STORY / f"{name}.yaml"), ISA_GUARD_AGREEMENT="", SARIF="out.sarif"
    )
    assert done.returncode == code, done.stderr
    results = json.loads((tmp_path / "out.sarif").read_text())["runs"][0]["results"]
    assert bool(results) is (code != 0)
    assert ("::error" in done.stdout) is (code != 0)


def test_a_name_with_a_command_in_it_is_a_name(tmp_path: Path) -> None:
    (step,) = (one for one in ACTION["runs"]["steps"] if one.get("name") == "Check")
    done = ran(
        step["run"], tmp_path, FACTS="$(touch${IFS}pwned);x", ISA_GUARD_AGREEMENT="", SARIF="out.sarif"
    )
    assert done.returncode == 4
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(("name", "code"), [("export", 0), ("export_bad", 1)])
def test_the_gitlab_job_ends_as_the_decision_does(name: str, code: int, tmp_path: Path) -> None:
    job = GITLAB["isa-guard"]
    check = next(line for line in job["script"] if line.startswith("isa-guard"))
    done = ran(check, tmp_path, ISA_GUARD_FACTS=str(STORY / f"{name}.yaml"))
    assert done.returncode == code, done.stderr
    reports = job["artifacts"]["reports"].values()
    assert all((tmp_path / one).exists() for one in reports)
