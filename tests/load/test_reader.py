"""The reader of our own accepts what pydantic accepts and gives the same values: pydantic is the authority."""

from __future__ import annotations

import copy
import sys
from dataclasses import asdict, make_dataclass
from pathlib import Path
from subprocess import run
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from isa_guard.load import shapes, shapes_beside
from isa_guard.load.declare import Entries, Letters
from isa_guard.load.models import model_of
from isa_guard.load.reader import UnfitError, read
from isa_guard.load.yaml import Data, read_document

ROOT = Path(__file__).parents[2]
FORMATS: dict[str, type] = {
    "isa-guard/agreement/1": shapes.AgreementDocument,
    "isa-guard/rule/1": shapes.RuleDocument,
    "isa-guard/cases/1": shapes_beside.RuleCasesDocument,
    "isa-guard/agreement-cases/1": shapes_beside.AgreementCasesDocument,
    "isa-guard/dispensations/1": shapes_beside.DispensationsDocument,
    "isa-guard/fields/1": shapes_beside.FieldsDocument,
}
NAMES = st.sampled_from(
    ["a", "a-b", "A", "a\n", "-", "pack/rule", "pack/rule\n", "", "a_b", "é", "\ud800", "x" * 65]
)
ATOMS = st.none() | st.booleans() | st.integers() | st.floats() | NAMES | st.text(max_size=4)
VALUES = st.recursive(
    ATOMS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=5
)


def shipped() -> list[tuple[type, Data]]:
    """Every shipped document, small ones and each format among them."""
    found: list[tuple[type, Data]] = []
    for path in sorted([*ROOT.glob("rules/*/*/*.yaml"), *ROOT.glob("policies/*/*/*.yaml")]):
        data = read_document(path.read_bytes(), path.name).data
        if isinstance(data, dict) and data.get("format") in FORMATS and "inherit" not in data:
            found.append((FORMATS[str(data["format"])], data))
    return found


WRITTEN: tuple[type, Data] = (
    shapes_beside.DispensationsDocument,
    {
        "format": "isa-guard/dispensations/1",
        "dispensations": {
            "late-figures": {
                "rule": "request/notice",
                "scope": "true",
                "reason": "an invented one",
                "approved-by": "SPOC officer",
                "approved-on": "2026-01-01",
                "expires": "2026-06-01",
            }
        },
    },
)
SIMPLE: tuple[type, Data] = (
    shapes.SimpleCondition,
    {"field": "transfer.volume", "is": 1, "at-most": 2.5, "one-of": [1, "a", True, 0.5], "given": True},
)
CALENDAR: tuple[type, Data] = (
    shapes.CalendarShape,
    {
        "title": "An invented one",
        "based-on": "scotland",
        "version": "1",
        "known-from": "2020",
        "known-until": "2027",
        "closed": [{"from": "2026-01-02", "to": "2026-01-03", "why": "invented"}],
    },
)
DOCUMENTS = [*shipped(), WRITTEN, SIMPLE, CALENDAR]


