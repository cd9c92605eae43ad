"""Work in the lane of an identifier is done in one thread of its own, and comes back with its result or its error."""

from __future__ import annotations

import multiprocessing
import threading

import pytest

from isa_guard.scan.identifiers.lanes import in_lane
from isa_guard.uk.identifiers import BY_ENTITY, IDENTIFIERS


def test_an_identifier_keeps_its_thread() -> None:
    first = {one.entity: in_lane(one, threading.get_ident).result() for one in IDENTIFIERS}
    again = {one.entity: in_lane(one, threading.get_ident).result() for one in IDENTIFIERS}
    assert first == again
    shared = [list(first.values()).count(thread) for thread in set(first.values())]
    assert max(shared) <= 3, "polars keeps 32 patterns of a thread, and an identifier has about eight"
    assert threading.get_ident() not in first.values()


def test_what_goes_wrong_in_a_lane_is_raised_where_its_result_is_read() -> None:
    with pytest.raises(ZeroDivisionError):
        in_lane(BY_ENTITY["iban"], divmod, 1, 0).result()


def _in_child() -> int:
    return in_lane(BY_ENTITY["iban"], max, 1, 2).result(timeout=5)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_has_lanes_of_its_own() -> None:
    assert in_lane(BY_ENTITY["iban"], max, 1, 2).result() == 2
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply_async(_in_child).get(timeout=10) == 2
