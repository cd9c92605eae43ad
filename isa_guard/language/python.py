"""The quick reading: all conditions for one kind of fact become one Python function.

Conditions become plain `and`, `or` and `not` inside `try`, which costs nothing while nothing fails. When
nothing failed, the short answer is CEL's answer: an operand that was skipped could only have been absorbed.
When anything failed, that one condition is read again exactly. This holds only for facts that keep to the
schema the conditions were checked against.

Nothing of a rule is ever code: a string or a field's name goes in as an escaped literal, a list or a term as
a bound value, and every variable under a name made here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from isa_guard.errors import UsageError
from isa_guard.frozen import dataclass
from isa_guard.language import exact
from isa_guard.language.emit import SUPPORT, Emitter
from isa_guard.language.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from isa_guard.language.checker import Checked
    from isa_guard.language.condition import Condition
    from isa_guard.language.exact import EvalError
    from isa_guard.language.values import Value

Outcomes: TypeAlias = tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """Conditions made ready. `run` takes the values of `variables` in order; `source` is what it does."""

    conditions: tuple[Condition, ...]
    variables: tuple[str, ...]
    run: Callable[..., Outcomes]
    source: str
    _of: Callable[[Mapping[str, Value]], Outcomes]

    def outcomes(self, values: Mapping[str, Value]) -> Outcomes:
        """The outcome of each condition, in order. Raises UsageError when a variable has no value."""
        try:
            return self._of(values)
        except KeyError as error:  # `run` itself lets nothing through
            raise UsageError(f"no value for the variable {error}") from None


def compile_conditions(conditions: Sequence[Condition], variables: tuple[str, ...]) -> Program:
    """One program for all `conditions`, which read no other variables than these."""
    kept = tuple(conditions)
    namespace = _namespace(kept, variables)
    emitter = Emitter(namespace, {name: f"v{index}" for index, name in enumerate(variables)})
    bodies = [_one(emitter, index, condition) for index, condition in enumerate(kept)]
    source = _assemble(bodies, variables)
    exec(compile(source, "<rules>", "exec"), namespace)  # noqa: S102 - only names and literals made here
    return Program(kept, variables, namespace["run"], source, namespace["of"])  # type: ignore[arg-type]


def python_expression(checked: Checked, variables: tuple[str, ...], namespace: dict[str, object]) -> str:
    """One expression as Python text over the parameters v0, v1 ..., what it needs put into `namespace`."""
    for name, value in SUPPORT.items():
        namespace.setdefault(name, value)
    return Emitter(namespace, {name: f"v{index}" for index, name in enumerate(variables)}).of(checked)


@lru_cache(maxsize=4_096)
def quick_value(checked: Checked, variables: tuple[str, ...]) -> Callable[..., Value | EvalError]:
    """A function of the values of `variables`, in order, to the value of `checked` or why it has none."""

    def again(*given: Value) -> Value | EvalError:
        return exact.evaluate(checked, dict(zip(variables, given, strict=True)))

    namespace: dict[str, object] = {"again": again}
    try:
        code = python_expression(checked, variables, namespace)
        parameters = ", ".join(f"v{index}" for index in range(len(variables)))
        source = f"def run({parameters}):\n try:\n  return {code}\n except Exception:\n  return again({parameters})\n"
        exec(compile(source, "<value>", "exec"), namespace)  # noqa: S102 - only names and literals made here
    except (SyntaxError, RecursionError, MemoryError):
        return again
    return namespace["run"]  # type: ignore[return-value]


def _namespace(conditions: tuple[Condition, ...], variables: tuple[str, ...]) -> dict[str, object]:
    def again(index: int, *given: Value) -> Outcome:
        return exact.outcome(conditions[index], dict(zip(variables, given, strict=True)))

    return {
        "again": again,
        "MET": Outcome.MET,
        "NOT_MET": Outcome.NOT_MET,
        "NOT_APPLICABLE": Outcome.NOT_APPLICABLE,
        **SUPPORT,
    }


def _one(emitter: Emitter, index: int, condition: Condition) -> str:
    """The Python expression of one condition; one too deep for Python's own compiler is read exactly."""
    try:
        require = emitter.of(condition.require)
        code = f"MET if {require} else NOT_MET"
        if condition.when is not None:
            code = f"({code}) if {emitter.of(condition.when)} else NOT_APPLICABLE"
        compile(code, "<rule>", "eval")
    except (SyntaxError, RecursionError, MemoryError):
        return f"again({', '.join((str(index), *emitter.parameters))})"
    return code


def _assemble(bodies: Sequence[str], variables: tuple[str, ...]) -> str:
    parameters = ", ".join(f"v{index}" for index in range(len(variables)))
    lines = [f"def run({parameters}):"]
    for index, body in enumerate(bodies):
        arguments = ", ".join(filter(None, (str(index), parameters)))
        lines += [
            " try:",
            f"  r{index} = {body}",
            " except Exception:",
            f"  r{index} = again({arguments})",
        ]
    results = "".join(f"r{index}, " for index in range(len(bodies)))
    given = ", ".join(f"values[{name!a}]" for name in variables)
    return "\n".join([*lines, f" return ({results})", "def of(values):", f" return run({given})", ""])
