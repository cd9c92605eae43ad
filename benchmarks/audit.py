"""An audit of one and of ten million events, in three forms, beside DuckDB merely reading them and rules written by hand.

Every way of it must find just what was planted. CPU is that of whole processes, imports and start included.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import audit_peers
from benchmarks.audit_log import MAPS, PLANTED, Form, write
from isa_guard.audit.columns.engine import ColumnsAudit
from isa_guard.audit.lines.reading import read_lines
from isa_guard.audit.mapping.load import load_mapping, read_mapping
from isa_guard.audit.rows.engine import RowsAudit
from isa_guard.load.agreement import load
from isa_guard.model.audit import Audit
from isa_guard.model.facts import FactKind

MILLION = 1_000_000
NOW = datetime(2026, 11, 23, tzinfo=UTC)
PEERS = {
    "bare": audit_peers.bare,
    "hand": audit_peers.hand,
    "polars": audit_peers.polars,
    "loop": audit_peers.loop,
}
OURS = ("duckdb", "rows")
NAMES = {
    "bare": "DuckDB, reading alone",
    "duckdb": "isa-guard, duckdb, 24 rules",
    "rows": "isa-guard, rows, 24 rules",
    "hand": "DuckDB, 8 rules by hand",
    "polars": "Polars, 8 rules by hand",
    "loop": "Python, 8 rules by hand",
}
JSONL_ONLY = {"loop", "rows"}
ONCE = {"loop", "rows", "polars"}  # long, and not what the goal is about


def audit(folder: Path, form: Form, way: str) -> Audit:
    versions = load("cambridgeshire-opcc")
    event = versions.agreements[-1].schemas[FactKind.EVENT]
    mapping = (
        load_mapping("isa-guard-events", event)
        if form is Form.JSONL
        else read_mapping(MAPS[form], "bench.yaml", event)
    )
    path = folder / f"log.{form}"
    if way == "duckdb":
        with ColumnsAudit(versions, NOW, 1_000) as columns:
            return columns.finished((columns.read_file(path, mapping, 0),), None)
    rows = RowsAudit(versions, NOW, 1_000)
    reading = read_lines(path, mapping, 0)
    rows.read(reading)
    return rows.finished((reading.file_read(),), None)


def hold(found: Audit) -> None:
    """Every departure that was planted, and no other."""
    departures = Counter({one.rule.id: one.counts.not_met for one in found.tallies})
    assert +departures == PLANTED, +departures
    assert Counter(one.rule.id for one in found.findings if one.outcome.value == "not-met") == PLANTED


def child(way: str, form: Form, folder: Path) -> None:
    if way in PEERS:
        PEERS[way](form, folder)
    else:
        hold(audit(folder, form, way))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"cpu": usage.ru_utime + usage.ru_stime, "peak": _peak()}))


def _peak() -> float:
    """The most memory of this process, in MiB; what getrusage says begins with what its parent had."""
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1_024


def measured(way: str, form: Form, folder: Path, runs: int) -> dict[str, float]:
    """The run that took least time of the processor, in a process of its own."""
    call = [sys.executable, "-m", "benchmarks.audit", way, form, str(folder)]
    found = [
        json.loads(subprocess.run(call, check=True, capture_output=True, text=True).stdout)
        for _ in range(runs)
    ]
    return dict(min(found, key=lambda one: float(one["cpu"])))


def table(many: int) -> list[str]:
    """The lines of one size of log."""
    lines = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        written = write(folder, many)
        sizes = ", ".join(
            f"{(folder / f'log.{form}').stat().st_size / 1e6:,.0f} MB as {form}" for form in Form
        )
        lines += [f"{written:,} events ({sizes}):", ""]
        lines += [
            "| form | what | CPU s | us an event | x reading alone | most memory, MiB | bytes an event |"
        ]
        lines += ["|---|---|---:|---:|---:|---:|---:|"]
        for form in Form:
            floor = 0.0
            for way, name in NAMES.items():
                if (way in JSONL_ONLY and form is not Form.JSONL) or (
                    way in ONCE and many > 2 * MILLION and way != "polars"
                ):
                    continue
                one = measured(way, form, folder, 1 if way in ONCE or many > 2 * MILLION else 3)
                floor = floor or one["cpu"]
                cells = (
                    one["cpu"] / written * 1e6,
                    one["cpu"] / floor,
                    one["peak"],
                    one["peak"] * 2**20 / written,
                )
                figures = f"{cells[0]:.2f} | {cells[1]:.1f} | {cells[2]:,.0f} | {cells[3]:,.0f}"
                lines.append(f"| {form} | {name} | {one['cpu']:.1f} | {figures} |")
    return [*lines, ""]


def run(*sizes: int) -> str:
    lines = [
        "## An audit",
        "",
        f"A log with {sum(PLANTED.values())} departures planted against {len(PLANTED)} of the 24 rules of the Cambridgeshire agreement; "
        "every way found just these. What is written by hand knows the log, checks no line, hashes no file and gives counts alone; "
        "isa-guard hashes, proves that every line is an event or rejects it by number, judges 24 rules, and explains.",
        "",
    ]
    for many in sizes or (MILLION, 10 * MILLION):
        lines += table(many)
    return "\n".join(lines)


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in NAMES:
        child(sys.argv[1], Form(sys.argv[2]), Path(sys.argv[3]))
    else:
        print(run(*map(int, sys.argv[1:])))
