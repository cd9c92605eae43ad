"""The witness: every status of the protocol, what it keeps, and that it never vouches for two stories."""

from __future__ import annotations

import hashlib
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from isa_guard.errors import KeyRefused
from isa_guard.register.faults import (
    Forked,
    ProofInvalid,
    RecordError,
    SignatureInvalid,
    StorageFailed,
    WitnessUnreachable,
)
from isa_guard.register.tree.checkpoint import Checkpoint, claimed_checkpoint, sign_checkpoint
from isa_guard.register.tree.cosignature import Cosigned, cosign, cosignatures, read_witness_key
from isa_guard.register.tree.note import Line, key_id, note_key, read_note, sign_note, with_lines
from isa_guard.register.tree.proof import root_at
from isa_guard.register.witnessing.witness import (
    LIMIT_BODY,
    Answer,
    Request,
    Witness,
    apply,
    origin_hash,
    read_request,
    request,
    told_size,
    write_request,
)
from isa_guard.register.witnessing.witness_state import CONFIG, Known, WitnessFolder, read_known, write_known
from tests.register.making import ORIGIN, signer
from tests.register.trees import Tree, entries

LOG, NEXT, KEY = signer("log"), signer("next log"), signer("witness")
NAME = "witness.example/w"
NOW = 1_795_435_200
TREE, OTHER = Tree(entries(600)), Tree(entries(600, "another "))
KNOWN = {NAME: KEY.public_key}
TEXT = "text/plain; charset=utf-8"


def note_at(size: int, tree: Tree = TREE, *signers: object, origin: str = ORIGIN) -> bytes:
    by = signers or (LOG,)
    return sign_checkpoint(Checkpoint(origin, size, root_at(tree, size)), *by)  # type: ignore[arg-type]


def asked(old: int, size: int, tree: Tree = TREE, *signers: object) -> bytes:
    return request(tree, note_at(size, tree, *signers), old)


@pytest.fixture
def folder(tmp_path: Path) -> WitnessFolder:
    path = tmp_path / "witness"
    path.mkdir(0o700)
    return WitnessFolder(path)


@pytest.fixture
def witness(folder: WitnessFolder) -> Witness:
    return Witness(NAME, KEY, {ORIGIN: (LOG.public_key,)}, folder)


def kept(witness: Witness) -> int:
    """The size that the witness says it cosigned last: a wrong guess makes it say so."""
    answer = witness.respond(asked(599, 600), NOW)
    assert answer.content_type == "text/x.tlog.size"
    told = told_size(answer)
    assert told is not None
    return told


def forks(folder: WitnessFolder) -> list[str]:
    return sorted(path.name for path in (folder.folder / "forks").glob("*/*"))


def test_the_first_checkpoint_is_cosigned_and_then_each_that_grew_out_of_it(witness: Witness) -> None:
    old = 0
    for size in (1, 3, 3, 256, 257, 600):
        note = note_at(size)
        answer = witness.respond(request(TREE, note, old), NOW + size)
        assert (answer.status, answer.content_type) == (200, TEXT)
        assert cosignatures(note + answer.body, KNOWN) == (Cosigned(NAME, KEY.key_id, NOW + size),)
        old = size
    assert forks(witness._state) == []  # type: ignore[arg-type]


def test_an_empty_log_is_cosigned(witness: Witness) -> None:
    assert witness.respond(asked(0, 0), NOW).status == 200
    assert witness.respond(asked(0, 5), NOW).status == 200


def test_what_it_cosigned_can_be_read(witness: Witness) -> None:
    assert witness.seen(origin_hash(ORIGIN)).status == 404
    note = with_lines(note_at(5), [Line("stranger.example", b"abcd", bytes(64))])
    answer = witness.respond(request(TREE, note, 0), NOW)
    seen = witness.seen(origin_hash(ORIGIN))
    assert (seen.status, seen.content_type) == (200, TEXT)
    assert seen.body == note_at(5) + answer.body  # the lines it verified, and its own; no stranger's
    assert origin_hash(ORIGIN) == hashlib.sha256(ORIGIN.encode()).hexdigest()
    assert witness.seen(origin_hash("example.org/other")).status == 404


