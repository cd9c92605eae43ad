"""A scan for identifiers beside a search with the same patterns, and how well it finds them beside Presidio.

CPU and time are those of whole processes, imports and start included. What is found is held to the truth of the
corpus, cell by cell.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from benchmarks.scan_corpus import Kind, Label, write
from isa_guard.scan.contents import TablePart
from isa_guard.scan.identifiers import NOBODY, Limits, TableScan
from isa_guard.scan.readers import read_contents
from isa_guard.uk.identifiers import IDENTIFIERS

ROWS = {Kind.SPARSE: 240_000, Kind.DENSE: 120_000}
JUDGED = {Kind.SPARSE: 8_000, Kind.DENSE: 800}
BATCH = 50_000
# A value in a note without a word that names it is missed by design: shape alone says nothing.
LEAST_F1 = {Kind.SPARSE: 0.9, Kind.DENSE: 0.97}
HEALTH = {"nhs-number", "chi-number", "health-and-care-number"}
PRESIDIO = Path(__file__).with_name("scan_presidio.py")


def scan(path: Path, limits: Limits, rows: int | None = None) -> TableScan:
    import polars as pl

    reading = TableScan(path.name, NOBODY, limits)
    if rows is None:
        reading.add(pl.read_csv(path, infer_schema=False))
        return reading
    batches = pl.scan_csv(path, infer_schema=False).collect_batches(chunk_size=rows, maintain_order=True)
    for frame in batches:
        reading.add(frame)
    return reading


def child(way: str, path: Path) -> None:
    import polars as pl

    if way == "read":
        assert len(pl.read_csv(path, infer_schema=False))
    elif way == "reader":
        # The way of the tool itself, whose reader keeps no more of the file than a batch.
        reading = TableScan(path.name)
        for part in read_contents(path):
            if isinstance(part, TablePart):
                reading.add(part.frame)
        assert reading.found()
    else:
        assert scan(path, Limits(), BATCH if way == "batches" else None).found()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(usage.ru_maxrss / 1_024)


@dataclass(frozen=True)
class Cost:
    """Of a whole process: seconds on the clock and of the processor, and the most memory in MiB, where it was told."""

    clock: float
    cpu: float
    peak: float | None


def measured(call: list[str], runs: int = 3) -> Cost:
    """The run that took least time of the processor."""
    costs = []
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        said = subprocess.run(call, check=True, capture_output=True, text=True).stdout
        clock = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        costs.append(Cost(clock, cpu, float(said) if call[0] == sys.executable else None))
    return min(costs, key=lambda one: one.cpu)


def patterns(path: Path) -> None:
    """The scanner's own patterns, one a line, edges and letters in ASCII alone, which is the fastest that rg has."""
    lines = [rf"(?-u:\b)(?:{one.pattern})(?-u:\b)".replace("(?i:", "(?i-u:") for one in IDENTIFIERS]
    path.write_text("\n".join(one for one in lines if r"\n" not in one) + "\n", "utf-8")


def extended(path: Path) -> None:
    """The same for `grep -E`, which knows neither groups that do not capture nor parts without regard to case."""
    # Its ranges are those of the locale, and C knows no letter with an accent.
    lines = [one.pattern.replace("(?i:", "(").replace("(?:", "(").replace("à-ÿ", "") for one in IDENTIFIERS]
    path.write_text("\n".join(rf"\b({one})\b" for one in lines if r"\n" not in one) + "\n", "utf-8")


def peer(folder: Path) -> tuple[str, list[str]]:
    """The fastest search on this machine, and how it is called."""
    file = folder / "patterns"
    if rg := shutil.which("rg"):
        patterns(file)
        return "rg --count-matches", [rg, "--count-matches", "-f", str(file)]
    extended(file)
    return "grep -E -c (rg is not installed)", [shutil.which("grep") or "grep", "-E", "-c", "-f", str(file)]


