"""What a fact says is shown so that it cannot pass for something else."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from isa_guard.report.visible import one_line, visible


@given(st.text())
def test_nothing_that_is_shown_is_unseen(text: str) -> None:
    shown = visible(text)
    assert not any(unicodedata.category(one) in {"Cc", "Cs"} and one not in "\t\n\r" for one in shown)
    assert not any(
        unicodedata.bidirectional(one) in {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
        for one in shown
    )


@given(st.text())
def test_a_value_stays_on_its_line(text: str) -> None:
    assert len(one_line(f"x{text}x").splitlines()) == 1


def test_what_can_be_seen_is_left_alone() -> None:
    assert visible("caf\u00e9 \u2713 5\u00a0%\n\tx") == "caf\u00e9 \u2713 5\u00a0%\n\tx"
    assert visible("\x1b[2J\u202e") == "\\u001b[2J\\u202e"
