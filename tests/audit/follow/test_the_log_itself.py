"""A log that grows, is turned over, cut or changed; half lines, quotes that are open, and lines that cannot be read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from isa_guard.audit.follow.follower import Follower
from isa_guard.audit.follow.pieces import Pieces
from isa_guard.audit.follow.state import State
from isa_guard.audit.lines.reading import read_lines
from isa_guard.audit.mapping.mapping import LogMapping
from isa_guard.errors import LoadError, UsageError
from isa_guard.model.log import LogEvent, LogPlace
from tests.audit.follow.making import follower, line, run
from tests.audit.mapping.maps import bound
from tests.decide.logs.test_between import FRIDAY, HOUR

CSV = """reads: csv
columns:
  when: {}
  ref: {}
time: {of: line.when}
fields:
  ref: line.ref
"""
SHARED = line(FRIDAY, action="shared", ref="a")
OTHER = line(FRIDAY, action="shared", ref="b")


class Place:
    """A folder with a log, a state and what was told; every call of `read` is another process."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "app.jsonl"
        self.state = folder / "state"
        self.out = folder / "out.jsonl"
        self.seen = 0

    def write(self, text: str) -> None:
        with self.log.open("a") as log:
            log.write(text)

    def open(self) -> tuple[Follower, Any]:
        told = self.out.open("a")
        return follower(self.state, [self.log], told), told

    def read(self) -> list[dict[str, Any]]:
        """What a process tells that reads what there is, and ends."""
        follow, told = self.open()
        try:
            run(follow)
        finally:
            follow.close()
            told.close()
        return self.new()

    def new(self) -> list[dict[str, Any]]:
        entries = [json.loads(one) for one in self.out.read_text().splitlines()]
        found, self.seen = entries[self.seen :], len(entries)
        return found

    def lines(self) -> int:
        state = State(self.state)
        try:
            return int(state.run("SELECT sum(audited + rejected + blank) FROM file").fetchone()[0])
        finally:
            state.close()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def types(entries: list[dict[str, Any]]) -> set[str]:
    return {entry["type"] for entry in entries}


def test_half_a_line_waits_for_its_end(place: Place) -> None:
    place.write(SHARED + SHARED[:20])
    place.read()
    assert place.lines() == 1
    place.write(SHARED[20:])
    assert "rejected" not in types(place.read())
    assert place.lines() == 2


def test_a_line_that_cannot_be_read_is_told_at_once_with_its_number(place: Place) -> None:
    place.write(SHARED + "\n" + "{broken\n")
    (told,) = [one for one in place.read() if one["type"] == "rejected"]
    assert (told["line"], told["fault"], told["file"]) == (3, "broken", str(place.log))
    assert place.lines() == 3
    place.write("{broken\n")
    (told,) = [one for one in place.read() if one["type"] == "rejected"]
    assert told["line"] == 4


def test_a_log_that_is_turned_over_is_read_to_its_end_and_then_the_new_one(place: Place) -> None:
    place.write(SHARED)
    follow, told = place.open()
    run(follow)
    place.new()
    place.write(SHARED + SHARED.rstrip("\n"))
    place.log.rename(place.log.with_suffix(".1"))
    run(follow)
    assert "turned" not in types(place.new())  # whoever writes may write on
    place.write(SHARED + "{broken\n")
    run(follow)
    entries = place.new()
    follow.close()
    told.close()
    (turned,) = [one for one in entries if one["type"] == "turned"]
    assert (turned["file"], turned["line"], turned["next"]) == (str(place.log), 3, f"{place.log};2")
    (rejected,) = [one for one in entries if one["type"] == "rejected"]
    assert (rejected["file"], rejected["line"]) == (f"{place.log};2", 2)
    assert place.lines() == 5
    assert "log" not in types(entries)


def test_a_log_that_was_turned_over_while_nobody_followed_is_found_by_its_inode(place: Place) -> None:
    place.write(SHARED)
    place.read()
    place.write(SHARED)
    place.log.rename(place.log.with_suffix(".1"))
    place.write(SHARED)
    assert "log" not in types(place.read())
    assert place.lines() == 3


def test_a_log_that_is_gone_is_a_finding(place: Place) -> None:
    place.write(SHARED)
    place.read()
    os.link(place.log, place.log.parent.parent / "elsewhere")  # so that its inode is not given to the next
    place.log.unlink()
    place.write(SHARED * 2)
    (told,) = [one for one in place.read() if one["type"] == "log"]
    assert told["what"] == "gone"
    assert place.lines() == 3
    assert not [one for one in place.read() if one["type"] == "log"]


