"""The register: signed and durable appends, and verification, beside what the disk, SQLite and PostgreSQL do.

The records are those of a real transfer under the real agreement, each with a document of its own. The peers store
envelopes of the same size, unsigned and unchained, committed in groups of the same size: what they show is the price
of durability alone. The bare rate of fdatasync stands beside everything, because small groups measure the disk.
"""

from __future__ import annotations

import gc
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

from isa_guard.decide.decide import decide
from isa_guard.load.agreement import load
from isa_guard.load.facts import read_facts, type_fact
from isa_guard.model.decision import Decision
from isa_guard.register.appender import Appender, Surroundings
from isa_guard.register.group import Group
from isa_guard.register.records.clock import Reading
from isa_guard.register.register import Signers, create, trust_root_of
from isa_guard.register.signing.keys import FileSigner
from isa_guard.register.stores.directory import Directory
from isa_guard.register.stores.opening import open_store
from isa_guard.register.stores.store import Store

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "monthly-performance" / "transfer.yaml"
BATCHES = (1, 10, 100, 1_000)
SECONDS = 2.0
THREADS = 64
ROOT_KEY, RECORD_KEY, LOG_KEY = (FileSigner(bytes([number]) * 32) for number in (1, 2, 3))
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def decisions(count: int) -> list[Decision]:
    """Decisions on documents that differ in their reference, as requests do."""
    (agreement,) = load("cambridgeshire-opcc").agreements
    text = EXAMPLE.read_text("utf-8")
    made = []
    for number in range(count):
        (untyped,) = read_facts(text.replace("T-2026-0101", f"T-{number}").encode(), "invented.yaml")
        made.append(decide(agreement, type_fact(untyped, agreement.schemas), now=NOON))
    return made


def appender(store: Store, origin: str) -> Appender:
    create(store, origin, ROOT_KEY, Signers(RECORD_KEY, LOG_KEY), os.urandom)
    surroundings = Surroundings(
        lambda: Reading(datetime.now(UTC), time.monotonic_ns(), "boot", "system"), os.urandom
    )
    trust = trust_root_of(store, ROOT_KEY.key_id)
    return Appender(store, trust, Signers(RECORD_KEY, LOG_KEY), surroundings)


def rate(batch: int, act: Callable[[int, int], object]) -> float:
    """Records a second, for about SECONDS; `act` takes the first number and how many."""
    act(0, batch)
    done = batch
    began = time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        act(done, batch)
        done += batch
    return (done - batch) / (time.perf_counter() - began)


def fdatasync(folder: Path, size: int) -> float:
    content = os.urandom(size)
    descriptor = os.open(folder / "bare", os.O_RDWR | os.O_CREAT, 0o600)

    def act(_: int, __: int) -> None:
        os.write(descriptor, content)
        os.fdatasync(descriptor)

    try:
        return rate(1, act)
    finally:
        os.close(descriptor)


def crypto(size: int) -> tuple[float, float]:
    message = os.urandom(size)
    signature = RECORD_KEY.sign(message)

    def timed(act: Callable[[], object]) -> float:
        best = 0.0
        for _ in range(5):
            began = time.perf_counter()
            for _ in range(1_000):
                act()
            best = max(best, 1_000 / (time.perf_counter() - began))
        return best

    return timed(lambda: RECORD_KEY.sign(message)), timed(
        lambda: RECORD_KEY.public_key.verifies(signature, message)
    )


def sqlite(folder: Path, envelope: bytes) -> list[float]:
    database = sqlite3.connect(folder / "peer.sqlite", isolation_level=None)
    database.execute("PRAGMA journal_mode=DELETE")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE entry(idx INTEGER PRIMARY KEY, envelope BLOB)")
    end = 0

    def act(_: int, count: int) -> None:
        nonlocal end
        database.execute("BEGIN")
        database.executemany("INSERT INTO entry VALUES (?, ?)", [(end + at, envelope) for at in range(count)])
        database.execute("COMMIT")
        end += count

    found = [rate(batch, act) for batch in BATCHES]
    database.close()
    return found


def postgresql_peer(address: str, envelope: bytes) -> list[float]:
    import psycopg

    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE peer(idx bigint PRIMARY KEY, envelope bytea)")
        connection.commit()
        end = 0

        def act(_: int, count: int) -> None:
            nonlocal end
            with connection.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO peer VALUES (%s, %s)", [(end + at, envelope) for at in range(count)]
                )
            connection.commit()
            end += count

        return [rate(batch, act) for batch in BATCHES]


def ours(store: Store, made: list[Decision]) -> list[float]:
    opened = appender(store, "example.org/benchmark")

    def act(start: int, count: int) -> None:
        opened.append([made[(start + at) % len(made)] for at in range(count)])

    return [rate(batch, act) for batch in BATCHES]


