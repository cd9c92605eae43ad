"""The words for which a condition may be other than false: never one too few, whatever else an event holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.language import exact
from isa_guard.language.checker import Scope, check
from isa_guard.language.parser import parse
from isa_guard.language.types import BOOL, INT, Field, Record, String
from isa_guard.language.vocabulary import words_for

if TYPE_CHECKING:
    from isa_guard.language.values import Value

WORDS = frozenset({"read", "sent", "gone"})
EVENT = Record(
    "event",
    (
        Field("action", String(values=tuple(sorted(WORDS))), optional=True),
        Field("known", BOOL, optional=True),
        Field("size", INT, optional=True),
    ),
)
SCOPE = Scope({"event": EVENT}, {}, frozenset({"event.action", "event.known", "event.size"}))


def words(text: str) -> frozenset[str]:
    return words_for(parse(text), ("event", "action"), WORDS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("event.action == 'read'", {"read"}),
        ("'read' == event.action", {"read"}),
        ("event.action != 'read'", {"sent", "gone"}),
        ("event.action in ['read', 'gone']", {"read", "gone"}),
        ("!(event.action == 'read')", {"sent", "gone"}),
        ("!(event.action in ['read', 'gone'])", {"sent"}),
        ("event.action == 'read' || event.action == 'sent'", {"read", "sent"}),
        ("event.action == 'read' && event.known", {"read"}),
        ("event.action == 'read' && event.action == 'sent'", set()),
        ("event.action == 'read' || event.known", WORDS),
        ("!(event.action == 'read' && event.known)", WORDS),
        ("event.known", WORDS),
        ("event.known == true", WORDS),
        ("event.action in [event.action]", WORDS),
        ("event.known != true", WORDS),
        ("event.known ? event.action == 'read' : false", WORDS),
    ],
)
def test_the_words_are_those_that_the_condition_leaves_open(text: str, expected: set[str]) -> None:
    assert words(text) == expected


leaves = st.sampled_from(
    [
        *(f"event.action == '{word}'" for word in sorted(WORDS)),
        *(f"event.action != '{word}'" for word in sorted(WORDS)),
        "event.action in ['read', 'sent']",
        "event.action in ['gone']",
        "event.known",
        "has(event.known)",
        "has(event.action)",
        "event.size > 3",
        "1 / event.size == 1",
    ]
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds("({} && {})".format, inner, inner),
        st.builds("({} || {})".format, inner, inner),
        inner.map("!({})".format),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
    ),
    max_leaves=8,
)
events: st.SearchStrategy[dict[str, Value]] = st.fixed_dictionaries(
    {"action": st.sampled_from(sorted(WORDS))},
    optional={"known": st.booleans(), "size": st.sampled_from([0, 1, 5])},
)


@given(conditions, events)
def test_an_event_of_a_word_left_out_makes_the_condition_false(text: str, event: dict[str, Value]) -> None:
    condition = check(parse(text), SCOPE, BOOL)
    if event["action"] not in words_for(condition.expr, ("event", "action"), WORDS):
        assert exact.evaluate(condition, {"event": event}) is False
