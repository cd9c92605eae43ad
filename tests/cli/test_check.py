"""`isa-guard check`, as the SPOC officer and the data engineer call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.calls import AS_OF, BAD, EXAMPLES, GOOD, ROOT, call

Capture = pytest.CaptureFixture[str]
HEAD = "format: isa-guard/transfer/1\nagreement: cambridgeshire-opcc\ntransfer:\n  reference: T-1\n"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("ISA_GUARD_"):
            monkeypatch.delenv(name)


def test_a_permitted_transfer_is_exit_0_and_says_so_first(capsys: Capture) -> None:
    answer = call(capsys, "check", GOOD, *AS_OF)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("PERMITTED")


def test_a_refused_transfer_is_exit_1_and_names_the_clause(capsys: Capture) -> None:
    answer = call(capsys, "check", BAD, *AS_OF)
    assert answer.code == 1
    assert answer.out.startswith("REFUSED")
    assert "clause 4.21" in answer.out
    assert "release on or after Mon 16 Nov 2026" in answer.out


def test_what_a_person_must_decide_is_exit_3(capsys: Capture) -> None:
    answer = call(capsys, "check", EXAMPLES / "sensitive-with-permission" / "transfer_bad.yaml", *AS_OF)
    assert answer.code == 3
    assert "asserted, but not evidenced" in answer.out


def test_the_strictest_of_several_decides_the_exit_code(capsys: Capture) -> None:
    refer = EXAMPLES / "sensitive-with-permission" / "transfer_bad.yaml"
    assert call(capsys, "check", GOOD, refer, *AS_OF).code == 3
    assert call(capsys, "check", GOOD, refer, BAD, *AS_OF).code == 1
    assert call(capsys, "check", GOOD, BAD, "nowhere.yaml", *AS_OF).code == 4


def test_a_folder_is_every_fact_in_it(capsys: Capture) -> None:
    answer = call(capsys, "check", EXAMPLES / "monthly-performance", *AS_OF)
    assert answer.code == 1
    assert "2 decisions" in answer.out


def test_standard_input_is_a_file_like_any_other(capsys: Capture) -> None:
    answer = call(capsys, "check", "-", *AS_OF, stdin=GOOD.read_bytes())
    assert answer.code == 0
    broken = call(capsys, "check", "-", *AS_OF, stdin=b"transfer: 1\n")
    assert broken.code == 4
    assert "standard input:1:1" in broken.out


def test_an_empty_folder_permits_nothing(capsys: Capture, tmp_path: Path) -> None:
    answer = call(capsys, "check", tmp_path, *AS_OF)
    assert answer.code == 4
    assert "no fact in this folder" in answer.out


def test_no_fact_at_all_is_wrong_usage(capsys: Capture) -> None:
    assert call(capsys, "check").code == 2


@pytest.mark.parametrize(
    "arguments",
    [["--as-of", "soon"], ["--format", "pdf"], ["--format", "text", "--format", "json"], ["--record"], ["--nonsense"], ["--format", "json=/nowhere/x.json"]],
)  # fmt: skip
def test_a_call_that_makes_no_sense_is_exit_2(capsys: Capture, arguments: list[str]) -> None:
    answer = call(capsys, "check", GOOD, *arguments)
    assert answer.code == 2
    assert answer.err


def test_a_fact_that_names_no_agreement_is_told_what_to_do(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text("format: isa-guard/transfer/1\ntransfer: {reference: x}\n")
    answer = call(capsys, "check", "t.yaml", *AS_OF)
    assert answer.code == 4
    assert "--agreement" in answer.out


def test_an_agreement_that_cannot_be_read_is_told_once_for_many_facts(
    capsys: Capture, tmp_path: Path
) -> None:
    (tmp_path / "t.yaml").write_text(f"{HEAD}---\n{HEAD}".replace("cambridgeshire-opcc", "nowhere"))
    answer = call(capsys, "check", "t.yaml", *AS_OF)
    assert answer.code == 4
    assert answer.out.count("there is no agreement of this id") == 1


def test_a_transfer_outside_the_period_in_force_is_not_covered(capsys: Capture, tmp_path: Path) -> None:
    sent = GOOD.read_text() + "  sent_at: 2018-04-30T12:00:00Z\n"
    (tmp_path / "t.yaml").write_text(sent)
    answer = call(capsys, "check", "t.yaml", *AS_OF)
    assert answer.code == 1
    assert answer.out.startswith("NOT COVERED")
    assert "begins on Tue 1 May 2018" in answer.out


def test_the_long_form_says_what_was_met(capsys: Capture) -> None:
    short, long = call(capsys, "check", GOOD, *AS_OF), call(capsys, "check", GOOD, "--verbose", *AS_OF)
    assert "What was met" in long.out
    assert "What was met" not in short.out


def test_no_line_is_wider_than_a_terminal(capsys: Capture) -> None:
    for path in sorted(EXAMPLES.rglob("*.yaml")):
        answer = call(capsys, "check", path.relative_to(ROOT), "--verbose", *AS_OF)
        assert max(len(line) for line in answer.out.splitlines()) <= 80


def test_colour_is_a_second_sign_and_can_be_turned_off(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = call(capsys, "check", BAD, *AS_OF).out
    painted = call(capsys, "check", BAD, "--color", "always", *AS_OF).out
    assert "\x1b[" in painted
    assert "\x1b[" not in plain
    import re

    assert re.sub("\x1b\\[[0-9;]*m", "", painted) == plain
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in call(capsys, "check", BAD, *AS_OF).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in call(capsys, "check", BAD, *AS_OF).out


def test_a_report_goes_to_a_file_beside_the_words(capsys: Capture, tmp_path: Path) -> None:
    answer = call(capsys, "check", BAD, *AS_OF, "--format", "json=out.json", "--format", "text")
    assert answer.code == 1
    assert answer.out.startswith("REFUSED")
    assert json.loads((tmp_path / "out.json").read_text())


def test_settings_say_where_they_come_from(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "isa-guard.toml").write_text('agreement = "from-file"\nregister = "reg"\n')
    monkeypatch.setenv("ISA_GUARD_POLICIES", "from-environment")
    answer = call(capsys, "check", "--show-config", "--rules", "from-flag")
    assert answer.code == 0
    rows = {line.split()[0]: line.split()[1:] for line in answer.out.splitlines()}
    assert rows["agreement"] == ["from-file", str(tmp_path / "isa-guard.toml")]
    assert rows["register"][0] == str(tmp_path / "reg")
    assert rows["policies"] == ["from-environment", "ISA_GUARD_POLICIES"]
    assert rows["rules"] == ["from-flag", "--rules"]
    assert rows["key"] == ["not", "set"]


def test_a_register_in_a_database_is_no_path(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "isa-guard.toml").write_text('register = "postgresql://host/database"\n')
    rows = call(capsys, "check", "--show-config").out.splitlines()
    assert "postgresql://host/database" in next(line for line in rows if line.startswith("register")).split()


def test_a_flag_beats_the_environment_and_that_the_file(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.isa-guard]\nagreement = "file"\n')

    def shown(*more: str) -> str:
        return call(capsys, "check", "--show-config", *more).out.splitlines()[0].split()[1]

    assert shown() == "file"
    monkeypatch.setenv("ISA_GUARD_AGREEMENT", "environment")
    assert shown() == "environment"
    assert shown("-a", "flag") == "flag"


@pytest.mark.parametrize("text", ['agrement = "x"\n', "agreement = 5\n", "agreement = \n", "\xff"])
def test_a_setting_that_is_wrong_is_exit_4(capsys: Capture, tmp_path: Path, text: str) -> None:
    (tmp_path / "isa-guard.toml").write_bytes(text.encode("latin-1"))
    answer = call(capsys, "check", GOOD, *AS_OF)
    assert answer.code == 4
    assert "isa-guard.toml" in answer.err


def test_an_own_pack_goes_before_the_shipped_one(capsys: Capture, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(ROOT / "rules" / "requests", tmp_path / "rules" / "requests")
    rule = tmp_path / "rules" / "requests" / "notice" / "rule.yaml"
    rule.write_text(rule.read_text().replace("otherwise: refuse", "otherwise: advise"))
    answer = call(capsys, "check", BAD, *AS_OF, "--rules", tmp_path / "rules")
    assert "Advice\n  x Formal requests" in answer.out


BAD_INPUT: dict[str, bytes] = {
    "empty": b"",
    "utf16": HEAD.encode("utf-16"),
    "latin1": HEAD.encode() + b"  purpose: caf\xe9\n",
    "tabs": HEAD.encode() + b"\tpurpose: x\n",
    "duplicate keys": HEAD.encode() + b"  volume: 1\n  volume: 2\n",
    "anchors": b"a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "100 MB": HEAD.encode() + b"  purpose: " + b"x" * 100_000_000,
    "unknown format": HEAD.replace("/1", "/99").encode(),
    "deep": b"[" * 100_000,
    "nul": HEAD.encode() + b"  purpose: a\x00b\n",
    "bidi in a marking": HEAD.encode() + "  marking: OFFICIAL\u202eEVITISNES\n".encode(),
    "zero width in a marking": HEAD.encode() + "  marking: OFFI\u200bCIAL\n".encode(),
    "binary": bytes(range(256)) * 100,
    "a huge number": HEAD.encode() + b"  volume: " + b"9" * 5000 + b"\n",
    "not a mapping": b"- - - x\n",
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_a_stated_error_with_its_place_within_two_seconds(tmp_path: Path, name: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(BAD_INPUT[name])
    started = time.monotonic()
    command = [sys.executable, "-m", "isa_guard.cli", "check", "bad.yaml", *AS_OF]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode == 4, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "bad.yaml" in done.stdout
    assert time.monotonic() - started < 10  # two seconds where nothing else runs


@pytest.mark.parametrize("path", ["/dev/null", "/dev/zero", "nowhere/at/all", "a" * 5000, "a\0b"])
def test_odd_names_are_no_crash(capsys: Capture, path: str) -> None:
    assert call(capsys, "check", path, *AS_OF).code == 4


def test_a_reader_that_goes_away_does_not_leave_exit_0(tmp_path: Path) -> None:
    command = f"{sys.executable} -m isa_guard.cli check {GOOD} {BAD} --verbose --as-of 2026-11-23 | head -c 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr


def test_a_defect_is_told_as_one_and_its_trace_is_kept_private(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from isa_guard.cli import checker

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(checker, "decide", broken)
    answer = call(capsys, "check", GOOD, *AS_OF)
    assert answer.code == 70
    assert "planted" not in answer.err
    log = Path(answer.err.split("The trace is in ")[1].split(". ")[0])
    assert "planted" in log.read_text()
    assert log.stat().st_mode & 0o077 == 0
    log.unlink()


def test_an_unknown_command_gets_a_suggestion(capsys: Capture) -> None:
    answer = call(capsys, "chekc")
    assert answer.code == 2
    assert "Did you mean `check`?" in answer.err


def test_our_own_log_is_json_without_a_value_of_the_fact(capsys: Capture) -> None:
    answer = call(capsys, "--log-level", "info", "--log-format", "json", "check", GOOD, *AS_OF)
    events = [json.loads(line) for line in answer.err.splitlines()]
    assert [event["event"] for event in events] == ["agreement-loaded", "decided"]
    assert events[1]["verdict"] == "permit-with-obligations"
    assert "T-2026-0101" not in answer.err
