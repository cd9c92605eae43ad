"""What a follower tells and does not withdraw is what an audit of the whole log finds, however the log came and it was killed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.audit.follow import state as state_module
from isa_guard.audit.follow.outbox import Outbox
from isa_guard.audit.follow.state import State
from isa_guard.language.values import Value
from tests.audit.follow.making import HOUR, follower, in_bulk, line, run, standing, until, versions
from tests.decide.logs.test_between import instants, values

Event = tuple[int, dict[str, Value]]


class KilledError(Exception):
    """The process ends here."""


class Killing:
    """Ends the process at one of the points where it changes what outlives it."""

    def __init__(self, chosen: Random, often: float) -> None:
        self.chosen = chosen
        self.often = often
        self.times = 0

    def maybe(self) -> None:
        if self.times < 20 and self.chosen.random() < self.often:
            self.times += 1
            raise KilledError

    def patched(self, monkeypatch: pytest.MonkeyPatch) -> None:
        commit, tell, told = State.commit, Outbox.tell, State.told

        def killed_commit(state: State) -> None:
            self.maybe()
            commit(state)
            self.maybe()

        def killed_tell(outbox: Outbox, entries: list[tuple[int, str]]) -> None:
            if self.times < 20 and self.chosen.random() < self.often:
                self.times += 1
                some = entries[: self.chosen.randint(0, len(entries))]
                text = "".join(
                    f'{{"serial": {serial}, "state": "{outbox.name}", {entry[1:]}\n' for serial, entry in some
                )
                outbox.out.write(text[: self.chosen.randint(len(text) // 2, len(text))])
                outbox.out.flush()
                raise KilledError
            tell(outbox, entries)

        def killed_told(state: State, rule: int, outcome: str, *, dispensed: bool, more: int = 1) -> None:
            self.maybe()
            told(state, rule, outcome, dispensed=dispensed, more=more)

        monkeypatch.setattr(State, "commit", killed_commit)
        monkeypatch.setattr(Outbox, "tell", killed_tell)
        monkeypatch.setattr(State, "told", killed_told)


def followed(
    folder: Path, events: list[Event], chosen: Random, *, files: int, several: bool, lateness: int
) -> tuple[set[str], set[str]]:
    """The findings that stand after the events were followed in batches, and those of a bulk audit."""
    logs = [folder / f"{number}.jsonl" for number in range(files)]
    for log in logs:
        log.touch()
    held = versions(sequences=files == 1, several=several)
    out = folder / "out.jsonl"
    left = list(events)
    state = folder / "state"
    while True:
        open_ = None
        with out.open("a") as told:
            try:
                open_ = follower(state, logs, told, held=held, lateness=lateness)
                while left:
                    if chosen.random() < 0.2:
                        break  # and begin again
                    for _ in range(chosen.randint(1, 4)):
                        if left:
                            at, given = left.pop(0)
                            with chosen.choice(logs).open("a") as grown:
                                grown.write(line(at, **given))
                    if chosen.random() < 0.5:
                        _read_on(open_.step, chosen)
                else:
                    run(open_)
                    break
            except KilledError:
                pass
            finally:
                if open_ is not None:
                    open_.close()
    return standing(out.read_text()), in_bulk(logs, held, until(lateness))


def _read_on(step: Callable[[], bool], chosen: Random) -> None:
    while step():
        if chosen.random() < 0.3:
            return


@pytest.mark.parametrize("files", [1, 2])
@pytest.mark.parametrize("several", [False, True])
@settings(max_examples=15, deadline=None)
@given(
    events=st.lists(st.tuples(instants, values), max_size=14),
    lateness=st.sampled_from([0, 6 * HOUR, 2_000 * HOUR]),
    chosen=st.randoms(use_true_random=False),
    often=st.sampled_from([0.0, 0.02, 0.1]),
    in_order=st.booleans(),
)
def test_followed_or_audited_the_findings_are_the_same(
    files: int,
    several: bool,
    events: list[Event],
    lateness: int,
    chosen: Random,
    often: float,
    in_order: bool,
) -> None:
    if in_order:
        events = sorted(events, key=lambda one: one[0])
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(state_module, "PRAGMAS", ("synchronous = OFF",))  # no test pulls the plug
        Killing(chosen, often).patched(patch)
        stands, found = followed(
            Path(folder), events, chosen, files=files, several=several, lateness=lateness
        )
    assert stands == found
