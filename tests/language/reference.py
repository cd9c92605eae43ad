"""A slow evaluator written from the CEL specification, to judge the readings. It shares only the syntax tree.

Its values are Python's own (a date is a date, a timestamp a datetime), so that even the representation of
values is another one. An error is an `Error`; nothing is quick, nothing is clever.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from math import copysign, inf, isnan, nan
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from isa_guard.language import syntax as s
from isa_guard.uk.calendars import calendar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LONDON = ZoneInfo("Europe/London")
WORKING = calendar("england-and-wales")
ABSENT = object()


class Error:
    """What an expression without a value gives."""


ERROR = Error()
Env = "Mapping[str, Any]"


def evaluate(node: s.Expr, env: Mapping[str, Any]) -> Any:
    """The value of `node`, or ERROR."""
    match node:
        case s.Literal(value=value):
            return value
        case s.Name(name=name):
            return env.get(name, ERROR)
        case s.Select(operand=operand, field=field) | s.OptionalSelect(operand=operand, field=field):
            return select(node, evaluate(operand, env), field)
        case s.Has(operand=operand, field=field):
            record = evaluate(operand, env)
            return ERROR if record is ERROR else field in record
        case s.Index(operand=operand, index=index) | s.OptionalIndex(operand=operand, index=index):
            return element(node, evaluate(operand, env), evaluate(index, env))
        case s.Call():
            return call(node, env)
        case s.Unary(op="!", operand=operand):
            value = evaluate(operand, env)
            return ERROR if value is ERROR else not value
        case s.Unary(operand=operand):
            value = evaluate(operand, env)
            return ERROR if value is ERROR else in_range(-value)
        case s.Binary(op="&&", left=left, right=right):
            return conjunction([evaluate(left, env), evaluate(right, env)])
        case s.Binary(op="||", left=left, right=right):
            return disjunction([evaluate(left, env), evaluate(right, env)])
        case s.Binary(op=op, left=left, right=right):
            return binary(str(op), evaluate(left, env), evaluate(right, env))
        case s.Conditional(test=test, then=then, otherwise=otherwise):
            decided = evaluate(test, env)
            return ERROR if decided is ERROR else evaluate(then if decided else otherwise, env)
        case s.ListLiteral(items=items):
            values = [evaluate(item, env) for item in items]
            return ERROR if any(value is ERROR for value in values) else tuple(values)
        case s.Macro():
            return macro(node, env)
        case _:
            raise AssertionError(node)


def conjunction(values: list[Any]) -> Any:
    """False if any is false; else an error if any is; else true."""
    if any(value is False for value in values):
        return False
    return ERROR if any(value is ERROR for value in values) else True


def disjunction(values: list[Any]) -> Any:
    """True if any is true; else an error if any is; else false."""
    if any(value is True for value in values):
        return True
    return ERROR if any(value is ERROR for value in values) else False


def select(node: s.Expr, record: Any, field: str) -> Any:
    if record is ERROR or record is ABSENT:
        return record
    if field in record:
        return record[field]
    return ABSENT if is_optional(node) else ERROR


def element(node: s.Expr, items: Any, index: Any) -> Any:
    if items is ABSENT:
        return ERROR if index is ERROR else ABSENT
    if items is ERROR or index is ERROR:
        return ERROR
    if 0 <= index < len(items):
        return items[index]
    return ABSENT if is_optional(node) else ERROR


def is_optional(node: s.Expr) -> bool:
    """A `.?` or `[?]` anywhere along the chain makes what follows optional too."""
    if isinstance(node, s.OptionalSelect | s.OptionalIndex):
        return True
    return isinstance(node, s.Select | s.Index) and is_optional(node.operand)


def macro(node: s.Macro, env: Mapping[str, Any]) -> Any:
    items = evaluate(node.operand, env)
    if items is ERROR:
        return ERROR
    scopes = [{**env, node.variable: item} for item in items]
    if node.kind is s.MacroKind.MAP:
        guards = [True if node.guard is None else evaluate(node.guard, scope) for scope in scopes]
        if any(guard is ERROR for guard in guards):
            return ERROR
        values = [evaluate(node.body, scope) for scope, guard in zip(scopes, guards, strict=True) if guard]
        return ERROR if any(value is ERROR for value in values) else tuple(values)
    results = [evaluate(node.body, scope) for scope in scopes]
    if node.kind is s.MacroKind.ALL:
        return conjunction(results)
    if node.kind is s.MacroKind.EXISTS:
        return disjunction(results)
    if any(result is ERROR for result in results):
        return ERROR
    if node.kind is s.MacroKind.EXISTS_ONE:
        return results.count(True) == 1
    return tuple(item for item, result in zip(items, results, strict=True) if result)


# Operators --------------------------------------------------------------------------------------------------


def in_range(value: Any) -> Any:
    """The value, or ERROR outside the range of its type."""
    if isinstance(value, bool | float):
        return value
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return ERROR
    if isinstance(value, timedelta) and not -(2**63) <= value // timedelta(microseconds=1) * 1000 < 2**63:
        return ERROR
    return value


def binary(op: str, left: Any, right: Any) -> Any:
    if left is ERROR or right is ERROR:
        return ERROR
    match op:
        case "==":
            return same(left, right)
        case "!=":
            return not same(left, right)
        case "in":
            return any(same(left, item) for item in right)
        case "<":
            return left < right
        case "<=":
            return left < right or same(left, right)
        case ">":
            return right < left
        case ">=":
            return right < left or same(left, right)
        case _:
            return arithmetic(op, left, right)


def same(left: Any, right: Any) -> bool:
    if isinstance(left, tuple):
        return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right, strict=True))
    return bool(left == right)


def arithmetic(op: str, left: Any, right: Any) -> Any:
    if op == "+":
        return in_calendar(lambda: left + right)
    if op == "-":
        return in_calendar(lambda: left - right)
    if op == "*":
        return in_range(left * right)
    if isinstance(left, float):
        if right == 0 or isnan(right):
            return (
                nan if left == 0 or isnan(left) or isnan(right) else copysign(inf, left) * copysign(1, right)
            )
        return left / right
    if right == 0:
        return ERROR
    # Towards zero, whatever the signs.
    quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
    if in_range(quotient) is ERROR:
        return ERROR
    return quotient if op == "/" else left - quotient * right


def in_calendar(make: Callable[[], Any]) -> Any:
    """A sum of instants, or ERROR beyond the years 1 to 9999."""
    try:
        return in_range(make())
    except (OverflowError, ValueError):
        return ERROR


# Functions --------------------------------------------------------------------------------------------------


def call(node: s.Call, env: Mapping[str, Any]) -> Any:
    given = [] if node.target is None else [evaluate(node.target, env)]
    if node.name in {"orValue", "hasValue"}:
        held = given[0]
        if held is ERROR:
            return ERROR
        if node.name == "hasValue":
            return held is not ABSENT
        return evaluate(node.args[0], env) if held is ABSENT else held
    given += [evaluate(arg, env) for arg in node.args]
    if any(value is ERROR for value in given):
        return ERROR
    return in_calendar(lambda: FUNCTIONS[node.name](*given))


def text_to_int(value: Any) -> Any:
    if isinstance(value, datetime):
        return int((value - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1))
    if isinstance(value, float):
        return int(value) if -(2.0**63) < value < 2.0**63 else ERROR
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"-?[0-9]{1,19}", value) else ERROR
    return value


def text_of(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.decode()
    return str(value)


def between(start: date, end: date) -> int:
    """Working days after `start` up to `end`, one by one, so that `end` counts and `start` does not."""
    known(start), known(end)
    return sum(WORKING.is_working(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def known(day: date) -> date:
    if not WORKING.first <= day <= WORKING.last:
        raise ValueError(day)
    return day


def working_day(start: date, n: int) -> date:
    known(start)
    if abs(n) > 10_000:
        raise ValueError(n)
    day, step = start, timedelta(days=1 if n > 0 else -1)
    for _ in range(abs(n)):
        day += step
        while not WORKING.is_working(known(day)):
            day += step
    return day


def months_later(start: date, n: int) -> date:
    month = start.year * 12 + start.month - 1 + n
    if not 12 <= month < 120_000:
        raise ValueError(n)
    for last in (31, 30, 29, 28):
        try:
            return date(month // 12, month % 12 + 1, min(start.day, last))
        except ValueError:
            continue
    raise AssertionError


def hours(start: datetime, end: datetime) -> int:
    return int(abs(end - start) // timedelta(hours=1)) * (1 if end >= start else -1)


def month_to_answer(start: date, further: int) -> date:
    """The corresponding date a month and more later, or the first working day after it."""
    if further not in {0, 1, 2}:
        raise ValueError(further)
    day = months_later(start, 1 + further)
    while not WORKING.is_working(known(day)):
        day += timedelta(days=1)
    return day


# A absolute, Q qualified, ? open; C class, P prejudice, M both: by section, and by subsection where they differ.
EXEMPT = {
    "21": "AC", "22": "QC", "23": "AC", "24": "QM", "26": "QP", "27": "Q?", "28": "QP", "29": "QP", "30": "QC",
    "31": "QP", "32": "AC", "33": "QP", "34": "AC", "35": "QC", "36": "QP", "37": "?C", "38": "QP", "39": "QC",
    "40": "?C", "41": "AC", "42": "QC", "43": "Q?", "44": "AC", "43(2)": "QP", "40(2)": "?C",
}  # fmt: skip
UNDER = {"40(3A)(a)": "AC", "(3A)": "AC", "40(3)(a)(ii)": "QC", "40(4A)": "QC"}
LETTERS = {"A": "absolute", "Q": "qualified", "C": "class", "P": "prejudice", "M": "mixed", "?": "depends"}


def exempt(citation: str, condition: str, letter: int) -> str:
    """What the Act makes of a citation that the generator writes; 'none' of any other text."""
    text = citation.strip().lower().removeprefix("section ").removeprefix("s.")
    kind = EXEMPT.get(text) or EXEMPT.get(text.removesuffix("(a)").removesuffix("(1)"), "")
    if condition:
        kind = UNDER.get(condition, "") if text == "40(2)" else ""
    return LETTERS[kind[letter]] if kind else "none"


def one_reference(one: str, other: str) -> bool:
    """Whether two texts are one reference: digit by digit, zeros only where a number has begun."""

    def told(text: str) -> list[str]:
        parts = re.findall(r"[0-9]+|[^0-9]", re.sub(r"\s", "", text).upper())
        return [str(int(part)) if part[0] in "0123456789" else part for part in parts]

    return told(one) == told(other)


UNITS = {"h": 3_600_000_000, "m": 60_000_000, "s": 1_000_000, "ms": 1000, "us": 1}


def duration(text: str) -> timedelta:
    parts = re.findall(r"([0-9.]+)([a-z]+)", text)
    total = sum(Fraction(amount) * UNITS[unit] for amount, unit in parts)
    return timedelta(microseconds=int(total)) * (-1 if text.startswith("-") else 1)


def timestamp(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "size": len,
    "contains": lambda text, part: part in text,
    "startsWith": lambda text, part: text[: len(part)] == part,
    "endsWith": lambda text, part: part == "" or text[-len(part) :] == part,
    "matches": lambda text, pattern: re.search(pattern.replace("$", r"\Z"), text, re.ASCII) is not None,
    "int": text_to_int,
    "double": float,
    "string": text_of,
    "bytes": str.encode,
    "date": date.fromisoformat,
    "timestamp": timestamp,
    "duration": duration,
    "getFullYear": lambda at: at.year,
    "getDayOfWeek": lambda at: at.isoweekday() % 7,
    "getHours": lambda at: at.hour,
    "day": lambda at: at.astimezone(LONDON).date(),
    "start_of": lambda day: datetime.combine(day, time(), LONDON).astimezone(UTC),
    "add_months": months_later,
    "add_years": lambda day, n: months_later(day, 12 * n),
    "hours_between": hours,
    # The one period of the generated agreements: ten counted working days.
    "working_days": lambda start, end, notice: between(start, end),
    "add_working_days": lambda start, n, notice: working_day(start, n),
    "earliest": lambda start, notice: working_day(start, 10),
    "due_date": lambda start, within: working_day(start, 10),
    "subject_access_due": month_to_answer,
    "exemption_strength": lambda citation, condition: exempt(citation, condition, 0),
    "exemption_basis": lambda citation, condition: exempt(citation, condition, 1),
    "same_reference": one_reference,
}
