"""Every benchmark, side by side with its peers in the same run; the figures go to benchmarks/results.md."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

from benchmarks import audit, decisions, register, scan, startup

RESULTS = Path(__file__).parent / "results.md"


def main() -> None:
    parts = [
        "# Measured",
        "",
        f"Python {platform.python_version()}, {platform.machine()}. Ratios are within this run; absolute figures move with the machine.",
        "",
    ]
    for benchmark in (decisions, startup, register, audit, scan):
        text = benchmark.run()
        print(text)
        parts.append(text)
    if "--write" in sys.argv:
        RESULTS.write_text("\n".join(parts) + "\n", "utf-8")


main()
