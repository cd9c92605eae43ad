"""JSON Lines: every malformed line told apart, wherever it stands, and the quick way never at odds with the judge."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from isa_guard.audit.lines.json_lines import Careful
from isa_guard.audit.lines.json_quick import Quick
from isa_guard.audit.lines.reading import read_lines
from isa_guard.audit.mapping.mapping import Column
from isa_guard.errors import Defect, LoadError, UsageError
from isa_guard.language.types import INT, STRING, List
from isa_guard.model.log import Fault
from tests.audit.lines.making import mapping, read, read_bytes
from tests.audit.malformed import COLUMNS, GOOD, GOOD_VALUES, MALFORMED, SOUND, Malformed

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
CASES = pytest.mark.parametrize("case", MALFORMED, ids=lambda case: case.name)


@CASES
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_a_malformed_line_is_told_apart_and_the_lines_around_it_are_read(
    case: Malformed, ending: bytes, tmp_path: Path
) -> None:
    found = read_bytes(ending.join([GOOD, case.line, GOOD, b""]), tmp_path, mapping())
    assert found == [(1, GOOD_VALUES), (2, (case.fault, case.column)), (3, GOOD_VALUES)]


@CASES
def test_it_is_told_apart_as_the_last_line_without_an_ending(case: Malformed, tmp_path: Path) -> None:
    assert read_bytes(GOOD + b"\n" + case.line, tmp_path, mapping())[1:] == [(2, (case.fault, case.column))]


@CASES
def test_where_other_columns_are_ignored_they_are_still_read(case: Malformed, tmp_path: Path) -> None:
    found = read_bytes(b"\n".join([GOOD, case.line, GOOD]), tmp_path, mapping(others_ignored=True))
    if case.fault is Fault.UNKNOWN:
        assert found[1] == (2, {"ts": GOOD_VALUES["ts"], "ref": "A-1"})
    else:
        assert found[1] == (2, (case.fault, case.column))


@pytest.mark.parametrize(("name", "line", "more"), SOUND)
@pytest.mark.parametrize("ignored", [False, True])
def test_a_sound_line_is_an_event(
    name: str, line: bytes, more: dict[str, object], ignored: bool, tmp_path: Path
) -> None:
    found = read_bytes(b"\n".join([GOOD, line]), tmp_path, mapping(others_ignored=ignored))
    assert found == [(1, GOOD_VALUES), (2, {"ts": GOOD_VALUES["ts"], "ref": "A-1"} | more)]


def test_what_is_blank_is_counted_as_such(tmp_path: Path) -> None:
    found = read_bytes(b"\n \t\r\n" + GOOD + b"\n\n", tmp_path, mapping())
    assert found == [(1, None), (2, None), (3, GOOD_VALUES), (4, None)]


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    assert read_bytes(b"", tmp_path, mapping()) == []


def test_the_digest_is_of_the_octets_on_disk(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + GOOD + b"\r\n"
    (tmp_path / "log").write_bytes(content)
    _, file = read(tmp_path / "log", mapping())
    assert (file.sha256, file.octets) == (hashlib.sha256(content).hexdigest(), len(content))
    assert (file.lines, file.audited, file.name) == (1, 1, str(tmp_path / "log"))


def test_a_byte_order_mark_at_the_beginning_is_passed_over(tmp_path: Path) -> None:
    found = read_bytes(b"\xef\xbb\xbf" + GOOD + b"\n\xef\xbb\xbf" + GOOD, tmp_path, mapping())
    assert found == [(1, GOOD_VALUES), (2, (Fault.BROKEN, ""))]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_other_encodings_are_refused(encoding: str, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="UTF-16"):
        read_bytes(GOOD.decode().encode(encoding), tmp_path, mapping())


def test_a_rejected_event_is_counted_as_rejected(tmp_path: Path) -> None:
    found = read_bytes(b'{"ts":-1,"ref":"A"}', tmp_path, mapping())
    assert found == [(1, (Fault.TIME, "ts"))]


def test_a_reading_that_was_left_early_has_no_result(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(GOOD + b"\n" + GOOD)
    reading = read_lines(tmp_path / "log", mapping(), 0)
    next(iter(reading))
    with pytest.raises(UsageError, match="not been read to its end"):
        reading.file_read()


def test_a_line_lost_on_the_way_is_a_defect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "isa_guard.audit.lines.octets.HashedFile.split", lambda self: iter([list(self._chunks())[:0]])
    )
    (tmp_path / "log").write_bytes(GOOD + b"\n" + GOOD)
    with pytest.raises(Defect, match="2 lines were counted, but 0 were told of"):
        list(read_lines(tmp_path / "log", mapping(), 0))


NESTED = (
    Column("ts", ("time", "us"), INT, optional=False),
    Column("who", ("actor", "user", "name"), STRING, optional=True),
    Column("tags", ("tags",), List(STRING), optional=True),
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b'{"time":{"us":5}}', {"ts": 5}),
        (b'{"time":{"us":5},"actor":null}', {"ts": 5}),
        (b'{"time":{"us":5},"actor":{"user":{"name":"x"}},"tags":["a","b"]}', {"ts": 5, "who": "x", "tags": ("a", "b")}),
        (b'{"time":{"us":5},"actor":{"user":"x"}}', (Fault.WRONG_TYPE, "who")),
        (b'{"time":[5]}', (Fault.WRONG_TYPE, "ts")),
        (b'{"time":{}}', (Fault.MISSING, "ts")),
        (b'{"time":{"us":5},"tags":["a",1]}', (Fault.WRONG_TYPE, "tags")),
        (b'{"time":{"us":5},"tags":"a"}', (Fault.WRONG_TYPE, "tags")),
        (b'{"time":{"us":5,"zone":"UTC"}}', (Fault.UNKNOWN, "")),
        (b'{"time":{"us":5},"actor":{"user":{"name":"x","id":1}}}', (Fault.UNKNOWN, "")),
        (b'{"time":{"us":5,"us":6}}', (Fault.DUPLICATE_KEY, "")),
        (b'{"time":{"us":5},"actor":{"user":{"name":"x"},"user":{}}}', (Fault.DUPLICATE_KEY, "")),
    ],
)  # fmt: skip
def test_nested_columns(line: bytes, expected: object, tmp_path: Path) -> None:
    assert read_bytes(line, tmp_path, mapping(columns=NESTED)) == [(1, expected)]


def test_columns_have_names_of_their_own(tmp_path: Path) -> None:
    columns = (Column("ts", ("@timestamp",), INT, optional=False), Column("seq", ("ts",), INT, optional=True))
    for ignored in (False, True):
        log_map = mapping(columns=columns, others_ignored=ignored)
        assert read_bytes(b'{"@timestamp":5,"ts":6}', tmp_path, log_map) == [(1, {"ts": 5, "seq": 6})]


WORDS = st.sampled_from(['"ts"', '"ref"', '"seq"', '"x"', ":", " :", ",", "{", "}", "[", "]", "1", "2.5", "null", "true", '"-"', '"A"', '"a\\":"', '"\\u0000"', "1e400"])  # fmt: skip
KEYS = st.sampled_from([column.name for column in COLUMNS] + ["x", "SEQ", 'a":b', "é"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.just("-")
)
OBJECTS = st.dictionaries(
    KEYS, st.recursive(SCALARS, lambda of: st.lists(of) | st.dictionaries(KEYS, of), max_leaves=5)
)


@given(
    st.lists(WORDS, max_size=14).map("".join)
    | OBJECTS.map(lambda one: json.dumps({"ts": 5, "ref": "A"} | one))
    | OBJECTS.map(lambda one: json.dumps(one, ensure_ascii=False, separators=(",", ":")))
)
@example('{"ts":1,"ref":"A","ref":"B"}')
def test_the_quick_way_is_never_at_odds_with_the_judge(text: str) -> None:
    line = text.encode("utf-8", "surrogatepass").replace(b"\n", b"")
    kinds: tuple[dict[str, Any], ...] = (
        {},
        {"others_ignored": True},
        {"nulls": frozenset()},
        {"columns": NESTED},
    )
    for changes in kinds:
        log_map = mapping(**changes)
        judged, quick = Careful(log_map).told(line), Quick(log_map)
        assert quick.one(line) in (None, judged)
        for lines in ([line], [GOOD, line, GOOD]):
            all_of_them = quick.all([*lines], b"\n".join(lines))
            assert all_of_them is None or all_of_them[lines.index(line)] == judged


@SHARED
@given(st.lists(OBJECTS, max_size=5))
def test_what_json_writes_is_read_as_json_reads_it(tmp_path: Path, objects: list[dict[str, Any]]) -> None:
    written = [json.dumps({"ts": 5, "ref": "A"} | one) for one in objects]
    columns = tuple(Column(one.name, one.path, one.type, one.optional) for one in COLUMNS[:2])
    found = read_bytes("\n".join(written).encode(), tmp_path, mapping(columns=columns, others_ignored=True))
    for (_, values), text in zip(found, written, strict=True):
        whole = json.loads(text)
        if isinstance(values, dict):
            assert values == {"ts": whole["ts"], "ref": whole["ref"]}
        else:
            assert isinstance(values, tuple)
            assert values[0] in {Fault.WRONG_TYPE, Fault.MISSING, Fault.TIME, Fault.ENCODING}


@SHARED
@given(
    st.binary(max_size=400)
    | st.lists(st.sampled_from([b"\n", b"\r", b"{", b"}", b'"', b"\x00", GOOD]), max_size=30).map(b"".join)
)
def test_no_octets_give_anything_but_lines_accounted_for(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(content)
    try:
        lines, file = read(path, mapping())
    except LoadError:
        return
    body = content.removeprefix(b"\xef\xbb\xbf")
    expected = body.split(b"\n")[: None if body and not body.endswith(b"\n") else -1]
    assert [line.place.line for line in lines] == list(range(1, len(expected) + 1))
    assert file.audited == sum(line.strip(b" \t\r") == GOOD for line in expected)
    assert file.blank == sum(not line.strip(b" \t\r") for line in expected)
