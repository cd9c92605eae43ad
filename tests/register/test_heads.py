"""Heads that were kept: each is held against the register, and the two that contradict each other are both shown."""

from __future__ import annotations

import base64
import dataclasses
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.register.faults import Damage, HeadsContradict, RegisterBroken, SignatureInvalid
from isa_guard.register.heads import Head, Heads, kept_head, quorum_at, refuse_contradiction
from isa_guard.register.register import first_trust
from isa_guard.register.signing.keys import Role
from isa_guard.register.stores.directory import Directory
from isa_guard.register.tree.checkpoint import Checkpoint, sign_checkpoint
from isa_guard.register.tree.cosignature import cosign
from isa_guard.register.tree.merkle import EMPTY_ROOT, Frontier, leaf_hash
from isa_guard.register.tree.note import read_lines, with_lines
from isa_guard.register.trust_roots.rotation import revoked, rotated
from isa_guard.register.trust_roots.trust import Reason, TrustRoot, Witness
from tests.register.making import ORIGIN, SIGNERS, signer
from tests.register.trees import Tree, entries, naive_root

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.register.making import Made

ENTRIES, OTHERS = entries(20), entries(20, "another ")
NAMES = ("example.org/partner", "example.org/third", "example.org/fourth")
NOW = 1_795_435_200
TRUST = dataclasses.replace(first_trust(ORIGIN, 1, signer("root"), SIGNERS), lineage=("0" * 64,))


def note_of(given: list[bytes], by: object = SIGNERS.log, origin: str = ORIGIN) -> bytes:
    return sign_checkpoint(Checkpoint(origin, len(given), naive_root(given)), by)  # type: ignore[arg-type]


def head_of(given: list[bytes]) -> Head:
    return kept_head(note_of(given), TRUST)


def tree_of(given: list[bytes]) -> Frontier:
    tree = Frontier()
    for entry in given:
        tree.add(leaf_hash(entry))
    return tree


def contradiction(found: Head, *kept: Head) -> HeadsContradict | None:
    """What is told when the register of `ENTRIES` is read up to the head that was found."""
    try:
        heads = Heads(found, kept)
        tree = Frontier()
        heads.check(tree)
        for entry in ENTRIES[: found.checkpoint.size]:
            tree.add(leaf_hash(entry))
            heads.check(tree)
    except HeadsContradict as told:
        return told
    return None


@given(st.integers(0, 20), st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=4))
def test_a_head_ahead_is_a_rollback_another_history_is_a_fork_and_all_else_agrees(
    size: int, kept: list[tuple[int, bool]]
) -> None:
    found = head_of(ENTRIES[:size])
    told = contradiction(found, *(head_of((OTHERS if fork else ENTRIES)[:at]) for at, fork in kept))
    if any(at > size for at, _ in kept):
        assert told is not None
        assert told.damage is Damage.ROLLBACK
        assert told.found == found.note
    elif forks := [at for at, fork in kept if fork and at]:
        assert told is not None
        assert told.damage is Damage.FORK
        assert (told.kept, told.found) == (note_of(OTHERS[: min(forks)]), found.note)
    else:
        assert told is None


def test_a_rollback_says_both_sizes() -> None:
    with pytest.raises(HeadsContradict, match="had 5 records when that was signed, and shows 3"):
        Heads(head_of(ENTRIES[:3]), [head_of(ENTRIES[:5])])


def test_an_empty_register_with_another_root_is_a_fork() -> None:
    odd = Head(Checkpoint(ORIGIN, 0, b"x" * 32), b"odd")
    assert odd.checkpoint.root != EMPTY_ROOT
    told = contradiction(head_of(ENTRIES[:2]), odd)
    assert told is not None
    assert (told.damage, told.kept) == (Damage.FORK, b"odd")


def test_several_heads_of_one_size_are_each_held_against_it() -> None:
    told = contradiction(head_of(ENTRIES[:4]), head_of(ENTRIES[:2]), head_of(OTHERS[:2]))
    assert told is not None
    assert told.kept == note_of(OTHERS[:2])


def test_a_head_that_the_log_never_signed_is_none() -> None:
    good = note_of(ENTRIES[:3])
    for note in (
        note_of(ENTRIES[:3], signer("stranger")),
        note_of(ENTRIES[:3], SIGNERS.record),
        note_of(ENTRIES[:3], SIGNERS.log, "example.org/other"),
        good.replace(b"\n3\n", b"\n2\n"),
        b"",
    ):
        with pytest.raises(RegisterBroken) as caught:
            kept_head(note, TRUST)
        assert (caught.value.damage, caught.value.index) == (Damage.KEPT, None)


def test_a_head_by_a_key_that_was_replaced_or_revoked_since_still_says_what_it_said() -> None:
    later = rotated(TRUST, Role.LOG, signer("new log").public_key, 10)
    later = revoked(dataclasses.replace(later, lineage=("0" * 64,)), SIGNERS.log.key_id, Reason.SUPERSEDED, 2)
    assert kept_head(note_of(ENTRIES[:9]), later).checkpoint.size == 9
    assert kept_head(note_of(ENTRIES[:9], signer("new log")), later).checkpoint.size == 9


# A quorum


def witnessed_by(quorum: int, *names: str) -> TrustRoot:
    witnesses = tuple(Witness(name, signer(name).public_key) for name in names)
    return dataclasses.replace(TRUST, witnesses=witnesses, quorum=quorum)