def refused(witness: Witness, body: bytes, status: int, what: str) -> Answer:
    answer = witness.respond(body, NOW)
    assert (answer.status, answer.content_type) == (status, TEXT)
    assert what in answer.body.decode()
    return answer


def test_another_size_than_it_saw_last_is_told(witness: Witness) -> None:
    witness.respond(asked(0, 5), NOW)
    for old in (0, 3, 6):
        answer = witness.respond(asked(old, 7), NOW)
        assert answer == Answer(409, "text/x.tlog.size", b"5\n")
        assert told_size(answer) == 5
    assert kept(witness) == 5


def test_a_log_that_is_not_known_is_not_found(witness: Witness) -> None:
    body = write_request(Request(0, (), note_at(5, origin="example.org/other")))
    refused(witness, body, 404, "not one that is witnessed")


def test_a_checkpoint_by_a_stranger_is_forbidden(witness: Witness) -> None:
    refused(witness, asked(0, 5, TREE, signer("stranger")), 403, "not signed by a key")
    refused(
        witness,
        write_request(Request(0, (), note_at(5))).replace(b"\n5\n", b"\n6\n"),
        403,
        "not one over",
    )
    other_name = sign_note(Checkpoint(ORIGIN, 5, root_at(TREE, 5)).text, "another.name", LOG)
    refused(witness, write_request(Request(0, (), other_name)), 403, "not signed by a key")
    good_and_bad = with_lines(
        note_at(5, TREE, NEXT), [Line(ORIGIN, key_id(ORIGIN, b"\x01", LOG.public_key.raw), bytes(64))]
    )
    refused(witness, write_request(Request(0, (), good_and_bad)), 403, "not one over")
    assert kept(witness) == 0


def test_any_key_of_the_log_will_do_and_in_any_place(folder: WitnessFolder) -> None:
    witness = Witness(NAME, KEY, {ORIGIN: (LOG.public_key, NEXT.public_key)}, folder)
    assert witness.respond(asked(0, 5, TREE, signer("stranger"), NEXT), NOW).status == 200
    assert witness.respond(asked(5, 6, TREE, LOG), NOW).status == 200


def test_a_proof_of_nothing_must_be_empty(witness: Witness) -> None:
    body = write_request(Request(0, (bytes(32),), note_at(5)))
    refused(witness, body, 422, "another number of hashes")
    assert kept(witness) == 0


def test_an_empty_log_has_the_root_of_nothing(witness: Witness) -> None:
    body = write_request(Request(0, (), sign_checkpoint(Checkpoint(ORIGIN, 0, bytes(32)), LOG)))
    refused(witness, body, 422, "root")


def test_an_old_size_beyond_the_checkpoint_is_a_bad_request(witness: Witness) -> None:
    refused(witness, write_request(Request(6, (), note_at(5))), 400, "larger than")


@pytest.mark.parametrize("old", [1, 4, 5, 255, 256, 300])
def test_another_past_is_never_cosigned_and_its_head_is_kept(
    witness: Witness, folder: WitnessFolder, old: int
) -> None:
    witness.respond(asked(0, old), NOW)
    seen = witness.seen(origin_hash(ORIGIN)).body
    refused(witness, asked(old, old + 1, OTHER), 422, "not cosigned")
    assert witness.seen(origin_hash(ORIGIN)).body == seen
    held, offered = forks(folder)
    assert held.startswith(f"{old + 1:012}-")
    assert held.endswith("-unproven.held")
    assert (folder.folder / "forks" / origin_hash(ORIGIN) / held).read_bytes() == seen
    body = (folder.folder / "forks" / origin_hash(ORIGIN) / offered).read_bytes()
    assert read_request(body).note == note_at(old + 1, OTHER)


