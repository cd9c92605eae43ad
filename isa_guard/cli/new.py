"""`isa-guard new`: a first file to write on, valid from the start."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import click

from isa_guard.errors import UsageError

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_RULE = re.compile(r"[a-z0-9-]+/[a-z0-9-]+\Z")


@click.group()
def command() -> None:
    """Begin an agreement, a rule, a transfer or an export: sensible files to fill in."""


@command.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--id", "id_", prompt="Id of the agreement (small letters, digits, hyphens)")
@click.option("--title", prompt="Title")
@click.option("--from", "begins", prompt="In force from (2026-11-01, or 2026-11)")
@click.option("--first", prompt="First party (id)", default="first-party")
@click.option("--second", prompt="Second party (id)", default="second-party")
def agreement(*, folder: Path, id_: str, title: str, begins: str, first: str, second: str) -> int:
    """Begin an agreement in FOLDER/ID/VERSION."""
    from isa_guard.load.dates import DAY_HINT, read_span

    for name in (id_, first, second):
        if not _ID.match(name):
            raise UsageError(f"`{name}` is no id: small letters, digits and hyphens")
    if read_span(begins) is None:
        raise UsageError(f"`{begins}` is no date; {DAY_HINT}")
    words = {
        "ID": id_,
        "TITLE": _quoted(title),
        "BEGINS": begins,
        "FIRST": first,
        "SECOND": second,
        "VERSION": begins,
    }
    path = folder / id_ / begins / "agreement.yaml"
    _write(path, _filled(AGREEMENT, words))
    click.echo(f"{path}\nnext: isa-guard validate {path.parent}")
    return 0


@command.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--id", "id_", prompt="Id of the rule (family/name)")
@click.option("--title", prompt="Title: what is true when it is met")
def rule(*, folder: Path, id_: str, title: str) -> int:
    """Begin a rule in FOLDER, with its cases."""
    if not _RULE.match(id_):
        raise UsageError(f"`{id_}` is no id of a rule: write family/name")
    words = {"ID": id_, "TITLE": _quoted(title)}
    _write(folder / id_ / "rule.yaml", _filled(RULE, words))
    _write(folder / id_ / "cases.yaml", _filled(CASES, words))
    click.echo(f"{folder / id_}\nnext: isa-guard test {folder / id_}")
    return 0


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--agreement", "-a", "agreement_", prompt="Agreement (id, or folder)")
@click.option("--reference", prompt="Your reference (a code, not a name)")
def transfer(*, file: Path, agreement_: str, reference: str) -> int:
    """Begin a transfer in FILE, every field with its meaning, ready to be filled in."""
    from isa_guard.cli.checker import shelf_of
    from isa_guard.cli.settings import read_settings
    from isa_guard.language.types import List, Record, String
    from isa_guard.load.agreement import load
    from isa_guard.model.facts import FactKind

    shelf = shelf_of(read_settings())
    versions = load(agreement_, shelf)
    newest = versions.agreements[-1]
    schema = newest.schemas[FactKind.TRANSFER]
    lines = ["format: isa-guard/transfer/1", f"agreement: {newest.id}", "transfer:"]

    def describe(record: Record, indent: str) -> None:
        for field in record.fields:
            kind = field.type
            words = f" ({' | '.join(kind.values)})" if isinstance(kind, String) and kind.values else ""
            if field.name == "reference":
                lines.append(f"{indent}reference: {_quoted(reference)}  # {field.doc}")
            elif isinstance(kind, Record):
                lines.append(f"{indent}# {field.name}:  # {field.doc}")
                lines.extend(f"{indent}#   {one.name}:  # {one.doc}" for one in kind.fields)
            elif isinstance(kind, List) and isinstance(kind.element, Record):
                lines.append(f"{indent}# {field.name}:  # {field.doc}; a list of")
                lines.extend(
                    f"{indent}#   {'- ' if not at else '  '}{one.name}:  # {one.doc}"
                    for at, one in enumerate(kind.element.fields)
                )
            else:
                lines.append(f"{indent}{field.name}:  # {field.doc}{words}")

    describe(schema, "  ")
    _write(file, "\n".join(lines) + "\n")
    # A fact names its agreement by id only; one that lies elsewhere has to be pointed to by the call.
    known = any((policies / newest.id).is_dir() for policies in shelf.policies)
    beyond = "" if known else f" --agreement {agreement_}"
    click.echo(f"{file}\nnext: fill it in, then isa-guard check {file}{beyond}")
    return 0


@command.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--agreement", "-a", "agreement_", prompt="Agreement (id)")
@click.option("--reference", prompt="Your reference (a code, not a name)")
def export(*, folder: Path, agreement_: str, reference: str) -> int:
    """Begin the manifest of the export in FOLDER: every file by its digest, every column, ready to be filled in."""
    from isa_guard.scan.export.begin import begun

    path = folder / "export.yaml"
    _write(path, begun(folder, agreement_, _quoted(reference)))
    click.echo(f"{path}\nnext: fill in what says TODO, then isa-guard check {path}")
    return 0


def _quoted(text: str) -> str:
    """Answer text as a YAML double-quoted scalar, so that no title can become anything else."""
    import json

    return json.dumps(text, ensure_ascii=False)


def _filled(template: str, words: dict[str, str]) -> str:
    return re.sub(r"<([A-Z]+)>", lambda found: words[found[1]], template)


def _write(path: Path, text: str) -> None:
    if path.exists():
        raise UsageError(f"{path} exists already; nothing was written")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {(error.strerror or '').lower()}") from None


AGREEMENT: Final = """\
# Every clause of the agreement goes under `clauses:`, in your own words, with how it is checked.
# What the text leaves open goes under `readings:`, with the reading you chose and why.
format: isa-guard/agreement/1
id: <ID>
version: "<VERSION>"
title: <TITLE>
in-force: {from: <BEGINS>}

