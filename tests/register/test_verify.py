"""Tampering: each kind of damage to each file is told as what it is, with the first record it touches."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isa_guard.errors import EvidenceError
from isa_guard.register.faults import Damage, RegisterBroken, RegisterUnreadable, Untrusted
from isa_guard.register.records import dsse
from isa_guard.register.stores.journal import framed
from isa_guard.register.tree.checkpoint import Checkpoint, sign_checkpoint
from isa_guard.register.tree.merkle import Frontier, leaf_hash
from isa_guard.register.verify import Walk, record_at, verify
from tests.register.making import NOON, ORIGIN, SIGNERS, decided, decision_at, made_in, signer
from tests.register.trees import naive_root

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.register.making import Made

SEGMENT = "journal/000000000000.seg"


def envelopes(made: Made) -> list[bytes]:
    return [one.envelope for one in Walk(made.store, made.trust).records()]


def rewrite(made: Made, envelopes: list[bytes]) -> None:
    """What an insider with the log key can do: any journal, and a checkpoint that matches it."""
    (made.folder / SEGMENT).write_bytes(b"".join(map(framed, envelopes)))
    frontier = Frontier()
    for envelope in envelopes:
        frontier.add(leaf_hash(envelope))
    checkpoint = Checkpoint(made.trust.origin, len(envelopes), frontier.root())
    (made.folder / "checkpoint").write_bytes(sign_checkpoint(checkpoint, made.signers.log))


def resigned(envelope: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """What an insider with the record key can do: any statement, properly signed."""
    statement = json.loads(dsse.open_unverified(envelope).payload)
    change(statement["predicate"])
    return dsse.sign(json.dumps(statement, sort_keys=True, separators=(",", ":")).encode(), SIGNERS.record)


def broken(made: Made) -> tuple[Damage, int | None]:
    with pytest.raises(RegisterBroken) as caught:
        verify(made.store, made.trust.fingerprint)
    assert caught.value.exit_code == 5
    return caught.value.damage, caught.value.index


def test_a_whole_register_verifies_and_its_root_is_that_of_the_rfc(filled: Made) -> None:
    proven = verify(filled.store, filled.trust.fingerprint)
    assert proven.root == naive_root(envelopes(filled))
    assert (proven.size, proven.beyond) == (5, 0)
    assert verify(filled.store, filled.trust) == proven


def test_a_record_is_found_by_its_index(filled: Made) -> None:
    assert record_at(filled.store, filled.trust, 3).record.standing.index == 3
    with pytest.raises(RegisterUnreadable, match="no record 5: the register has 5"):
        record_at(filled.store, filled.trust, 5)


def test_an_older_state_put_back_whole_is_a_valid_register(filled: Made) -> None:
    """What verifying cannot see, said plainly in the documentation: only a checkpoint kept elsewhere shows it."""
    rewrite(filled, envelopes(filled)[:3])
    assert verify(filled.store, filled.trust).size == 3


def test_an_edited_record_is_named(filled: Made) -> None:
    path = filled.folder / SEGMENT
    content = bytearray(path.read_bytes())
    at = content.index(envelopes(filled)[2]) + 100
    content[at] ^= 1
    path.write_bytes(content)
    assert broken(filled) == (Damage.CONTENT, 2)


def test_an_edited_record_in_a_mended_frame_is_named(filled: Made) -> None:
    found = envelopes(filled)
    changed = found[2].replace(b'"payload":"ey', b'"payload":"eX', 1)
    rewrite(filled, [*found[:2], changed, *found[3:]])
    assert broken(filled) == (Damage.SIGNATURE, 2)


def test_a_record_by_a_stranger_is_named(filled: Made) -> None:
    found = envelopes(filled)
    strange = dsse.sign(dsse.open_unverified(found[1]).payload, signer("stranger"))
    rewrite(filled, [found[0], strange, *found[2:]])
    assert broken(filled) == (Damage.SIGNATURE, 1)


def test_the_log_key_cannot_sign_records(filled: Made) -> None:
    found = envelopes(filled)
    rewrite(filled, [dsse.sign(dsse.open_unverified(found[0]).payload, SIGNERS.log)])
    assert broken(filled) == (Damage.SIGNATURE, 0)


def test_records_left_out_swapped_or_doubled_are_named(filled: Made) -> None:
    found = envelopes(filled)
    for order, index in (([0, 2, 3, 4], 1), ([0, 2, 1, 3, 4], 1), ([0, 1, 1, 2, 3, 4], 2), ([1, 2, 3, 4], 0)):
        rewrite(filled, [found[number] for number in order])
        assert broken(filled) == (Damage.POSITION, index), order


def test_a_record_of_another_register_is_named(tmp_path: Path, filled: Made) -> None:
    other = made_in(tmp_path / "other", f"{ORIGIN}/other")
    other.append(decided())
    rewrite(filled, [*envelopes(other), *envelopes(filled)[1:]])
    assert broken(filled) == (Damage.POSITION, 0)


def test_both_keys_together_cannot_break_the_chain_of_records(filled: Made) -> None:
    found = envelopes(filled)
    changed = resigned(found[1], lambda predicate: predicate["decision"].update(verdict="permit"))
    rewrite(filled, [found[0], changed, *found[2:]])
    assert broken(filled) == (Damage.CHAIN, 2)
    rewrite(filled, [resigned(found[0], lambda predicate: predicate["standing"].update(previous="0" * 64))])
    assert broken(filled) == (Damage.CHAIN, 0)


def test_a_record_dated_before_the_one_before_it_is_named(filled: Made) -> None:
    found = envelopes(filled)
    rewrite(
        filled,
        [
            found[0],
            resigned(
                found[1],
                lambda predicate: predicate["standing"].update(decidedAt="2001-01-01T00:00:00.000000Z"),
            ),
        ],
    )
    assert broken(filled) == (Damage.TIME, 1)


MALFORMED: list[Callable[[dict[str, Any]], object]] = [
    lambda predicate: predicate.pop("standing"),
    lambda predicate: predicate.pop("context"),
    lambda predicate: predicate.update(more=1),
    lambda predicate: predicate["standing"].pop("origin"),
    lambda predicate: predicate["standing"].update(index=-1),
    lambda predicate: predicate["standing"].update(index=True),
    lambda predicate: predicate["standing"].update(decidedAt="noon"),
    lambda predicate: predicate["standing"].update(previous=7),
    lambda predicate: predicate["standing"].update(clock={"bootId": "x", "source": "x", "monotonicNs": "-1"}),
    lambda predicate: predicate["decision"].update(inputs=[]),
    lambda predicate: predicate["decision"].update(inputs={}),
    lambda predicate: predicate["decision"].update(inputs=["x"]),
    lambda predicate: predicate["decision"].update(
        agreement={"id": "x", "version": "1", "digest": {"sha256": "X"}}
    ),
    lambda predicate: predicate["decision"].update(kind=None),
    lambda predicate: predicate["decision"].update(findingsDigest="x"),
]


@pytest.mark.parametrize("change", MALFORMED)
def test_a_signed_record_that_is_malformed_is_named(
    filled: Made, change: Callable[[dict[str, Any]], object]
) -> None:
    rewrite(filled, [resigned(envelopes(filled)[0], change)])
    assert broken(filled) == (Damage.STATEMENT, 0)


def test_a_statement_about_something_else_is_named(filled: Made) -> None:
    for payload in (b"[]", b"{}", b'{"_type":"x","predicateType":"y","predicate":{}}', b'{"a":1,"a":2}'):
        rewrite(filled, [dsse.sign(payload, SIGNERS.record)])
        assert broken(filled) == (Damage.STATEMENT, 0)


def test_missing_records_are_named(filled: Made) -> None:
    path = filled.folder / SEGMENT
    whole = path.read_bytes()
    third = whole.index(envelopes(filled)[2]) - 36
    path.write_bytes(whole[:third])
    assert broken(filled) == (Damage.MISSING, 2)
    path.write_bytes(whole[: third + 30])
    assert broken(filled) == (Damage.FRAME, 2)
    path.write_bytes(whole[: third + 300])
    assert broken(filled) == (Damage.FRAME, 2)
    path.write_bytes(whole[:third] + b"\xff\xff\xff\xff" + whole[third + 4 :])
    assert broken(filled) == (Damage.FRAME, 2)
    path.unlink()
    assert broken(filled) == (Damage.MISSING, 0)


def test_segments_are_read_in_order_and_a_gap_between_them_is_named(filled: Made) -> None:
    path = filled.folder / SEGMENT
    whole = path.read_bytes()
    third = whole.index(envelopes(filled)[2]) - 36
    path.write_bytes(whole[:third])
    second = path.with_name("000000000002.seg")
    second.write_bytes(whole[third:])
    assert verify(filled.store, filled.trust).size == 5
    assert filled.append(decided(reference="T-0006"))[0].index == 5
    assert second.read_bytes().startswith(whole[third:])
    assert path.read_bytes() == whole[:third]
    second.rename(path.with_name("000000000003.seg"))
    assert broken(filled) == (Damage.MISSING, 2)


def test_an_edited_or_foreign_checkpoint_is_told(filled: Made) -> None:
    path = filled.folder / "checkpoint"
    good = path.read_bytes()
    for content in (
        good.replace(b"\n5\n", b"\n4\n"),
        b"",
        sign_checkpoint(Checkpoint(filled.trust.origin, 5, b"x" * 32), signer("stranger")),
        sign_checkpoint(Checkpoint(filled.trust.origin, 5, b"x" * 32), SIGNERS.record),
        sign_checkpoint(Checkpoint("example.org/other", 5, b"x" * 32), SIGNERS.log),
    ):
        path.write_bytes(content)
        assert broken(filled) == (Damage.CHECKPOINT, None)
    path.write_bytes(sign_checkpoint(Checkpoint(filled.trust.origin, 5, b"x" * 32), SIGNERS.log))
    assert broken(filled) == (Damage.ROOT, None)
    path.unlink()
    with pytest.raises(RegisterUnreadable, match="checkpoint cannot be read"):
        verify(filled.store, filled.trust.fingerprint)


def test_a_whole_register_by_somebody_else_is_not_trusted(tmp_path: Path, filled: Made) -> None:
    with pytest.raises(Untrusted, match="not the trusted"):
        verify(filled.store, "0" * 64)


def test_no_single_flipped_bit_of_the_log_goes_unnoticed(tmp_path: Path) -> None:
    made = made_in(tmp_path / "flipped", ORIGIN)
    made.append(decided())
    fingerprint = made.trust.fingerprint
    files = [made.folder / name for name in (SEGMENT, "checkpoint", "trust-root.json")]
    good = {path: path.read_bytes() for path in files}

    @settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.data())
    def flip(data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(files))
        content = bytearray(good[path])
        content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        path.write_bytes(content)
        with pytest.raises(EvidenceError):
            verify(made.store, fingerprint)
        path.write_bytes(good[path])

    flip()


STRANGERS_CHECK = r"""
set -eu
T=$(sed -n 's/.*"payloadType":"\([^"]*\)".*/\1/p' rec.json)
sed -n 's/.*"payload":"\([^"]*\)".*/\1/p' rec.json | base64 -d > p
sed -n 's/.*"sig":"\([^"]*\)".*/\1/p' rec.json | base64 -d > s
{ printf 'DSSEv1 %d %s %d ' ${#T} "$T" $(stat -c%s p); cat p; } > m
openssl pkeyutl -verify -pubin -inkey record.pem -rawin -in m -sigfile s >&2
{ printf '\0'; cat rec.json; } | sha256sum
sed '/^$/,$d' checkpoint > n
sed -n 5p checkpoint | awk '{print $3}' | base64 -d | tail -c 64 > cs
openssl pkeyutl -verify -pubin -inkey log.pem -rawin -in n -sigfile cs >&2
sed -n 3p n
"""


def test_a_stranger_verifies_a_register_of_one_record_with_openssl_and_coreutils(
    tmp_path: Path, made: Made
) -> None:
    made.append(decided())
    work = tmp_path / "work"
    work.mkdir()
    (work / "rec.json").write_bytes(envelopes(made)[0])
    (work / "checkpoint").write_bytes((made.folder / "checkpoint").read_bytes())
    (work / "record.pem").write_bytes(SIGNERS.record.public_key.pem)
    (work / "log.pem").write_bytes(SIGNERS.log.public_key.pem)
    done = subprocess.run(["sh", "-c", STRANGERS_CHECK], cwd=work, check=True, capture_output=True, text=True)
    leaf, root = done.stdout.split("\n")[:2]
    assert leaf.split()[0] == hashlib.sha256(b"\0" + envelopes(made)[0]).hexdigest()
    # With one record the leaf is the root.
    assert base64.b64decode(root).hex() == leaf.split()[0]


def test_memory_does_not_grow_with_the_register(tmp_path: Path) -> None:
    import tracemalloc

    made = made_in(tmp_path / "long", ORIGIN)
    one = decided()
    made.append(*[one] * 40)
    peaks = []
    for size in (600, 1_800):
        made.append(*[one] * (size - 40 if size == 600 else 1_200))
        tracemalloc.start()
        verify(made.store, made.trust)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5


def test_what_was_decided_when_is_kept_apart_from_when_it_was_recorded(filled: Made) -> None:
    record = decision_at(filled, 0)
    assert record.as_of == NOON
    assert record.standing.decided_at > NOON


def test_a_pipe_in_the_place_of_a_segment_is_not_waited_for(filled: Made) -> None:
    segment = next((filled.folder / "journal").glob("*.seg"))
    segment.unlink()
    os.mkfifo(segment)
    with pytest.raises(RegisterBroken, match="no regular file"):
        verify(filled.store, filled.trust)
