"""The table of threats, row by row: what a signature, the log, a kept or cosigned head each detect, and what none does.

A test is named after the row and the column that says `detects`; where the table says `no`, that is held to as well,
so that nobody promises more.
"""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from isa_guard.register.faults import Damage, Forked, HeadsContradict, RegisterBroken, SignatureInvalid
from isa_guard.register.records import dsse
from isa_guard.register.register import checkpoint_of, trust_root_of
from isa_guard.register.signing.keys import Role
from isa_guard.register.stores.journal import framed
from isa_guard.register.tree.checkpoint import read_checkpoint
from isa_guard.register.tree.cosignature import cosignatures
from isa_guard.register.trust_roots.rotation import revoked, rotated, signed_version
from isa_guard.register.trust_roots.trust import Reason, TrustRoot
from isa_guard.register.verify import Walk, verify
from isa_guard.register.witnessing.witness import Witness, apply, request
from isa_guard.register.witnessing.witness_state import WitnessFolder
from tests.register.making import ORIGIN, SIGNERS, Made, appending, decided, made_in, signer
from tests.register.test_verify import envelopes, resigned, rewrite

ROOT = signer("root")
PARTNER = "example.org/partner"
RECORD_KEYS = (SIGNERS.record.public_key,)
NOW = 1_795_435_200


def broken(made: Made, *against: bytes) -> RegisterBroken:
    with pytest.raises(RegisterBroken) as caught:
        verify(made.store, ROOT.key_id, against)
    return caught.value


def fine(made: Made, *against: bytes) -> int:
    return verify(made.store, ROOT.key_id, against).size


def journal(made: Made, found: list[bytes]) -> None:
    """Other records under the same checkpoint: nobody's key is needed."""
    (made.folder / "journal/000000000000.seg").write_bytes(b"".join(map(framed, found)))


def edited(envelope: bytes) -> bytes:
    return envelope.replace(b'"payload":"ey', b'"payload":"eX', 1)


def another_story(made: Made) -> list[bytes]:
    """A history that both keys have signed, each record right by itself."""
    folder = made.folder.parent / "another"
    other = made_in(folder, ORIGIN)
    for number in range(5):
        other.append(decided(reference=f"OTHER-{number}"))
    return envelopes(other)


@pytest.fixture
def partner(tmp_path: Path) -> Witness:
    (tmp_path / "witness").mkdir(0o700)
    logs = {ORIGIN: (SIGNERS.log.public_key,)}
    return Witness(PARTNER, signer("partner"), logs, WitnessFolder(tmp_path / "witness"))


def cosigned(partner: Witness, made: Made, old: int, now: int = NOW) -> bytes:
    note = made.store.checkpoint()
    return apply(
        note, partner.respond(request(made.store, note, old), now), {PARTNER: signer("partner").public_key}
    )


# Outsider edits a record


def test_an_outsider_edits_a_record__the_signature_detects(filled: Made) -> None:
    with pytest.raises(SignatureInvalid):
        dsse.verify(edited(envelopes(filled)[2]), RECORD_KEYS)


def test_an_outsider_edits_a_record__the_log_names_it(filled: Made) -> None:
    found = envelopes(filled)
    journal(filled, [*found[:2], edited(found[2]), *found[3:]])
    assert (broken(filled).damage, broken(filled).index) == (Damage.SIGNATURE, 2)


# Insider without keys edits, deletes, swaps


def test_an_insider_deletes_and_swaps__no_signature_alone_detects_it(filled: Made) -> None:
    found = envelopes(filled)
    for envelope in (found[0], found[2], found[1]):
        dsse.verify(envelope, RECORD_KEYS)


@pytest.mark.parametrize(
    "order", [[0, 2, 3, 4], [0, 1, 2, 3], [1, 0, 2, 3, 4], [0, 1, 2, 3, 3], [0, 0, 1, 2, 3, 4]]
)
def test_an_insider_deletes_and_swaps__the_log_detects(filled: Made, order: list[int]) -> None:
    found = envelopes(filled)
    journal(filled, [found[at] for at in order])
    assert broken(filled).damage in {Damage.POSITION, Damage.MISSING}


def test_an_insider_exchanges_a_record_for_another_that_was_signed__the_log_detects(filled: Made) -> None:
    """Signed for the same place, and never logged: an appender whose commit failed left it behind."""
    found = envelopes(filled)
    journal(filled, [*found[:4], another_story(filled)[4]])
    assert broken(filled).damage is Damage.CHAIN
    last = resigned(found[4], lambda predicate: predicate["decision"].update(verdict="permit"))
    journal(filled, [*found[:4], last])
    assert broken(filled).damage is Damage.ROOT


# Insider with the log key rewrites history


