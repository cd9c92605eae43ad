"""At every system call of a commit the process is killed, or the disk is full or faulty: nothing acknowledged is lost.

The calls are those that strace saw the same task make before.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.conftest import ALL
from tests.faults.running import Forks, Told, called, injected, traced
from tests.register.making import Made, decided

FAULTS = ("signal=SIGKILL", "error=EIO", "error=ENOSPC")
WRITING = {
    "write",
    "fdatasync",
    "fsync",
    "rename",
    "pread64",
    "pwrite64",
    "openat",
    "flock",
    "lseek",
    "newfstatat",
}
SAMPLE = 5  # of these for each story and fault, where not all are wanted

# What once went wrong: a trust root half written, and a record of a rotation without its checkpoint.
ALWAYS = {"a rotation": [("fchmod", 1), ("write", 1), ("fdatasync", 1)]}


def copied(of: Path, to: Path) -> Path:
    """A copy whose archive, which is not written to, is the same files."""
    to.mkdir(0o700)
    for path in of.iterdir():
        if path.name == "archive":
            (to / "archive").symlink_to(path)
        elif path.is_dir():
            shutil.copytree(path, to / path.name)
        else:
            shutil.copy2(path, to / path.name)
    return to


@dataclass(frozen=True)
class Story:
    """What is done, and what must lie there before."""

    task: str
    argument: str = "1"
    before: Callable[[Path], object] = bool
    filled: bool = True


def torn(folder: Path) -> None:
    with (folder / "journal/000000000000.seg").open("ab") as file:
        file.write(b"\0\0\1\0" + b"x" * 100)


def uncovered(folder: Path) -> None:
    """Two records without a checkpoint, and an index that knows nothing of them."""
    lengths, content = [], (folder / "journal/000000000000.seg").read_bytes()
    at = 0
    while at < len(content):
        lengths.append(at)
        at += 36 + int.from_bytes(content[at : at + 4], "big")
    assert len(lengths) == 5
    for name in ("checkpoint", "index.sqlite"):
        shutil.copy2(folder.parent / f"three-{name}", folder / name)


STORIES = {
    "a commit": Story("append"),
    "the first commit": Story("append", filled=False),
    "a commit after a torn one": Story("append", before=torn),
    "a commit after one without a checkpoint": Story("append", before=uncovered),
    "a commit without an index": Story("append", before=lambda folder: (folder / "index.sqlite").unlink()),
    "a commit that begins a segment": Story("new-segment"),
    "a rotation": Story("rotate"),
    "an erasure": Story("erase", "T-0003"),
}


@pytest.fixture(scope="module")
def originals(empty_original: Made, tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    """A register without records and one of five, and what of the latter was there after three."""
    folder = tmp_path_factory.mktemp("originals")
    five = Made(copied(empty_original.folder, folder / "five"), empty_original.trust, empty_original.signers)
    five.append(*(decided(reference=f"T-000{number}") for number in (1, 2, 3)))
    for name in ("checkpoint", "index.sqlite"):
        shutil.copy2(five.folder / name, folder / f"three-{name}")
    five.append(*(decided(reference=f"T-000{number}") for number in (4, 5)))
    return {True: five.folder, False: copied(empty_original.folder, folder / "empty")}


def whole(forks: Forks, folder: Path, at_least: Told, lost: tuple[str, ...] = ()) -> Told:
    """A process of its own verifies the register, and finds all that was acknowledged."""
    found = forks.run("check", folder)
    assert found.status == 0, found.said
    assert found.fine is not None
    size, _ = found.fine
    assert size == len(found.leaves)
    for index, leaf in at_least.acks.items():
        assert found.leaves[index] == leaf
    assert set(found.lost) <= set(lost)
    return found


def survives(forks: Forks, folder: Path, story: Story, before: list[str], told: Told) -> None:
    """Whatever became of the task: the register is whole, and the same task then succeeds and goes on."""
    assert "crashed" not in told.said, told.said
    erased = (decided(reference=story.argument).fact.digest,) if story.task == "erase" else ()
    found = whole(forks, folder, told, erased)
    assert found.leaves[: len(before)] == before
    again = forks.run(story.task, folder, story.argument)
    assert again.status == 0, again.said
    assert min(again.acks) >= len(found.leaves)
    assert not set(again.acks) & set(told.acks)
    last = whole(forks, folder, again)
    assert last.leaves[: len(found.leaves)] == found.leaves
    assert last.fine == (max(again.acks) + 1, 0)
    whole(forks, folder, told)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", STORIES)
def test_nothing_acknowledged_is_lost(
    forks: Forks, originals: dict[bool, Path], tmp_path: Path, name: str, fault: str
) -> None:
    story = STORIES[name]
    original = originals[story.filled]

    def fresh() -> Path:
        folder = tmp_path / "register"
        shutil.rmtree(folder, ignore_errors=True)
        copied(original, folder)
        for part in ("checkpoint", "index.sqlite"):
            shutil.copy2(original.parent / f"three-{part}", tmp_path / f"three-{part}")
        story.before(folder)
        return folder

    before = whole(forks, fresh(), Told(0)).leaves
    calls = called(forks, story.task, fresh(), story.argument)
    assert calls["fdatasync"]
    assert calls["rename"]
    places = [(call, at) for call, number in sorted(calls.items()) for at in range(1, number + 1)]
    places.remove(("read", 1))  # of the line that lets the task begin
    if not ALL:
        chance = random.Random(f"{name} {fault}")
        made = sorted(WRITING & calls.keys())
        places = [(call, chance.randint(1, calls[call])) for call in chance.sample(made, SAMPLE)]
        places += ALWAYS.get(name, [])
    failed, lost = 0, []
    for call, at in places:
        folder = fresh()
        told = injected(forks, story.task, folder, fault, call, at, story.argument)
        failed += told.status != 0
        try:
            survives(forks, folder, story, before, told)
        except AssertionError as error:
            lost.append(f"{fault} at {call} {at} of {calls[call]}: {error}\n{told}")
    assert not lost, "\n".join(lost)
    assert failed  # or nothing was injected at all


def test_nothing_is_signed_that_is_not_on_the_disk_and_read_back(
    forks: Forks, originals: dict[bool, Path], tmp_path: Path
) -> None:
    """The records are written, forced to disk and read; then the checkpoint, then its name, then the folder's."""
    folder = copied(originals[True], tmp_path / "register")
    task = forks.task("append", folder, 1)
    with traced(task, "-y", "-e", "trace=write,fdatasync,pread64,fsync,rename") as lines:
        task.begin()
        assert task.ended().status == 0
    made = []
    for line in lines:
        call = line.split(maxsplit=1)[1].split("(")[0]
        for part in ("/journal/", "/.checkpoint.", "/register>"):
            if part in line and part != "/register>":
                made.append(f"{call} {part.strip('/.')}")
            elif part in line:
                made.append(f"{call} folder")
    wanted = [
        *("write journal", "fdatasync journal", "pread64 journal"),
        *("write checkpoint", "fsync checkpoint", "rename checkpoint", "fsync folder"),
    ]
    places = iter(made)
    assert all(step in places for step in wanted), made
    assert made.index("write checkpoint") > made.index("pread64 journal") > made.index("fdatasync journal")
