"""Long work tells on a terminal how far it is and how fast, and leaves nothing of it behind."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest

from isa_guard.cli import progress
from isa_guard.cli.progress import EVERY, shown, told_lines


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal, and a clock by which each look at it takes half a second."""
    clock = iter(range(1_000_000))
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(clock) / 2))
    found = Terminal()
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=found))
    return found


def test_lines_are_counted_with_their_rate_and_the_count_is_wiped_away(terminal: Terminal) -> None:
    assert sum(told_lines(range(10 * EVERY), "reading")) == sum(range(10 * EVERY))
    told = terminal.getvalue()
    # Each half second 10,000 lines: two looks at the clock for 20,000.
    assert "\r\x1b[Kreading: 60,000 lines, 20,000 a second" in told
    assert "reading: 40,000" not in told  # nobody wants to know yet
    assert told.endswith("\r\x1b[K")


def test_short_work_tells_nothing(terminal: Terminal) -> None:
    assert list(told_lines(range(3), "reading")) == [0, 1, 2]
    assert terminal.getvalue() == ""


def test_where_there_is_no_terminal_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    found = io.StringIO()
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=found))
    assert list(told_lines(range(3 * EVERY), "reading")) == list(range(3 * EVERY))
    assert list(shown(range(3), "checking")) == [0, 1, 2]
    assert found.getvalue() == ""


def test_an_interrupt_leaves_no_half_written_line(terminal: Terminal) -> None:
    lines = told_lines(range(10 * EVERY), "reading")
    for _, _ in zip(range(9 * EVERY), lines, strict=False):
        pass
    lines.close()  # type: ignore[attr-defined]
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_every_item_comes_out_beside_a_bar(terminal: Terminal) -> None:
    assert list(shown(range(40), "checking")) == list(range(40))
