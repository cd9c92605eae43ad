"""Messages with typed holes: "{working_days(a, b, p)} working days between {transfer.requested_on} and ...".

A hole is an expression of the language. One whose value is private is refused when the message is loaded, so
that no message can carry a person's data. A doubled brace stands for itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from isa_guard.errors import IsaGuardError, UsageError
from isa_guard.language.checker import Checked, Scope, check_unguarded
from isa_guard.language.exact import EvalError, evaluate
from isa_guard.language.faults import ExpressionError, Fault
from isa_guard.language.lets import free_names
from isa_guard.language.parser import parse
from isa_guard.language.python import python_expression
from isa_guard.language.syntax import path_of
from isa_guard.language.types import Bool, Date, Record, String, is_private
from isa_guard.language.values import day_text, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from isa_guard.language.syntax import Expr
    from isa_guard.language.types import Type
    from isa_guard.language.values import Value

NOT_GIVEN: Final = "not given"
MAX_TEMPLATE: Final = 10_000  # characters
_PIECE: Final = re.compile(
    r"""(?P<text>[^{}]+|\{\{|\}\})|\{(?P<hole>(?:[^{}'"]|'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+")*+)\}""",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A message made ready. `parts` are its words and holes in order, `variables` what the holes may read."""

    parts: tuple[str | Checked, ...]
    variables: tuple[str, ...]

    @property
    def holes(self) -> tuple[Checked, ...]:
        """The holes alone."""
        return tuple(part for part in self.parts if isinstance(part, Checked))


def parse_template(source: str, scope: Scope, lets: Mapping[str, Expr] | None = None) -> Template:
    """The message that `source` writes, its holes checked in `scope`.

    Optional fields need no guard here: an absent one reads "not given". Raises ExpressionError with every
    fault: of a hole's expression, of a brace, of a hole whose value is private.
    """
    if len(source) > MAX_TEMPLATE:
        raise ExpressionError(Fault(0, len(source), f"a message of over {MAX_TEMPLATE} characters"))
    faults: list[Fault] = []
    parts: list[str | Checked] = []
    for piece, start in _pieces(source):
        if isinstance(piece, str):
            parts.append(piece)
            continue
        try:
            parts.append(_hole(piece["hole"], scope, lets or {}))
        except ExpressionError as error:
            faults += [Fault(start + f.start, start + f.end, f.what, f.hint) for f in error.faults]
    if faults:
        raise ExpressionError(*faults)
    return Template(tuple(parts), tuple(scope.variables))


def render(template: Template, variables: Mapping[str, Value]) -> str:
    """The message for these values. A hole that has no value reads "not given". Raises UsageError for a
    variable without a value.
    """
    try:
        given = [variables[name] for name in template.variables]
    except KeyError as error:
        raise UsageError(f"no value for the variable {error}") from None
    return fill(template, given)


def fill(template: Template, given: Iterable[Value]) -> str:
    """The message for the values of `template.variables`, in their order: `render` without looking them up."""
    return _run_of(template)(*given)


def _pieces(source: str) -> Iterator[tuple[str | re.Match[str], int]]:
    at = 0
    while at < len(source):
        found = _PIECE.match(source, at)
        if found is None:
            hint = "double it to mean the brace itself" if source[at] == "}" else "close it with }"
            raise ExpressionError(Fault(at, at + 1, f"a {source[at]} that opens or closes no hole", hint))
        at = found.end()
        if found["hole"] is None:
            words = found.group()
            yield words[0] if words in {"{{", "}}"} else words, found.start()
        else:
            yield found, found.start("hole")


def _hole(source: str, scope: Scope, lets: Mapping[str, Expr]) -> Checked:
    checked = check_unguarded(parse(source), scope, lets=lets)
    if is_private(checked.type):
        hint = "show its size(), its mail_domain(), or where it stands"
        raise ExpressionError(Fault(0, len(source), "this would show what is private", hint))
    if isinstance(checked.type, Record):
        raise ExpressionError(Fault(0, len(source), f"{checked.type} is a record", "show one of its fields"))
    return checked


@lru_cache(maxsize=8_192)
def _run_of(template: Template) -> Callable[..., str]:
    """One Python function that fills the holes, made at its first use; one that fails is filled again exactly."""
    parts, variables = template.parts, template.variables
    namespace: dict[str, object] = {"text": text, "day_text": day_text}
    lines = [f"def run({', '.join(f'v{index}' for index in range(len(variables)))}):"]
    filled: list[str] = []
    for index, part in enumerate(parts):
        if isinstance(part, str):
            filled.append(ascii(part))
            continue
        fixed = _fixed(part)
        if fixed is not None:
            filled.append(ascii(fixed))
            continue
        namespace[f"again{index}"] = _again(part, variables)
        namespace[f"t{index}"] = part.type
        value = python_expression(part, variables, namespace)
        shown = _shown(value, part.type, f"t{index}")
        arguments = ", ".join(f"v{position}" for position in range(len(variables)))
        lines += [
            " try:",
            f"  h{index} = {shown}",
            " except Exception:",
            f"  h{index} = again{index}({arguments})",
        ]
        filled.append(f"h{index}")
    lines.append(f" return ''.join(({''.join(f'{part}, ' for part in filled)}))")
    exec(compile("\n".join(lines), "<message>", "exec"), namespace)  # noqa: S102 - see python.py
    return namespace["run"]  # type: ignore[return-value]


def _fixed(hole: Checked) -> str | None:
    """The words of a hole that reads constants only, such as a term of the agreement: the same for every fact."""
    if not free_names(hole.expr) <= hole.scope.constants.keys():
        return None
    value = evaluate(hole, {})
    return None if isinstance(value, EvalError) else text(value, hole.type)


def _shown(value: str, type_: Type, bound: str) -> str:
    """The Python text that puts a value in words: the commonest types without a call that looks at the type."""
    match type_:
        case String():
            return value
        case Bool():
            return f"('yes' if {value} else 'no')"
        case Date():
            return f"day_text({value})"
        case _:
            return f"text({value}, {bound})"


def _again(hole: Checked, variables: tuple[str, ...]) -> Callable[..., str]:
    absent = _absent(hole)

    def again(*given: Value) -> str:
        value = evaluate(hole, dict(zip(variables, given, strict=True)))
        if isinstance(value, EvalError):
            return absent
        try:
            return text(value, hole.type)
        except IsaGuardError:
            return NOT_GIVEN

    return again


def _absent(hole: Checked) -> str:
    """What is said where the hole has no value: a field's own word for it, where the hole is nothing but a field."""
    path = path_of(hole.expr)
    record = hole.scope.variables.get(path[0]) if path is not None and len(path) == 2 else None
    field = record.field(path[1]) if path is not None and isinstance(record, Record) else None
    return NOT_GIVEN if field is None else field.absent
