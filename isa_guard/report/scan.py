"""What a scan of files saw, for people and for programs; nothing is decided, since nothing was claimed."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Final

from isa_guard.model.observation import Seen
from isa_guard.report.json import observation_json
from isa_guard.report.text import Manner, labelled
from isa_guard.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isa_guard.errors import Problem
    from isa_guard.model.observation import Observation

FORMAT: Final = "isa-guard/scan/1"


def as_text(told: Sequence[Observation], problems: Sequence[Problem]) -> str:
    """Answer the report, verdict first, ending in a newline."""
    how = Manner()
    found = any(one.seen is Seen.IDENTIFIER for one in told)
    verdict = "IDENTIFIERS FOUND" if found else "NO IDENTIFIER FOUND"
    lines = [f"{verdict}, AND NOT ALL COULD BE READ" if problems else verdict]
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
    return "\n".join(lines) + "\n"


def as_json(told: Sequence[Observation], problems: Sequence[Problem]) -> str:
    """Answer the report, one JSON object ending in a newline."""
    data = {
        "format": FORMAT,
        "observations": [observation_json(one) for one in told],
        "problems": [{"what": one.what, "place": str(one.place)} for one in problems],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
