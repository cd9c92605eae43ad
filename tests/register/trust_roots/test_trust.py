"""The trust root: only pinned root keys say which keys to trust, and no version unsays the one before."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tarfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.errors import KeyRefused
from isa_guard.register.faults import Damage, RegisterBroken, SignatureInvalid, StorageFailed, Untrusted
from isa_guard.register.records import dsse
from isa_guard.register.signing.keys import PublicKey, Role
from isa_guard.register.signing.ml_dsa import MlDsaSigner
from isa_guard.register.trust_roots import trust_file
from isa_guard.register.trust_roots.trust import (
    LIMIT_VERSIONS,
    PAYLOAD_TYPE,
    Grant,
    Reason,
    Revocation,
    TrustRoot,
    Witness,
    claimed_origin,
    fingerprint,
    read_trust_root,
    read_trust_roots,
    remember,
    remember_tip,
    remembered,
    seen,
    tip,
    trusted_path,
    write_trust_root,
)
from isa_guard.register.verify import verify
from tests.register.making import ORIGIN, SIGNERS, decided, made_in, signer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.register.making import Made

ROOT = signer("root")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
GOLDEN = Path(__file__).parents[1] / "golden" / "format-1.tar.gz"
GOLDEN_ROOT = "023e2c3bdc7384259c169f879aa09bcaca3206f89004026cf76811ada3198324"
THREE = tuple(sorted((signer(f"root {one}") for one in "abc"), key=lambda one: one.key_id))
SECOND_LINE = MlDsaSigner(b"m" * 32).public_key


def key(name: str) -> PublicKey:
    return signer(name).public_key


TRUST = TrustRoot(
    1,
    ORIGIN,
    1,
    ROOT.public_key,
    (
        Grant(Role.RECORD, SIGNERS.record.public_key, 0, 4),
        Grant(Role.RECORD, key("next"), 5, None),
        Grant(Role.LOG, SIGNERS.log.public_key, 0, None),
        Grant(Role.LOG_ML_DSA, SECOND_LINE, 3, None),
    ),
    revocations=(Revocation(key("next").key_id, Reason.KEY_COMPROMISE, 7, NOON),),
    witnesses=(
        Witness("example.org/partner", key("partner")),
        Witness("example.org/third", key("third")),
    ),
    quorum=1,
    witness_every=7,
)
CONTENT = write_trust_root(TRUST, ROOT)
SHARED = dataclasses.replace(
    TRUST, root=THREE[0].public_key, further_roots=tuple(one.public_key for one in THREE[1:]), threshold=2
)


def following(before: bytes, change: Callable[[TrustRoot], TrustRoot], *signers: Any) -> bytes:
    """The version that follows one that stands alone, changed so."""
    old = trust_file.read(dsse.open_joint(before, PAYLOAD_TYPE).payload)
    new = dataclasses.replace(
        change(old), version=old.version + 1, previous=hashlib.sha256(before).hexdigest()
    )
    return write_trust_root(new, *(signers or (ROOT,)))


def same(trust: TrustRoot) -> TrustRoot:
    return trust


def broken(*contents: bytes, trusted: str = ROOT.key_id) -> str:
    with pytest.raises(RegisterBroken) as caught:
        read_trust_roots(contents, trusted)
    assert caught.value.damage is Damage.TRUST_ROOT
    return str(caught.value)


def test_what_was_written_is_read_back() -> None:
    assert read_trust_root(CONTENT, ROOT.key_id) == TRUST
    assert claimed_origin(CONTENT) == ORIGIN
    assert read_trust_roots((write_trust_root(SHARED, *THREE[1:]),), SHARED.fingerprint).roots == SHARED.roots


def test_a_register_of_format_1_stays_readable() -> None:
    with tarfile.open(GOLDEN) as archive:
        (member,) = [one for one in archive.getmembers() if one.name.endswith("trust-root.json")]
        file = archive.extractfile(member)
        assert file is not None
        content = file.read()
    trust = read_trust_root(content, GOLDEN_ROOT)
    assert (trust.fingerprint, trust.version, trust.threshold, trust.quorum) == (GOLDEN_ROOT, 1, 1, 0)
    assert [one.role for one in trust.grants] == [Role.RECORD, Role.LOG]
    assert trust.keys(Role.RECORD, 10**9) == (trust.grants[0].key,)
    with pytest.raises(Untrusted):
        read_trust_root(content, "0" * 64)
    found = json.loads(dsse.open_unverified(content).payload)
    changes: list[dict[str, Any]] = [
        {"quorum": 1},
        {"threshold": 2},
        {"version": 2},
        {"keys": {}},
        {"root": None},
        {"more": 1},
    ]
    for change in changes:
        other = json.dumps(found | change, sort_keys=True, separators=(",", ":")).encode()
        with pytest.raises(RegisterBroken):
            claimed_origin(dsse.sign(other, ROOT, PAYLOAD_TYPE))


def test_the_fingerprint_of_several_roots_is_as_documented() -> None:
    ids = sorted(one.key_id for one in THREE)
    text = "isa-guard root keys\n2\n" + "".join(f"{one}\n" for one in ids)
    assert SHARED.fingerprint == hashlib.sha256(text.encode()).hexdigest()
    assert fingerprint(tuple(reversed(SHARED.roots)), 2) == SHARED.fingerprint
    assert fingerprint(SHARED.roots, 1) != SHARED.fingerprint
    assert fingerprint((ROOT.public_key,), 1) == ROOT.key_id


def test_a_key_is_valid_for_its_own_range_of_records() -> None:
    trust = dataclasses.replace(TRUST, revocations=())
    assert trust.keys(Role.RECORD, 4) == (SIGNERS.record.public_key,)
    assert trust.keys(Role.RECORD, 5) == (key("next"),)
    assert trust.keys(Role.LOG, 99) == (SIGNERS.log.public_key,)
    assert (trust.ml_dsa_keys(2), trust.ml_dsa_keys(3)) == ((), (SECOND_LINE,))
    assert trust.keys(Role.LOG_ML_DSA, 3) == ()
    assert trust.ever(Role.RECORD) == (SIGNERS.record.public_key, key("next"))


def test_a_revoked_key_counts_up_to_the_last_trusted_record_alone() -> None:
    assert TRUST.keys(Role.RECORD, 7) == (key("next"),)
    assert TRUST.keys(Role.RECORD, 8) == ()
    never = dataclasses.replace(TRUST, revocations=(Revocation(SECOND_LINE.key_id, Reason.CESSATION, -1),))
    assert never.ml_dsa_keys(3) == ()
    gone = Revocation(key("third").key_id, Reason.SUPERSEDED, 9)
    witnesses = dataclasses.replace(TRUST, revocations=(gone,))
    assert witnesses.witness_keys(10) == {
        "example.org/partner": key("partner"),
        "example.org/third": key("third"),
    }
    assert witnesses.witness_keys(11) == {"example.org/partner": key("partner")}


def test_trust_reaches_as_far_as_witnesses_saw_before_the_compromise() -> None:
    early, late = NOON - timedelta(seconds=1), NOON
    assert TRUST.with_vouched(20, early).keys(Role.RECORD, 19) == (key("next"),)
    assert TRUST.with_vouched(20, early).keys(Role.RECORD, 20) == ()
    assert TRUST.with_vouched(20, late).keys(Role.RECORD, 8) == ()
    assert TRUST.with_vouched(3, early).keys(Role.RECORD, 7) == (key("next"),)
    assert TRUST.with_vouched(20, early).with_vouched(30, late).keys(Role.RECORD, 20) == ()
    unknown = dataclasses.replace(
        TRUST, revocations=(dataclasses.replace(TRUST.revocations[0], compromised_at=None),)
    )
    assert unknown.with_vouched(20, early).keys(Role.RECORD, 8) == ()
    nobody = dataclasses.replace(TRUST, quorum=0, witness_every=None)
    assert nobody.with_vouched(20, early).keys(Role.RECORD, 8) == ()


def test_records_beyond_a_keys_range_do_not_verify(filled: Made) -> None:
    narrowed = dataclasses.replace(
        filled.trust, grants=(Grant(Role.RECORD, SIGNERS.record.public_key, 0, 2), *filled.trust.grants[1:])
    )
    with pytest.raises(RegisterBroken) as caught:
        verify(filled.store, narrowed)
    assert (caught.value.damage, caught.value.index) == (Damage.SIGNATURE, 3)


def test_a_register_that_vouches_for_itself_is_not_trusted(tmp_path: Path, made: Made) -> None:
    """All of a register exchanged for one that verifies in itself: the pinned fingerprint is not in it."""
    other = made_in(tmp_path / "other", ORIGIN)
    other.append(decided())
    (other.folder / "trust-root.json").write_bytes(
        write_trust_root(dataclasses.replace(made.trust, root=key("thief")), signer("thief"))
    )
    with pytest.raises(Untrusted, match="exchanged"):
        verify(other.store, made.trust.fingerprint)


def test_a_trust_root_that_only_claims_the_pinned_key_does_not_verify() -> None:
    assert "not trusted here" in broken(write_trust_root(TRUST, signer("thief")))


def test_a_threshold_counts_distinct_keys_and_no_strangers() -> None:
    trusted = SHARED.fingerprint
    assert read_trust_root(write_trust_root(SHARED, THREE[0], THREE[2]), trusted).threshold == 2
    assert "1 of the root keys" in broken(write_trust_root(SHARED, THREE[0]), trusted=trusted)
    assert "1 of the root keys" in broken(write_trust_root(SHARED, THREE[0], THREE[0]), trusted=trusted)
    assert "not trusted here" in broken(
        write_trust_root(SHARED, *THREE[:2], signer("thief")), trusted=trusted
    )
    found = json.loads(write_trust_root(SHARED, *THREE[:2]))
    found["signatures"] = [found["signatures"][0]] * 2
    twice = json.dumps(found, sort_keys=True, separators=(",", ":")).encode()
    assert "each by another key" in broken(twice, trusted=trusted)
    assert "32 signatures" in broken(write_trust_root(SHARED, *(signer(f"s{one}") for one in range(33))))


CHANGES: list[Callable[[dict[str, Any]], object]] = [
    lambda root: root.update(format="isa-guard/trust-root/4"),
    lambda root: root.update(format=[]),
    lambda root: root.update(more=1),
    lambda root: root.pop("previous"),
    lambda root: root.update(previous="0"),
    lambda root: root.update(previous="0" * 64),
    lambda root: root.update(version=0),
    lambda root: root.update(version=True),
    lambda root: root.update(version=2),
    lambda root: root.update(epoch="1"),
    lambda root: root.update(origin="Not A Name"),
    lambda root: root.update(threshold=2),
    lambda root: root.update(threshold=0),
    lambda root: root.update(roots=[]),
    lambda root: root.update(roots=["x"]),
    lambda root: root.update(roots=root["roots"] * 17),
    lambda root: root.update(roots=[{"keyid": ROOT.key_id}]),
    lambda root: root["roots"][0].update(keyid="0" * 64),
    lambda root: root["roots"][0].update(spki="AAAA"),
    lambda root: root["roots"][0].update(spki="no base64!"),
    lambda root: root["roots"][0].update(spki=root["grants"][0]["spki"], keyid=root["grants"][0]["keyid"]),
    lambda root: root.update(grants={}),
    lambda root: root.update(grants=["x"]),
    lambda root: root["grants"].append(root["grants"][0]),
    lambda root: root["grants"][0].update(role="root"),
    lambda root: root["grants"][0].update(role=[]),
    lambda root: root["grants"][0].update(role="log"),
    lambda root: root["grants"][0].update(role="log-ml-dsa"),
    lambda root: root["grants"][3].update(role="record"),
    lambda root: root["grants"][0].update(validFrom=-1),
    lambda root: root["grants"][1].update(validUntil=2),
    lambda root: root["grants"][0].update(more=1),
    lambda root: root["grants"][2].update(vkey="example.org+00000000+AA"),
    lambda root: root["grants"][3].pop("vkey"),
    lambda root: root["revocations"][0].update(keyid="0" * 64),
    lambda root: root["revocations"][0].update(keyid=ROOT.key_id),
    lambda root: root["revocations"][0].update(keyid=7),
    lambda root: root["revocations"][0].update(reason="boredom"),
    lambda root: root["revocations"][0].update(lastTrusted=-2),
    lambda root: root["revocations"][0].update(lastTrusted=None),
    lambda root: root["revocations"][0].update(compromisedAt="yesterday"),
    lambda root: root["revocations"][0].update(compromisedAt="2026-11-23T12:00:00Z"),
    lambda root: root["revocations"][0].update(compromisedAt=7),
    lambda root: root["revocations"].append(root["revocations"][0]),
    lambda root: root["witnesses"][0].update(vkey=root["grants"][2]["vkey"]),
    lambda root: root["witnesses"][0].update(vkey=None),
    lambda root: root["witnesses"][0].update(name="example.org/third"),
    lambda root: root["witnesses"].append(root["witnesses"][0]),
    lambda root: root.update(witnesses=[root["witnesses"][0]] * 17),
    lambda root: root.update(quorum=3),
    lambda root: root.update(quorum=-1),
    lambda root: root.update(quorum=0),
    lambda root: root.update(witnessEvery=0),
    lambda root: root.update(witnessEvery="weekly"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_signed_trust_root_that_says_more_or_less_is_refused(
    change: Callable[[dict[str, Any]], object],
) -> None:
    found = json.loads(dsse.open_unverified(CONTENT).payload)
    change(found)
    content = dsse.sign(json.dumps(found, sort_keys=True, separators=(",", ":")).encode(), ROOT, PAYLOAD_TYPE)
    broken(content)


def test_a_signed_trust_root_in_another_form_is_refused() -> None:
    payload = dsse.open_unverified(CONTENT).payload
    assert broken(dsse.sign(payload.replace(b":", b": ", 1), ROOT, PAYLOAD_TYPE))
    assert "one form" in broken(CONTENT.replace(b":", b": ", 1))
    reversed_roots = json.loads(trust_file.written(SHARED))
    reversed_roots["roots"].reverse()
    other = json.dumps(reversed_roots, sort_keys=True, separators=(",", ":")).encode()
    assert "one form" in broken(dsse.sign_jointly(other, THREE, PAYLOAD_TYPE), trusted=SHARED.fingerprint)


def test_a_record_signed_by_the_root_key_is_no_trust_root() -> None:
    assert "not of type" in broken(dsse.sign(dsse.open_unverified(CONTENT).payload, ROOT))


def test_a_record_never_carries_two_signatures() -> None:
    two = dsse.sign_jointly(b"{}", THREE[:2], dsse.IN_TOTO)
    with pytest.raises(SignatureInvalid, match="exactly one"):
        dsse.verify(two, SHARED.roots)


ADDED = Grant(Role.RECORD, key("added"), 6, None)
CLOSED = dataclasses.replace(TRUST.grants[2], valid_until=9)


def test_a_later_version_ends_ranges_grants_keys_and_makes_revocations_stricter() -> None:
    def change(trust: TrustRoot) -> TrustRoot:
        stricter = dataclasses.replace(
            trust.revocations[0], last_trusted=5, compromised_at=NOON - timedelta(days=1)
        )
        log = Grant(Role.LOG, key("later log"), 10, None)
        grants = (*trust.grants[:2], CLOSED, trust.grants[3], log)
        return dataclasses.replace(
            trust, grants=grants, revocations=(stricter,), witnesses=(), quorum=0, witness_every=None
        )

    second = following(CONTENT, change)
    trust = read_trust_roots((CONTENT, second), ROOT.key_id)
    assert (trust.version, len(trust.lineage)) == (2, 2)
    assert trust.keys(Role.LOG, 9) == (SIGNERS.log.public_key,)
    assert trust.keys(Role.LOG, 10) == (key("later log"),)
    assert trust.keys(Role.RECORD, 6) == ()


def _grants(*grants: Grant) -> Callable[[TrustRoot], TrustRoot]:
    return lambda trust: dataclasses.replace(trust, grants=grants)


def _revocation(**changed: Any) -> Callable[[TrustRoot], TrustRoot]:
    return lambda trust: dataclasses.replace(
        trust, revocations=(dataclasses.replace(trust.revocations[0], **changed),)
    )


FIRST, SECOND, LOG, LINE = TRUST.grants


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (_grants(SECOND, LOG, LINE), "lost its range"),
        (_grants(dataclasses.replace(FIRST, valid_from=1), SECOND, LOG, LINE), "lost its range"),
        (_grants(FIRST, dataclasses.replace(SECOND, valid_from=4), LOG, LINE), "lost its range"),
        (_grants(FIRST, dataclasses.replace(SECOND, role=Role.LOG), LOG, LINE), "lost its range"),
        (_grants(dataclasses.replace(FIRST, valid_until=None), SECOND, LOG, LINE), "altered after the fact"),
        (_grants(dataclasses.replace(FIRST, valid_until=5), SECOND, LOG, LINE), "altered after the fact"),
        (_grants(dataclasses.replace(FIRST, valid_until=3), SECOND, LOG, LINE), "altered after the fact"),
        (_grants(FIRST, SECOND, dataclasses.replace(LOG, valid_until=3), LINE), "altered after the fact"),
        (_grants(*TRUST.grants, dataclasses.replace(ADDED, valid_from=4)), "reach back to record 4"),
        (_revocation(last_trusted=8), "taken back"),
        (_revocation(compromised_at=NOON + timedelta(microseconds=1)), "taken back"),
        (lambda trust: dataclasses.replace(trust, revocations=()), "taken back"),
        (lambda trust: dataclasses.replace(trust, epoch=2), "another epoch"),
        (lambda trust: dataclasses.replace(trust, origin="example.org/other"), "another register"),
    ],
)
def test_a_later_version_that_unsays_the_past_is_refused(
    change: Callable[[TrustRoot], TrustRoot], what: str
) -> None:
    assert what in broken(CONTENT, following(CONTENT, change))
    assert read_trust_roots((CONTENT, following(CONTENT, same)), ROOT.key_id).version == 2


def test_a_revocation_without_a_time_cannot_be_given_one() -> None:
    second = following(CONTENT, _revocation(compromised_at=None))
    assert read_trust_roots((CONTENT, second), ROOT.key_id).version == 2
    third = following(second, _revocation(compromised_at=NOON))
    assert "taken back" in broken(CONTENT, second, third)


def test_versions_form_one_chain() -> None:
    second = following(CONTENT, same)
    third = following(second, same)
    other = following(CONTENT, lambda trust: dataclasses.replace(trust, grants=(*trust.grants, ADDED)))
    assert read_trust_roots((CONTENT, second, third), ROOT.key_id).version == 3
    for contents in ((second,), (CONTENT, third), (CONTENT, CONTENT), (CONTENT, other, third), ()):
        broken(*contents)
    assert str(LIMIT_VERSIONS) in broken(*[CONTENT] * (LIMIT_VERSIONS + 1))


def test_new_roots_must_be_signed_for_by_the_old_and_the_new() -> None:
    def change(trust: TrustRoot) -> TrustRoot:
        return dataclasses.replace(trust, root=SHARED.root, further_roots=SHARED.further_roots, threshold=2)

    good = following(CONTENT, change, ROOT, *THREE[:2])
    for trusted in (ROOT.key_id, SHARED.fingerprint):  # an annex printed before and one printed after
        assert read_trust_roots((CONTENT, good), trusted).roots == SHARED.roots
    with pytest.raises(Untrusted, match="not the trusted"):
        read_trust_roots((CONTENT,), SHARED.fingerprint)
    assert "version 1 have signed" in broken(CONTENT, following(CONTENT, change, *THREE))
    assert "version 2 have signed" in broken(CONTENT, following(CONTENT, change, ROOT, THREE[0]))
    third = following(good, same, *THREE[1:])
    assert read_trust_roots((CONTENT, good, third), SHARED.fingerprint).version == 3
    assert "not trusted here" in broken(CONTENT, good, following(good, same, ROOT, *THREE[1:]))


names = st.integers(0, 10**6).map(lambda number: f"example.org/w{number}")
moments = st.none() | st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))


@st.composite
def trust_roots(draw: st.DrawFn) -> TrustRoot:
    roots = THREE[: draw(st.integers(1, 3))]
    grants: list[Grant] = []
    for number in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, 2**53 - 1))
        until = draw(st.none() | st.integers(start, 2**53 - 1))
        role = draw(st.sampled_from((Role.RECORD, Role.LOG)))
        grants.append(Grant(role, key(f"grant {number}"), start, until))
    witnesses = tuple(
        Witness(name, key(f"witness {name}")) for name in draw(st.lists(names, max_size=3, unique=True))
    )
    known = [one.key.key_id for one in grants] + [one.key.key_id for one in witnesses]
    revoked = draw(st.lists(st.sampled_from(known), unique=True)) if known else []
    quorum = draw(st.integers(0, len(witnesses)))
    return TrustRoot(
        version=1,
        origin=draw(names),
        epoch=draw(st.integers(1, 9)),
        root=roots[0].public_key,
        grants=tuple(grants),
        further_roots=tuple(one.public_key for one in roots[1:]),
        threshold=draw(st.integers(1, len(roots))),
        revocations=tuple(
            Revocation(one, draw(st.sampled_from(Reason)), draw(st.integers(-1, 9)), draw(moments))
            for one in revoked
        ),
        witnesses=witnesses,
        quorum=quorum,
        witness_every=draw(st.none() | st.integers(1, 3660)) if quorum else None,
    )


@given(trust_roots())
def test_every_trust_root_comes_back(trust: TrustRoot) -> None:
    content = write_trust_root(trust, *THREE[: len(trust.roots)])
    assert read_trust_root(content, trust.fingerprint) == trust
    assert claimed_origin(content) == trust.origin


CHAIN = (CONTENT, following(CONTENT, same), following(following(CONTENT, same), same))


@given(st.data())
@settings(max_examples=400)
def test_no_flipped_bit_of_any_version_goes_unnoticed(data: st.DataObject) -> None:
    contents = [bytearray(one) for one in CHAIN]
    content = data.draw(st.sampled_from(contents))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((RegisterBroken, Untrusted)):
        read_trust_roots([bytes(one) for one in contents], ROOT.key_id)


@given(
    st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3))
)
def test_hostile_members_give_a_domain_error(value: Any) -> None:
    found = json.loads(dsse.open_unverified(CONTENT).payload)
    for name in found:
        payload = json.dumps(found | {name: value}, sort_keys=True, separators=(",", ":")).encode()
        with suppress(RegisterBroken):  # and nothing else; some values of some members are in order
            assert claimed_origin(dsse.sign(payload, ROOT, PAYLOAD_TYPE)) == ORIGIN


def test_the_fingerprint_is_remembered_beside_the_keys(tmp_path: Path) -> None:
    remember(tmp_path, TRUST)
    assert remembered(tmp_path, ORIGIN) == ROOT.key_id
    assert trusted_path(tmp_path, ORIGIN).stat().st_mode & 0o7777 == 0o600
    with pytest.raises(KeyRefused, match="trusted already"):
        remember(tmp_path, TRUST)
    with pytest.raises(Untrusted, match="--trust FINGERPRINT"):
        remembered(tmp_path, "example.org/other")
    trusted_path(tmp_path, "example.org/other").write_bytes(trusted_path(tmp_path, ORIGIN).read_bytes())
    trusted_path(tmp_path, "example.org/other").chmod(0o600)
    with pytest.raises(KeyRefused, match="not about"):
        remembered(tmp_path, "example.org/other")
    trusted_path(tmp_path, ORIGIN).write_bytes(b"nothing")
    with pytest.raises(KeyRefused, match="cannot be read"):
        remembered(tmp_path, ORIGIN)
    with pytest.raises(StorageFailed):
        remember(tmp_path / "no" / "folder", TRUST)


def versions(*contents: bytes) -> TrustRoot:
    return read_trust_roots(contents, ROOT.key_id)


def test_an_older_or_another_trust_root_than_was_seen_is_refused(tmp_path: Path) -> None:
    seen(tmp_path, versions(CONTENT))
    assert not [*tmp_path.iterdir()]  # of a register that was never noted nothing is
    remember(tmp_path, TRUST)
    seen(tmp_path, versions(CONTENT))
    seen(tmp_path, versions(*CHAIN))
    seen(tmp_path, versions(*CHAIN))
    with pytest.raises(Untrusted, match=r"version 2, and version 3 was seen"):
        seen(tmp_path, versions(*CHAIN[:2]))
    forked = following(CHAIN[1], lambda trust: dataclasses.replace(trust, grants=(*trust.grants, ADDED)))
    for contents in ((*CHAIN[:2], forked), (*CHAIN[:2], forked, following(forked, same))):
        with pytest.raises(Untrusted, match="told two stories"):
            seen(tmp_path, versions(*contents))
    assert remembered(tmp_path, ORIGIN) == ROOT.key_id
    assert trusted_path(tmp_path, ORIGIN).stat().st_mode & 0o7777 == 0o600
    assert [one.name for one in trusted_path(tmp_path, ORIGIN).parent.iterdir()] == [
        trusted_path(tmp_path, ORIGIN).name
    ]


def test_a_note_of_before_versions_were_noted_is_read_and_raised(tmp_path: Path) -> None:
    remember(tmp_path, TRUST)
    path = trusted_path(tmp_path, ORIGIN)
    path.write_text(
        f'{{"format":"isa-guard/trusted/1","origin":"{ORIGIN}","root":"{ROOT.key_id}"}}\n', "utf-8"
    )
    assert remembered(tmp_path, ORIGIN) == ROOT.key_id
    seen(tmp_path, versions(*CHAIN))
    assert json.loads(path.read_bytes())["version"] == 3
    with pytest.raises(Untrusted, match="version 3 was seen"):
        seen(tmp_path, versions(CONTENT))


def test_the_newest_checkpoint_is_kept_beside_the_keys(tmp_path: Path) -> None:
    assert tip(tmp_path, ORIGIN) is None
    for note in (b"first\n", b"second\n"):
        remember_tip(tmp_path, ORIGIN, note)
        assert tip(tmp_path, ORIGIN) == note
    assert tip(tmp_path, "example.org/other") is None
    (path,) = (tmp_path / "trusted").iterdir()
    assert path.stat().st_mode & 0o7777 == 0o600
    path.chmod(0o644)
    with pytest.raises(KeyRefused, match="chmod 600"):
        tip(tmp_path, ORIGIN)
    path.unlink()
    path.mkdir(0o700)
    with pytest.raises(KeyRefused, match="cannot be read"):
        tip(tmp_path, ORIGIN)
    with pytest.raises(StorageFailed):
        remember_tip(tmp_path, ORIGIN, b"third\n")
    assert [one.name for one in (tmp_path / "trusted").iterdir()] == [path.name]
