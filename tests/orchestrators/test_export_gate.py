"""The gate that the three share: it says what `isa-guard check` says, and hands over what it looked into."""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.cli.calls import EXAMPLES, ROOT, call
from tests.orchestrators.stories import AS_OF, STORY, Story, copied, names_nobody, stories

AGREEMENT = "cambridgeshire-opcc"
NAMES = ["permitted", "refused", "referred", "unreadable", "missing", "broken", "absent", "other"]


def loaded() -> ModuleType:
    path = EXAMPLES / "orchestrators" / "export_gate.py"
    spec = importlib.util.spec_from_file_location("export_gate", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["export_gate"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


GATE = loaded()


@pytest.fixture(params=NAMES)
def story(request: pytest.FixtureRequest, tmp_path: Path) -> Story:
    (found,) = (one for one in stories(tmp_path) if one.name == request.param)
    return found


def test_every_story_is_tried(tmp_path: Path) -> None:
    assert [one.name for one in stories(tmp_path)] == NAMES


def test_the_gate_ends_as_the_story_does_and_says_why(story: Story) -> None:
    answer = GATE.ask(story.extract / story.manifest, AGREEMENT, AS_OF)
    assert answer.exit_code == story.exit_code
    assert bool(answer.stopped_by) is (story.exit_code != 0)
    for words in story.says:
        assert words in f"{answer}\n{answer.report}", words
    assert names_nobody(f"{answer}\n{answer.report}\n{answer.stopped_by}")


def test_only_a_permit_hands_anything_over(story: Story, tmp_path: Path) -> None:
    outbox = tmp_path / "outbox"
    raised = (
        contextlib.nullcontext() if story.exit_code == 0 else pytest.raises(GATE.NotPermitted, match="exit")
    )
    with raised:
        GATE.hand_over(story.extract / story.manifest, AGREEMENT, outbox)
    assert sorted(path.name for path in outbox.rglob("*")) == story.sent


def test_what_is_handed_over_is_what_was_looked_into(tmp_path: Path) -> None:
    GATE.hand_over(STORY / "export.yaml", AGREEMENT, tmp_path / "outbox")
    assert (tmp_path / "outbox" / "cases.csv").read_bytes() == (STORY / "cases.csv").read_bytes()


def test_a_file_that_changes_behind_the_gate_is_not_handed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copied(tmp_path / "x")
    ask = GATE.ask

    def and_then_it_changes(*arguments: object) -> object:
        answer = ask(*arguments)
        shutil.copy(STORY / "cases_bad.csv", folder / "cases.csv")
        return answer

    monkeypatch.setattr(GATE, "ask", and_then_it_changes)
    with pytest.raises(GATE.NotPermitted, match="changed after it was looked into"):
        GATE.hand_over(folder / "export.yaml", AGREEMENT, tmp_path / "outbox")
    assert not (tmp_path / "outbox").exists()


@pytest.mark.parametrize("name", ["export", "export_bad"])
def test_the_report_is_the_one_of_the_command_line(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with contextlib.chdir(ROOT):
        manifest = (STORY / f"{name}.yaml").relative_to(ROOT)
        answer = GATE.ask(manifest, AGREEMENT, AS_OF)
        told = call(capsys, "check", manifest, "--as-of", AS_OF)
    assert (answer.report, answer.exit_code) == (told.out, told.code)


@pytest.mark.parametrize(
    ("agreement", "as_of"),
    [("no-such-agreement", AS_OF), (AGREEMENT, "tomorrow"), (AGREEMENT, "2026-11-23T10:00")],
)
def test_a_job_that_is_set_up_wrongly_sends_nothing(agreement: str, as_of: str) -> None:
    assert GATE.ask(STORY / "export.yaml", agreement, as_of).exit_code == 4