parties:
  <FIRST>: {name: <FIRST>, kind: public-body, mail: []}
  <SECOND>: {name: <SECOND>, kind: public-body, mail: []}
spoc: {post: the single point of contact, acts-for: <FIRST>}
flows:
  - {from: <FIRST>, to: <SECOND>}
gateways:
  power: The Act and section under which information may be disclosed
categories:
  figures: {title: Figures that identify nobody}
purposes:
  purpose:
    title: What the information is for
    gateways: [power]
    categories: [figures]

terms:
  notice: {formal: 10 working days, calendar: england-and-wales, count: counted}

clauses:
  "1":
    section: "1"
    says: The parties share information with each other for the purposes and by the powers named here, while this is in force.
    checked-by:
      rules:
        - coverage/parties
        - coverage/flow
        - coverage/in-force
        - coverage/purpose
        - coverage/gateway
        - coverage/category
        - coverage/breach-parties
  "2":
    section: "2"
    says: A formal request gives at least ten working days' notice to the single point of contact.
    checked-by: {rules: [requests/notice, requests/through-spoc, requests/approved, requests/not-already-held]}
  "3":
    section: "3"
    says: The parties review this every year.
    checked-by: {person: annual-review}

readings:
  working-day:
    clauses: ["2"]
    question: Which days are working days?
    reading: Bank holidays of England and Wales are excluded.
    why: Say why here.

uses: [coverage, requests]
"""
RULE: Final = """\
format: isa-guard/rule/1
id: <ID>
title: <TITLE>
why: Why the agreement has it, and which law stands behind it.
on: transfer
needs: [transfer.volume]
require: {field: transfer.volume, at-most: 500}
otherwise: refuse
seen: "{transfer.volume} records"
satisfy: "send at most 500 records"
"""
CASES: Final = """\
format: isa-guard/cases/1
now: 2026-11-23T09:00:00Z
given: {}
cases:
  - {name: the most that may be sent, given: {volume: 500}, expect: met}
  - {name: one more, given: {volume: 501}, expect: not-met}
  - {name: nobody says how many, expect: cannot-tell}
"""
