"""Each example has its story, a twin that fails, and what it prints."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from tests.cli.calls import AS_OF, EXAMPLES, ROOT, call

FACTS = sorted(EXAMPLES.glob("*/*.yaml"))


@pytest.mark.parametrize("path", FACTS, ids=lambda path: "/".join(path.parts[-2:]))
def test_an_example_prints_what_is_kept_beside_it(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`isa-guard check EXAMPLE --as-of 2026-11-23 > .../expected/NAME.txt` after a change that is meant."""
    with contextlib.chdir(ROOT):
        answer = call(capsys, "check", path.relative_to(ROOT), *AS_OF)
    assert answer.out == (path.parent / "expected" / f"{path.stem}.txt").read_text("utf-8")
    assert (answer.code == 0) is (not path.stem.endswith("_bad"))


@pytest.mark.parametrize("name", ["events", "events_bad"])
def test_the_logs_of_a_quarter_come_out_as_the_story_tells(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    story = EXAMPLES / "quarter-in-the-logs"
    with contextlib.chdir(ROOT):
        log = (story / f"{name}.jsonl").relative_to(ROOT)
        answer = call(capsys, "audit", log, "-a", "cambridgeshire-opcc", "-m", "isa-guard-events", *AS_OF)
    assert answer.out == (story / "expected" / f"{name}.txt").read_text("utf-8")
    assert answer.code == (1 if name.endswith("_bad") else 0)


def test_every_story_is_told_and_has_its_bad_twin() -> None:
    others = {
        "logs",
        "orchestrators",
        "foi",
    }  # the last are replies as published: tests/agreements/test_public_replies.py
    stories = sorted(path for path in EXAMPLES.iterdir() if path.is_dir() and path.name not in others)
    assert stories
    for story in stories:
        assert (story / "README.md").read_text("utf-8").startswith("# ")
        names = {path.stem for path in story.iterdir() if path.suffix in {".yaml", ".jsonl"}}
        assert {name.removesuffix("_bad") for name in names if name.endswith("_bad")} <= names
        assert any(name.endswith("_bad") for name in names)
