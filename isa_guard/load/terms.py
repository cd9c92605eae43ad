"""Terms: the agreed values of an agreement, read from the words in which people write them.

    notice: {formal: 10 working days, calendar: england-and-wales, count: counted}
    threshold: {least: {default: 5, by-category: {health: 10}}}

A group's `calendar` and `count` say how its periods are counted, and `absolute` that no dispensation departs
from them. Rules name a term by its path, with underscores: `agreement.terms.notice.formal`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, cast

from isa_guard.errors import Problem
from isa_guard.language.types import BOOL, INT, PERIOD, Field, List, Record, String
from isa_guard.load.suggest import did_you_mean
from isa_guard.model.agreement import Term, Variation
from isa_guard.uk.periods import PeriodError, parse_period
from isa_guard.uk.working_days import Count

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from isa_guard.language.types import Type
    from isa_guard.language.values import Value
    from isa_guard.load.yaml import Data, Document, Path
    from isa_guard.uk.calendars import Calendar

# Text that begins with a figure means a period, however its unit is spelt: read as mere text, a slip of the pen would
# be told at the rule that reads the term, not at the term.
_PERIOD_LIKE = re.compile(
    r"[-+]?[0-9]+[ -]?[a-z(]|(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
    r"[ -](?:\(|clear |calendar |working |business |school |hour|day|week|month|year)",
    re.IGNORECASE,
)
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
_GROUP_KEYS: Final = {"calendar", "count", "absolute"}
_VARIED_KEYS: Final = {"default", "by-category", "by-party"}


@dataclass(frozen=True, slots=True)
class _Group:
    """How the periods of a group are counted."""

    calendar: Calendar | None = None
    count: Count = Count.COUNTED
    absolute: bool = False


@dataclass(slots=True)
class TermReader:
    """Reads the `terms:` of one document; `problems` grows, `terms` are what could be read."""

    document: Document
    calendars: Mapping[str, Calendar]
    categories: Iterable[str]
    parties: Iterable[str]
    terms: list[Term] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def read(self, data: Mapping[str, Data], path: Path) -> None:
        """Read all terms below `path`."""
        self._group(data, path, (), _Group())

    def _fault(self, what: str, path: Path, hint: str = "") -> None:
        self.problems.append(Problem(what, self.document.place(path), hint, "term"))

    def _group(self, data: Mapping[str, Data], path: Path, names: tuple[str, ...], group: _Group) -> None:
        if names:
            group = self._counting(data, path, group)
        for key, value in data.items():
            if names and key in _GROUP_KEYS:
                continue
            here = (*path, key)
            if not _NAME.match(key):
                self._fault(f"`{key}` is no name for a term", here, "small letters, digits and hyphens")
            elif isinstance(value, dict) and not self._is_varied(value):
                self._group(value, here, (*names, key.replace("-", "_")), group)
            else:
                self._term(value, here, (*names, key.replace("-", "_")), group)

    @staticmethod
    def _is_varied(value: Mapping[str, Data]) -> bool:
        return "default" in value and set(value) <= _VARIED_KEYS

    def _counting(self, data: Mapping[str, Data], path: Path, group: _Group) -> _Group:
        name, count, absolute = data.get("calendar"), data.get("count"), data.get("absolute")
        if name is not None:
            if str(name) in self.calendars:
                group = replace(group, calendar=self.calendars[str(name)])
            else:
                self._fault(
                    f"no calendar `{name}`", (*path, "calendar"), did_you_mean(str(name), self.calendars)
                )
        if count is not None:
            if count in list(Count):
                group = replace(group, count=Count(str(count)))
            else:
                hint = "`counted` (the last day counts) or `clear` (neither end day counts)"
                self._fault(f"`{count}` is no way of counting", (*path, "count"), hint)
        if absolute is not None:
            if isinstance(absolute, bool):
                group = replace(group, absolute=absolute)
            else:
                self._fault("`absolute` should be true or false", (*path, "absolute"))
        return group

    def _term(self, data: Data, path: Path, names: tuple[str, ...], group: _Group) -> None:
        before = len(self.problems)
        varied = data if isinstance(data, dict) else {"default": data}
        default_path = (*path, "default") if isinstance(data, dict) else path
        default = self._value(varied["default"], default_path, group)
        variations = tuple(self._variations(varied, path, group, default[0] if default else None))
        if default is None or len(self.problems) > before:
            return
        dotted = ".".join(names)
        place = self.document.place(path)
        self.terms.append(Term(dotted, default[0], default[1], variations, group.absolute, place))

    def _variations(
        self, varied: Mapping[str, Data], path: Path, group: _Group, kind: Type | None
    ) -> Iterable[Variation]:
        for key, known in (("by-category", self.categories), ("by-party", self.parties)):
            values = varied.get(key) or {}
            if not isinstance(values, dict):
                self._fault(f"`{key}` should be a mapping", (*path, key))
                continue
            for of, value in values.items():
                here = (*path, key, of)
                if of not in set(known):
                    word = key.removeprefix("by-")
                    self._fault(f"no {word} `{of}` in this agreement", here, did_you_mean(of, known))
                read = self._value(value, here, group)
                if read is None:
                    continue
                if kind is not None and read[0] != kind:
                    self._fault(
                        f"this is {read[0]}, but the term is {kind}", here, "give it the same kind of value"
                    )
                yield Variation(key.removeprefix("by-"), of, read[1])

    def _value(self, data: Data, path: Path, group: _Group) -> tuple[Type, Value] | None:
        if isinstance(data, bool):
            return BOOL, data
        if isinstance(data, int):
            return INT, data
        if isinstance(data, str):
            return self._period(data, path, group) if _PERIOD_LIKE.match(data) else (String(), data)
        if isinstance(data, list) and data and all(isinstance(item, str) for item in data):
            return List(String()), tuple(cast("list[str]", data))
        if isinstance(data, list) and data and all(type(item) is int for item in data):
            return List(INT), tuple(cast("list[int]", data))
        hint = "a term is text, a period, a whole number, true or false, or a list of texts or numbers"
        self._fault("this is no value for a term", path, hint)
        return None

    def _period(self, text: str, path: Path, group: _Group) -> tuple[Type, Value] | None:
        try:
            period = parse_period(text)
            if period.unit.needs_calendar:
                if group.calendar is None:
                    hint = "add `calendar: england-and-wales` (or another) to the group"
                    self._fault(f"`{text}` needs a calendar to be counted on", path, hint)
                    return None
                period = period.on(group.calendar)
            if group.count is Count.CLEAR and period.count is Count.COUNTED:
                period = replace(period, count=Count.CLEAR)
        except PeriodError as error:
            self._fault(error.what, path, error.hint)
            return None
        return PERIOD, period


def terms_record(terms: Iterable[Term]) -> tuple[Record, Mapping[str, Value]]:
    """Answer the type and the value of `agreement.terms`, with every term at its default."""
    tree: dict[str, object] = {}
    for term in terms:
        *groups, name = term.path.split(".")
        node = tree
        for group in groups:
            node = cast("dict[str, object]", node.setdefault(group, {}))
        node[name] = term
    return _record("terms", tree)


def _record(name: str, tree: Mapping[str, object]) -> tuple[Record, Mapping[str, Value]]:
    fields: list[Field] = []
    values: dict[str, Value] = {}
    for key, node in tree.items():
        if isinstance(node, Term):
            fields.append(Field(key, node.type, optional=False, doc=""))
            values[key] = node.value
            continue
        kind, value = _record(key, cast("dict[str, object]", node))
        fields.append(Field(key, kind, optional=False, doc=""))
        values[key] = value
    return Record(name, tuple(fields)), values
