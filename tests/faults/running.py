"""Tasks in processes of their own, and strace beside them: what they call, and which of it is made to fail."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

CALLS = (
    "openat,read,write,pwrite64,pread64,lseek,fsync,fdatasync,ftruncate,fcntl,flock,rename,unlink,mkdir,"
    "chmod,fchmod,newfstatat,fstat,getdents64,close"
)
_CALL = re.compile(r"[0-9]+ +([a-z0-9_]+)\(")
_TREE = Path(__file__).parents[2]


@dataclass
class Told:
    """What a task told, and how it ended."""

    status: int
    acks: dict[int, str] = field(default_factory=dict)
    leaves: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    fine: tuple[int, int] | None = None
    said: str = ""

    @classmethod
    def of(cls, lines: list[str], status: int) -> Told:
        told = cls(status)
        for line in lines:
            match line.split():
                case ["ack", index, leaf] if len(leaf) == 64:
                    assert told.acks.setdefault(int(index), leaf) == leaf, f"two records got index {index}"
                case ["leaves", *leaves]:
                    told.leaves = leaves
                case ["lost", digest]:
                    told.lost.append(digest)
                case ["fine", size, beyond]:
                    told.fine = int(size), int(beyond)
                case _:
                    told.said += line
        return told


class Task:
    """A task that has not begun yet, or runs."""

    def __init__(self, process: subprocess.Popen[str], pid: int) -> None:
        self.pid = pid
        self._process = process

    def begin(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def ended(self) -> Told:
        assert self._process.stdout is not None
        lines: list[str] = []
        while not (line := self._process.stdout.readline()).startswith("end "):
            assert line, "the process that forks is gone"
            lines.append(line)
        return Told.of(lines, int(line.split()[1]))


class Forks:
    """The process that forks."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_TREE,
        )

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(60)

    def task(self, name: str, folder: Path, argument: object = 0) -> Task:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{name} {folder} {argument}\n")
        self._process.stdin.flush()
        said = self._process.stdout.readline().split()
        assert said[:1] == ["pid"], said
        return Task(self._process, int(said[1]))

    def run(self, name: str, folder: Path, argument: object = 0) -> Told:
        task = self.task(name, folder, argument)
        task.begin()
        return task.ended()


@contextmanager
def traced(task: Task, *options: str) -> Iterator[list[str]]:
    """Let strace follow a task that has not begun; its lines are there once the task has ended."""
    strace = shutil.which("strace")
    assert strace, "strace is not installed: crashes at system calls cannot be tested"
    lines: list[str] = []
    with tempfile.NamedTemporaryFile("r", prefix="isa-guard-strace-") as output:
        arguments = [strace, "-f", "-s0", "-o", output.name, "-p", str(task.pid), *options]
        tracer = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True)
        assert tracer.stderr is not None
        attached = tracer.stderr.readline()
        if "attached" not in attached:
            tracer.kill()
            tracer.wait()
            raise AssertionError(f"strace may not trace here, so this cannot be tested: {attached.strip()}")
        yield lines
        tracer.communicate(timeout=120)
        lines += output.readlines()


def called(forks: Forks, name: str, folder: Path, argument: object = 0) -> Counter[str]:
    """How often a task makes each of the calls."""
    task = forks.task(name, folder, argument)
    with traced(task, "-e", f"trace={CALLS}") as lines:
        task.begin()
        told = task.ended()
    assert told.status == 0, told
    assert told.acks
    return Counter(found[1] for line in lines if (found := _CALL.match(line)))


def injected(
    forks: Forks, name: str, folder: Path, fault: str, call: str, at: int, argument: object = 0
) -> Told:
    """What a task tells whose call fails the `at`th time, or at which it is killed."""
    task = forks.task(name, folder, argument)
    with traced(task, "-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={at}"):
        task.begin()
        return task.ended()
