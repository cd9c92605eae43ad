"""Proposals: they load, they map the sample they were made from, and they show nothing but codes."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.audit.mapping.infer import infer
from isa_guard.audit.mapping.load import read_mapping
from isa_guard.audit.mapping.mapping import LogMapping
from isa_guard.errors import LoadError
from isa_guard.model.log import Blank, LogEvent, Rejected
from isa_guard.model.schemas import EVENT

EXAMPLES = Path(__file__).parents[3] / "examples" / "logs"
START = datetime(2026, 3, 1, 9, tzinfo=UTC)
VERBS = ("VIEW", "EXP", "QZX")


def proposal(content: bytes, name: str = "a log.csv") -> tuple[str, LogMapping]:
    text = infer(content, name, EVENT)
    return text, read_mapping(text.encode(), "p.yaml", EVENT)


def found(content: bytes, mapping: LogMapping) -> list[LogEvent | Rejected | Blank]:
    from isa_guard.audit.lines.reading import read_lines

    return list(read_lines(io.BytesIO(content), mapping, 0))


def events(content: bytes, name: str = "a log.csv") -> tuple[str, list[LogEvent]]:
    """The proposal for a log, every line of which it must map."""
    text, mapping = proposal(content, name)
    lines = found(content, mapping)
    assert not [one for one in lines if isinstance(one, Rejected)]
    return text, [one for one in lines if isinstance(one, LogEvent)]


def jsonl(rows: Iterable[object]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def comma(rows: list[list[str]], delimiter: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def test_a_csv_log() -> None:
    rows = [["Date/Time", "Staff No", "Action", "Records", "Sent To", "Remarks"]]
    for n in range(12):
        moment = (START + timedelta(days=n)).strftime("%d/%m/%Y %H:%M")
        rows.append([moment, f"p{n}", VERBS[n % 3], str(n), "" if n % 2 else "opcc", f"Mrs Smith {n}, again"])
    text, made = events(comma(rows, ";"), "Access log (March).csv")
    assert "id: access-log\n" in text or "id: access-log-march\n" in text
    assert [one.values["action"] for one in made[:3]] == ["accessed", "shared", "other"]
    assert made[0].values["actor"] == "p0"
    assert made[1].values["records"] == 1
    assert "recipient" in made[0].values
    assert "recipient" not in made[1].values
    assert made[0].at == int(START.timestamp()) * 1_000_000
    assert '"QZX": other   # 4 lines  TODO' in text
    assert "zone: Europe/London" in text
    assert "Smith" not in text


def test_nested_json() -> None:
    rows = [{"ts": 1_795_516_200_000 + n, "actor": {"user": {"id": f"u{n}"}}, "op": "view", "tags": ["a"], "n": [1], "Operation": "read"} for n in range(5)]  # fmt: skip
    text, made = events(jsonl(rows), "x.jsonl")
    assert 'at: "/actor/user/id"' in text
    assert 'format: "unix-ms"' in text
    assert "others: ignore" in text
    assert Counter(one.values["action"] for one in made) == {"accessed": 5}


def test_whole_lines_reject_what_is_new() -> None:
    rows = [
        {"time": "2026-11-24T10:30:00Z", "a": "x", "b": None},
        {"time": "2026-11-24T10:30:00Z", "a": 5, "c": True},
    ]
    assert "others: ignore" in infer(jsonl(rows), "x", EVENT)
    _, mapping = proposal(jsonl(rows[:1]), "x")
    assert not mapping.others_ignored


def test_a_day_in_one_column_and_the_clock_in_another() -> None:
    text, made = events(
        comma([["Date", "Time", "User"], ["24/11/2026", "10:30:05", "p1"], ["01/12/2026", "09:00:00", "p2"]])
    )
    assert "line.date + ' ' + line.time" in text
    assert made[0].at == 1_795_516_205_000_000


def test_times_that_london_never_showed_are_in_utc() -> None:
    rows = [["When", "User"], ["2026-03-29 01:30:00", "p1"], ["2026-11-24 10:30:00", "p2"]]
    text, _ = events(comma(rows))
    assert "zone: UTC" in text


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("%Y-%m-%dT%H:%M:%SZ", ""), ("%Y-%m-%dT%H:%M:%S.%f+00:00", ""), ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S"), ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M"),
        ("%d-%b-%Y %I:%M %p", "%d-%b-%Y %I:%M %p"), ("%d/%b/%Y:%H:%M:%S +0000", "%d/%b/%Y:%H:%M:%S %z"), ("%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S.%f"), ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S"),
    ],
)  # fmt: skip
def test_forms_of_times(written: str, name: str) -> None:
    rows = [
        ["Logged", "User"],
        *([(START + timedelta(days=n)).strftime(written), f"p{n}"] for n in range(27)),
    ]
    text, made = events(comma(rows))
    assert made[0].at == int(START.timestamp()) * 1_000_000
    assert (f"format: {json.dumps(name)}" in text) is bool(name)


def test_text_that_begins_with_a_time() -> None:
    lines = b"2026-11-24 10:30:00 somebody did something\n2026-11-24 10:31:00 and: more\n"
    text, made = events(lines, "app.log")
    assert "TODO take `rest` apart" in text
    assert len(made) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"\x1f\x8b\0\0",
        b"nothing of the kind\nhere\n",
        b"a,b\n1,2\n",
        b'{"a": 1}\n',
        b"\xff\xfe\n",
    ],
)
def test_what_cannot_be_guessed_is_said(content: bytes) -> None:
    with pytest.raises(LoadError):
        infer(content, "x", EVENT)


def test_codes_that_are_none_are_not_shown() -> None:
    rows = [
        {
            "time": "2026-11-24T10:30:00Z",
            "action": f"Mr Jones phoned about case no. {n}, twice; it was urgent",
        }
        for n in range(5)
    ]
    text, _ = events(jsonl(rows))
    assert "Jones" not in text
    many = [{"time": "2026-11-24T10:30:00Z", "action": f"jones{n}"} for n in range(100)]
    assert "jones" not in infer(jsonl(many), "x", EVENT)


@pytest.mark.parametrize(
    "folder",
    sorted(one.name for one in EXAMPLES.glob("*") if one.is_dir() and one.name != "postgresql-pgaudit"),
)
def test_the_examples(folder: str) -> None:
    file = next(one for one in sorted((EXAMPLES / folder).iterdir()) if one.suffix not in {".md", ".yaml"})
    content = file.read_bytes()
    text, made = events(content, file.name)
    assert len(made) > 15
    if folder in {"linux-auditd", "nginx-combined", "syslog-rfc5424"}:
        assert f"\nid: {folder}\n" in text


KEYS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6
) | st.sampled_from(["id", "user", "action", "in", "Time", "class", "1", "a/b", "a~b", "records"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)
)
JSONS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60)
@given(st.lists(st.dictionaries(KEYS, JSONS, max_size=4), min_size=1, max_size=4))
def test_any_json_with_a_time_is_mapped(rows: list[dict[str, object]]) -> None:
    """All but numbers that no column can hold: whatever stands beside the time, the proposal loads and maps it."""
    content = jsonl(
        {"when": "2026-11-24T10:30:00Z", **{key: value for key, value in row.items() if key != "when"}}
        for row in rows
    )
    _, made = events(content)
    assert len(made) == len(rows)


@settings(max_examples=60)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=5),
        min_size=1,
        max_size=4,
        unique=True,
    ),
    st.data(),
)
def test_any_csv_with_a_time_is_mapped(names: list[str], data: st.DataObject) -> None:
    cell = (
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=4)
        | st.integers(-5, 10**20).map(str)
        | st.sampled_from(["-", "true", "1.5", "VIEW"])
    )
    count = data.draw(st.integers(1, 4))
    header = ["when", *(name for name in names if name.strip() and not name.isdigit() and name != "when")]
    body = [["2026-11-24T10:30:00Z", *(data.draw(cell) for _ in header[1:])] for _ in range(count)]
    if len(header) == 1:
        return
    _, made = events(comma([header, *body]))
    assert len(made) == count


@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_whatever_it_is_given(content: bytes) -> None:
    try:
        text = infer(content, "x", EVENT)
    except LoadError:
        return
    assert read_mapping(text.encode(), "p", EVENT).id