def cosigned(*by: tuple[str, int]) -> bytes:
    note = note_of(ENTRIES[:5])
    checkpoint = Checkpoint(ORIGIN, 5, naive_root(ENTRIES[:5]))
    for name, time in by:
        note = with_lines(note, read_lines(cosign(checkpoint, name, signer(name), time).decode()))
    return note


@given(st.lists(st.integers(0, 100), max_size=3), st.integers(0, 3))
def test_a_quorum_saw_it_when_the_last_that_it_needs_had(times: list[int], quorum: int) -> None:
    note = cosigned(*zip(NAMES, (NOW + one for one in times), strict=False))
    found = quorum_at(note, witnessed_by(quorum, *NAMES), 5)
    if not quorum or len(times) < quorum:
        assert found is None
    else:
        assert found == datetime.fromtimestamp(NOW + sorted(times)[quorum - 1], UTC)


def test_one_key_is_one_witness_however_many_lines_it_has() -> None:
    note = cosigned((NAMES[0], NOW), (NAMES[0], NOW + 1))
    assert note.count(b"partner") == 2
    assert quorum_at(note, witnessed_by(2, *NAMES), 5) is None
    assert quorum_at(note, witnessed_by(1, *NAMES), 5) is not None


def test_one_key_under_two_names_is_one_witness() -> None:
    """No trust root may say so; whoever counts does not rely on that."""
    key = signer(NAMES[0])
    trust = dataclasses.replace(
        TRUST, witnesses=(Witness(NAMES[0], key.public_key), Witness(NAMES[1], key.public_key)), quorum=2
    )
    checkpoint = Checkpoint(ORIGIN, 5, naive_root(ENTRIES[:5]))
    note = note_of(ENTRIES[:5])
    for name in NAMES[:2]:
        note = with_lines(note, read_lines(cosign(checkpoint, name, key, NOW).decode()))
    assert quorum_at(note, trust, 5) is None
    assert quorum_at(note, dataclasses.replace(trust, quorum=1), 5) is not None


def test_a_stranger_is_no_witness_and_a_forged_line_is_told() -> None:
    assert quorum_at(cosigned(("example.org/stranger", NOW)), witnessed_by(1, *NAMES), 5) is None
    good = cosigned((NAMES[0], NOW)).decode().split("\n")
    raw = bytearray(base64.b64decode(good[-2].split()[2]))
    raw[-1] ^= 1
    good[-2] = f"— {NAMES[0]} {base64.b64encode(raw).decode()}"
    with pytest.raises(SignatureInvalid):
        quorum_at("\n".join(good).encode(), witnessed_by(1, *NAMES), 5)


def test_a_revoked_witness_counts_no_farther_than_it_is_trusted() -> None:
    trust = witnessed_by(1, *NAMES)
    for last_trusted, counts in ((3, False), (4, True)):
        held = revoked(trust, signer(NAMES[0]).key_id, Reason.KEY_COMPROMISE, last_trusted)
        assert (quorum_at(cosigned((NAMES[0], NOW)), held, 5) is not None) == counts


def test_a_time_that_no_calendar_has_is_told() -> None:
    with pytest.raises(SignatureInvalid, match="no calendar"):
        quorum_at(cosigned((NAMES[0], 2**62)), witnessed_by(1, *NAMES), 5)


# What the keeper of a register saw last


def kept_at(made: Made, size: int) -> bytes:
    tree = Frontier()
    for envelope in list(made.store.entries())[:size]:
        tree.add(leaf_hash(envelope))
    return sign_checkpoint(Checkpoint(ORIGIN, size, tree.root()), made.signers.log)


@pytest.mark.parametrize("size", range(6))
def test_a_register_that_grew_out_of_what_was_seen_is_let_be(filled: Made, size: int) -> None:
    refuse_contradiction(filled.store, filled.trust, kept_at(filled, size), filled.store.checkpoint())


def test_the_index_is_asked_first_and_where_it_is_gone_or_wrong_all_is_counted(
    filled: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = filled.store.checkpoint()
    counted: list[int] = []
    real = Directory.entries

    def entries_of(self: Directory, start: int = 0) -> Iterator[bytes]:
        counted.append(start)
        return real(self, start)

    kept = kept_at(filled, 3)
    monkeypatch.setattr(Directory, "entries", entries_of)
    refuse_contradiction(filled.store, filled.trust, kept, note)
    assert counted == []
    wrong = Tree(OTHERS)
    with monkeypatch.context() as patch:
        patch.setattr(Directory, "hashes", lambda _, *at: wrong.hashes(*at))
        refuse_contradiction(filled.store, filled.trust, kept, note)
    assert counted == [0]
    (filled.folder / "index.sqlite").unlink()
    refuse_contradiction(filled.store, filled.trust, kept, note)
    assert counted == [0, 0]


def test_another_history_and_an_older_one_are_told_with_both_heads(filled: Made) -> None:
    note = filled.store.checkpoint()
    for kept, damage in ((note_of(OTHERS[:3]), Damage.FORK), (note_of(OTHERS[:9]), Damage.ROLLBACK)):
        with pytest.raises(HeadsContradict) as caught:
            refuse_contradiction(filled.store, filled.trust, kept, note)
        assert (caught.value.damage, caught.value.kept, caught.value.found) == (damage, kept, note)
        assert caught.value.exit_code == 5


def test_an_index_that_proves_what_the_journal_does_not_is_only_believed_about_signed_heads(
    filled: Made,
) -> None:
    """Both heads are signed; the proof between them is checked, whoever gave it."""
    note = filled.store.checkpoint()
    with pytest.raises(HeadsContradict):
        refuse_contradiction(filled.store, filled.trust, note_of(OTHERS[:5]), note)
