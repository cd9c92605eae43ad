"""`isa-guard validate`: what is wrong with agreements, rules and facts, all of it at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from isa_guard.cli.clock import now_or
from isa_guard.cli.settings import read_settings
from isa_guard.errors import LoadError, Place, Problem, Severity
from isa_guard.uk.periods import london_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from isa_guard.load.agreement import Shelf
    from isa_guard.load.packs import UnboundRule


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--rules", help="A folder of rule packs, looked at before the shipped ones.")
@click.option("--policies", help="A folder of agreements, looked at before the shipped ones.")
@click.option("--as-of", help="Judge what has ended or begun as at this day instead of today.")
@click.option("--strict", is_flag=True, help="Advice counts as an error.")
@click.option("--format", "-f", "form", type=click.Choice(["text", "json"]), default="text")
def command(
    *,
    paths: tuple[str, ...],
    rules: str | None,
    policies: str | None,
    as_of: str | None,
    strict: bool,
    form: str,
) -> int:
    """Validate the agreements and rules in PATHS; without PATHS, all that is shipped.

    Exit 0: they can be used. Exit 4: they cannot, or PATHS hold none.
    """
    from isa_guard.cli.checker import shelf_of
    from isa_guard.report.visible import visible

    shelf = shelf_of(read_settings().with_flags({"rules": rules, "policies": policies}))
    checked, problems = validated(
        [Path(path) for path in paths] or [*shelf.rules, *shelf.policies], shelf, london_day(now_or(as_of))
    )
    errors = [one for one in problems if strict or one.severity is Severity.ERROR]
    if form == "json":
        click.echo(json.dumps(_as_data(checked, problems), indent=2))
    else:
        for problem in problems:
            click.echo(f"{'error' if problem in errors else 'advice'}: {visible(str(problem))}")
        advice = len(problems) - len(errors)
        click.echo(
            f"{len(checked)} checked: {len(errors)} error{_s(len(errors))}, {advice} piece{_s(advice)} of advice"
        )
    return 4 if errors or not checked else 0


def _s(number: int) -> str:
    return "" if number == 1 else "s"


def validated(paths: Sequence[Path], shelf: Shelf, today: date) -> tuple[list[str], list[Problem]]:
    """Answer what was checked, and every problem of it."""
    from isa_guard.cli.authored import authored_files
    from isa_guard.load.advice import advice_on
    from isa_guard.load.agreement import load_version
    from isa_guard.load.packs import RULE_FILE, read_rule

    checked: list[str] = []
    problems: list[Problem] = []
    for file in authored_files(paths, shelf, problems):
        checked.append(str(file))
        try:
            if file.name == RULE_FILE:
                rule, _ = read_rule(file, str(file))
                problems += _case_problems(file.parent, rule)
            else:
                problems += advice_on(load_version(file.parent, shelf), today)
        except LoadError as error:
            problems += error.problems
    return checked, list(dict.fromkeys(problems))


def _case_problems(folder: Path, rule: UnboundRule) -> tuple[Problem, ...]:
    """A rule is typed against its cases' ground: without cases nothing but its shape can be told."""
    from isa_guard.load.cases import CASES_FILE, rule_cases
    from isa_guard.load.log_cases import read_log_rule_cases
    from isa_guard.load.shapes import LogRuleShape

    if not (folder / CASES_FILE).is_file():
        hint = f"write a {CASES_FILE} beside it"
        return (
            Problem(
                "the rule has no cases, so its types were not checked",
                Place(str(folder)),
                hint,
                "no-cases",
                Severity.ADVICE,
            ),
        )
    try:
        if isinstance(rule.shape, LogRuleShape):
            read_log_rule_cases(folder, rule)
        else:
            rule_cases(folder, rule)
    except LoadError as error:
        return error.problems
    return ()


def _as_data(checked: Sequence[str], problems: Sequence[Problem]) -> dict[str, object]:
    return {
        "format": "isa-guard/validation/1",
        "checked": list(checked),
        "problems": [
            {
                "severity": one.severity.value,
                "code": one.code,
                "what": one.what,
                "hint": one.hint,
                "source": one.place.source,
                "line": one.place.line,
                "column": one.place.column,
            }
            for one in problems
        ],
    }