@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize(("text", "what"), [("", "cut"), (OTHER * 4, "changed")])
def test_a_log_that_was_cut_or_written_anew_is_a_finding(
    place: Place, text: str, what: str, running: bool
) -> None:
    place.write(SHARED * 2)
    follow, told = place.open()
    run(follow)
    if not running:
        follow.close()
        told.close()
    place.new()
    place.log.write_text(text)
    if not running:
        follow, told = place.open()
    run(follow)
    entries = place.new()
    assert follow.standing.exit_code() == 1
    follow.close()
    told.close()
    (changed,) = [one for one in entries if one["type"] == "log"]
    assert (changed["what"], changed["line"]) == (what, 2)
    assert not [one for one in place.read() if one["type"] == "log"]
    assert place.lines() == 2 + text.count("\n")


def test_a_change_behind_the_end_is_a_finding_when_the_follower_begins_again(place: Place) -> None:
    place.write(SHARED * 20)
    place.read()
    with place.log.open("r+") as log:
        log.write(SHARED.replace("shared", "viewed"))
    place.write(SHARED)
    (changed,) = [one for one in place.read() if one["type"] == "log"]
    assert changed["what"] == "edited"
    assert not [one for one in place.read() if one["type"] == "log"]
    assert place.lines() == 21


def test_a_line_that_is_too_long_is_passed_by_without_being_held(place: Place) -> None:
    place.write("x" * 9_000_000)
    place.read()
    assert place.lines() == 0
    place.write("\n" + SHARED)
    (told,) = [one for one in place.read() if one["type"] == "rejected"]
    assert (told["line"], told["fault"]) == (1, "too-long")
    assert place.lines() == 2


def test_a_packed_or_wide_log_is_refused(place: Place) -> None:
    for start, what in ((b"\x1f\x8b\x08\x00....\n", "packed"), ("{}\n".encode("utf-16"), "UTF-16")):
        place.log.write_bytes(start)
        with pytest.raises(LoadError, match=what):
            place.read()
        place.state.unlink()


RECORDS = [
    "when,ref\n",
    '2026-03-27T12:00:00Z,a\n"2026-03-27T12:00:00Z","two\nlines"\n',
    '\n2026-03-27T12:00:00Z,"open"\nnever,"closed\n2026-03-27T12:00:00Z,b\n',
    '2026-03-27T12:00:00Z,"c""d"\nbad"cell,x\n2026-03-27T12:00:00Z,e\n',
]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pieces_of_csv_are_read_as_the_whole_file_is(size: int, tmp_path: Path) -> None:
    mapping = bound(CSV)
    text = "".join(RECORDS) + 'x,"' + "\n" * 1_001 + "2026-03-27T12:00:00Z,f\n"
    whole = tmp_path / "whole.csv"
    whole.write_text(text)
    expected = list(read_lines(whole, mapping, 3))
    assert list(_in_pieces(text, mapping, size)) == expected
    assert any(isinstance(one, LogEvent) and one.values["ref"] == "f" for one in expected)


def _in_pieces(text: str, mapping: LogMapping, size: int) -> Iterator[object]:
    lines: list[bytes | None] = [*text.encode().split(b"\n")[:-1]]
    pieces, done, header = Pieces("whole.csv", mapping, 3, b""), 0, b""
    end = 0
    while end < len(lines):
        end = min(end + size, len(lines))
        taken = pieces.whole(lines[done:end])
        if taken:
            yield from pieces.read(lines[done : done + taken], done)
            done, header = done + taken, pieces.header
            pieces = Pieces("whole.csv", mapping, 3, header)  # as after a new beginning
    assert done == len(lines)


def test_an_event_names_the_line_of_the_whole_file(place: Place) -> None:
    mapping = bound("reads: jsonl\ncolumns: {when: {}}\ntime: {of: line.when}\n")
    pieces = Pieces("x", mapping, 0, b"")
    (found,) = pieces.read([b'{"when": "2026-03-27T12:00:00Z"}'], 41)
    assert isinstance(found, LogEvent)
    assert found.place == LogPlace(0, 42)
    assert found.values["reference"] == "m:0:42"


def test_what_does_not_grow_line_by_line_is_not_followed() -> None:
    with pytest.raises(UsageError, match="cannot be followed"):
        Pieces("x", bound("reads: parquet\ncolumns: {when: {}}\ntime: {of: line.when}\n"), 0, b"")


def test_several_logs_keep_pace_so_that_a_backlog_makes_nothing_late(tmp_path: Path) -> None:
    for name in "ab":
        with (tmp_path / name).open("w") as log:
            log.writelines(line(FRIDAY + hour * HOUR, action="shared", ref=name) for hour in range(1000))
    with (tmp_path / "out").open("w") as told:
        follow = follower(tmp_path / "state", [tmp_path / "a", tmp_path / "b"], told)
        run(follow)
        assert follow.late == 0
        follow.close()
