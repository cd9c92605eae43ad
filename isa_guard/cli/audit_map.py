"""`isa-guard audit map`: propose the map by which the lines of a log are read, or show how well one fits."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from isa_guard.cli.settings import read_settings
from isa_guard.errors import UsageError

if TYPE_CHECKING:
    from isa_guard.audit.mapping.coverage import Coverage
    from isa_guard.language.types import Record

LIMIT_SAMPLE = 4 * 1024 * 1024  # of a sample's beginning; more tells nothing new of its form


@click.command()
@click.argument("sample")
@click.option("--infer", is_flag=True, help="Propose a map for SAMPLE, on standard output.")
@click.option("--check", "checked", metavar="MAP", help="Show what the map MAP makes of SAMPLE.")
@click.option("--agreement", "-a", help="Events have this agreement's own fields as well.")
@click.option("--rules", help="A folder of rule packs, looked at before the shipped ones.")
@click.option("--policies", help="A folder of agreements, looked at before the shipped ones.")
def command(
    *,
    sample: str,
    infer: bool,
    checked: str | None,
    agreement: str | None,
    rules: str | None,
    policies: str | None,
) -> int:
    """Propose a log map for SAMPLE (--infer), or try one on it (--check MAP).

    Exit 0: every line became an event. Exit 4: some did not, and each reason is told with its first line.
    """
    if infer == bool(checked):
        raise UsageError("say --infer to propose a map, or --check MAP to try one")
    event = _event(agreement, rules, policies)
    if infer:
        from isa_guard.audit.mapping.infer import infer as proposed

        click.echo(proposed(_beginning(sample), Path(sample).name, event), nl=False)
        return 0
    return _tried(sample, checked or "", event)


def _event(agreement: str | None, rules: str | None, policies: str | None) -> Record:
    from isa_guard.model.facts import FactKind
    from isa_guard.model.schemas import EVENT

    if not agreement:
        return EVENT
    from isa_guard.cli.checker import shelf_of
    from isa_guard.load.agreement import load

    settings = read_settings().with_flags({"rules": rules, "policies": policies})
    return load(agreement, shelf_of(settings)).agreements[-1].schemas[FactKind.EVENT]


def _beginning(sample: str) -> bytes:
    """Answer whole lines from the beginning of a sample. Raises UsageError where it cannot be read."""
    try:
        with Path(sample).open("rb") if sample != "-" else sys.stdin.buffer as file:
            content = file.read(LIMIT_SAMPLE)
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or "no file can have this name").lower()
        raise UsageError(f"{sample} cannot be read: {why}") from None
    whole = content.rfind(b"\n") + 1
    return content[:whole] if len(content) == LIMIT_SAMPLE and whole else content


def _tried(sample: str, wanted: str, event: Record) -> int:
    from isa_guard.audit.lines.reading import read_lines
    from isa_guard.audit.lines.sources import log_sources
    from isa_guard.audit.mapping.coverage import coverage
    from isa_guard.audit.mapping.load import load_mapping

    mapping = load_mapping(wanted, event)
    (source,) = log_sources([sample])
    found = coverage(mapping, lambda trial: read_lines(source, trial, 0), [one.name for one in event.fields])
    click.echo(_shown(found, mapping.id, sample))
    return 4 if found.rejected or not found.audited else 0


def _becomes(value: object) -> str:
    return "rejected" if value is None else f"taken as {value}"


def _shown(found: Coverage, mapping: str, sample: str) -> str:
    from isa_guard.model.log import Rejected
    from isa_guard.report.audits.words import fault_words, number
    from isa_guard.report.visible import one_line

    sums = f"{found.audited:,} events + {found.rejected:,} rejected + {found.blank:,} blank"
    lines = [f"{one_line(sample)} by {mapping}: {number(found.lines, 'line')} = {sums}"]
    filled = [one for one in found.filled if one.events]
    lines += ["", "Fields of events, and how many events hold them"]
    lines += [
        f"  {one.field:<24}{one.events:>9,}  {one.events / (found.audited or 1):>5.0%}" for one in filled
    ]
    empty = [one.field for one in found.filled if not one.events and one.mapped]
    if empty:
        lines += ["", f"Mapped, and never filled: {', '.join(empty)}"]
    if found.unmapped:
        lines += ["", "Values without a word"]
        lines += [
            f"  {one.field}: {one_line(one.value)} ({number(one.lines, 'line')}), {_becomes(one.becomes)}"
            for one in found.unmapped
        ]
    if found.reasons:
        lines += ["", "Rejected lines"]
    for reason in found.reasons:
        words = fault_words(Rejected(reason.first, reason.fault, reason.column))
        lines.append(f"  {reason.lines:>7,}  {words}; first on line {reason.first.line}")
    return "\n".join(lines)
