"""Agreements and rules that cannot be used, or that try to hurt: a stated error with its place, or a finding, at once."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calls import AS_OF
from tests.load.documents import rule, small, write

FACT = (
    "format: isa-guard/transfer/1\nagreement: a\ntransfer: {reference: T-1, volume: 5, purpose: oversight}\n"
)


def check(folder: Path) -> tuple[int, str, float]:
    (folder / "t.yaml").write_text(FACT)
    started = time.monotonic()
    command = [sys.executable, "-m", "isa_guard.cli", "check", "t.yaml", "--policies", ".", *AS_OF]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=30)
    assert "Traceback" not in done.stdout + done.stderr
    return done.returncode, done.stdout + done.stderr, time.monotonic() - started


UNUSABLE: dict[str, dict[str, Any] | str] = {
    "empty": "",
    "tabs": "format:\tisa-guard/agreement/1\n\tid: x\n",
    "unknown format": small(format="isa-guard/agreement/99"),
    "inherits itself": small(inherit="."),
    "deep brackets": small(rules=[rule(require="(" * 3_900 + "true" + ")" * 3_900)]),
    "ten thousand deep": small(rules=[rule(require="!" * 7_999 + "a")]),
    "longer than any rule": small(rules=[rule(require="(" * 10_000 + "true" + ")" * 10_000)]),
    "a number beyond 64 bits": small(rules=[rule(require="transfer.volume < 99999999999999999999")]),
    "a pattern that RE2 refuses": small(
        rules=[rule(require="transfer.purpose.matches('(a)\\\\1')", needs=["transfer.purpose"])]
    ),
    "a pattern too large": small(
        rules=[rule(require="transfer.purpose.matches('((a{100}){100}){100}')", needs=["transfer.purpose"])]
    ),
    "a function that does not exist": small(rules=[rule(require="system('id')")]),
    "python in a rule": small(rules=[rule(require="__import__('os').system('id') == 0")]),
    "a message that opens a hole": small(rules=[rule(seen="{")]),
    "a private field in a message": small(rules=[rule(seen="{transfer.address}")]),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_an_agreement_that_cannot_be_used_permits_nothing_and_says_where(tmp_path: Path, name: str) -> None:
    write(tmp_path / "a", UNUSABLE[name])
    code, out, took = check(tmp_path)
    assert code == 4, out
    assert "agreement.yaml:" in out
    assert took < 10  # two seconds where nothing else runs


TELLING = {
    "1 / 0": "transfer.volume / 0 == 1",
    "overflow": "transfer.volume + 9223372036854775807 > 0",
    "overflow of a product": "transfer.volume * 9223372036854775807 > 0",
    "a day beyond every calendar": "day(timestamp('9999-12-31T00:00:00Z')) > add_working_days(today, 1000000, agreement.terms.notice.formal)",
}


@pytest.mark.parametrize("name", TELLING)
def test_what_cannot_be_worked_out_is_a_finding_and_never_a_permission(tmp_path: Path, name: str) -> None:
    terms = {
        "volume": {"most": 500},
        "notice": {"formal": "10 working days", "calendar": "england-and-wales"},
    }
    write(tmp_path / "a", small(rules=[rule(require=TELLING[name])], terms=terms))
    code, out, _ = check(tmp_path)
    assert code == 3, out
    assert "REFER" in out
    assert "needs" in out


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "([a-z]+)*x", "(.*)(.*)(.*)(.*)x$"])
def test_no_pattern_keeps_anybody_waiting(tmp_path: Path, pattern: str) -> None:
    one = rule(require=f"!transfer.purpose.matches('{pattern}')", needs=["transfer.purpose"])
    write(tmp_path / "a", small(rules=[one]))
    (tmp_path / "t.yaml").write_text(FACT.replace("oversight", "a" * 3_999 + "!"))
    started = time.monotonic()
    command = [sys.executable, "-m", "isa_guard.cli", "check", "t.yaml", "--policies", ".", *AS_OF]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    ("period", "what"),
    [({"from": "2020-01-01", "until": "2021-12-31"}, "ended"), ({"from": "2030-01-01"}, "begins")],
)
def test_an_agreement_that_has_ended_or_not_begun_covers_nothing(
    tmp_path: Path, period: dict[str, str], what: str
) -> None:
    in_force = rule(
        id="own/in-force",
        needs=None,
        require="today >= agreement.begins && (!has(agreement.ends) || today <= agreement.ends)",
        otherwise="not-covered",
        seen="begins {agreement.begins}, ended {agreement.ends}",
        satisfy="agree a new version",
    )
    clauses = {
        "1": {"section": "1", "says": "In force.", "checked-by": {"rules": ["own/in-force", "own/volume"]}}
    }
    write(tmp_path / "a", small(in_force=period, rules=[in_force, rule()], clauses=clauses))
    code, out, _ = check(tmp_path)
    assert code == 1
    assert "NOT COVERED" in out
    assert what in out


def test_parents_in_a_circle_are_told_at_their_line(tmp_path: Path) -> None:
    write(tmp_path / "b", small(id="b", inherit="../a"))
    write(tmp_path / "a", small(inherit="../b"))
    code, out, _ = check(tmp_path)
    assert code == 4
    assert "circle" in out
