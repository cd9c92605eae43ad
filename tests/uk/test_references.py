"""References as systems and letters write them: what is one reference, and what is two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.uk.references import plain_reference, same_reference

numbers = st.integers(0, 999_999)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("000636/18", "636/18"),
        ("636 / 18", "636/18"),
        ("foi2025/01943", "FOI2025/1943"),
        ("01.FOI.22", "1.foi.22"),
    ],
)
def test_zeros_spaces_and_case_make_no_other_reference(one: str, other: str) -> None:
    assert same_reference(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("002017/16", "2107/16"),
        ("000698/20", "698/18"),
        ("6360/18", "636/18"),
        ("100/18", "1/18"),
        ("0/18", "/18"),
    ],
)
def test_other_figures_make_another_reference(one: str, other: str) -> None:
    assert not same_reference(one, other)


@given(numbers, numbers, st.integers(0, 5), st.integers(0, 5))
def test_padding_is_no_difference_and_a_number_is(log: int, year: int, before: int, after: int) -> None:
    padded = f"{'0' * before}{log}/{'0' * after}{year}"
    assert same_reference(padded, f"{log}/{year}")
    assert not same_reference(padded, f"{log + 1}/{year}")


@given(st.text(max_size=20))
def test_a_plain_reference_stays_as_it_is(text: str) -> None:
    plain = plain_reference(text)
    assert plain_reference(plain) == plain
