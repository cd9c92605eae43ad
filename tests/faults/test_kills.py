"""Two that append at the same time are killed at any moment, again and again: one index for each record, none lost."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path

import pytest

from tests.faults.conftest import ALL
from tests.faults.running import Forks
from tests.register.making import Made

RUNS = 200 if ALL else 6
ON_ONE = 25  # kills that one register has to bear: verifying a long one after each takes most of the time


@pytest.mark.parametrize(
    ("one", "other"), [("many 3", "many 1"), ("threads 6", "threads 3"), ("many 2", "threads 4")]
)
def test_two_appenders_killed_at_any_moment_lose_nothing_acknowledged(
    forks: Forks, other_forks: Forks, made: Made, one: str, other: str
) -> None:
    chance = random.Random(f"{one} {other}")
    for round_ in range(0, RUNS, ON_ONE):
        folder = shutil.copytree(made.folder, made.folder.with_name(f"round-{round_}"))
        acknowledged: dict[int, str] = {}
        for _ in range(min(ON_ONE, RUNS)):
            tasks = [
                by.task(name, folder, argument)
                for by, (name, argument) in ((forks, one.split()), (other_forks, other.split()))
            ]
            for task in tasks:
                task.begin()
            for task in chance.sample(tasks, 2):
                time.sleep(chance.uniform(0, 0.12))
                task.kill()
            for task in tasks:
                told = task.ended()
                assert told.status == -9, told
                assert not acknowledged.keys() & told.acks.keys()
                acknowledged |= told.acks
            assert holds(forks, folder, acknowledged)
        assert acknowledged
        last = forks.run("append", folder, 1)
        assert min(last.acks) > max(acknowledged)
        assert holds(forks, folder, acknowledged | last.acks)


def holds(forks: Forks, folder: Path, acknowledged: dict[int, str]) -> bool:
    found = forks.run("check", folder)
    assert found.status == 0, found.said
    assert found.lost == []
    return all(found.leaves[index] == leaf for index, leaf in acknowledged.items())