def paths(data: Data, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [at, *(path for step, value in inside for path in paths(value, (*at, step)))]


def agree(shape: type, data: object) -> bool:
    """Hold both readings against each other; answer whether they take the data."""
    try:
        model = model_of(shape).model_validate(data)
    except ValidationError:
        with pytest.raises(UnfitError):
            read(data, shape)
        return False
    ours = asdict(read(data, shape))
    # By their text as well: 1, 1.0 and true are equal to Python.
    assert repr(ours) == repr(model.model_dump())
    return True


def test_each_format_is_among_the_documents() -> None:
    assert {shape for shape, _ in DOCUMENTS} >= set(FORMATS.values())


@pytest.mark.parametrize(("shape", "data"), DOCUMENTS)
def test_what_is_shipped_is_read_as_pydantic_reads_it(shape: type, data: Data) -> None:
    assert agree(shape, data)


@given(st.data())
def test_one_change_anywhere_in_a_document_is_judged_as_pydantic_judges_it(data: st.DataObject) -> None:
    shape, document = data.draw(st.sampled_from(DOCUMENTS))
    changed = copy.deepcopy(document)
    path = data.draw(st.sampled_from(paths(changed)))
    if not path:
        agree(shape, data.draw(VALUES))
        return
    above: object = changed
    for step in path[:-1]:
        above = above[step]  # type: ignore[index]
    last = path[-1]
    assert isinstance(above, dict | list)
    match data.draw(st.sampled_from(["drop", "retype", "rename", "add"])):
        case "drop":
            del above[last]  # type: ignore[arg-type]
        case "retype":
            above[last] = data.draw(VALUES)  # type: ignore[index]
        case "rename" if isinstance(above, dict):
            above[data.draw(NAMES | st.just(f"{last}_"))] = above.pop(last)
        case "add" if isinstance(above, dict):
            above[data.draw(NAMES | st.sampled_from(["when", "by", "until"]))] = data.draw(VALUES)
        case _:
            assert isinstance(above, list)
            above.append(data.draw(VALUES))
    agree(shape, changed)


def wrong(shape: type, data: dict[str, object]) -> dict[str, dict[str, object]]:
    """Each key of a document dropped, and each retyped to what no key takes."""
    found: dict[str, dict[str, object]] = {}
    for key in data:
        found[f"without {key}"] = {name: value for name, value in data.items() if name != key}
        found[f"{key} of no type"] = {**data, key: object()}
    return found


@pytest.mark.parametrize("shape", [shapes.AgreementDocument, shapes.RuleDocument])
def test_every_key_dropped_or_retyped_is_judged_as_pydantic_judges_it(shape: type) -> None:
    data = next(one for kind, one in DOCUMENTS if kind is shape)
    assert isinstance(data, dict)
    taken = [name for name, changed in wrong(shape, dict(data)).items() if agree(shape, changed)]
    assert "without format" not in taken
    assert "id of no type" not in taken


@pytest.mark.parametrize("number", [True, 1, 1.0, 10**18, -0.5, "1", None, float("inf"), [1]])
@pytest.mark.parametrize("key", ["is", "at-most", "one-of", "given", "field"])
def test_numbers_texts_and_truths_are_never_taken_for_each_other(key: str, number: object) -> None:
    agree(shapes.SimpleCondition, {"field": "transfer.volume", key: number})


@pytest.mark.parametrize(
    "name", ["request/notice\n", "Request/notice", "request/notice", "a" * 79 + "/a", "a/" + "a" * 78]
)
def test_a_name_is_matched_to_its_very_end(name: str) -> None:
    assert agree(shapes.ChecksShape, {"rules": [name]}) is (name in {"request/notice", "a/" + "a" * 78})


@pytest.mark.parametrize(
    ("text", "fits"), [("", False), ("x" * 4_000, True), ("x" * 4_001, False), ("\ud800", False)]
)
def test_a_text_has_its_length(text: str, *, fits: bool) -> None:
    assert agree(shapes.SpocShape, {"post": text, "acts-for": "opcc"}) is fits


def test_a_shape_of_an_unknown_kind_is_a_defect_in_both_readings() -> None:
    of_bytes = make_dataclass("OfBytes", [("value", bytearray)])
    marked = make_dataclass("Marked", [("value", Annotated[str, "something else"])])
    with pytest.raises(TypeError):
        read({"value": b""}, of_bytes)
    with pytest.raises(TypeError):
        model_of(marked)


def test_the_marks_hold_without_a_pattern_or_a_greatest_length() -> None:
    marks = [
        ("text", Annotated[str, Letters(at_least=2)]),
        ("lines", Annotated[tuple[str, ...], Entries(2)]),
    ]
    long = make_dataclass("Long", marks)
    assert agree(long, {"text": "x" * 9_000, "lines": ["a", "b"]})
    assert not agree(long, {"text": "x", "lines": ["a", "b"]})
    assert not agree(long, {"text": "xx", "lines": ["a"]})


def test_a_document_that_fits_is_read_without_pydantic() -> None:
    program = (
        "import sys; from isa_guard.load.agreement import load; load('cambridgeshire-opcc');"
        "print('pydantic' in sys.modules)"
    )
    done = run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "False\n"