def speed(folder: Path) -> list[str]:
    name, search = peer(folder)
    lines = [
        "| export | what | MB/s | s | CPU s | x the search (CPU) | most memory, MiB |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for kind, rows in ROWS.items():
        path = folder / f"{kind}.csv"
        write(path, kind, rows)
        size = path.stat().st_size / 1e6
        base = measured([*search, str(path)])
        ours = {
            way: measured([sys.executable, "-m", "benchmarks.scan", way, str(path)])
            for way in ("read", "whole", "batches")
        }
        titles = {
            "read": "polars, reading alone",
            "whole": "isa-guard, in one go",
            "batches": f"isa-guard, batches of {BATCH:,} rows",
        }
        for title, cost in ((name, base), *((titles[way], cost) for way, cost in ours.items())):
            peak = "" if cost.peak is None else f"{cost.peak:,.0f}"
            lines.append(
                f"| {kind}, {size:.0f} MB | {title} | {size / cost.clock:.1f} | {cost.clock:.2f} | {cost.cpu:.2f} | {cost.cpu / base.cpu:.2f} | {peak} |"
            )
    return [*lines, ""]


def memory(folder: Path) -> list[str]:
    lines = [
        "Most memory of the whole process against the size of the file (dense), MiB:",
        "",
        "| file, MB | in one go | batches of polars | batches of the tool's reader |",
        "|---:|---:|---:|---:|",
    ]
    for rows in (72_000, 180_000, 360_000, 720_000):
        path = folder / "memory.csv"
        write(path, Kind.DENSE, rows)
        peaks = [
            measured([sys.executable, "-m", "benchmarks.scan", way, str(path)], 1).peak
            for way in ("whole", "batches", "reader")
        ]
        lines.append(f"| {path.stat().st_size / 1e6:.0f} | {' | '.join(f'{peak:,.0f}' for peak in peaks)} |")
    return [*lines, ""]


def ours(path: Path) -> set[Label]:
    """Every cell in which something was found, at any grade."""
    reading = scan(path, Limits(places=10**9))
    return {
        Label(row, column, one.entity)
        for column, sums in reading.sums().items()
        for one in sums
        for graded in one.grades.values()
        for row in graded.held.places
    }


def presidio_python() -> str | None:
    """An interpreter that has Presidio: the one named by ISA_GUARD_BENCH_PRESIDIO, or one set up for the purpose."""
    if named := os.environ.get("ISA_GUARD_BENCH_PRESIDIO"):
        return named
    home = Path(tempfile.gettempdir()) / "isa-guard-bench-presidio"
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    install = [str(python), "-m", "pip", "install", "-q", "presidio-analyzer"]
    got = subprocess.run(install, check=False, capture_output=True, timeout=1_200).returncode == 0
    return str(python) if got else None


def theirs(python: str, path: Path) -> tuple[set[Label], float]:
    said = json.loads(
        subprocess.run([python, str(PRESIDIO), str(path)], check=True, capture_output=True, text=True).stdout
    )
    return {Label(*one) for one in said["found"]}, float(said["cpu"])


def one_health_service(labels: set[Label]) -> set[Label]:
    """The numbers of all health services as one kind: Presidio does not tell them apart."""
    return {Label(one.row, one.column, "nhs-number") if one.entity in HEALTH else one for one in labels}


@dataclass(frozen=True)
class Score:
    right: int
    wrong: int
    missed: int

    @property
    def f1(self) -> float:
        return 2 * self.right / (2 * self.right + self.wrong + self.missed or 1)

    def __str__(self) -> str:
        precision = self.right / (self.right + self.wrong) if self.right + self.wrong else float("nan")
        recall = self.right / (self.right + self.missed) if self.right + self.missed else float("nan")
        return f"{precision:.3f} / {recall:.3f} / {self.f1:.3f}"


def scores(truth: set[Label], found: set[Label]) -> dict[str, Score]:
    right, wrong, missed = (
        Counter(one.entity for one in part) for part in (truth & found, found - truth, truth - found)
    )
    by_entity = {one: Score(right[one], wrong[one], missed[one]) for one in sorted(right | wrong | missed)}
    return by_entity | {"**all**": Score(right.total(), wrong.total(), missed.total())}


def quality(folder: Path) -> list[str]:
    python = presidio_python()
    lines = []
    if python is None:
        lines += ["Presidio could not be installed here: its columns are left out.", ""]
    for kind, rows in JUDGED.items():
        path = folder / f"judged-{kind}.csv"
        truth = set(write(path, kind, rows, seed=7))
        mine = scores(truth, ours(path))
        assert mine["**all**"].f1 >= LEAST_F1[kind], mine["**all**"]
        size = path.stat().st_size / 1e6
        lines += [f"{kind}, {rows:,} rows, {size:.1f} MB, {len(truth):,} cells with an identifier:", ""]
        if python is None:
            lines += ["| entity | cells | isa-guard |", "|---|---:|---:|"]
            lines += [f"| {one} | {each.right + each.missed:,} | {each} |" for one, each in mine.items()]
            continue
        found, cpu = theirs(python, path)
        other = scores(one_health_service(truth), found)
        lines += [
            f"(Presidio took {cpu:.0f} s of the processor: {size / cpu:.2f} MB/s.)",
            "",
            "| entity | cells | isa-guard | Presidio |",
            "|---|---:|---:|---:|",
        ]
        for one in sorted(mine.keys() | other.keys(), key=lambda name: (name == "**all**", name)):
            each, beside = mine.get(one, Score(0, 0, 0)), other.get(one)
            told = "as nhs-number" if one in HEALTH - {"nhs-number"} else beside or "-"
            lines.append(f"| {one} | {each.right + each.missed:,} | {each} | {told} |")
        shared = {one.entity for one in found}
        rest = scores({one for one in one_health_service(truth) if one.entity in shared}, found)
        mine_shared = scores(
            {one for one in one_health_service(truth) if one.entity in shared},
            {one for one in one_health_service(ours(path)) if one.entity in shared},
        )
        lines += [
            f"| **kinds that both know** | | {mine_shared['**all**']} | {rest['**all**']} |",
            "",
        ]
    return lines


def run() -> str:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        lines = [
            "## A scan for identifiers",
            "",
            "Sparse: identifiers in one note in five hundred, the others full of decoys. Dense: seven columns of identifiers among seventeen.",
            f"The search has the patterns of the scanner ({len(IDENTIFIERS) - 1} of {len(IDENTIFIERS)}: an address can hold a line break) and checks nothing.",
            "",
            *speed(folder),
            *memory(folder),
            "Cell by cell, precision / recall / F1 at any grade:",
            "",
            *quality(folder),
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        child(sys.argv[1], Path(sys.argv[2]))
    else:
        print(run())
