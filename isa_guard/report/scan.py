"""What a scan of files saw, for people and for programs; nothing is decided, since nothing was claimed."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Final

from isa_guard.model.coverage import Coverage, per_cent, ruled_out
from isa_guard.model.observation import Seen
from isa_guard.report.json import observation_json
from isa_guard.report.text import Manner, labelled
from isa_guard.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isa_guard.errors import Problem
    from isa_guard.model.coverage import Drawn
    from isa_guard.model.observation import Observation

FORMAT: Final = "isa-guard/scan/1"
ALL: Final = Coverage()


def as_text(told: Sequence[Observation], problems: Sequence[Problem], coverage: Coverage = ALL) -> str:
    """Answer the report, verdict first, ending in a newline."""
    how = Manner()
    lines = [verdict(told, problems, coverage)]
    for one in told:
        lines += [
            "",
            *textwrap.wrap(visible(one.words), how.width, initial_indent="  ", subsequent_indent="    "),
        ]
        lines += labelled("where", ", ".join(filter(None, (str(one.place), one.part))), how)
        lines += labelled("shape", one.shape, how) if one.shape else []
    for problem in problems:
        lines += ["", "  could not be read"]
        lines += [*labelled("why", problem.what, how), *labelled("where", str(problem.place), how)]
    clean = not _found(told)
    for drawn in coverage.sampled:
        lines += ["", f"  sample of {drawn.rows:,} rows of {drawn.of:,}, drawn with --seed {coverage.seed}"]
        lines += labelled("where", visible(", ".join(filter(None, (drawn.file, drawn.part)))), how)
        lines += labelled("says", f"at 95 %, {_bound(drawn)}", how) if clean else []
    if coverage.stopped_in:
        lines += ["", "  stopped early, at the first sure finding; the rest was not read"]
        lines += labelled("where", visible(coverage.stopped_in), how)
    return "\n".join(lines) + "\n"


def as_json(told: Sequence[Observation], problems: Sequence[Problem], coverage: Coverage = ALL) -> str:
    """Answer the report, one JSON object ending in a newline."""
    sampled = [
        {
            "file": one.file,
            "part": one.part,
            "rows": one.rows,
            "of": one.of,
            "rate_ruled_out": None if _found(told) else ruled_out(one.rows),
        }
        for one in coverage.sampled
    ]
    data = {
        "format": FORMAT,
        "verdict": verdict(told, problems, coverage).lower(),
        "coverage": coverage.word,
        "sampled": sampled,
        "seed": coverage.seed if sampled else None,
        "observations": [observation_json(one) for one in told],
        "problems": [{"what": one.what, "place": str(one.place)} for one in problems],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def verdict(told: Sequence[Observation], problems: Sequence[Problem], coverage: Coverage) -> str:
    """Answer the first line: what a sample, or a scan that stopped early, says is never said without that word."""
    words = "IDENTIFIERS FOUND" if _found(told) else "NO IDENTIFIER FOUND"
    if coverage.sampled:
        words += " IN A SAMPLE" if _found(told) else " IN A SAMPLE, WHICH CANNOT TELL FOR THE REST"
    if coverage.stopped_in:
        words += ", STOPPED EARLY"
    return f"{words}, AND NOT ALL COULD BE READ" if problems else words


def _found(told: Sequence[Observation]) -> bool:
    return any(one.seen is Seen.IDENTIFIER for one in told)


def _bound(drawn: Drawn) -> str:
    return f"no more than {per_cent(ruled_out(drawn.rows))} of its rows hold what this scan finds"
