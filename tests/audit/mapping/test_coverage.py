"""What `--check` tells of a mapping and a log: every line counted, every value without a word, nothing else shown."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from isa_guard.audit.mapping.coverage import ANY_OTHER, LIMIT_VALUES, TOO_LONG, Coverage, coverage
from isa_guard.audit.mapping.mapping import LogMapping
from isa_guard.language.values import Value
from isa_guard.model.log import Blank, Fault, LogPlace
from isa_guard.model.schemas import EVENT
from tests.audit.mapping.maps import SIMPLE, bound

AT = "2026-11-24T10:30:00Z"
WORDS = (
    SIMPLE
    + "values: {v: {VIEW: accessed, Café: printed}}\nfields: {actor: line.who, action: {of: line.verb, words: v"
)
FIELDS = [field.name for field in EVENT.fields]


def covered(mapping: LogMapping, lines: Iterable[dict[str, Value] | None]) -> Coverage:
    def read(watched: LogMapping) -> Iterable[object]:
        for number, line in enumerate(lines, 1):
            place = LogPlace(0, number)
            yield Blank(place) if line is None else watched.event(line, place)

    return coverage(mapping, read, FIELDS)  # type: ignore[arg-type]


def test_every_line_is_counted() -> None:
    lines: list[dict[str, Value] | None] = [
        {"when": AT, "verb": "VIEW", "who": "p1"},
        {"when": AT, "verb": "EXP", "who": "p1"},
        None,
        {"when": "x", "verb": "VIEW"},
        {"when": AT, "verb": "EXP"},
        {"when": AT, "verb": "Cafe\u0301"},
    ]
    found = covered(bound(WORDS + "}}\n"), lines)
    assert (found.lines, found.audited, found.rejected, found.blank) == (6, 2, 3, 1)
    filled = {one.field: (one.events, one.mapped) for one in found.filled}
    assert list(filled) == FIELDS
    assert filled["action"] == (2, True)
    assert filled["actor"] == (1, True)
    assert filled["source"] == filled["at"] == filled["reference"] == (2, True)
    assert filled["purpose"] == (0, False)
    assert [(one.field, one.value, one.lines, one.becomes) for one in found.unmapped] == [
        ("action", "EXP", 2, None)
    ]
    assert [(one.fault, one.column, one.lines, one.first.line) for one in found.reasons] == [
        (Fault.UNMAPPED, "action", 2, 2),
        (Fault.TIME, "at", 1, 4),
    ]


def test_what_any_other_value_becomes_is_told_too() -> None:
    found = covered(
        bound(WORDS + ", otherwise: other}}\n"), [{"when": AT, "verb": "EXP"}, {"when": AT, "verb": ""}]
    )
    assert found.rejected == 0
    assert [(one.value, one.becomes) for one in found.unmapped] == [("EXP", "other")]


def test_only_codes_are_shown() -> None:
    lines: list[dict[str, Value] | None] = [
        {"when": AT, "verb": f"v{n}", "who": f"person {n}"} for n in range(LIMIT_VALUES + 5)
    ]
    lines.append(
        {
            "when": AT,
            "verb": "a long sentence about somebody that stands where a code was expected, by mistake",
        }
    )
    found = covered(bound(WORDS + "}}\n"), lines)
    counts = {one.value: one.lines for one in found.unmapped}
    assert counts[ANY_OTHER] == 6
    assert "person" not in str(found)
    short = covered(bound(WORDS + "}}\n"), lines[-1:])
    assert [one.value for one in short.unmapped] == [TOO_LONG]


@given(
    st.lists(
        st.none()
        | st.fixed_dictionaries(
            {"when": st.sampled_from([AT, ""]), "verb": st.sampled_from(["VIEW", "X", ""])}
        )
    )
)
def test_the_numbers_agree(lines: list[dict[str, Value] | None]) -> None:
    found = covered(bound(WORDS + "}}\n"), lines)
    assert found.lines == len(lines)
    assert found.rejected == sum(one.lines for one in found.reasons)
    assert sum(one.lines for one in found.unmapped) == sum(
        line is not None and line["verb"] == "X" for line in lines
    )
