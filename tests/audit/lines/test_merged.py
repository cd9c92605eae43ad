"""Several logs in the order of time: nothing lost, nothing twice, little held."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isa_guard.audit.lines.merged import merged
from isa_guard.audit.lines.reading import Reading, read_lines
from isa_guard.errors import LoadError
from isa_guard.model.log import LogEvent
from tests.audit.lines.making import mapping


def readings(folder: Path, *logs: list[int | None]) -> list[Reading]:
    """Logs of events at these times; None is a line that is no event."""
    found = []
    for number, times in enumerate(logs):
        path = folder / f"{number}.jsonl"
        path.write_text("".join("no JSON\n" if at is None else f'{{"ts":{at},"ref":"A"}}\n' for at in times))
        found.append(read_lines(path, mapping(), number))
    return found


def test_they_come_in_the_order_of_time_and_then_of_the_logs(tmp_path: Path) -> None:
    found = list(merged(readings(tmp_path, [1, 5, None, 9], [], [5, 6], [0, 7])))
    places = [(line.place.file, line.place.line) for line in found]
    assert places == [(3, 1), (0, 1), (0, 2), (0, 3), (2, 1), (2, 2), (3, 2), (0, 4)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.none() | st.integers(0, 9), max_size=6), max_size=4))
def test_every_line_comes_once_and_in_its_own_order(tmp_path: Path, logs: list[list[int | None]]) -> None:
    opened = readings(tmp_path, *logs)
    places = [line.place for line in merged(opened)]
    assert sorted(places) == [(file, line + 1) for file, log in enumerate(logs) for line in range(len(log))]
    for file in range(len(logs)):
        assert [place.line for place in places if place.file == file] == list(range(1, len(logs[file]) + 1))
    assert [one.file_read().lines for one in opened] == [len(log) for log in logs]
    if all(log == sorted(at for at in log if at is not None) for log in logs):
        times = [line.at for line in merged(readings(tmp_path, *logs)) if isinstance(line, LogEvent)]
        assert times == sorted(times)


def test_no_log_is_read_far_ahead(tmp_path: Path) -> None:
    opened = readings(tmp_path, [*range(5)], [*range(100, 105)])
    lines = merged(opened)
    for _ in range(5):
        next(lines)
    assert not any(one.done for one in opened)


def test_a_log_that_cannot_be_read_stops_them_all(tmp_path: Path) -> None:
    opened = readings(tmp_path, [1, 2], [3])
    with pytest.raises(LoadError):
        list(merged([*opened, read_lines(tmp_path / "absent", mapping(), 2)]))