def grouped(store: Store, made: list[Decision], threads: int) -> tuple[float, float, float]:
    """Records a second, and the median and 99th percentile of a caller's wait in milliseconds."""
    group = Group(appender(store, "example.org/grouped"))
    waits: list[float] = []
    until = time.perf_counter() + 2 * SECONDS

    def caller(number: int) -> None:
        at = number
        while time.perf_counter() < until:
            began = time.perf_counter()
            group.append(made[at % len(made)])
            waits.append(time.perf_counter() - began)
            at += threads

    workers = [Thread(target=caller, args=(number,)) for number in range(threads)]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    waits.sort()
    seconds = time.perf_counter() - began
    return (
        len(waits) / seconds,
        waits[len(waits) // 2] * 1_000,
        waits[int(len(waits) * 0.99)] * 1_000,
    )


VERIFY = """
import resource, sys, time
from pathlib import Path
from isa_guard.register.stores.directory import Directory
from isa_guard.register.verify import verify
before = resource.getrusage(resource.RUSAGE_SELF)
began = time.perf_counter()
size = verify(Directory(Path(sys.argv[1])), sys.argv[2]).size
wall = time.perf_counter() - began
after = resource.getrusage(resource.RUSAGE_SELF)
cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
# Not ru_maxrss: that of a new process remembers the one it was begun by.
(most,) = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(size, size / wall, size / cpu, int(most) / 1024)
"""


def verified(folder: Path) -> tuple[int, float, float, float]:
    """Size, records a second, records a second of CPU, and the most memory in MiB, of a process that verifies."""
    command = [sys.executable, "-c", VERIFY, str(folder), ROOT_KEY.key_id]
    out = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, cwd=ROOT).stdout.split()
    return int(out[0]), float(out[1]), float(out[2]), float(out[3])


def addresses() -> tuple[str, str]:
    """Two empty schemas of a PostgreSQL of our own, started as the tests start it, its log kept short."""
    from tests.register.postgres_server import server

    started = server()
    started.run(
        "ALTER SYSTEM SET log_statement = 'none'",
        "ALTER SYSTEM SET log_min_duration_statement = -1",
        "SELECT pg_reload_conf()",
    )
    return started.schema(), started.schema()


def run() -> str:
    gc.freeze()
    made = decisions(12_000)
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".benchmark-") as name:
        folder = Path(name)
        return _run(folder, made)


def _run(folder: Path, made: list[Decision]) -> str:
    directory = Directory(folder / "register")
    own = ours(directory, made)
    envelope = next(iter(directory.entries()))
    signs, verifies = crypto(len(envelope) * 3 // 4)
    synced = fdatasync(folder, len(envelope))
    lite = sqlite(folder, envelope)
    per_second, median, high = grouped(Directory(folder / "grouped"), made, THREADS)
    first, second = addresses()
    peer = postgresql_peer(first, envelope)
    shared = ours(open_store(second), made)
    rows = [
        ("SQLite, unsigned (DELETE journal, FULL)", lite),
        ("PostgreSQL, unsigned (one connection)", peer),
        ("isa-guard, folder, each record signed", own),
        ("isa-guard, PostgreSQL, each record signed", shared),
    ]
    text = [
        "## The register",
        "",
        f"Records of {len(envelope):,} bytes. Bare fdatasync of one: {synced:,.0f}/s. Ed25519 at this size: {signs:,.0f} signed/s, "
        f"{verifies:,.0f} verified/s on one core: the ceiling of whatever signs or verifies each record.",
        "",
        "| appends a second, by records in a commit | "
        + " | ".join(f"{batch:,}" for batch in BATCHES)
        + " |",
        "|---|" + "---:|" * len(BATCHES),
        *(f"| {what} | " + " | ".join(f"{one:,.0f}" for one in found) + " |" for what, found in rows),
        "",
        f"Group commit, {THREADS} threads of one process, one record each at a time: {per_second:,.0f}/s, median {median:.0f} ms, "
        f"99th percentile {high:.0f} ms. Goal: 10,000/s, 99th percentile under 50 ms.",
        "",
        "| verify | records | records/s | records/s of CPU | of the signature check alone | most memory, MiB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for what in ("grouped", "register"):
        size, wall, cpu, memory = verified(folder / what)
        share = cpu / verifies
        text.append(f"| a folder | {size:,} | {wall:,.0f} | {cpu:,.0f} | {share:.0%} | {memory:.0f} |")
    return "\n".join([*text, "", "Goal: 5,000/s a core, 1,000,000 records under 300 MiB.", ""])
