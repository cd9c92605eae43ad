"""What people do at the command line: each by a key of their own, from a request to the annual review."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import pty
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import icalendar
import pytest
import yaml

from tests.cli.calls import AS_OF, EXAMPLES, ROOT, call

if TYPE_CHECKING:
    from tests.cli.calls import Answer

Capture = pytest.CaptureFixture[str]
STORY = EXAMPLES / "asked-and-approved"
PASS = ["--passphrase-file", "passphrase"]
AGREEMENT = ["--agreement", "cambridgeshire-opcc"]
PEOPLE = {
    "analyst": ("opcc", "performance-analyst", ["requester"]),
    "spoc": ("constabulary", "spoc-officer", ["spoc", "requester"]),
    "dpo": ("constabulary", "data-protection-officer", ["data-protection"]),
}
pytestmark = pytest.mark.slow  # every act unlocks three keys, which is slow on purpose


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [*os.environ]:
        if name.startswith("ISA_GUARD_") or name == "CREDENTIALS_DIRECTORY":
            monkeypatch.delenv(name)
    monkeypatch.setenv("ISA_GUARD_REGISTER", "register")
    monkeypatch.setenv("ISA_GUARD_KEY", "keys")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys of a register and of three people, and the register that trusts them."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "passphrase").write_text("four plain words here\n", "utf-8")
    (folder / "passphrase").chmod(0o600)
    program = "import sys; from isa_guard.cli.main import main; sys.exit(main(sys.argv[1:]))"
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "ISA_GUARD_REGISTER": "register",
        "ISA_GUARD_KEY": "keys",
    }
    calls = [["keys", "new", "keys"], ["register", "init", "register", "--origin", "example.org/office"]]
    for name, (party, post, offices) in PEOPLE.items():
        granted = [one for office in offices for one in ("--office", office)]
        calls += [
            ["keys", "new", name, "--person"],
            ["keys", "grant", "person", f"{name}/person.pub.pem", "--party", party, "--post", post, *granted],
        ]
    for arguments in calls:
        subprocess.run(
            [sys.executable, "-c", program, *arguments, *PASS],
            cwd=folder,
            check=True,
            capture_output=True,
            env=environment,
        )
    return folder


@pytest.fixture
def office(original: Path, tmp_path: Path) -> Path:
    return shutil.copytree(original, tmp_path, dirs_exist_ok=True)


def by(capsys: Capture, who: str, *arguments: str | Path) -> Answer:
    return call(capsys, *arguments, "--person", who, *PASS)


def test_a_request_is_approved_by_another_and_what_is_sent_lies_within_it(
    capsys: Capture, office: Path
) -> None:
    asked = by(capsys, "analyst", "request", STORY / "request.yaml", "--note", "for the board")
    assert asked.code == 0, asked.err
    assert "R-2026-0401      open" in call(capsys, "request", "--list").out
    own = by(capsys, "analyst", "approve", "R-2026-0401", "--until", "2099-12-31")
    assert (own.code, own.out) == (1, "")
    assert "office of spoc" in own.err
    assert by(capsys, "spoc", "approve", "R-2026-0401", "--until", "2099-12-31").code == 0
    again = by(capsys, "spoc", "refuse", "R-2026-0401", "--reason", "too late")
    assert (again.code, "approved already: refused cannot follow" in again.err) == (1, True)
    sent = call(capsys, "check", STORY / "sent" / "transfer.yaml", *AS_OF, *PASS)
    assert sent.code == 0, sent.out
    more = call(capsys, "check", STORY / "sent" / "more.yaml", *AS_OF, *PASS)
    assert more.code == 3
    assert "beyond what was asked: volume" in " ".join(more.out.split())
    assert call(capsys, "request", "--list").out == "No request is waiting for a decision.\n"
    assert call(capsys, "register", "verify").code == 0
    assert call(capsys, "register", "replay", "--all").code == 0


def test_a_key_that_nobody_granted_acts_for_nobody(capsys: Capture, office: Path) -> None:
    assert call(capsys, "keys", "new", "stranger", "--person", *PASS).code == 0
    refused = by(capsys, "stranger", "request", STORY / "request.yaml")
    assert (refused.code, refused.out) == (4, "")
    assert "not of a person that example.org/office trusts" in refused.err


def test_a_breach_runs_its_clocks_until_each_is_told(capsys: Capture, office: Path) -> None:
    opened = by(
        capsys, "analyst", "breach", "open", *AGREEMENT, "--reference", "B-1", "--party", "opcc", "--originator",
        "constabulary", "--discovered-at", "2026-11-20T10:00:00Z", "--aware-at", "2026-11-20T12:00:00Z", "--regime",
        "uk-gdpr", "--risk", "risk", "--nature", "a list left on a train",
    )  # fmt: skip
    assert opened.code == 0, opened.err
    assert "tell the partner of the breach: B-1, by Mon 23 Nov 2026 10:00 GMT" in opened.out
    late = ["--whom", "partner", "--told-at", "2026-11-24T10:00:00Z", "--contents", "nature"]
    unexplained = by(capsys, "dpo", "breach", "notify", "B-1", *late)
    assert (unexplained.code, "--delay-reason" in unexplained.err) == (1, True)
    told = by(capsys, "dpo", "breach", "notify", "B-1", *late, "--delay-reason", "nobody knew whom to tell")
    assert told.code == 0
    assert "has not said yet: mitigation" in told.out
    due = call(capsys, "due", "--as-of", "2026-11-25")
    assert due.code == 1
    assert "tell the regulator of the breach: B-1" in due.out
    assert "tell the partner" not in due.out
    assert call(capsys, "due", "--as-of", "2026-11-25", "--format", "ics", "--output", "due.ics").code == 1
    events = icalendar.Calendar.from_ical(Path("due.ics").read_bytes()).walk("VEVENT")
    assert any("B-1" in str(one["SUMMARY"]) for one in events)


def test_a_reminder_goes_to_the_command_that_takes_it(capsys: Capture, office: Path) -> None:
    taking = office / "take.sh"
    taking.write_text("#!/bin/sh\ncat >> taken\necho >> taken\n", "utf-8")
    taking.chmod(0o700)
    arguments = ["due", "--agreement", "cambridgeshire-opcc", "--as-of", "2026-11-25"]
    assert call(capsys, *arguments, "--remind", str(taking)).code == 1
    kinds = {json.loads(line)["kind"] for line in (office / "taken").read_text().splitlines() if line}
    assert "agreement-review" in kinds
    lost = call(capsys, *arguments, "--remind", "/no/such/command")
    assert (lost.code, "could not be given" in lost.err) == (2, True)


def test_disposal_waits_for_a_hold_erases_the_case_and_is_certified(capsys: Capture, office: Path) -> None:
    assert call(capsys, "check", STORY / "request.yaml", *AS_OF, *PASS).code == 0
    fact = json.loads(call(capsys, "register", "show", "3").out)["decision"]["inputs"][0]["digest"]["sha256"]
    received = ["--category", "performance", "--received-on", "2026-01-15", "--fact", fact]
    assert by(capsys, "analyst", "holding", "receive", *AGREEMENT, "--reference", "H-1", *received).code == 0
    hold = ["--ground", "litigation", "--look-again-on", "2099-01-15", "--reason", "a claim"]
    assert by(capsys, "dpo", "holding", "hold", "H-1", *hold).code == 0
    disposing = ["dispose", "H-1", "--how", "secure-erase", "--authority", "data-protection-officer"]
    held = by(capsys, "analyst", *disposing)
    assert (held.code, "release the hold" in held.err) == (1, True)
    assert by(capsys, "dpo", "holding", "release", "H-1", "--reason", "settled").code == 0
    gone = by(capsys, "analyst", *disposing, "--certificate", "certificate.txt")
    assert gone.code == 0, gone.err
    assert Path("certificate.txt").read_text() == gone.out
    assert "CERTIFICATE OF DISPOSAL" in gone.out
    assert "erased, record" in gone.out
    assert "1 erased" in call(capsys, "register", "replay", "--all").out


def test_a_dispensation_takes_two_and_is_shown_wherever_it_is_used(capsys: Capture, office: Path) -> None:
    bad = EXAMPLES / "monthly-performance" / "transfer_bad.yaml"
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    given = [
        "--rule",
        "requests/notice",
        "--scope",
        "transfer.purpose != ''",
        "--until",
        until,
        "--reason",
        "a date",
    ]
    answer = by(capsys, "spoc", "dispense", "give", *AGREEMENT, *given)
    assert answer.code == 0, answer.err
    matter = call(capsys, "dispense", "list").out.split()[-1]
    assert by(capsys, "spoc", "dispense", "confirm", matter).code == 1
    assert by(capsys, "dpo", "dispense", "confirm", matter).code == 0
    assert "Departed from under a dispensation" in call(capsys, "check", bad, *PASS, "--no-record").out


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what weasyprint itself stands on
def test_the_review_of_a_year_can_be_checked_and_compared_with_the_next(
    capsys: Capture, office: Path
) -> None:
    for name in ("request.yaml", "request_bad.yaml"):
        call(capsys, "check", STORY / name, *AS_OF, *PASS)
    year = ["--from", "2026-01-01", *AGREEMENT]
    first = call(capsys, "review", "first", *year, "--sample", "1")
    assert first.code == 0, first.err
    assert "2 decisions, 1 in the sample" in first.out
    assert {"index.html", "assurance.html", "MANIFEST.json", "decisions.csv"} <= {
        one.name for one in Path("first").iterdir()
    }
    proof = next(Path("first/sample").glob("*.tlog-proof"))
    checked = call(capsys, "register", "check-proof", proof.with_suffix(".json"))
    assert checked.code == 0, checked.err
    with Path("first/clauses.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 106
    assert call(capsys, "review", "first", "--check").code == 0
    call(capsys, "check", STORY / "request.yaml", *AS_OF, *PASS)
    second = call(capsys, "review", "second", *year, "--last", "first", "--pdf")
    assert second.code == 0, second.err
    assert "today&#x27;s register grew out of it" in Path("second/index.html").read_text()
    assert Path("second/index.pdf").read_bytes().startswith(b"%PDF")
    (Path("first") / "decisions.csv").write_text("altered")
    altered = call(capsys, "review", "third", *year, "--last", "first")
    assert (altered.code, "was altered" in altered.err) == (5, True)
    assert not Path("third").exists()


def test_a_register_is_held_to_the_review_of_last_year(capsys: Capture, office: Path) -> None:
    call(capsys, "check", STORY / "request.yaml", *AS_OF, *PASS)
    assert call(capsys, "review", "first", "--from", "2026-01-01", *AGREEMENT).code == 0
    call(capsys, "check", STORY / "request_bad.yaml", *AS_OF, *PASS)
    verified = call(capsys, "register", "verify", "--review", "first")
    assert verified.code == 0, verified.err
    assert "records verify" in verified.out
    assert "files are as they were made" in verified.out
    assert "This register grew out of it." in verified.out
    assert "Nobody has signed the review" in verified.out
    assert call(capsys, "register", "export", "tiles").code == 0
    published = call(capsys, "register", "verify", "--tiles", "tiles", "--review", "first")
    assert (published.code, "grew out of it" in published.out) == (0, True), published.err
    assert "No head kept elsewhere was given" not in published.out
    assert "No head kept elsewhere was given" in call(capsys, "register", "verify", "--tiles", "tiles").out
    Path("first/clauses.csv").write_text("altered")
    altered = call(capsys, "register", "verify", "--review", "first")
    assert (altered.code, "was altered" in altered.err) == (5, True)
    assert call(capsys, "register", "verify").code == 0


def test_another_register_is_none_that_was_reviewed(capsys: Capture, office: Path) -> None:
    assert call(capsys, "review", "first", "--from", "2026-01-01", *AGREEMENT).code == 0
    assert call(capsys, "register", "init", "other", "--origin", "example.org/other", *PASS).code == 0
    answer = call(capsys, "register", "verify", "--register", "other", "--review", "first")
    assert answer.code == 5
    assert "did not grow out of the one that was reviewed" in answer.err
    assert "that one is example.org/office, this one example.org/other" in answer.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["review", "x"],
        ["review", "x", "--from", "yesterday", *AGREEMENT],
        ["keys", "grant", "person", "analyst/person.pub.pem", *PASS],
        [
            "keys",
            "grant",
            "person",
            "analyst/person.pub.pem",
            "--party",
            "opcc",
            "--post",
            "A Name",
            "--office",
            "spoc",
            *PASS,
        ],
    ],
)
def test_a_call_that_makes_no_sense_is_wrong_usage(
    capsys: Capture, office: Path, arguments: list[str]
) -> None:
    assert call(capsys, *arguments).code == 2


ANSWERS = ["cambridgeshire-opcc", "R-2026-0501", "constabulary", "opcc", "hold-to-account", "statutory", "performance, complaints",
           "formal", "spoc", "2026-11-02", "2026-11-23", "shared-drive", "OFFICIAL"]  # fmt: skip


def test_without_a_file_a_request_is_asked_for_at_the_terminal(capsys: Capture, office: Path) -> None:
    refused = by(capsys, "analyst", "request")
    assert (refused.code, "at a terminal" in refused.err) == (2, True)
    program = "import sys; from isa_guard.cli.main import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", program, "request", "--person", "analyst", *PASS]
    master, slave = pty.openpty()
    asking = subprocess.Popen(
        command,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        close_fds=True,
    )
    os.close(slave)
    os.write(master, "".join(f"{answer}\n" for answer in ANSWERS).encode())
    told = b""
    with contextlib.suppress(OSError):  # the terminal is closed when the program ends
        while piece := os.read(master, 4096):
            told += piece
    os.close(master)
    assert asking.wait(timeout=60) == 0, told.decode()
    assert b"Your number for it (never a name)" in told
    assert b"Requested: R-2026-0501" in told
    written = yaml.safe_load(Path("R-2026-0501.yaml").read_text())
    assert written["transfer"]["categories"] == ["performance", "complaints"]
    assert written["transfer"]["marking"] == "OFFICIAL"