def test_the_log_key_rewrites_history__neither_signatures_nor_the_log_detect_it(filled: Made) -> None:
    rewrite(filled, another_story(filled))
    assert fine(filled) == 5


def test_the_log_key_rewrites_history__a_kept_head_detects_a_fork(filled: Made) -> None:
    kept = filled.store.checkpoint()
    rewrite(filled, another_story(filled))
    assert broken(filled, kept).damage is Damage.FORK


def test_the_log_key_rewrites_history__the_partner_refuses_to_cosign_it(
    filled: Made, partner: Witness
) -> None:
    cosigned(partner, filled, 0)
    rewrite(filled, another_story(filled))
    (filled.folder / "index.sqlite").unlink()
    with appending(filled.folder, filled.trust, SIGNERS, filled.surroundings) as appender:
        appender.append([decided()])
        body = request(appender.store, appender.store.checkpoint(), 5)
    refused = partner.respond(body, NOW)
    assert refused.status == 422
    assert b"did not grow out of" in refused.body


# Truncated tail, rollback, old copy replayed


def older(made: Made) -> bytes:
    """The newest head, and the register set back to three records, as its log had signed it."""
    kept = made.store.checkpoint()
    rewrite(made, envelopes(made)[:3])
    return kept


def test_an_old_copy_is_put_back__neither_signatures_nor_the_log_detect_it(filled: Made) -> None:
    older(filled)
    assert fine(filled) == 3


def test_an_old_copy_is_put_back__a_kept_head_detects(filled: Made) -> None:
    kept = older(filled)
    error = broken(filled, kept)
    assert isinstance(error, HeadsContradict)
    assert (error.damage, error.kept, error.found) == (Damage.ROLLBACK, kept, filled.store.checkpoint())


def test_an_old_copy_is_put_back__no_request_can_be_made_to_the_partner(
    filled: Made, partner: Witness
) -> None:
    cosigned(partner, filled, 0)
    older(filled)
    with pytest.raises(Forked, match="the witness has cosigned 5 records, and this checkpoint covers 3"):
        request(filled.store, filled.store.checkpoint(), 5)


def test_a_tail_is_cut_off__the_log_detects_it_by_its_checkpoint(filled: Made) -> None:
    journal(filled, envelopes(filled)[:3])
    assert (broken(filled).damage, broken(filled).index) == (Damage.MISSING, 3)


# Two stories to two readers


def test_two_stories__each_verifies_and_the_two_heads_are_the_proof(filled: Made) -> None:
    one = filled.store.checkpoint()
    rewrite(filled, another_story(filled))
    two = filled.store.checkpoint()
    assert fine(filled) == 5
    error = broken(filled, one)
    assert isinstance(error, HeadsContradict)
    assert (error.kept, error.found) == (one, two)
    # Nothing of ours is needed to see it: one key signed one size with two roots.
    first, second = (read_checkpoint(note, ORIGIN, [SIGNERS.log.public_key]) for note in (one, two))
    assert first.size == second.size
    assert first.root != second.root


# Backdating


def test_backdating__the_log_knows_the_order_and_no_more(filled: Made) -> None:
    long_ago = "2001-01-01T00:00:00.000000Z"
    changed = resigned(
        envelopes(filled)[1], lambda predicate: predicate["standing"].update(decidedAt=long_ago)
    )
    rewrite(filled, [envelopes(filled)[0], changed])
    assert (broken(filled).damage, broken(filled).index) == (Damage.TIME, 1)
    first = resigned(
        envelopes_of(filled)[0], lambda predicate: predicate["standing"].update(decidedAt=long_ago)
    )
    rewrite(filled, [first])
    assert fine(filled) == 1


def envelopes_of(made: Made) -> list[bytes]:
    return list(made.store.entries())


def test_backdating__cosignatures_bound_a_record_from_above_and_below(filled: Made, partner: Witness) -> None:
    before = cosigned(partner, filled, 0, NOW)
    filled.append(decided(reference="BETWEEN"))
    after = cosigned(partner, filled, 5, NOW + 3_600)
    known = {PARTNER: signer("partner").public_key}
    assert [checkpoint.time for note in (before, after) for checkpoint in cosignatures(note, known)] == [
        NOW,
        NOW + 3_600,
    ]
    assert fine(filled, before, after) == 6


# Clock set back


def test_a_clock_set_back__the_record_says_so_and_no_record_is_dated_back(filled: Made) -> None:
    filled.clock.wall -= timedelta(days=30)
    filled.append(decided())
    assert verify(filled.store, ROOT.key_id).clock_steps == (5,)
    records = [one.record.standing for one in Walk(filled.store, ROOT.key_id).records()]
    assert records[5].decided_at == records[4].decided_at


