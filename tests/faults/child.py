"""A process that has all in memory and forks another for each task, so that hundreds can be killed in a minute.

It reads tasks from its input, a line each: `NAME FOLDER ARGUMENT`. The fork tells its number, waits for another
line, does the task, tells each acknowledgement as soon as it has one, and ends. What is told are lines:

    pid N   ack INDEX LEAF   leaves LEAF...   lost DIGEST   fine SIZE BEYOND   refused TYPE: WHAT   end STATUS
"""

from __future__ import annotations

import hashlib
import os
import select
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from isa_guard.errors import IsaGuardError
from isa_guard.register.appender import Appender, Surroundings
from isa_guard.register.faults import ArchiveBroken
from isa_guard.register.group import Group
from isa_guard.register.records.event import ErasureEvent, ErasureReason, KeyAction, KeyEvent
from isa_guard.register.records.statement import DecisionRecord
from isa_guard.register.register import Signers, trust_root_of
from isa_guard.register.signing.keys import Role
from isa_guard.register.stores import journal
from isa_guard.register.stores.directory import Directory
from isa_guard.register.stores.store import Shelf
from isa_guard.register.tree.merkle import leaf_hash
from isa_guard.register.trust_roots.rotation import rotated, signed_version
from isa_guard.register.verify import Walk, verify
from tests.register.making import SIGNERS, Clock, decided, made_in, signer

if TYPE_CHECKING:
    from collections.abc import Callable

    from isa_guard.register.appender import Receipt

ROOT = signer("root")
NEXT = Signers(signer("next record"), SIGNERS.log)
DECISIONS = [decided(f"purpose: hold-to-account, volume: {number}", f"F-{number}") for number in range(8)]
CRASHED, REFUSED, UNHEARD = 70, 4, 5


def told(*receipts: Receipt) -> None:
    """Tell acknowledgements in one write: half of a line was never read by anybody."""
    try:
        os.write(1, "".join(f"ack {one.index} {one.leaf.hex()}\n" for one in receipts).encode())
    except OSError:  # injected
        os._exit(UNHEARD)


def opened(folder: Path) -> Appender:
    store = Directory(folder)
    trust = trust_root_of(store, ROOT.key_id)
    size = int(store.checkpoint().split(b"\n")[1])
    now = NEXT if NEXT.record.public_key in trust.keys(Role.RECORD, size) else SIGNERS
    return Appender(store, trust, now, Surroundings(Clock(wall=datetime.now(UTC)), os.urandom))


def append(folder: Path, argument: str) -> None:
    """One commit of two records."""
    told(*opened(folder).append([DECISIONS[int(argument)], DECISIONS[0]]))


def new_segment(folder: Path, argument: str) -> None:
    """A commit that begins another segment of the journal."""
    journal.LIMIT_SEGMENT = 1  # type: ignore[misc]
    append(folder, argument)


def rotate(folder: Path, argument: str) -> None:
    """The record key is rotated, and a commit made under the new one; what was done already is left."""
    appender = opened(folder)
    contents = appender.store.trust_roots()
    old, new = SIGNERS.record.key_id, NEXT.record.key_id
    if len(contents) == 1:
        with appender.keeping() as keeping:
            following = rotated(appender.trust, Role.RECORD, NEXT.record.public_key, keeping.size)
            content = signed_version(contents, ROOT.key_id, following, ROOT)
            digest = hashlib.sha256(content).hexdigest()
            keeping.keep(KeyEvent(KeyAction.ROTATED, "record", old, new, 2, digest), 2, content, None)
    elif NEXT.record.public_key in appender.trust.keys(Role.RECORD, appender.size + 1) and (
        NEXT.record.public_key not in appender.trust.keys(Role.RECORD, appender.size)
    ):  # it broke off between the two
        digest = hashlib.sha256(contents[1]).hexdigest()
        appender.append_event(KeyEvent(KeyAction.ROTATED, "record", old, new, 2, digest))
    append(folder, argument)


def erase(folder: Path, argument: str) -> None:
    """A case is erased, and its erasure recorded."""
    digest = decided(reference=argument).fact.digest
    Directory(folder).erase(digest)
    told(
        opened(folder).append_event(
            ErasureEvent(digest, ErasureReason.COURT_ORDER, "data-protection-officer")
        )
    )


def many(folder: Path, argument: str) -> None:
    """Commit after commit by one appender, until the process is killed."""
    appender = opened(folder)
    while True:
        told(*appender.append(DECISIONS[: int(argument)]))


def threads(folder: Path, argument: str) -> None:
    """Threads that share commits, until the process is killed."""
    group = Group(opened(folder))

    def forever() -> None:
        while True:
            told(group.append(DECISIONS[0]))

    workers = [Thread(target=forever) for _ in range(int(argument))]
    for one in workers:
        one.start()
    for one in workers:
        one.join()


def check(folder: Path, argument: str) -> None:
    """Verify, and tell the leaf of every record, and every case that is not there."""
    store = Directory(folder)
    walk = Walk(store, ROOT.key_id)
    found = list(walk.records())
    proven = walk.verified()
    lost = {
        one.record.fact_digest
        for one in found
        if isinstance(one.record, DecisionRecord) and not kept(store, one.record.fact_digest)
    }
    leaves = " ".join(leaf_hash(one.envelope).hex() for one in found)
    lines = [f"leaves {leaves}", *(f"lost {digest}" for digest in lost - proven.erased)]
    os.write(1, "\n".join([*lines, f"fine {proven.size} {proven.beyond}", ""]).encode())


def kept(store: Directory, digest: str) -> bool:
    try:
        return store.blob(Shelf.CASES, digest) is not None
    except ArchiveBroken:
        return False


TASKS: dict[str, Callable[[Path, str], None]] = {
    "append": append,
    "new-segment": new_segment,
    "rotate": rotate,
    "erase": erase,
    "many": many,
    "threads": threads,
    "check": check,
}


def fork(task: str, folder: Path, argument: str) -> int:
    """Do a task in a process of its own, and answer how that ended."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = CRASHED
    try:
        os.write(1, f"pid {os.getpid()}\n".encode())
        select.select([0], [], [])  # no call that is counted: whoever counts begins while this one waits
        os.read(0, 64)
        TASKS[task](folder, argument)
        status = 0
    except IsaGuardError as refused:
        os.write(1, f"refused {type(refused).__name__}: {refused}\n".encode())
        status = REFUSED
    except BaseException as crashed:  # noqa: BLE001 - a defect, told as what it is
        os.write(1, f"crashed {type(crashed).__name__}: {crashed}\n".encode())
    os._exit(status)


def warmed() -> None:
    """Do all once, so that what a process does only once, as reading its own program, is not among the calls."""
    with tempfile.TemporaryDirectory() as folder:
        made = made_in(Path(folder) / "register", "example.org/warm")
        made.append(*DECISIONS)
        verify(made.store, made.trust)


def main() -> None:
    warmed()
    line = b""
    while part := os.read(0, 1):
        line += part
        if part == b"\n":
            words, line = line.decode().split(), b""
            if words == ["go"]:  # to one that was killed before it read this
                continue
            task, folder, argument = words
            status = fork(task, Path(folder), argument)
            os.write(1, f"\nend {status}\n".encode())


if __name__ == "__main__":
    sys.setswitchinterval(0.001)
    main()
