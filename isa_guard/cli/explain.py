"""`isa-guard explain`: a rule or a clause, in words, from the same source as the reference pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import click

from isa_guard.cli.settings import read_settings
from isa_guard.errors import UsageError

if TYPE_CHECKING:
    from isa_guard.model.agreement import Agreement
    from isa_guard.model.log_rule import LogRule
    from isa_guard.model.rule import Rule

_CLAUSE = re.compile(r"(?:clause )?([0-9]+(?:\.[0-9]+)*)\Z")
DEFAULT: Final = "cambridgeshire-opcc"


@click.command()
@click.argument("what", nargs=-1, required=True)
@click.option(
    "--cost", is_flag=True, help="WHAT are logs: show what each rule costs on them, in this process's time."
)
@click.option(
    "--map", "-m", "maps", multiple=True, help="With --cost: the log map, as for `isa-guard audit`."
)
@click.option("--agreement", "-a", help=f"A folder, or the id of a shipped agreement. Default: {DEFAULT}.")
@click.option("--rules", help="A folder of rule packs, looked at before the shipped ones.")
@click.option("--policies", help="A folder of agreements, looked at before the shipped ones.")
def command(
    *,
    what: tuple[str, ...],
    cost: bool,
    maps: tuple[str, ...],
    agreement: str | None,
    rules: str | None,
    policies: str | None,
) -> int:
    """Explain WHAT: a rule (requests/notice), a clause (4.21), or the word `clauses`, `rules`, `readings`, `functions`."""
    if cost:
        from isa_guard.cli.cost import cost_table

        chosen = {"agreement": agreement or DEFAULT, "rules": rules, "policies": policies}
        click.echo(cost_table(what, maps, read_settings().with_flags(chosen)))
        return 0
    if len(what) > 1:
        raise UsageError("explain one thing at a time; put a clause's number in one word, as 4.21")
    if what[0] == "functions":
        click.echo(_functions())
        return 0
    from isa_guard.cli.checker import shelf_of
    from isa_guard.load.agreement import load

    settings = read_settings().with_flags({"agreement": agreement, "rules": rules, "policies": policies})
    versions = load(settings.value("agreement") or DEFAULT, shelf_of(settings))
    click.echo(_explained(what[0], versions.agreements[-1]), nl=False)
    return 0


def _explained(what: str, agreement: Agreement) -> str:
    from isa_guard.load.suggest import did_you_mean
    from isa_guard.report.log_page import log_rule_page
    from isa_guard.report.page import clause_page, rule_page

    if what == "rules":
        rules: list[Rule | LogRule] = [*agreement.rules, *agreement.log_rules]
        return "".join(_row(rule.id, 34, rule.title) for rule in rules)
    if what == "clauses":
        return "".join(_row(clause.number, 6, clause.says) for clause in agreement.clauses)
    if what == "readings":
        return "".join(
            _row(one.id, 26, one.question) + _row("", 26, one.reading) for one in agreement.readings
        )
    number = _CLAUSE.match(what)
    if number:
        for clause in agreement.clauses:
            if clause.number == number[1]:
                return clause_page(clause, agreement)
        raise UsageError(f"{agreement.id} has no clause {number[1]}; `isa-guard explain clauses` lists them")
    for rule in agreement.rules:
        if rule.id == what:
            return rule_page(rule, agreement)
    for over_logs in agreement.log_rules:
        if over_logs.id == what:
            return log_rule_page(over_logs, agreement)
    known = [*(rule.id for rule in agreement.rules), *(rule.id for rule in agreement.log_rules)]
    hint = did_you_mean(what, known)
    raise UsageError(f"{agreement.id} uses no rule `{what}`; {hint or 'see `isa-guard explain rules`'}")


def _row(name: str, width: int, text: str) -> str:
    """Answer a name and its text as lines of a terminal of eighty columns."""
    from textwrap import fill

    return fill(text, 80, initial_indent=f"{name:<{width}} ", subsequent_indent=" " * (width + 1)) + "\n"


def _functions() -> str:
    from isa_guard.language.functions import FUNCTIONS

    return "\n".join(f"{function.signature}\n    {function.doc}" for function in FUNCTIONS)