def test_two_roots_of_one_size_are_proof_of_two_stories(witness: Witness, folder: WitnessFolder) -> None:
    witness.respond(asked(0, 5), NOW)
    refused(witness, asked(5, 5, OTHER), 422, "kept as proof")
    assert [name.rpartition("-")[2] for name in forks(folder)] == ["proven.held", "proven.offered"]
    refused(witness, asked(5, 5, OTHER), 422, "kept as proof")
    assert len(forks(folder)) == 2
    assert kept(witness) == 5


def test_two_stories_are_noticed_even_where_the_size_was_guessed_wrong(
    witness: Witness, folder: WitnessFolder
) -> None:
    witness.respond(asked(0, 5), NOW)
    assert witness.respond(asked(3, 5, OTHER), NOW).status == 409
    assert len(forks(folder)) == 2


def test_forks_do_not_fill_the_disk(
    witness: Witness, folder: WitnessFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("isa_guard.register.witnessing.witness_state.LIMIT_FORKS", 3)
    witness.respond(asked(0, 5), NOW)
    for size in range(6, 16):
        refused(witness, asked(5, size, OTHER), 422, "not cosigned")
    assert len(forks(folder)) == 6


@given(st.binary(max_size=200))
@example(b"old 0\n\n")
@example(b"old 0\n\n" + note_at(5)[:-1])
@example(b"old 00\n\n" + note_at(5))
@example(b"old -1\n\n" + note_at(5))
@example(b"old 0\r\n\n" + note_at(5))
@example("old ５\n\n".encode() + note_at(5))
@example(b"old 0\n\n\n" + note_at(5))
@example(b"old 0\nAA==\n\n" + note_at(5))
@example(b"old 0\n" + b"A" * 43 + b"=\n" * 64 + b"\n" + note_at(5))
@example(b"old 5\n" + (b"A" * 43 + b"=\n") * 64 + b"\n" + note_at(5))
@example(b"x" * (LIMIT_BODY + 1))
def test_anything_else_is_a_bad_request(body: bytes) -> None:
    with pytest.raises(ProofInvalid):
        read_request(body)

    class Nowhere:
        def holding(self, origin_hash: str) -> object:
            raise AssertionError("nothing is looked up for a bad request")

    witness = Witness(NAME, KEY, {ORIGIN: (LOG.public_key,)}, Nowhere())  # type: ignore[arg-type]
    assert witness.respond(body, NOW).status == 400


@given(st.integers(0, 10**15 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=63))
def test_a_request_is_read_as_written(old: int, path: list[bytes]) -> None:
    made = Request(old, tuple(path), note_at(5))
    assert read_request(write_request(made)) == made


def test_the_request_has_the_lines_of_the_specification() -> None:
    lines = asked(3, 5).decode().split("\n")
    assert lines[0] == "old 3"
    assert [len(one) for one in lines[1:5]] == [44, 44, 44, 44]
    assert lines[5:] == ["", *note_at(5).decode().split("\n")]


def test_no_request_is_made_to_go_back() -> None:
    with pytest.raises(Forked, match="set back"):
        request(TREE, note_at(5), 6)
    with pytest.raises(ProofInvalid, match="do not give the root"):
        request(OTHER, note_at(5), 3)


def test_what_is_kept_is_private_and_durable_before_the_answer(
    witness: Witness, folder: WitnessFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness.respond(asked(0, 5), NOW)
    witness.respond(asked(5, 6, OTHER), NOW)
    for path in folder.folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("isa_guard.register.storage.replace", full)
    with pytest.raises(StorageFailed, match="disk is full"):
        witness.respond(asked(5, 7), NOW)
    monkeypatch.undo()
    assert kept(witness) == 5


def test_a_witness_whose_memory_was_altered_vouches_for_nothing(
    witness: Witness, folder: WitnessFolder
) -> None:
    witness.respond(asked(0, 5), NOW)
    path = folder.folder / "logs" / origin_hash(ORIGIN)
    good = path.read_bytes()
    for bad in (
        note_at(3),
        b"",
        good.replace(b"\n5\n", b"\n4\n"),
        note_at(3) + cosign(Checkpoint(ORIGIN, 3, root_at(TREE, 3)), NAME, signer("stranger"), NOW),
    ):
        path.write_bytes(bad)
        with pytest.raises(StorageFailed, match="altered"):
            witness.respond(asked(5, 7), NOW)
    path.write_bytes(good)
    assert witness.respond(asked(5, 7), NOW).status == 200


def test_many_at_once_never_take_it_back(witness: Witness, folder: WitnessFolder) -> None:
    """The race of the specification: whatever was cosigned, no smaller checkpoint comes to be kept after it."""
    witness.respond(asked(0, 1), NOW)
    start = threading.Barrier(8)
    answers: list[tuple[int, Answer]] = []

    def submit(number: int) -> None:
        other = Witness(NAME, KEY, {ORIGIN: (LOG.public_key,)}, WitnessFolder(folder.folder))
        start.wait()
        for size in range(2 + number, 60, 8):
            old = 1
            while True:
                answer = other.respond(asked(old, size), NOW)
                answers.append((size, answer))
                told = told_size(answer)
                if told is None or told > size:
                    break
                old = told

    threads = [threading.Thread(target=submit, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cosigned = [size for size, answer in answers if answer.status == 200]
    assert {answer.status for _, answer in answers} <= {200, 409}
    assert kept(witness) == max(cosigned)
    assert len(cosigned) == len(set(cosigned))
    assert forks(folder) == []


class Stories(RuleBasedStateMachine):
    """A log that may lie in any way, and a witness: all that it ever cosigned is one story."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self._folder = tempfile.TemporaryDirectory()
        self.witness = Witness(NAME, KEY, {ORIGIN: (LOG.public_key,)}, WitnessFolder(Path(self._folder.name)))
        self.cosigned: list[Checkpoint] = []
        self.story: list[str] = []

    def teardown(self) -> None:
        self._folder.cleanup()

    @rule(
        size=st.integers(0, 12),
        old=st.integers(0, 12),
        fork=st.none() | st.integers(0, 11),
        guess=st.booleans(),
    )
    def submits(self, size: int, old: int, fork: int | None, guess: bool) -> None:
        given_ = entries(12) if fork is None else [*entries(fork), *entries(12, "forked ")[fork:]]
        tree = Tree(given_)
        last = self.cosigned[-1].size if self.cosigned else 0
        old = min(old if guess else last, size)
        note = note_at(size, tree)
        answer = self.witness.respond(request(tree, note, old), NOW)
        if answer.status == 200:
            assert old == last
            self.cosigned.append(claimed_checkpoint(note))

    @invariant()
    def what_was_cosigned_is_one_story(self) -> None:
        roots: dict[int, bytes] = {}
        for one in self.cosigned:
            assert roots.setdefault(one.size, one.root) == one.root
        sizes = [one.size for one in self.cosigned]
        assert sizes == sorted(sizes)


TestStories = Stories.TestCase
TestStories.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)


def test_an_answer_is_applied_to_our_own_checkpoint(witness: Witness) -> None:
    note = note_at(5)
    answer = witness.respond(request(TREE, note, 0), NOW)
    applied = apply(note, answer, KNOWN)
    assert applied == note + answer.body
    assert apply(applied, answer, KNOWN) == applied
    later = witness.respond(request(TREE, note, 5), NOW + 60)
    assert apply(applied, later, KNOWN) == note + later.body
    assert apply(note + later.body, answer, KNOWN) == note + later.body


def test_only_lines_of_known_witnesses_are_taken_over(witness: Witness) -> None:
    note = note_at(5)
    answer = witness.respond(request(TREE, note, 0), NOW)
    stranger = cosign(claimed_checkpoint(note), "stranger.example", signer("stranger"), NOW)
    both = Answer(200, TEXT, stranger + answer.body)
    assert apply(note, both, KNOWN) == note + answer.body
    with pytest.raises(SignatureInvalid, match="known here"):
        apply(note, Answer(200, TEXT, stranger), KNOWN)


def test_an_answer_about_another_checkpoint_is_refused(witness: Witness) -> None:
    answer = witness.respond(asked(0, 5), NOW)
    with pytest.raises(SignatureInvalid, match="not one over this checkpoint"):
        apply(note_at(6), answer, KNOWN)
    with pytest.raises(SignatureInvalid, match="not one over this checkpoint"):
        apply(note_at(5, OTHER), answer, KNOWN)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(409, "text/x.tlog.size", b"5\n"),
        Answer(422, TEXT, b"no\n"),
        Answer(200, TEXT, b""),
        Answer(200, TEXT, b"\xff\n"),
        Answer(200, TEXT, b"<html>\n"),
    ],
)
def test_an_answer_that_is_no_cosignature_is_told_as_one(answer: Answer) -> None:
    with pytest.raises(WitnessUnreachable):
        apply(note_at(5), answer, KNOWN)


@given(st.binary(max_size=40))
def test_whatever_a_witness_answers_only_a_cosignature_is_applied(body: bytes) -> None:
    with pytest.raises((WitnessUnreachable, SignatureInvalid)):
        apply(note_at(5), Answer(200, TEXT, body), KNOWN)
    size = told_size(Answer(409, TEXT, body))
    assert size is None or f"{size}\n".encode() == body
    assert told_size(Answer(200, TEXT, b"5\n")) is None


LOG_KEY = note_key(ORIGIN, LOG.public_key)


def test_a_witness_is_named_once_and_learns_of_logs(folder: WitnessFolder) -> None:
    with pytest.raises(KeyRefused, match="no witness"):
        folder.known()
    assert folder.begin(NAME) == Known(NAME, ())
    with pytest.raises(KeyRefused, match="already"):
        folder.begin("another.example")
    folder.trust(LOG_KEY)
    folder.trust(LOG_KEY)
    folder.trust(note_key(ORIGIN, NEXT.public_key))
    known = folder.trust(note_key("example.org/other", LOG.public_key))
    assert folder.known() == known
    assert known.keys() == {
        ORIGIN: (LOG.public_key, NEXT.public_key),
        "example.org/other": (LOG.public_key,),
    }
    with pytest.raises(SignatureInvalid):
        folder.trust("no key")
    assert folder.known() == known
    assert read_witness_key(known.verifier_key(KEY.public_key)) == (NAME, KEY.public_key)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "Ä", "a\n", "a" * 101, "/a"])
def test_a_name_that_no_line_could_hold_is_refused(folder: WitnessFolder, name: str) -> None:
    with pytest.raises(KeyRefused, match="no name for a witness"):
        folder.begin(name)


def test_a_loose_file_of_a_witness_is_refused(folder: WitnessFolder) -> None:
    folder.begin(NAME)
    (folder.folder / CONFIG).chmod(0o644)
    with pytest.raises(KeyRefused, match="others can reach it"):
        folder.known()


GOOD = write_known(Known(NAME, (LOG_KEY,)))


@given(st.binary(max_size=60))
@example(GOOD.replace(b'"name"', b'"nome"'))
@example(GOOD.replace(b"witness/1", b"witness/2"))
@example(GOOD.replace(NAME.encode(), b"a b"))
@example(GOOD.replace(LOG_KEY.encode(), b"key"))
@example(GOOD.replace(b'"logs":', b'"logs": '))
@example(b'{"format":"isa-guard/witness/1","logs":[1],"name":"a"}')
@example(b'{"format":"isa-guard/witness/1","logs":{},"name":"a"}')
@example(b"[]")
def test_any_other_file_of_a_witness_is_refused(content: bytes) -> None:
    with pytest.raises(RecordError):
        read_known(content)


def test_the_file_of_a_witness_is_read_as_written() -> None:
    assert read_known(GOOD) == Known(NAME, (LOG_KEY,))
    assert read_note(note_at(5)).lines[0].id.hex() == LOG_KEY.split("+")[1]
