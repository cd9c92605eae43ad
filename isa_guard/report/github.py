"""The report as workflow commands, which GitHub Actions turns into remarks on the lines of the fact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.report.results import Gravity, results
from isa_guard.report.visible import visible
from isa_guard.report.words import verdict_words

if TYPE_CHECKING:
    from isa_guard.report.results import Result
    from isa_guard.report.run import Run

COMMANDS: Final = {Gravity.ERROR: "error", Gravity.WARNING: "warning", Gravity.NOTE: "notice"}


def render(run: Run) -> str:
    """Answer the commands, and a line for each decision, ending in a newline."""
    lines = [command(one) for one in results(run)]
    lines += [
        f"{verdict_words(one)}: {one.fact.kind.value} {data(one.fact.reference)}" for one in run.decisions
    ]
    return visible("\n".join(lines or ["::error::no fact was found"]) + "\n")


def command(one: Result) -> str:
    """Answer the workflow command that puts a result on its line."""
    where = [f"file={_property(one.place.source)}"]
    if one.place.line:
        where.append(f"line={one.place.line}")
    if one.place.column:
        where.append(f"col={one.place.column}")
    where.append(f"title={_property(one.rule_id)}")
    return f"::{COMMANDS[one.gravity]} {','.join(where)}::{data(one.message)}"


def data(text: str) -> str:
    """Escape the message: an unescaped line end would begin another command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return data(text).replace(":", "%3A").replace(",", "%2C")
