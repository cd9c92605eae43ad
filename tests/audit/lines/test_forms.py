"""Lines of text taken apart by a pattern, and what every form of log holds to."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from isa_guard.audit.mapping.mapping import Column, LogMapping, Reads
from isa_guard.errors import LoadError
from isa_guard.language.types import INT, STRING
from isa_guard.model.log import Fault
from tests.audit.lines.making import mapping, read, read_bytes

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
COLUMNS = (Column("ts", ("ts",), INT, optional=False), Column("who", ("who",), STRING, optional=True))
BROKEN, ENCODING = (Fault.BROKEN, ""), (Fault.ENCODING, "")


def text(**changes: object) -> LogMapping:
    pattern = r"^(?P<ts>[^ ]+) \[(?P<who>[^\]]*)\](?: .*)?$"
    return mapping(Reads.TEXT, **({"columns": COLUMNS, "pattern": pattern} | changes))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"5 [ann]", {"ts": 5, "who": "ann"}),
        (b"5 [ann] and more", {"ts": 5, "who": "ann"}),
        (b"5 [ann]\r", {"ts": 5, "who": "ann"}),
        (b"5 [-]", {"ts": 5}),
        (b"- [ann]", (Fault.MISSING, "ts")),
        (b"05 [ann]", (Fault.WRONG_TYPE, "ts")),
        (b"5 [ann", BROKEN),
        (b" 5 [ann]", BROKEN),
        (b"5 [ann]x", BROKEN),
        (b"5 [a\rb]", {"ts": 5, "who": "a\rb"}),
        ("5 [änn\u2028]".encode(), {"ts": 5, "who": "änn\u2028"}),
        (b"5 [\xff]", ENCODING),
        (b"5 [\x00]", ENCODING),
        (b"5 [\xed\xa0\x80]", ENCODING),
        (b"", None),
        (b" \t\r", None),
        (b"\x0b", BROKEN),
        (b"5 [" + b"x" * (1 << 20) + b"]", (Fault.TOO_LONG, "")),
    ],
)
def test_lines_of_text(line: bytes, expected: object, tmp_path: Path) -> None:
    good = (b"6 [bob]", {"ts": 6, "who": "bob"})
    found = read_bytes(b"\n".join([good[0], line, good[0]]), tmp_path, text())
    assert found == [(1, good[1]), (2, expected), (3, good[1])]


def test_a_byte_order_mark_is_passed_over_here_too(tmp_path: Path) -> None:
    found = read_bytes(b"\xef\xbb\xbf5 [ann]\n\xef\xbb\xbf5 [ann]", tmp_path, text())
    assert found == [(1, {"ts": 5, "who": "ann"}), (2, (Fault.WRONG_TYPE, "ts"))]


FORMS = {
    "jsonl": mapping(columns=COLUMNS),
    "csv": mapping(Reads.CSV, columns=COLUMNS, header=("ts", "who")),
    "text": text(),
}
PIECES = st.sampled_from([b"\n", b"\r\n", b"\r", b'"', b",", b"5", b" ", b"[", b"]", b"{", b"}", b":", b'"ts"', b"\x00", b"\xff", b"\xef\xbb\xbf", "é".encode(), b"\x1f\x8b\x08"])  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@SHARED
@given(st.binary(max_size=200) | st.lists(PIECES, max_size=25).map(b"".join))
@example(b'5,"')
@example(b'{"ts":5}\n')
@example(b"5 []")
def test_no_octets_give_anything_but_lines_accounted_for(form: str, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(content)
    try:
        lines, file = read(path, FORMS[form])  # which holds the numbers together
    except LoadError:
        return
    feeds = content.removeprefix(b"\xef\xbb\xbf")
    count = feeds.count(b"\n") + (bool(feeds) and not feeds.endswith(b"\n"))
    assert file.lines <= count
    assert form == "csv" or file.lines == count
    assert len({line.place for line in lines}) == len(lines)
