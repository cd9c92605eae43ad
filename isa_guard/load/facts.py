"""Facts: a transfer, an export, an event, a breach or a disclosure, from YAML or JSON to typed values.

    format: isa-guard/transfer/1
    agreement: cambridgeshire-opcc
    transfer:
      reference: T-0001
      requested_on: 2026-11-02
    evidence:
      originator_permission: {document: permission.txt, sha256: 9f86d0...}

A file may hold several documents, or a list of facts. The schema check at this border is what makes the
compiled rules exact: they never meet a value of another type than the one they were checked against.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, assert_never

from isa_guard.errors import LoadError, Problem
from isa_guard.language.constraints import FREE, broken
from isa_guard.language.pattern import PatternError
from isa_guard.language.types import (
    Bool,
    Bytes,
    Date,
    Double,
    Duration,
    Int,
    List,
    Nothing,
    Optional,
    PeriodType,
    Record,
    String,
    Timestamp,
)  # fmt: skip
from isa_guard.language.values import INT_MAX, INT_MIN, from_date, from_datetime
from isa_guard.load.dates import DAY_HINT, INSTANT_HINT, read_day, read_instant
from isa_guard.load.foreign import translated
from isa_guard.load.suggest import did_you_mean
from isa_guard.load.yaml import read_documents
from isa_guard.model.facts import Evidence, Fact, FactKind
from isa_guard.uk.periods import london_day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from isa_guard.errors import Place
    from isa_guard.language.types import Field, Type
    from isa_guard.language.values import Value
    from isa_guard.load.yaml import Data, Document, Path

LIMIT_TEXT: Final = 4_000
LIMIT_LIST: Final = 10_000
LIMIT_FACTS: Final = 10_000
FORMATS: Final = {f"isa-guard/{kind}/1": kind for kind in FactKind}
# What else may stand beside a fact: the files and columns of an export are its manifest's (load.manifest).
BESIDE: Final[Mapping[FactKind, tuple[str, ...]]] = {FactKind.EXPORT: ("files", "columns")}
# The field that tells when a fact happened, best first: it chooses the version of the agreement that judges it.
HAPPENED: Final[Mapping[FactKind, tuple[str, ...]]] = {
    FactKind.TRANSFER: ("sent_at", "needed_by", "requested_on"),
    FactKind.EXPORT: (),
    FactKind.EVENT: ("at",),
    FactKind.BREACH: ("discovered_at", "occurred_at", "notified_at"),
    FactKind.DISCLOSURE: ("answered_on", "received_on"),
}


@dataclass(frozen=True, slots=True)
class UntypedFact:
    """A fact as written: which kind it is and which agreement it names, not yet checked field by field."""

    kind: FactKind
    agreement: str | None
    document: Document
    at: Path
    content: bytes

    def happened_on(self) -> date | None:
        """Answer the day on which it happened, as far as the document tells."""
        for name in HAPPENED[self.kind]:
            text = self._data(name)
            if isinstance(text, str):
                instant = read_instant(text)
                day = london_day(instant) if instant else read_day(text)
                if day:
                    return day
        return None

    def _data(self, name: str) -> Data:
        data = step_to(self.document.data, (*self.at, self.kind.value))
        return data.get(name) if isinstance(data, dict) else None


def step_to(data: Data, path: Path) -> Data:
    """Answer what stands at `path`, or None where nothing does."""
    for step in path:
        if isinstance(data, dict) and isinstance(step, str):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int):
            data = data[step]
        else:
            return None
    return data


def read_facts(content: bytes, source: str) -> tuple[UntypedFact, ...]:
    """Answer every fact of a file. Raises LoadError with every one that is no fact."""
    found: list[UntypedFact] = []
    problems: list[Problem] = []
    for document in map(translated, read_documents(content, source)):
        items = (
            [((index,), item) for index, item in enumerate(document.data)]
            if isinstance(document.data, list)
            else [((), document.data)]
        )
        for at, data in items:
            fact = _untyped(document, at, data, content)
            if isinstance(fact, Problem):
                problems.append(fact)
            else:
                found.append(fact)
    if not found and not problems:
        raise LoadError((Problem("there is no fact in this file", document.place(()), "", "empty"),))
    if len(found) > LIMIT_FACTS:
        what = f"{len(found):,} facts in one file; the limit is {LIMIT_FACTS:,}"
        raise LoadError(
            (Problem(what, found[0].document.place(()), "use `isa-guard audit` for logs", "too-large"),)
        )
    if problems:
        raise LoadError(tuple(problems))
    return tuple(found)


def _untyped(document: Document, at: Path, data: Data, content: bytes) -> UntypedFact | Problem:
    if not isinstance(data, dict):
        return Problem(
            "this is no fact", document.place(at), "begin with `format: isa-guard/transfer/1`", "fact"
        )
    name = data.get("format")
    if name is None:
        return Problem(
            "the key `format` is missing", document.place(at), f"one of {', '.join(FORMATS)}", "format"
        )
    kind = FORMATS.get(str(name))
    if kind is None:
        hint = did_you_mean(str(name), FORMATS)
        return Problem(f"the format `{name}` is not known", document.place((*at, "format")), hint, "format")
    for key in data:
        known = ["format", "agreement", "evidence", kind.value, *BESIDE.get(kind, ())]
        if key not in known:
            hint = did_you_mean(key, known)
            return Problem(f"the key `{key}` is not known here", document.key_place((*at, key)), hint, "fact")
    if not isinstance(data.get(kind.value), dict):
        return Problem(
            f"the {kind.value} itself is missing",
            document.place(at),
            f"add `{kind.value}:` and its fields",
            "fact",
        )
    named = data.get("agreement")
    if named is not None and not isinstance(named, str):
        return Problem("`agreement` is the id of one", document.place((*at, "agreement")), "", "fact")
    return UntypedFact(kind, named, document, at, content)


def type_fact(
    untyped: UntypedFact,
    schemas: Mapping[FactKind, Record],
    evidence: Sequence[Evidence] = (),
    version: str = "",
) -> Fact:
    """Answer the fact, every field of the type its schema gives. Raises LoadError with every field that is not."""
    reader = _Reader(untyped.document)
    path = (*untyped.at, untyped.kind.value)
    values = reader.record(
        step_to(untyped.document.data, path), schemas[untyped.kind], path, untyped.kind.value
    )
    if reader.problems:
        raise LoadError(tuple(sorted(reader.problems, key=lambda problem: problem.place)))
    return Fact(
        kind=untyped.kind,
        reference=str(values["reference"]),
        values=values,
        evidence=tuple(evidence),
        places=reader.places,
        place=untyped.document.place(path),
        content=untyped.content,
        digest=hashlib.sha256(untyped.content).hexdigest(),
        version=version,
        position=_position(untyped),
    )


def typed_record(document: Document, kind: Record, path: Path) -> Mapping[str, Value]:
    """Answer what stands at `path`, every field of the type that `kind` gives it. Raises LoadError with every one that is not."""
    reader = _Reader(document)
    values = reader.record(step_to(document.data, path), kind, path, kind.name)
    if reader.problems:
        raise LoadError(tuple(sorted(reader.problems, key=lambda problem: problem.place)))
    return values


def _position(untyped: UntypedFact) -> str:
    """Answer where in its file the fact stands, as a JSON Pointer after the number of the YAML document."""
    return f"{untyped.document.number}#{''.join(f'/{step}' for step in untyped.at)}"


@dataclass(slots=True)
class _Reader:
    """Reads values of declared types; problems and places are collected on the way."""

    document: Document
    problems: list[Problem] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)

    def fault(self, what: str, path: Path, hint: str = "") -> None:
        self.problems.append(Problem(what, self.document.place(path), hint, "field"))

    def record(self, data: Data, kind: Record, path: Path, dotted: str) -> dict[str, Value]:
        if not isinstance(data, dict):
            self.fault(f"`{dotted}` should be a mapping of fields", path)
            return {}
        found: dict[str, Value] = {}
        fields = {one.name: one for one in kind.fields}
        for name, value in data.items():
            here, name_dotted = (*path, name), f"{dotted}.{name}"
            if name not in fields:
                place, hint = self.document.key_place(here), did_you_mean(name, fields)
                self.problems.append(Problem(f"{kind.name} has no field `{name}`", place, hint, "field"))
                continue
            if value is None:
                continue  # written without a value: not given
            self.places[name_dotted] = self.document.place(here)
            read = self.value(value, fields[name].type, here, name_dotted)
            if read is not None:
                found[name] = read
                self.held(read, fields[name], here, name_dotted)
        for one in kind.fields:
            if not one.optional and data.get(one.name) is None:
                self.fault(f"the field `{one.name}` is missing", path, one.doc)
        return found

    def held(self, value: Value, one: Field, path: Path, dotted: str) -> None:
        """Hold a value to the agreement's own schedule; it may be anything, and is not repeated."""
        if one.constraints is FREE:
            return
        try:
            rules = tuple(broken(value, one.constraints))
        except PatternError:
            self.fault(f"`{dotted}` is too long for the pattern of the agreement", path)
            return
        for rule in rules:
            self.fault(f"`{dotted}` does not keep to the `{rule}` that the agreement gives it", path, one.doc)

    def value(self, data: Data, kind: Type, path: Path, dotted: str) -> Value | None:
        match kind:
            case Bool():
                if isinstance(data, bool):
                    return data
                self.fault(f"`{dotted}` should be true or false", path)
            case Int():
                if isinstance(data, int) and not isinstance(data, bool) and INT_MIN <= data <= INT_MAX:
                    return data
                self.fault(f"`{dotted}` should be a whole number of at most 64 bits", path)
            case Double():
                if isinstance(data, float):
                    return data
                self.fault(f"`{dotted}` should be a number with a decimal point", path)
            case String():
                return self.string(data, kind, path, dotted)
            case Date():
                day = read_day(data) if isinstance(data, str) else None
                if day:
                    return from_date(day)
                self.fault(f"`{dotted}` is no day", path, DAY_HINT)
            case Timestamp():
                instant = read_instant(data) if isinstance(data, str) else None
                if instant:
                    return from_datetime(instant)
                self.fault(f"`{dotted}` is no time", path, INSTANT_HINT)
            case List():
                return self.items(data, kind, path, dotted)
            case Record():
                return self.record(data, kind, path, dotted)
            case Bytes() | Duration() | PeriodType() | Optional() | Nothing():
                self.fault(f"`{dotted}` is of a type that no document can hold", path)
            case _:
                assert_never(kind)
        return None

    def string(self, data: Data, kind: String, path: Path, dotted: str) -> str | None:
        if isinstance(data, int | float) and not isinstance(data, bool) and kind.values is None:
            self.fault(f"`{dotted}` should be text", path, "put it in quotes")
            return None
        if not isinstance(data, str) or not data:
            self.fault(f"`{dotted}` should be text", path)
            return None
        if len(data) > LIMIT_TEXT:
            self.fault(f"`{dotted}` is longer than {LIMIT_TEXT:,} characters", path)
            return None
        if kind.values is not None and data not in kind.values:
            # The value itself is not repeated: it may be anything, a name included.
            self.fault(f"`{dotted}` is not one of its words", path, did_you_mean(data, kind.values))
            return None
        return unicodedata.normalize("NFC", data)  # one text, one form: comparisons are by code point

    def items(self, data: Data, kind: List, path: Path, dotted: str) -> tuple[Value, ...] | None:
        if not isinstance(data, list):
            self.fault(f"`{dotted}` should be a list", path)
            return None
        if len(data) > LIMIT_LIST:
            self.fault(f"`{dotted}` has more than {LIMIT_LIST:,} entries", path)
            return None
        read = [
            self.value(item, kind.element, (*path, index), f"{dotted}[{index}]")
            for index, item in enumerate(data)
        ]
        return tuple(value for value in read if value is not None)
