"""`isa-guard test`: run the cases beside rules and agreements, and grade them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from isa_guard.cli.settings import read_settings
from isa_guard.errors import LoadError, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isa_guard.cli.settings import Settings
    from isa_guard.decide.grading import Grade


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--rules", help="A folder of rule packs, looked at before the shipped ones.")
@click.option("--policies", help="A folder of agreements, looked at before the shipped ones.")
@click.option("--survivors/--no-survivors", default=True, help="Name the changes that no case notices.")
@click.option(
    "--least", type=click.FloatRange(0, 1), default=0.0, help="The share of changes that must be noticed."
)
def command(
    *, paths: tuple[str, ...], rules: str | None, policies: str | None, survivors: bool, least: float
) -> int:
    """Run the cases of the rules and agreements in PATHS; without PATHS, of all that is shipped.

    A rule must be seen met, not met and not to be told. Then its operators, and an agreement's terms, are
    changed one by one: what no case notices is named.
    """
    settings = read_settings().with_flags({"rules": rules, "policies": policies})
    grades, problems = _graded([Path(path) for path in paths], settings)
    for grade in grades:
        _show(grade, survivors=survivors)
    for problem in problems:
        click.echo(str(problem), err=True)
    made = sum(grade.mutants for grade in grades)
    left = sum(len(grade.survivors) for grade in grades)
    cases = sum(grade.cases for grade in grades)
    bad = [grade for grade in grades if not grade.passed]
    score = (made - left) / made if made else 0.0
    click.echo(
        f"\n{_number(len(grades), 'subject')}, {_number(cases, 'case')}, {len(bad)} failing; {made - left} of {made} changes noticed ({score:.0%})"
    )
    if problems or not grades:
        if not grades:
            click.echo("no cases were found: nothing was tested", err=True)
        return 4
    return 1 if bad or score < least else 0


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _graded(paths: Sequence[Path], settings: Settings) -> tuple[list[Grade], list[Problem]]:
    from isa_guard.cli.authored import authored_files
    from isa_guard.cli.checker import shelf_of
    from isa_guard.decide.grading import grade_agreement
    from isa_guard.load.agreement import load_version
    from isa_guard.load.cases import CASES_FILE, read_agreement_cases
    from isa_guard.load.packs import RULE_FILE

    shelf = shelf_of(settings)
    grades: list[Grade] = []
    problems: list[Problem] = []
    for file in authored_files(paths or [*shelf.rules, *shelf.policies], shelf, problems):
        folder = file.parent
        try:
            if not (folder / CASES_FILE).is_file():
                hint = f"write a {CASES_FILE}: at least one met, one not met, one that cannot be told"
                problems.append(Problem("there are no cases here", Place(str(folder)), hint, "no-cases"))
            elif file.name == RULE_FILE:
                grades.append(_graded_rule(folder))
            else:
                agreement = load_version(folder, shelf)
                grades.append(
                    grade_agreement(agreement, read_agreement_cases(folder / CASES_FILE, agreement))
                )
        except LoadError as error:
            problems += error.problems
    return grades, problems


def _graded_rule(folder: Path) -> Grade:
    from isa_guard.decide.grading import grade_rule
    from isa_guard.decide.logs.grading import grade_log_rule
    from isa_guard.load.cases import rule_cases
    from isa_guard.load.log_cases import read_log_rule_cases
    from isa_guard.load.packs import RULE_FILE, read_rule
    from isa_guard.load.shapes import LogRuleShape

    rule, _ = read_rule(folder / RULE_FILE, str(folder / RULE_FILE))
    if isinstance(rule.shape, LogRuleShape):
        return grade_log_rule(read_log_rule_cases(folder, rule))
    return grade_rule(rule_cases(folder, rule))


def _show(grade: Grade, *, survivors: bool) -> None:
    mark = "+" if grade.passed else "x"
    noticed = grade.mutants - len(grade.survivors)
    click.echo(
        f"{mark} {grade.subject:<44} {grade.cases:>3} cases  {noticed:>3} of {grade.mutants:>3} changes noticed"
    )
    for failed in grade.failed:
        click.echo(f"    {failed.place}: {failed.name}\n      expected {failed.expected}, got {failed.got}")
    for outcome in grade.unseen:
        click.echo(f"    no case is {outcome.replace('-', ' ')}")
    if survivors:
        for survivor in grade.survivors:
            click.echo(f"    not noticed: {survivor}")