# Record key stolen


def thieves(made: Made, index: int) -> bytes:
    """A record that a thief of the record key signs for a place."""
    found = envelopes(made)[index]
    return resigned(found, lambda predicate: predicate["decision"].update(verdict="permit"))


def test_the_record_key_is_stolen__no_signature_detects_it(filled: Made) -> None:
    dsse.verify(thieves(filled, 2), RECORD_KEYS)


def test_the_record_key_is_stolen__the_log_lists_all_that_it_signed(filled: Made) -> None:
    by = [one.record.standing.operator for one in Walk(filled.store, ROOT.key_id).records()]
    assert by == [SIGNERS.record.key_id] * 5


def test_the_record_key_is_stolen__the_thief_cannot_insert_into_the_past(filled: Made) -> None:
    found = envelopes(filled)
    journal(filled, [*found[:2], thieves(filled, 2), *found[3:]])
    assert (broken(filled).damage, broken(filled).index) == (Damage.CHAIN, 3)


def with_version(made: Made, trust: TrustRoot) -> None:
    content = signed_version(made.store.trust_roots(), ROOT.key_id, trust, ROOT)
    made.store.keep_trust_root(trust.version, content)


def test_the_record_key_is_stolen__what_it_signs_after_its_revocation_counts_for_nothing(
    filled: Made,
) -> None:
    trust = trust_root_of(filled.store, ROOT.key_id)
    with_version(filled, revoked(trust, SIGNERS.record.key_id, Reason.KEY_COMPROMISE, 3))
    assert (broken(filled).damage, broken(filled).index) == (Damage.SIGNATURE, 4)


# Both keys stolen


def test_both_keys_are_stolen__the_past_is_safe_to_the_last_cosigned_size(
    filled: Made, partner: Witness
) -> None:
    kept = cosigned(partner, filled, 0)
    filled.append(decided(reference="LATER"))
    found = envelopes(filled)
    rewrite(filled, [*found[:5], thieves(filled, 5)])
    assert fine(filled, kept) == 6  # beyond what was cosigned nothing holds
    forged = another_story(filled)
    rewrite(filled, forged)
    assert broken(filled, kept).damage is Damage.FORK


# Key rotation misuse


@pytest.mark.parametrize(("until", "first_refused"), [(4, None), (3, 4), (1, 2)])
def test_a_rotated_key_goes_on_signing__its_range_of_records_decides_and_no_clock(
    filled: Made, until: int, first_refused: int | None
) -> None:
    trust = trust_root_of(filled.store, ROOT.key_id)
    with_version(filled, rotated(trust, Role.RECORD, signer("next").public_key, until))
    if first_refused is None:
        assert fine(filled) == 5
    else:
        assert (broken(filled).damage, broken(filled).index) == (Damage.SIGNATURE, first_refused)


# Torn write, power loss


def test_a_torn_write__the_checkpoint_is_never_ahead_and_the_journal_recovers(filled: Made) -> None:
    segment = filled.folder / "journal/000000000000.seg"
    whole = segment.read_bytes()
    segment.write_bytes(whole + framed(b"x" * 900)[:300])
    assert (verify(filled.store, ROOT.key_id).size, verify(filled.store, ROOT.key_id).beyond) == (5, 1)
    assert filled.append(decided())[0].index == 5
    assert segment.read_bytes().startswith(whole)
    assert checkpoint_of(filled.store, filled.trust).size == fine(filled) == 6


# Two writers


def test_two_writers__one_index_has_one_record(filled: Made) -> None:
    with (
        appending(filled.folder, filled.trust, SIGNERS, filled.surroundings) as one,
        appending(filled.folder, filled.trust, SIGNERS, filled.surroundings) as other,
    ):
        receipts = [by.append([decided()])[0] for by in (one, other, other, one)]
    assert [receipt.index for receipt in receipts] == [5, 6, 7, 8]
    assert fine(filled) == 9


def test_two_writers_on_two_copies__the_partner_refuses_the_loser(
    filled: Made, tmp_path: Path, partner: Witness
) -> None:
    there = Made(shutil.copytree(filled.folder, tmp_path / "there"), filled.trust, SIGNERS)
    filled.append(decided(reference="HERE"))
    there.append(decided(reference="THERE"))
    cosigned(partner, filled, 0)
    assert partner.respond(request(there.store, there.store.checkpoint(), 6), NOW).status == 422


# Omission


def test_a_decision_never_recorded__nothing_detects_it(filled: Made) -> None:
    """Said plainly: only who refuses transfers without a receipt closes this."""
    decided(reference="NEVER-RECORDED")
    assert fine(filled, filled.store.checkpoint()) == 5
