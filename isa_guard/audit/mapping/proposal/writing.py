"""Writes a proposal as YAML, with a TODO wherever a person must decide."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from isa_guard.audit.mapping.proposal.fields import OTHER
from isa_guard.audit.mapping.times import RFC3339
from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isa_guard.audit.mapping.proposal.fields import Proposed
    from isa_guard.audit.mapping.proposal.guesses import Guess
    from isa_guard.audit.mapping.proposal.sample import Sample
    from isa_guard.audit.mapping.times import TimeFormat
    from isa_guard.language.types import Record

_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:[ ./-][A-Za-z0-9_]+)*", re.ASCII)
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def scalar(text: str) -> str:
    """Answer a text as a YAML scalar that every reader takes for that text."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return quoted(text)


def quoted(text: str) -> str:
    """Answer a text in double quotes, whatever cannot be seen in it written as its number."""
    return '"' + "".join(_letter(letter) for letter in text) + '"'


def _letter(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """All that was guessed. `of` and `form` are of the time; `whole`: every value of a line is in some column."""

    identity: str
    sample: Sample
    columns: tuple[Guess, ...]
    nulls: tuple[str, ...]
    of: str
    form: TimeFormat
    fields: tuple[Proposed, ...]
    whole: bool


def written(one: Proposal, event: Record) -> str:
    """Answer the document."""
    lines = [
        f"# Proposed from a sample of {len(one.sample.rows):,} lines. These are guesses: read every one, and settle each TODO.",
        "format: isa-guard/log-map/1",
        f"id: {scalar(one.identity)}",
        f"title: {scalar(one.identity)}   # TODO what log it is, in words",
        f"reads: {one.sample.reads}",
        *_form(one.sample, whole=one.whole),
        "columns:",
        *(f"  {_column(column)}" for column in one.columns),
    ]
    if one.nulls:
        lines.append(f"nulls: [{', '.join(quoted(null) for null in one.nulls)}]")
    lines += _time(one.of, one.form)
    worded = [field for field in one.fields if field.words is not None]
    if worded:
        lines.append("values:")
    for field in worded:
        lines += _map(field)
    lines.append("fields:")
    lines += [line for field in one.fields for line in _field(field)]
    if not any(field.field == "action" for field in one.fields):
        lines.append(f"""  action: "'{OTHER}'"   # TODO which column says what was done?""")
    lines += _open(one.fields, event)
    return "\n".join(lines) + "\n"


def _form(sample: Sample, *, whole: bool) -> Iterator[str]:
    if sample.reads == "csv" and sample.delimiter != ",":
        yield f"delimiter: {quoted(sample.delimiter)}"
    if sample.reads == "text":
        yield (
            "pattern: '" + sample.pattern.replace("'", "''") + "'   # TODO take `rest` apart, group by group"
        )
    if not whole:
        yield "others: ignore   # some of what the lines hold can be no column: lists, or values of several types"


def _column(one: Guess) -> str:
    parts = []
    pointer = "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in one.path)
    if pointer != f"/{one.name}":
        parts.append(f"at: {quoted(pointer)}")
    if one.type != "string":
        parts.append(f"type: {one.type}")
    if one.optional:
        parts.append("optional: true")
    note = f"   # in {one.lines:,} lines" if one.optional else ""
    return f"{one.name}: {{{', '.join(parts)}}}{note}"


def _time(of: str, form: TimeFormat) -> Iterator[str]:
    parts = [f"of: {quoted(of)}"]
    if form.name != RFC3339:
        parts.append(f"format: {quoted(form.name)}")
    if form.zone is not None:
        parts.append(f"zone: {form.zone}")
    if form.repeated != "reject":
        parts.append(f"repeated-hour: {form.repeated}")
    note = ""
    if form.zone is not None:
        note = "   # TODO by which clock are these times written: London's, or UTC?"
    if "%m/%d" in form.name or "%d/%m" in form.name:
        note += " Day before month, or month before day?"
    yield f"time: {{{', '.join(parts)}}}{note}"


def _map(one: Proposed) -> Iterator[str]:
    yield f"  {one.field}-codes:"
    assert one.words is not None
    for (code, word), lines in zip(one.words.items(), one.column.counts, strict=True):
        todo = "" if word else "  TODO what does it mean?"
        yield f"    {quoted(code)}: {word or OTHER}   # {lines:,} lines{todo}"


def _field(one: Proposed) -> Iterator[str]:
    column = f"line.{one.column.name}"
    if one.words is not None:
        yield f"  {one.field}: {{of: {column}, words: {one.field}-codes}}   # a new code rejects its line; or add `otherwise: other`"
    elif one.day is not None:
        yield f"  {one.field}: {{time: {{of: {column}, format: {quoted(one.day)}}}}}"
    elif one.as_text:
        yield f"  {one.field}: string({column})"
    else:
        yield f"  {one.field}: {column}"


def _open(fields: Sequence[Proposed], event: Record) -> Iterator[str]:
    """The fields that nothing was found for: what rules may ask for and cannot tell."""
    given = {"at", "source", "action", *(one.field for one in fields)}
    for field in event.fields:
        if field.name == "reference" and field.name not in given:
            yield "  # TODO reference: without one, events are numbered by file and line"
        elif field.name not in given:
            yield f"  # {field.name}: {field.doc}"
