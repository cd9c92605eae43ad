"""Binds a rule over logs to an agreement: its conditions are typed, its period and its ceiling worked out.

Every fault is reported at once. What an event does not hold makes a rule cannot-tell, so its fields need no guard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from isa_guard.errors import Problem
from isa_guard.language.checker import Scope, check
from isa_guard.language.exact import EvalError, evaluate
from isa_guard.language.faults import ExpressionError
from isa_guard.language.parser import parse
from isa_guard.language.template import parse_template
from isa_guard.language.types import BOOL, INT, PERIOD, Int, List, Record, String
from isa_guard.language.vocabulary import words_for
from isa_guard.load.problems import expression_problems
from isa_guard.load.suggest import did_you_mean
from isa_guard.model.facts import FactKind
from isa_guard.model.log_rule import (
    JUDGED,
    Ceiling,
    Expectation,
    LogRule,
    Order,
    Pattern,
    Selector,
    Sequence,
    Wanted,
    Window,
)
from isa_guard.model.rule import Otherwise
from isa_guard.uk.periods import Period
from isa_guard.uk.working_days import Count

if TYPE_CHECKING:
    from collections.abc import Callable

    from isa_guard.language.checker import Checked
    from isa_guard.language.syntax import Expr
    from isa_guard.language.template import Template
    from isa_guard.language.types import Type
    from isa_guard.language.values import Value
    from isa_guard.load.binding import Surroundings
    from isa_guard.load.packs import UnboundRule
    from isa_guard.load.shapes import LogRuleShape

Made = TypeVar("Made")
EVENT: Final = "event"
OTHER: Final = "other"
# The keys of each form of rule: those it must have, and those it may have.
FORMS: Final = {
    "expect": (("for_each", "order", "by"), ("within",)),
    "never": (("for_each", "order", "by"), ("within",)),
    "at_most": (("for_each", "per"), ("sum", "by")),
    "no_gap": ((), ("for_each", "by")),
}
KEYS: Final = ("for_each", "order", "by", "within", "per", "sum")


class LogBinder:
    """Binds one rule over logs; `problems` are what stopped it."""

    def __init__(self, shape: LogRuleShape, rule: UnboundRule, surroundings: Surroundings) -> None:
        self.shape = shape
        self.unbound = rule
        self.surroundings = surroundings
        self.record = surroundings.schemas[FactKind.EVENT]
        self.problems: list[Problem] = []
        self.reads: set[str] = set()

    def bind(self) -> LogRule | None:
        """Answer the bound rule, or None with `problems`."""
        shape = self.shape
        self.lets: dict[str, Expr] = {}
        for name, text in shape.let.items():
            parsed = self._attempt(lambda text=text: parse(text), f"let.{name}")  # type: ignore[misc]
            if parsed is not None:
                self.lets[name] = parsed
        pattern = self._pattern()
        seen, satisfy = self._template(shape.seen, "seen"), self._template(shape.satisfy, "satisfy")
        if self.problems or pattern is None or seen is None or satisfy is None:
            return None
        reads = frozenset().union(*(hole.reads for hole in (*seen.holes, *satisfy.holes)))
        shows = sorted({path.split(".")[1].removesuffix("[]") for path in reads if path.startswith("event.")})
        return LogRule(
            id=shape.id,
            title=shape.title,
            why=shape.why,
            pattern=pattern,
            otherwise=Otherwise(shape.otherwise),
            seen=seen,
            satisfy=satisfy,
            shows=tuple(shows),
            reads=reads | self.reads,
            place=self.unbound.document.place(self.unbound.at),
            digest=self.unbound.digest,
        )

    def _pattern(self) -> Pattern | None:
        shape = self.shape
        forms = [form for form in FORMS if getattr(shape, form) is not None]
        if len(forms) != 1:
            what = "a rule over logs has one of `expect`, `never`, `at-most` and `no-gap`"
            self._fault(what, "", "split it into several rules" if forms else "")
            return None
        must, may = FORMS[forms[0]]
        for key in KEYS:
            given = bool(getattr(shape, key))
            if key in must and not given:
                self._fault(f"`{forms[0].replace('_', '-')}` needs `{key.replace('_', '-')}`", "", "")
            if given and key not in (*must, *may):
                what = f"`{key.replace('_', '-')}` does not go with `{forms[0].replace('_', '-')}`"
                self._fault(what, key, "")
        for index, name in enumerate(shape.by):
            self._key(name, index)
        trigger = self._selector(shape.for_each, "for_each", EVENT)
        match forms[0]:
            case "expect" | "never":
                return self._expectation(trigger, Wanted(forms[0]))
            case "at_most":
                return self._ceiling(trigger)
            case _:
                return self._sequence(trigger)

    def _expectation(self, trigger: Selector | None, wanted: Wanted) -> Expectation | None:
        shape = self.shape
        answer = self._selector(getattr(shape, wanted.value), wanted.value, OTHER)
        within = self._within()
        if trigger is None or answer is None or shape.order is None:
            return None
        if wanted is Wanted.EXPECT and shape.order == "after" and shape.within is None:
            self._fault("a duty without a time can never be broken", wanted.value, "say within what period")
        both = trigger.actions & answer.actions
        if both:
            what = f"an event could answer itself: {', '.join(sorted(both))} may be both"
            self._fault(what, wanted.value, "let the two conditions name different values of `action`")
            return None
        return Expectation(trigger, answer, wanted, Order(shape.order), within, shape.by)

    def _ceiling(self, trigger: Selector | None) -> Ceiling | None:
        shape = self.shape
        most = self._constant(str(shape.at_most), "at_most", INT)
        if shape.sum is not None:
            field = self.record.field(shape.sum)
            if field is None or not isinstance(field.type, Int):
                self._fault(f"`{shape.sum}` is no whole number of an event", "sum", "")
        if trigger is None or not isinstance(most, int) or shape.per is None:
            return None
        if most < 0:
            self._fault("a ceiling is not less than nothing", "at_most", "")
        return Ceiling(trigger, most, shape.sum, Window(shape.per), shape.by)

    def _sequence(self, trigger: Selector | None) -> Sequence | None:
        number = self.shape.no_gap or ""
        field = self.record.field(number)
        if field is None or not isinstance(field.type, Int):
            self._fault(f"`{number}` is no whole number of an event", "no_gap", "")
            return None
        return Sequence(trigger, number, self.shape.by)

    def _within(self) -> Period | None:
        if self.shape.within is None:
            return None
        period = self._constant(self.shape.within, "within", PERIOD)
        if isinstance(period, Period) and period.count is Count.CLEAR:
            self._fault(f"{period} is a length of notice, not a deadline", "within", "a deadline is counted")
        return period if isinstance(period, Period) else None

    def _constant(self, text: str, key: str, wanted: Type) -> Value | None:
        """Answer the value of an expression that reads the agreement alone."""
        checked = self._checked(text, key, {}, wanted)
        if checked is None:
            return None
        value = evaluate(checked, {})
        if isinstance(value, EvalError):
            self._fault(f"it has no value: {value}", key, "")
            return None
        return value

    def _selector(self, text: str | None, key: str, variable: str) -> Selector | None:
        if text is None:
            return None
        checked = self._checked(text, key, {variable: self.record}, BOOL)
        field = self.record.field("action")
        if checked is None or field is None or not isinstance(field.type, String):
            return None
        actions = words_for(checked.expr, (variable, "action"), frozenset(field.type.values or ()))
        return Selector(checked, variable, actions)

    def _checked(
        self, text: str, key: str, variables: dict[str, Record], wanted: Type | None
    ) -> Checked | None:
        needed = frozenset(
            f"{name}.{field.name}" for name, record in variables.items() for field in record.fields
        )
        scope = Scope({**variables}, {"agreement": self.surroundings.agreement}, needed)
        checked = self._attempt(lambda: check(parse(text), scope, wanted, lets=self._lets_in(scope)), key)
        if checked is not None:
            self.reads |= checked.reads
            self._refuse_varied(checked, key)
        return checked

    def _lets_in(self, scope: Scope) -> dict[str, Expr]:
        """Answer the lets; one that reads `event` is of no use in a condition on the other event."""
        from isa_guard.language.lets import free_names

        known = scope.variables.keys() | scope.constants.keys() | self.lets.keys()
        return {name: body for name, body in self.lets.items() if free_names(body) <= known}

    def _refuse_varied(self, checked: Checked, key: str) -> None:
        """A rule between events reads one value for all of them."""
        for path in sorted(self.surroundings.varied):
            if f"agreement.terms.{path}" in checked.reads:
                what = f"the term `{path}` differs from one category or party to another"
                self._fault(what, key, "a rule over logs needs one value: write one rule for each")

    def _template(self, text: str, key: str) -> Template | None:
        variables = {EVENT: self.record, JUDGED.name: JUDGED}
        scope = Scope(variables, {"agreement": self.surroundings.agreement})
        return self._attempt(lambda: parse_template(text, scope, lets=self._lets_in(scope)), key)

    def _attempt(self, work: Callable[[], Made], key: str) -> Made | None:
        try:
            return work()
        except ExpressionError as error:
            self.problems += expression_problems(error, self.unbound.document, self._path(key))
            return None

    def _key(self, name: str, index: int) -> None:
        field = self.record.field(name)
        where = self.unbound.document.place((*self.unbound.at, "by", index))
        if field is None:
            hint = did_you_mean(name, [one.name for one in self.record.fields])
            self.problems.append(Problem(f"an event has no field `{name}`", where, hint, "field"))
        elif isinstance(field.type, List | Record):
            self.problems.append(Problem(f"`{name}` is no single value", where, "", "field"))

    def _fault(self, what: str, key: str, hint: str) -> None:
        place = self.unbound.document.place(self._path(key) if key else self.unbound.at)
        self.problems.append(Problem(what, place, hint, "log-rule"))

    def _path(self, key: str) -> tuple[str | int, ...]:
        return (*self.unbound.at, *(step.replace("_", "-") for step in key.split(".")))
