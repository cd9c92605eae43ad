"""A transfer, asked for at the terminal field by field, and written to a file that can be read and checked again."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

import click

from isa_guard.errors import UsageError

# (field, question, what may be said; empty: a list of words parted by commas, None: any text)
QUESTIONS: Final = (
    ("reference", "Your number for it (never a name)", None),
    ("from", "Which party sends", None),
    ("to", "Which party receives", None),
    ("purpose", "For which purpose of the agreement", None),
    ("basis", "What it rests on", ("statutory", "consent")),
    ("categories", "Which categories of data, parted by commas", ()),
    ("formality", "Formal, or between colleagues", ("formal", "informal")),
    ("via", "Where it was asked for", ("spoc", "colleague")),
    ("requested_on", "When it reached the sender, as 2026-11-23", None),
    ("needed_by", "When it is needed, as 2026-12-07", None),
    ("channel", "How it would travel", None),
    ("marking", "Its protective marking (leave empty if it has none)", None),
)


def asked_transfer() -> str:
    """Answer the file in which the answers were written: REFERENCE.yaml, here. Raises UsageError without a terminal."""
    if not sys.stdin.isatty():
        raise UsageError("name the file of the request; without one it is asked for at a terminal")
    agreement = click.prompt("Which agreement, by its id")
    answers: dict[str, object] = {}
    for field, question, allowed in QUESTIONS:
        kind = click.Choice(allowed) if allowed else str
        answer = click.prompt(
            question, type=kind, default="" if field == "marking" else None, show_default=False
        )
        if answer:
            answers[field] = [one.strip() for one in answer.split(",")] if allowed == () else answer
    lines = ["format: isa-guard/transfer/1", f"agreement: {json.dumps(agreement)}", "transfer:"]
    lines += [f"  {field}: {json.dumps(answer, ensure_ascii=False)}" for field, answer in answers.items()]
    name = "".join(one if one.isalnum() or one in "-_" else "-" for one in str(answers["reference"]))
    path = Path(f"{name}.yaml")
    if path.exists():
        raise UsageError(f"{path} is there already: nothing was written over it")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    click.echo(f"Written to {path}.\n")
    return str(path)
