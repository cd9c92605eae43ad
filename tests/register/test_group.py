"""Group commit: many threads, one order; every receipt is its own, and a failure is told to all whom it met."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from isa_guard.register import group as module
from isa_guard.register.appender import Appender, Receipt
from isa_guard.register.faults import StorageFailed
from isa_guard.register.group import Group
from isa_guard.register.records.statement import Draft
from isa_guard.register.verify import Walk, verify
from tests.register.making import appending, decided

if TYPE_CHECKING:
    from isa_guard.model.decision import Decision
    from tests.register.making import Made


class Held:
    """An appender whose commits wait until the test lets them go, one by one."""

    def __init__(self, appender: Appender) -> None:
        self.commits: list[int] = []
        self.begun = threading.Semaphore(0)
        self.go = threading.Semaphore(0)
        self.fails: BaseException | None = None
        self._appender = appender

    def drafted(self, decisions: Sequence[Decision]) -> tuple[Draft, ...]:
        return self._appender.drafted(decisions)

    def commit(self, drafts: Sequence[Draft]) -> tuple[Receipt, ...]:
        self.commits.append(len(drafts))
        self.begun.release()
        assert self.go.acquire(timeout=60)
        if self.fails is not None:
            raise self.fails
        return self._appender.commit(drafts)


def grouped(held: Held) -> Group:
    return Group(held)  # type: ignore[arg-type]


def waiting(group: Group, number: int) -> None:
    """Wait until so many have asked and are not being committed."""
    while len(group._waiting) < number:
        threading.Event().wait(0.001)


def test_one_alone_waits_for_nobody(made: Made) -> None:
    with appending(made.folder, made.trust, made.signers, made.surroundings) as appender:
        receipt = Group(appender).append(decided())
    assert (receipt.index, receipt.covered_by) == (0, 1)


def test_threads_get_each_their_own_receipt_and_together_the_whole_register(made: Made) -> None:
    decisions = [decided(f"purpose: hold-to-account, volume: {number}") for number in range(40)]
    with appending(made.folder, made.trust, made.signers, made.surroundings) as appender:
        group = Group(appender)
        with ThreadPoolExecutor(8) as pool:
            receipts = list(pool.map(group.append, decisions))
    assert sorted(one.index for one in receipts) == list(range(40))
    assert all(one.index < one.covered_by for one in receipts)
    assert verify(made.store, made.trust).size == 40
    stored = {one.index: one for one in Walk(made.store, made.trust).records()}
    for decision, receipt in zip(decisions, receipts, strict=True):
        found = stored[receipt.index].record
        assert (found.standing.id, found.subject) == (receipt.id, decision.fact.digest)


def test_who_comes_while_a_commit_runs_is_in_the_next_together_and_in_order(made: Made) -> None:
    with appending(made.folder, made.trust, made.signers, made.surroundings) as appender:
        held = Held(appender)
        group = grouped(held)
        with ThreadPoolExecutor(5) as pool:
            first = pool.submit(group.append, decided())
            held.begun.acquire(timeout=60)
            later = []
            for number in range(4):
                later.append(pool.submit(group.append, decided(reference=f"T-{number}")))
                waiting(group, number + 1)
            held.go.release(2)
            assert first.result().covered_by == 1
            assert [one.result().index for one in later] == [1, 2, 3, 4]
            assert {one.result().covered_by for one in later} == {5}
    assert held.commits == [1, 4]


def test_no_commit_is_larger_than_its_limit(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_MOST", 2)
    with appending(made.folder, made.trust, made.signers, made.surroundings) as appender:
        held = Held(appender)
        group = grouped(held)
        with ThreadPoolExecutor(6) as pool:
            first = pool.submit(group.append, decided())
            held.begun.acquire(timeout=60)
            later = [pool.submit(group.append, decided()) for _ in range(5)]
            waiting(group, 5)
            held.go.release(10)
            indices = [one.result().index for one in (first, *later)]
    assert sorted(indices) == list(range(6))
    assert held.commits == [1, 2, 2, 1]


def test_a_failing_commit_fails_all_of_one_commit_alike(made: Made) -> None:
    with appending(made.folder, made.trust, made.signers, made.surroundings) as appender:
        held = Held(appender)
        group = grouped(held)
        with ThreadPoolExecutor(4) as pool:
            first = pool.submit(group.append, decided())
            held.begun.acquire(timeout=60)
            later = [pool.submit(group.append, decided()) for _ in range(3)]
            waiting(group, 3)
            held.go.release()
            assert first.result().index == 0
            held.fails = StorageFailed("the disk is full")
            held.go.release()
            assert {str(one.exception()) for one in later} == {"the disk is full"}
        held.fails = None
        held.go.release()
        assert group.append(decided()).index == 1
    assert held.commits == [1, 3, 1]
    assert verify(made.store, made.trust).size == 2


def test_after_a_disk_failed_nothing_more_is_acknowledged(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(5, "gone")

    with appending(made.folder, made.trust, made.signers, made.surroundings) as appender:
        group = Group(appender)
        with monkeypatch.context() as patch, pytest.raises(StorageFailed, match="fault"):
            patch.setattr("os.fdatasync", refuse)
            group.append(decided())
        with ThreadPoolExecutor(4) as pool:
            found = [pool.submit(group.append, decided()).exception() for _ in range(4)]
        assert {type(one) for one in found} == {StorageFailed}
    assert all("open the register anew" in str(one) for one in found)


def test_a_decision_that_cannot_be_drafted_fails_alone(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    with appending(made.folder, made.trust, made.signers, made.surroundings) as appender:
        group = Group(appender)
        with monkeypatch.context() as patch, pytest.raises(RuntimeError):
            patch.setattr(appender, "drafted", raising)
            group.append(decided())
        assert group.append(decided()).index == 0


def raising(_: object) -> None:
    raise RuntimeError


def test_an_interruption_is_passed_on_to_who_waits(made: Made) -> None:
    with appending(made.folder, made.trust, made.signers, made.surroundings) as appender:
        held = Held(appender)
        held.fails = KeyboardInterrupt()
        held.go.release()
        with pytest.raises(KeyboardInterrupt):
            grouped(held).append(decided())


@pytest.mark.parametrize("first", [True, False])
def test_who_is_interrupted_while_waiting_leaves_the_others_their_turn(
    made: Made, monkeypatch: pytest.MonkeyPatch, first: bool
) -> None:
    """Interrupted once it was its turn, or while it was not."""

    class Interrupted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            if threading.current_thread().name != "interrupted":
                return super().wait(timeout)
            if first:
                super().wait(60)
            raise KeyboardInterrupt

    monkeypatch.setattr(module, "Event", Interrupted)
    raised: list[BaseException] = []

    def interrupted(group: Group) -> None:
        try:
            group.append(decided(reference="T-0002"))
        except KeyboardInterrupt as error:
            raised.append(error)

    with appending(made.folder, made.trust, made.signers, made.surroundings) as appender:
        held = Held(appender)
        group = grouped(held)
        with ThreadPoolExecutor(2) as pool:
            one = pool.submit(group.append, decided(reference="T-0001"))
            assert held.begun.acquire(timeout=60)
            thread = threading.Thread(target=interrupted, args=(group,), name="interrupted")
            thread.start()
            if first:
                waiting(group, 1)
            else:
                thread.join(60)
            other = pool.submit(group.append, decided(reference="T-0003"))
            waiting(group, 2 if first else 1)
            held.go.release(2)
            assert [one.result(60).index, other.result(60).index] == [0, 1]
        thread.join(60)
    assert len(raised) == 1
    assert held.commits == [1, 1]
