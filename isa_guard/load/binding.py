"""Binds a rule to an agreement: its expressions are parsed, typed against the fact's schema, and checked.

Every fault of a rule is reported at once, each at its own line and column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.errors import Problem
from isa_guard.frozen import dataclass
from isa_guard.language.checker import Scope, check
from isa_guard.language.faults import ExpressionError
from isa_guard.language.parser import parse
from isa_guard.language.syntax import path_of, walk
from isa_guard.language.template import parse_template
from isa_guard.language.types import BOOL, DATE, TIMESTAMP, List, Record
from isa_guard.load.problems import expression_problems
from isa_guard.load.shapes import RuleShape, SimpleCondition
from isa_guard.load.simple import simple_expression
from isa_guard.load.suggest import did_you_mean
from isa_guard.model.facts import FactKind
from isa_guard.model.rule import Duty, Otherwise, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from isa_guard.language.checker import Checked
    from isa_guard.language.syntax import Expr
    from isa_guard.language.template import Template
    from isa_guard.language.types import Type
    from isa_guard.language.values import Value
    from isa_guard.load.packs import UnboundRule
    from isa_guard.load.yaml import Path

CLOCK: Final[Mapping[str, Type]] = {"now": TIMESTAMP, "today": DATE}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a rule is bound to: the schemas of the facts, the agreement as a constant, its absolute terms.

    `varied` are the paths of the terms that have another value for some category or party.
    """

    schemas: Mapping[FactKind, Record]
    agreement: tuple[Record, Mapping[str, Value]]
    absolute: frozenset[str]
    varied: frozenset[str]

    def scope(self, kind: FactKind, needs: tuple[str, ...] = ()) -> Scope:
        """Answer the names that a rule about `kind` may use.

        The agreement is a constant, folded when rules are compiled, unless a term of it varies from fact to fact.
        """
        variables: dict[str, Type] = {kind.value: self.schemas[kind], **CLOCK}
        if self.varied:
            return Scope({**variables, "agreement": self.agreement[0]}, {}, frozenset(needs))
        return Scope(variables, {"agreement": self.agreement}, frozenset(needs))


class Binder:
    """Binds one rule; `problems` are what stopped it."""

    def __init__(self, rule: UnboundRule, surroundings: Surroundings) -> None:
        assert isinstance(rule.shape, RuleShape)
        self.unbound = rule
        self.shape = rule.shape
        self.kind = FactKind(rule.shape.on)
        self.surroundings = surroundings
        self.problems: list[Problem] = []
        self.order: list[str] = []
        self.lets: dict[str, Expr] = {}

    def bind(self) -> Rule | None:
        """Answer the bound rule, or None with `problems`."""
        shape = self.shape
        for field in (*shape.needs, *shape.evidenced):
            self._known_field(field)
        for name, text in shape.let.items():
            parsed = self._parsed(text, ("let", name))
            if parsed is not None:
                self.lets[name] = parsed
        self.scope = self.surroundings.scope(self.kind, shape.needs)
        when = self._condition(shape.when, "when") if shape.when is not None else None
        require = self._condition(shape.require, "require", when)
        self.order = [*(path for path in self.order if require and path in require.reads), *self.order]
        duties = tuple(self._duty(index) for index in range(len(shape.obliges)))
        seen, satisfy = self._template(shape.seen, "seen"), self._template(shape.satisfy, "satisfy")
        if self.problems or require is None or seen is None or satisfy is None:
            return None
        reads = require.reads | (when.reads if when else frozenset())
        return Rule(
            id=shape.id,
            title=shape.title,
            why=shape.why,
            on=self.kind,
            when=when,
            require=require,
            otherwise=Otherwise(shape.otherwise),
            duties=duties,
            needs=shape.needs,
            evidenced=shape.evidenced,
            shows=tuple(dict.fromkeys(self.order)),
            seen=seen,
            satisfy=satisfy,
            absolute=any(f"agreement.terms.{path}" in reads for path in self.surroundings.absolute),
            place=self.unbound.document.place(self.unbound.at),
            digest=self.unbound.digest,
        )

    def _path(self, *steps: str | int) -> Path:
        return (*self.unbound.at, *steps)

    def _attempt(self, work: Callable[[], Checked], path: Path) -> Checked | None:
        try:
            return work()
        except ExpressionError as error:
            self.problems += expression_problems(error, self.unbound.document, path)
            return None

    def _parsed(self, text: str, steps: tuple[str | int, ...]) -> Expr | None:
        try:
            return parse(text)
        except ExpressionError as error:
            self.problems += expression_problems(error, self.unbound.document, self._path(*steps))
            return None

    def _condition(
        self, written: str | SimpleCondition, key: str, given: Checked | None = None
    ) -> Checked | None:
        text = simple_expression(written) if isinstance(written, SimpleCondition) else written
        return self._checked(text, (key,), BOOL, given)

    def _checked(
        self, text: str, steps: tuple[str | int, ...], expected: Type | None, given: Checked | None = None
    ) -> Checked | None:
        parsed = self._parsed(text, steps)
        if parsed is None:
            return None
        self._note_order(parsed)
        return self._attempt(
            lambda: check(parsed, self.scope, expected, lets=self.lets, given=given), self._path(*steps)
        )

    def _note_order(self, expr: Expr) -> None:
        """Remember which fields are named, in order: the first one given is where a finding points."""
        for node in walk(expr):
            path = path_of(node)
            if path and path[0] == self.kind.value and len(path) > 1:
                self.order.append(".".join(path))

    def _duty(self, index: int) -> Duty:
        oblige = self.shape.obliges[index]
        when = self._checked(oblige.when, ("obliges", index, "when"), BOOL) if oblige.when else None
        by = self._checked(oblige.by, ("obliges", index, "by"), None) if oblige.by else None
        if by is not None and by.type not in (TIMESTAMP, DATE):
            place = self.unbound.document.place(self._path("obliges", index, "by"))
            self.problems.append(
                Problem(f"`by` is a {by.type}, not a time", place, "use due() or due_date()", "type")
            )
        return Duty(oblige.do, when, by)

    def _template(self, text: str, key: str) -> Template | None:
        try:
            return parse_template(text, self.scope, lets=self.lets)
        except ExpressionError as error:
            self.problems += expression_problems(error, self.unbound.document, self._path(key))
            return None

    def _known_field(self, dotted: str) -> None:
        first, *rest = dotted.split(".")
        kind: object = self.surroundings.schemas[self.kind]
        place = self.unbound.document.place(
            self._path("needs" if dotted in self.shape.needs else "evidenced")
        )
        if first != self.kind.value:
            what = f"`{dotted}` is not a field of {self.kind.value}"
            self.problems.append(Problem(what, place, f"begin with `{self.kind.value}.`", "field"))
            return
        for step in rest:
            name = step.removesuffix("[]")
            while isinstance(kind, List):
                kind = kind.element
            if not isinstance(kind, Record):
                self.problems.append(Problem(f"`{dotted}` goes too deep", place, "", "field"))
                return
            known = {field.name: field.type for field in kind.fields}
            if name not in known:
                hint = did_you_mean(name, known)
                self.problems.append(
                    Problem(f"`{dotted}`: {kind.name} has no field `{name}`", place, hint, "field")
                )
                return
            kind = known[name]
