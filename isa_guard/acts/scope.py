"""Whether what is to be sent lies within what was asked and approved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.language.values import Value

# What was decided on. Another channel, folder or day is judged by the rules; another purpose is another request.
SAME: Final = (
    "from", "to", "originator", "purpose", "basis", "gateway", "about", "personal", "special_category", "marking",
    "treatment", "restrictions",
)  # fmt: skip
WITHIN: Final = ("categories", "fields", "recipients")
AT_MOST: Final = ("volume",)
_ONWARD: Final = ("organisation", "country", "public_request")


def outside(approved: Mapping[str, Value], sent: Mapping[str, Value]) -> tuple[str, ...]:
    """Answer the fields of a transfer that what was approved does not cover, by name; none where it covers all.

    What was approved without a word on a field does not cover a transfer that says one.
    """
    return tuple(_outside(approved, sent))


def _outside(approved: Mapping[str, Value], sent: Mapping[str, Value]) -> Iterator[str]:
    for name in SAME:
        if name in sent and sent[name] != approved.get(name):
            yield name
    for name in WITHIN:
        allowed = [_what(one) for one in _list(approved.get(name))]
        if any(_what(one) not in allowed for one in _list(sent.get(name))):
            yield name
    for name in AT_MOST:
        most, many = approved.get(name), sent.get(name)
        if isinstance(many, int) and not (isinstance(most, int) and many <= most):
            yield name
    before, now = _record(approved.get("onward")), _record(sent.get("onward"))
    for name in _ONWARD:
        if name in now and now[name] != before.get(name):
            yield f"onward.{name}"


def _list(value: Value | None) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else ()


def _record(value: Value | None) -> Mapping[str, Value]:
    return value if isinstance(value, Mapping) else {}


def _what(value: Value) -> Value:
    """A recipient is the post alone: its training goes on."""
    record = _record(value)
    return record.get("post", "") if record else value
