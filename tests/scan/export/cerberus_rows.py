"""What cerberus itself says of a row of texts: the oracle of the compiled schedules.

The reading of a text as a value is this one page, and nothing of it is shared with the program.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from cerberus import TypeDefinition, Validator

FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
# As the standard types, with numbers that 64 bits hold, and without the truth values that Python counts as numbers.
TYPES = {
    "integer": TypeDefinition("integer", (int,), (bool,)),
    "float": TypeDefinition("float", (float,), ()),
    "date": TypeDefinition("date", (date,), (datetime,)),
}


class NoValue:
    """A text that is no value of its type, which cerberus then says itself."""


def value_of(kind: str, text: str | None) -> Any:
    """The value that a cell is read as."""
    if not text:
        return None
    if kind == "string":
        return text
    found = {"integer": _integer, "float": _float, "boolean": _truth, "date": _day, "datetime": _instant}[
        kind
    ](text)
    return NoValue() if found is None else found


def _integer(text: str) -> int | None:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or (digits[0] == "0" and digits != "0"):
        return None
    return int(text) if -(2**63) <= int(text) < 2**63 else None


def _float(text: str) -> float | None:
    if re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", text) is None:
        return None
    return float(text) if math.isfinite(float(text)) else None


def _truth(text: str) -> bool | None:
    return {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}.get(
        text
    )


def _day(text: str) -> date | None:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007
    except ValueError:
        return None
    return day if text == day.isoformat() else None


def _instant(text: str) -> datetime | None:
    found = re.fullmatch(
        r"(.{10})[Tt ](\d\d:\d\d)(:\d\d)?(\.\d{1,6})?(?:([Zz])|([+-])(\d\d):(\d\d))", text, re.ASCII
    )
    if found is None or _day(found[1]) is None or (found[4] and not found[3]):
        return None
    if found[6] and (int(found[7]) > 23 or int(found[8]) > 59):
        return None
    away = found[6] + found[7] + found[8] if found[6] else "+0000"
    written = f"{found[1]} {found[2]}{found[3] or ':00'}{found[4] or '.0'} {away}"
    try:
        moment = datetime.strptime(written, "%Y-%m-%d %H:%M:%S.%f %z")
        return moment.astimezone(UTC) if FIRST <= moment <= LAST else None
    except (ValueError, OverflowError):
        return None


def bound_of(kind: str, written: Any) -> Any:
    """A word or bound of a schedule, as cerberus compares it: YAML hands days over as texts."""
    return value_of(kind, written) if kind in {"date", "datetime"} else written


def in_cerberus(schema: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The schema as cerberus takes it: days as days, and patterns for the whole text.

    Its own `$` lets a final line feed through and binds to the last of several alternatives alone.
    """
    found = {}
    for name, rules in schema.items():
        kind = rules["type"]
        one = {key: value for key, value in rules.items() if key not in {"meta", "required"}}
        for key in ("min", "max"):
            if key in one:
                one[key] = bound_of(kind, one[key])
        for key in ("allowed", "forbidden"):
            if key in one:
                one[key] = [bound_of(kind, word) for word in one[key]]
        if "regex" in one:
            flags, pattern = re.fullmatch(r"((?:\(\?[a-z]+\))?)(.*)", one["regex"], re.DOTALL).groups()  # type: ignore[union-attr]
            one["regex"] = rf"{flags}(?:{pattern})\Z"
        found[name] = one
    return found


def broken_by_cerberus(
    schema: dict[str, dict[str, Any]], rows: list[dict[str, str | None]]
) -> list[set[tuple[str, str]]]:
    """For each row its fields and the rules of each that cerberus finds broken."""
    validator = _Rows(in_cerberus(schema))
    found = []
    for row in rows:
        values = {name: value_of(rules["type"], row[name]) for name, rules in schema.items()}
        validator.validate(values, normalize=False)
        found.append({(error.document_path[0], error.rule) for error in validator._errors})
    return found


class _Rows(Validator):  # type: ignore[misc,no-any-unimported]
    types_mapping: ClassVar = {**Validator.types_mapping, **TYPES}
