"""Our quick frozen dataclasses are held to the standard library's, class by class and value by value."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard import frozen
from isa_guard.language.syntax import Name
from isa_guard.language.types import Int, List, String
from isa_guard.load.shapes import FlowShape, RuleDocument, RuleShape

BODY: dict[str, Any] = {
    "__module__": __name__,
    "__qualname__": "Made",
    "__doc__": "An invented one.",
    "__annotations__": {"set": "int", "default": "str", "seen": "float", "extra": "dict[str, int]"},
    "default": "as it is",
    "seen": dataclasses.field(default=0.5, compare=False, repr=False),
    "extra": dataclasses.field(default_factory=dict, hash=None),
}


def made(decorator: Any, *, kw_only: bool, **more: object) -> Any:
    return decorator(frozen=True, slots=True, kw_only=kw_only)(type("Made", (), {**BODY, **more}))


OURS, STANDARD = made(frozen.dataclass, kw_only=False), made(dataclasses.dataclass, kw_only=False)
VALUES = st.fixed_dictionaries(
    {"set": st.integers(0, 2) | st.just(1.0) | st.just(True)},
    optional={"default": st.sampled_from(["", "a"]), "seen": st.floats(), "extra": st.just({"a": 1})},
)


@given(VALUES, VALUES)
def test_values_are_equal_and_shown_as_the_standard_ones_are(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert (OURS(**one) == OURS(**other)) is (STANDARD(**one) == STANDARD(**other))
    assert repr(OURS(**one)) == repr(STANDARD(**one))
    assert dataclasses.asdict(OURS(**one)).keys() == dataclasses.asdict(STANDARD(**one)).keys()
    assert OURS(**one) != STANDARD(**one)


@given(VALUES)
def test_replaced_copied_and_stored_values_are_the_same_values(given: dict[str, Any]) -> None:
    value = OURS(**given)
    assert dataclasses.replace(value) == copy.copy(value) == copy.deepcopy(value) == value
    assert dataclasses.replace(value, set=7).set == 7


def test_a_value_comes_back_from_a_pickle() -> None:
    value = FlowShape(from_="constabulary", to="opcc")
    assert pickle.loads(pickle.dumps(value)) == value


@pytest.mark.parametrize("kw_only", [False, True])
@pytest.mark.parametrize("given", [(), (1,), (1, "b"), (1, "b", 0.5, {}, 5)])
def test_what_is_given_by_place_or_is_missing_is_refused_alike(
    given: tuple[object, ...], *, kw_only: bool
) -> None:
    def taken(decorator: Any) -> str:
        try:
            return repr(made(decorator, kw_only=kw_only)(*given))
        except TypeError:
            return "refused"

    assert taken(frozen.dataclass) == taken(dataclasses.dataclass)


def test_nothing_of_a_value_can_be_changed_removed_or_added() -> None:
    value = FlowShape(from_="constabulary", to="opcc")
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.to = "elsewhere"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del value.to
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.more = 1  # type: ignore[attr-defined]
    assert not hasattr(value, "__dict__")


def test_equal_values_have_one_hash_and_classes_never_equal_each_other() -> None:
    assert hash(List(String())) == hash(List(String()))
    assert {Int(): "a", String(): "b"}[Int()] == "a"
    assert Name("a", start=1, end=2) == Name("a", start=5, end=6)
    assert len({Name("a", start=1, end=2), Name("a", start=5, end=6), Name("b", start=1, end=2)}) == 2


def test_defaults_of_one_value_are_not_those_of_another() -> None:
    one, other = OURS(1), OURS(1)
    one.extra["a"] = 1
    assert other.extra == {}


def test_methods_that_a_class_has_of_its_own_are_kept() -> None:
    def shown(_: object) -> str:
        return "my own words"

    assert repr(made(frozen.dataclass, kw_only=False, __repr__=shown)(1)) == "my own words"


def test_the_fields_of_what_a_class_stands_on_come_first() -> None:
    names = [one.name for one in dataclasses.fields(RuleShape)]
    assert [one.name for one in dataclasses.fields(RuleDocument)] == [*names, "format"]
