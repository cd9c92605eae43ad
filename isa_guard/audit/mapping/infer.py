"""Proposes a log map from a sample of a log: form, columns and types, the time, likely fields, a word for every code.

    text = infer(path.read_bytes(), path.name, EVENT)

The proposal loads, and maps the sample; what a person must decide is marked TODO. Nothing of a line stands in it but
the codes of columns that seem to hold codes.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING

from isa_guard.audit.mapping.load import READY, ready_mappings
from isa_guard.audit.mapping.patterns import line_pattern
from isa_guard.audit.mapping.proposal.fields import proposed
from isa_guard.audit.mapping.proposal.guesses import guessed_nulls, guesses, time_format
from isa_guard.audit.mapping.proposal.sample import MOST, read_sample, sample_lines
from isa_guard.audit.mapping.proposal.writing import Proposal, written
from isa_guard.errors import LoadError, Place, Problem
from isa_guard.load.yaml import read_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isa_guard.audit.mapping.proposal.guesses import Guess
    from isa_guard.audit.mapping.proposal.sample import Sample
    from isa_guard.audit.mapping.times import TimeFormat
    from isa_guard.language.types import Record

# What logs call the time of an event, likeliest first. A column of another name is taken only if there is none of these.
TIMES = ("time", "at", "when", "timestamp", "event time", "date time", "datetime", "log time", "creation time", "created", "created at", "date")  # fmt: skip


def infer(content: bytes, name: str, event: Record) -> str:
    """Answer a proposal as YAML. Raises LoadError where the form cannot be guessed, or no column holds times."""
    ready = _ready(content)
    if ready is not None:
        return ready
    sample = read_sample(content, name)
    nulls = guessed_nulls(sample)
    columns, all_typed = guesses(sample, nulls)
    time = _time(columns, sample)
    if time is None:
        what = "no column of the sample holds a time on every line, in a form that is known here"
        raise LoadError((Problem(what, Place(name), "write the log map by hand", "log-map"),))
    taken, of, form = time
    fields = proposed(columns, event, taken)
    whole = sample.whole and all_typed
    return written(Proposal(_identity(name), sample, columns, nulls, of, form, fields, whole), event)


def _ready(content: bytes) -> str | None:
    """The ready log map whose pattern takes the lines apart, if there is one."""
    lines = sample_lines(content)
    for name, pattern in _ready_patterns():
        if lines and sum(pattern.fullmatch(line) is not None for line in lines) >= MOST * len(lines):
            told = f"# The lines have the form of the ready log map `{name}`, which follows: use it by that id, or change it.\n"
            return told + (READY / f"{name}.yaml").read_text("utf-8")
    return None


@lru_cache(maxsize=1)
def _ready_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    found = []
    for name in ready_mappings():
        data = read_document((READY / f"{name}.yaml").read_bytes(), name).data
        if isinstance(data, dict) and isinstance(data.get("pattern"), str):
            found.append((name, line_pattern(str(data["pattern"])).compiled))
    return tuple(found)


def _identity(name: str) -> str:
    stem = PurePath(name).name.split(".")[0].lower()
    return "-".join(re.findall(r"[a-z0-9]+", stem))[:64].strip("-") or "log"


def _time(columns: Sequence[Guess], sample: Sample) -> tuple[frozenset[str], str, TimeFormat] | None:
    """Answer the columns that `at` comes from, the expression, and the format."""
    present = [column for column in columns if not column.optional and column.values]
    ranked = sorted(present, key=lambda one: TIMES.index(one.key) if one.key in TIMES else len(TIMES))
    for column in ranked:
        form = time_format(column.type, column.values)
        if form is not None:
            return frozenset({column.name}), f"line.{column.name}", form
    return _date_and_clock(present, sample)


def _date_and_clock(
    present: Sequence[Guess], sample: Sample
) -> tuple[frozenset[str], str, TimeFormat] | None:
    """A day in one column and the time of day in another."""
    texts = [column for column in present if column.type == "string"]
    for day in (column for column in texts if "date" in column.key or "day" in column.key):
        for clock in (column for column in texts if "time" in column.key):
            joined = [f"{row[day.path]} {row[clock.path]}" for row in sample.rows]
            form = time_format("string", joined) if day is not clock else None
            if form is not None:
                return frozenset({day.name, clock.name}), f"line.{day.name} + ' ' + line.{clock.name}", form
    return None
