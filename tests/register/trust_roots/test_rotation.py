"""How a trust root goes on: what each next version says, who must sign it, and what it may not undo."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.errors import UsageError
from isa_guard.register.signing.keys import PublicKey, Role
from isa_guard.register.signing.ml_dsa import MlDsaSigner
from isa_guard.register.trust_roots.rotation import granted, revoked, rotated, signed_version, witnessed
from isa_guard.register.trust_roots.trust import Grant, Reason, TrustRoot, read_trust_roots, write_trust_root
from tests.register.making import ORIGIN, SIGNERS, signer

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = signer("root")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FIRST = write_trust_root(
    TrustRoot(
        1,
        ORIGIN,
        1,
        ROOT.public_key,
        (
            Grant(Role.RECORD, SIGNERS.record.public_key, 0, None),
            Grant(Role.LOG, SIGNERS.log.public_key, 0, None),
        ),
    ),
    ROOT,
)


def read(*contents: bytes) -> TrustRoot:
    return read_trust_roots(contents, ROOT.key_id)


TRUST = read(FIRST)
RECORD, LOG = SIGNERS.record.public_key, SIGNERS.log.public_key


def key(name: str) -> PublicKey:
    return signer(name).public_key


def test_a_rotated_key_signs_up_to_the_record_that_tells_of_it_and_the_next_one_after() -> None:
    content = signed_version([FIRST], ROOT.key_id, rotated(TRUST, Role.RECORD, key("new"), 41), ROOT)
    trust = read(FIRST, content)
    assert trust.keys(Role.RECORD, 41) == (RECORD,)
    assert trust.keys(Role.RECORD, 42) == (key("new"),)
    assert trust.keys(Role.LOG, 42) == (LOG,)
    assert (trust.version, trust.previous) == (2, hashlib.sha256(FIRST).hexdigest())
    again = signed_version([FIRST, content], ROOT.key_id, rotated(trust, Role.RECORD, key("newer"), 42), ROOT)
    assert read(FIRST, content, again).keys(Role.RECORD, 42) == (key("new"),)


@given(st.lists(st.sampled_from([Role.RECORD, Role.LOG]), min_size=1, max_size=5), st.data())
def test_after_any_rotations_each_record_has_one_key_of_a_role(
    roles: list[Role], data: st.DataObject
) -> None:
    contents, size = [FIRST], 0
    for number, role in enumerate(roles):
        size += data.draw(st.integers(1, 5))  # at least the record that tells of the rotation before
        trust = read(*contents)
        following = rotated(trust, role, key(f"new {number}"), size - 1)
        contents.append(signed_version(contents, ROOT.key_id, following, ROOT))
    trust = read(*contents)
    for index in range(size + 2):
        assert [len(trust.keys(role, index)) for role in (Role.RECORD, Role.LOG)] == [1, 1]
    assert trust.keys(Role.RECORD, 0) == (RECORD,)


def test_a_revoked_key_is_followed_without_its_range_being_touched() -> None:
    bad = revoked(TRUST, RECORD.key_id[:8], Reason.KEY_COMPROMISE, 30, NOON)
    second = signed_version([FIRST], ROOT.key_id, bad, ROOT)
    third = rotated(read(FIRST, second), Role.RECORD, key("new"), 40)
    trust = read(FIRST, second, signed_version([FIRST, second], ROOT.key_id, third, ROOT))
    assert [trust.keys(Role.RECORD, index) for index in (30, 31, 40, 41)] == [
        (RECORD,),
        (),
        (),
        (key("new"),),
    ]
    assert trust.grants[0].valid_until is None
    later = rotated(trust, Role.RECORD, key("newer"), 50)
    assert later.keys(Role.RECORD, 50) == (key("new"),)
    assert later.keys(Role.RECORD, 51) == (key("newer"),)


def test_a_key_that_never_signed_is_revoked_from_the_first_record_on() -> None:
    trust = revoked(TRUST, RECORD.key_id, Reason.CESSATION, -1)
    assert trust.keys(Role.RECORD, 0) == ()
    assert rotated_from_nothing(trust).keys(Role.RECORD, 0) == (key("new"),)


def rotated_from_nothing(trust: TrustRoot) -> TrustRoot:
    content = signed_version([FIRST], ROOT.key_id, trust, ROOT)
    return rotated(read(FIRST, content), Role.RECORD, key("new"), -1)


def test_a_revocation_is_only_ever_made_stricter() -> None:
    content = signed_version([FIRST], ROOT.key_id, revoked(TRUST, RECORD.key_id, Reason.SUPERSEDED, 30), ROOT)
    trust = read(FIRST, content)
    assert revoked(trust, RECORD.key_id, Reason.KEY_COMPROMISE, 20).keys(Role.RECORD, 21) == ()
    with pytest.raises(UsageError, match="taken back"):
        revoked(trust, RECORD.key_id, Reason.SUPERSEDED, 31)


def test_another_key_is_granted_from_the_next_record_on_and_no_earlier() -> None:
    second_line = MlDsaSigner(b"m" * 32).public_key
    trust = granted(TRUST, Role.LOG_ML_DSA, second_line, 12)
    assert (trust.ml_dsa_keys(11), trust.ml_dsa_keys(12)) == ((), (second_line,))
    content = signed_version([FIRST], ROOT.key_id, granted(TRUST, Role.RECORD, key("other"), 12), ROOT)
    both = read(FIRST, content)
    assert both.keys(Role.RECORD, 12) == (RECORD, key("other"))
    with pytest.raises(UsageError, match="reach back"):
        granted(both, Role.RECORD, key("third"), 11)
    with pytest.raises(UsageError, match="there are 2 of record key in use"):
        rotated(both, Role.RECORD, key("new"), 20)
    one = rotated(both, Role.RECORD, key("new"), 20, key("other").key_id[:8])
    assert one.keys(Role.RECORD, 21) == (RECORD, key("new"))


def test_witnesses_are_added_with_their_quorum() -> None:
    first = witnessed(TRUST, "example.org/partner", key("partner"), every=7)
    assert (first.quorum, first.witness_every) == (1, 7)
    content = signed_version([FIRST], ROOT.key_id, first, ROOT)
    trust = witnessed(read(FIRST, content), "example.org/third", key("third"), quorum=2)
    assert (trust.quorum, trust.witness_every, len(trust.witness_keys(5))) == (2, 7, 2)
    for name, who, quorum in (
        ("example.org/third", key("third"), 3),
        ("example.org/partner", key("third"), 1),
        ("example.org/third", key("partner"), 1),
        ("No Name", key("third"), 1),
    ):
        with pytest.raises(UsageError, match="cannot be changed so"):
            witnessed(read(FIRST, content), name, who, quorum)


def test_a_new_root_key_is_signed_for_by_the_old_one_and_by_itself() -> None:
    following = rotated(TRUST, Role.ROOT, key("new root"), 5)
    assert following.roots == (key("new root"),)
    content = signed_version([FIRST], ROOT.key_id, following, ROOT, signer("new root"))
    assert read(FIRST, content).fingerprint == key("new root").key_id
    for signers in ((ROOT,), (signer("new root"),)):
        with pytest.raises(UsageError, match="would not be trusted"):
            signed_version([FIRST], ROOT.key_id, following, *signers)


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (lambda: rotated(TRUST, Role.WITNESS, key("new"), 5), "no witness key in use"),
        (lambda: rotated(TRUST, Role.RECORD, key("new"), -1), "begins at record 0 only"),
        (lambda: rotated(TRUST, Role.RECORD, LOG, 5), "two places"),
        (lambda: rotated(TRUST, Role.RECORD, RECORD, 5), "two places"),
        (lambda: rotated(TRUST, Role.RECORD, ROOT.public_key, 5), "two places"),
        (lambda: rotated(TRUST, Role.ROOT, MlDsaSigner(b"m" * 32).public_key, 5), "Ed25519"),
        (lambda: granted(TRUST, Role.WITNESS, key("new"), 5), "not witness"),
        (lambda: revoked(TRUST, "0" * 64, Reason.CESSATION, 5), "there is no key 0000"),
        (lambda: revoked(TRUST, "", Reason.CESSATION, 5), "there are 2"),
    ],
)
def test_what_cannot_be_is_told(wrong: Callable[[], TrustRoot], what: str) -> None:
    with pytest.raises(UsageError, match=what):
        wrong()
