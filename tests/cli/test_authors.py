"""What authors call: validate, test, explain, schema, new, completion."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import jsonschema
import pytest
import yaml

from isa_guard.cli.main import COMMANDS, group
from isa_guard.load.json_schema import KINDS
from isa_guard.load.packs import LOG_RULE_FORMAT
from tests.cli.calls import EXAMPLES, ROOT, call
from tests.load.documents import rule, small, write

Capture = pytest.CaptureFixture[str]


def test_every_command_has_help(capsys: Capture) -> None:
    for name in COMMANDS:
        answer = call(capsys, name, "--help")
        assert answer.code == 0
        assert "Usage: isa-guard" in answer.out
    listed = call(capsys, "--help").out
    assert all(re.search(rf"^  {name} ", listed, re.MULTILINE) for name in COMMANDS)


def test_the_help_in_the_list_is_about_the_command_it_names() -> None:
    context = click.Context(group())
    for name in COMMANDS:
        assert group().get_command(context, name) is not None


def test_the_real_agreement_validates_with_advice_on_stale_law(capsys: Capture) -> None:
    answer = call(capsys, "validate", "cambridgeshire-opcc", "--as-of", "2026-11-23")
    assert answer.code == 0
    assert "Data Protection Act 1998" in answer.out
    assert "IL3" in answer.out
    assert "1 checked: 0 errors" in answer.out
    assert call(capsys, "validate", "cambridgeshire-opcc", "--strict").code == 4


def test_an_agreement_that_cannot_be_used_is_exit_4_with_every_problem(
    capsys: Capture, tmp_path: Path
) -> None:
    write(
        tmp_path, small(spoc={"post": "x", "acts-for": "nobody"}, rules=[rule(require="transfer.volum < 1")])
    )
    answer = call(capsys, "validate", tmp_path)
    assert answer.code == 4
    assert answer.out.count("error:") == 2
    assert re.search(r"agreement\.yaml:\d+:\d+: no party `nobody`", answer.out)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"rules": [rule(needs=["transfer.personal"], require="transfer.personal || true")]}, "can never be broken"),
        ({"rules": [rule(when="transfer.formality == 'formal' && transfer.formality == 'informal'", needs=["transfer.formality", "transfer.volume"])]}, "can never apply"),
        ({"terms": {"volume": {"most": 5, "least": 1}}}, "`volume.least` is used by no rule"),
        ({"gateways": {"power": "x", "other": "y"}}, "the gateway `other` belongs to no purpose"),
        ({"categories": {"figures": {"title": "F"}, "cases": {"title": "C"}, "more": {"title": "M"}}}, "the category `more` belongs to no purpose"),
        ({"in_force": {"from": "2020-01-01", "until": "2021-01-01"}}, "no longer in force"),
        ({"in_force": {"from": "2030-01-01"}}, "not yet in force"),
    ],
)  # fmt: skip
def test_weaknesses_are_named(capsys: Capture, tmp_path: Path, changes: dict[str, object], what: str) -> None:
    write(tmp_path, small(**changes))
    answer = call(capsys, "validate", tmp_path, "--as-of", "2026-11-23")
    assert what in answer.out


def test_validation_is_also_told_to_programs(capsys: Capture, tmp_path: Path) -> None:
    write(tmp_path, small(title=""))
    data = json.loads(call(capsys, "validate", tmp_path, "--format", "json").out)
    assert data["format"] == "isa-guard/validation/1"
    assert data["problems"][0]["severity"] == "error"
    assert data["problems"][0]["line"] > 0


def test_nothing_to_validate_is_exit_4(capsys: Capture, tmp_path: Path) -> None:
    assert call(capsys, "validate", tmp_path).code == 4


CASES = """
format: isa-guard/cases/1
now: 2026-11-23T09:00:00Z
agreement: {{terms: {{volume: {{most: 500}}}}}}
given: {{volume: 1}}
cases:
  - {{name: few, given: {{volume: 500}}, expect: met}}
  - {{name: many, given: {{volume: 501}}, expect: {expected}}}
  - {{name: nobody says, but: [volume], expect: cannot-tell}}
"""


def own_rule(folder: Path, expected: str = "not-met", **changes: object) -> Path:
    home = folder / "rules" / "own" / "volume"
    write(home, {"format": "isa-guard/rule/1", **rule(**changes)}, "rule.yaml")
    write(home, CASES.format(expected=expected), "cases.yaml")
    return home


def test_cases_that_hold_pass(capsys: Capture, tmp_path: Path) -> None:
    answer = call(capsys, "test", own_rule(tmp_path))
    assert answer.code == 0
    assert "1 subject, 3 cases, 0 failing" in answer.out


def test_a_case_that_fails_names_itself_and_its_line(capsys: Capture, tmp_path: Path) -> None:
    answer = call(capsys, "test", own_rule(tmp_path, expected="met"))
    assert answer.code == 1
    assert re.search(r"cases\.yaml:8:\d+: many\n      expected met, got not-met", answer.out)
    assert "no case is not met" not in answer.out


def test_a_rule_that_no_case_makes_fail_is_an_error(capsys: Capture, tmp_path: Path) -> None:
    home = own_rule(tmp_path)
    cases = (
        (home / "cases.yaml")
        .read_text()
        .replace("  - {name: many, given: {volume: 501}, expect: not-met}\n", "")
    )
    (home / "cases.yaml").write_text(cases)
    answer = call(capsys, "test", home)
    assert answer.code == 1
    assert "no case is not met" in answer.out


def test_a_change_that_no_case_notices_is_named(capsys: Capture, tmp_path: Path) -> None:
    home = own_rule(tmp_path)
    (home / "cases.yaml").write_text((home / "cases.yaml").read_text().replace("volume: 500}", "volume: 3}"))
    answer = call(capsys, "test", home)
    assert "not noticed: require: <= became <" in answer.out
    assert call(capsys, "test", home, "--least", "1").code == 1


def test_a_rule_without_cases_is_exit_4(capsys: Capture, tmp_path: Path) -> None:
    home = own_rule(tmp_path)
    (home / "cases.yaml").unlink()
    answer = call(capsys, "test", home)
    assert answer.code == 4
    assert "there are no cases here" in answer.err


def test_agreement_cases_say_which_rules_stop_a_fact(capsys: Capture, tmp_path: Path) -> None:
    cases = {
        "format": "isa-guard/agreement-cases/1",
        "now": "2026-11-23T09:00:00Z",
        "facts": {"one": {"transfer": {"volume": 500}}},
        "cases": {
            "one": [
                {"name": "few", "expect": "permit"},
                {"name": "many", "given": {"volume": 501}, "expect": "refuse", "because": ["own/volume"]},
            ]
        },
    }
    write(tmp_path, small())
    write(tmp_path, cases, "cases.yaml")
    answer = call(capsys, "test", tmp_path)
    assert (answer.code, "2 of   2 changes noticed" in answer.out) == (0, True)
    cases["cases"]["one"][1]["because"] = ["own/other"]  # type: ignore[index]
    write(tmp_path, cases, "cases.yaml")
    answer = call(capsys, "test", tmp_path)
    assert answer.code == 1
    assert "expected stopped by own/other, got stopped by own/volume" in answer.out


def test_a_rule_is_explained_with_its_clause_and_its_reading(capsys: Capture) -> None:
    answer = call(capsys, "explain", "requests/notice")
    assert answer.code == 0
    for part in (
        "clause 4.21",
        "earliest(transfer.requested_on",
        "working-day",
        "Not met, it leads to: refused",
    ):
        assert part in answer.out


def test_a_clause_is_explained_with_how_it_is_checked(capsys: Capture) -> None:
    assert "the rule `requests/notice`" in call(capsys, "explain", "4.21").out
    assert (
        "evidence: information security policy, renewed yearly" in call(capsys, "explain", "clause 6.2").out
    )
    assert "a person: annual review" in call(capsys, "explain", "6.3").out


@pytest.mark.parametrize(
    ("what", "hint"), [("requests/notce", "requests/notice"), ("4.99", "no clause 4.99")]
)
def test_what_cannot_be_explained_gets_a_hint(capsys: Capture, what: str, hint: str) -> None:
    answer = call(capsys, "explain", what)
    assert answer.code == 2
    assert hint in answer.err


@pytest.mark.parametrize("what", ["rules", "clauses", "readings", "functions"])
def test_everything_that_can_be_explained_is_listed(capsys: Capture, what: str) -> None:
    assert len(call(capsys, "explain", what).out.splitlines()) > 20


@pytest.mark.parametrize("kind", KINDS)
def test_the_published_schema_is_the_one_that_is_used(capsys: Capture, kind: str) -> None:
    """`isa-guard schema KIND > docs/schemas/KIND.json` after a change."""
    printed = json.loads(call(capsys, "schema", kind).out)
    jsonschema.Draft202012Validator.check_schema(printed)
    assert printed == json.loads((ROOT / "docs" / "schemas" / f"{kind}.json").read_text())


def test_shipped_documents_keep_to_their_schemas() -> None:
    over_logs = [path for path in ROOT.glob("rules/*/*/rule.yaml") if LOG_RULE_FORMAT in path.read_text()]
    rules = set(ROOT.glob("rules/*/*/rule.yaml")) - set(over_logs)
    files = {
        "agreement": ROOT.glob("policies/*/*/agreement.yaml"),
        "rule": rules,
        "cases": [path.with_name("cases.yaml") for path in rules],
        "log-rule": over_logs,
        "log-cases": [path.with_name("cases.yaml") for path in over_logs],
        "fields": ROOT.glob("policies/*/*/fields.yaml"),
        "transfer": EXAMPLES.glob("*/transfer*.yaml"),
        "breach": EXAMPLES.glob("*/breach*.yaml"),
    }
    checked = 0
    for kind, paths in files.items():
        validator = jsonschema.Draft202012Validator(
            json.loads((ROOT / "docs" / "schemas" / f"{kind}.json").read_text())
        )
        for path in paths:
            data = (
                yaml.load(path.read_text(), Loader=yaml.BaseLoader)
                if kind in {"transfer", "breach"}
                else _data(path)
            )
            if kind not in {"transfer", "breach"}:
                assert list(validator.iter_errors(data)) == [], path
            checked += 1
    assert checked > 60


def _data(path: Path) -> object:
    from isa_guard.load.yaml import read_document

    return read_document(path.read_bytes(), str(path)).data


@pytest.mark.parametrize(
    "path", sorted(EXAMPLES.glob("*/*.yaml")), ids=lambda path: "/".join(path.parts[-2:])
)
def test_examples_keep_to_the_schema_of_their_kind(path: Path) -> None:
    data = _data(path)
    kind = str(data["format"]).split("/")[1]  # type: ignore[index]
    schema = json.loads((ROOT / "docs" / "schemas" / f"{kind}.json").read_text())
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(data)) == []


def test_a_new_agreement_validates_at_once(capsys: Capture, tmp_path: Path) -> None:
    words = [
        "--id",
        "my-isa",
        "--title",
        'A "quoted": title',
        "--from",
        "2026-11",
        "--first",
        "a",
        "--second",
        "b",
    ]
    assert call(capsys, "new", "agreement", tmp_path, *words).code == 0
    answer = call(capsys, "validate", tmp_path, "--strict", "--as-of", "2026-11-23")
    assert (answer.code, answer.out.splitlines()[-1]) == (0, "1 checked: 0 errors, 0 pieces of advice")
    assert call(capsys, "new", "agreement", tmp_path, *words).code == 2  # nothing is overwritten


def test_a_new_rule_passes_its_cases_at_once(capsys: Capture, tmp_path: Path) -> None:
    assert call(capsys, "new", "rule", tmp_path, "--id", "my/volume", "--title", "Not: too many").code == 0
    assert call(capsys, "test", tmp_path, "--least", "1").code == 0


def test_a_new_transfer_can_be_checked_at_once_and_says_what_it_needs(
    capsys: Capture, tmp_path: Path
) -> None:
    path = tmp_path / "t.yaml"
    assert call(capsys, "new", "transfer", path, "-a", "cambridgeshire-opcc", "--reference", "T-1").code == 0
    answer = call(capsys, "check", path)
    assert answer.code == 3
    assert "not given: transfer.purpose" in answer.out


@pytest.mark.parametrize(
    "words", [["--id", "No Id"], ["--id", "x", "--from", "soon"], ["--id", "x", "--first", "../x"]]
)
def test_a_new_agreement_with_a_name_that_is_none_is_exit_2(
    capsys: Capture, tmp_path: Path, words: list[str]
) -> None:
    base = {"--id": "x", "--title": "t", "--from": "2026", "--first": "a", "--second": "b"}
    base |= dict(zip(words[::2], words[1::2], strict=True))
    arguments = [part for pair in base.items() for part in pair]
    assert call(capsys, "new", "agreement", tmp_path, *arguments).code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_gets_its_completion(capsys: Capture, shell: str) -> None:
    answer = call(capsys, "completion", shell)
    assert answer.code == 0
    assert "_ISA_GUARD_COMPLETE" in answer.out


def test_a_shell_completes_our_commands(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_ISA_GUARD_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "isa-guard va")
    monkeypatch.setenv("COMP_CWORD", "1")
    with pytest.raises(SystemExit):
        call(capsys)
    assert "validate" in capsys.readouterr().out


def test_a_name_that_is_nothing_tests_nothing_and_not_what_lies_beside(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_rule(tmp_path)
    monkeypatch.chdir(tmp_path)
    for name in (tmp_path / "mistyped", "mistyped"):
        answer = call(capsys, "test", name)
        assert answer.code == 4
        assert "there is no agreement here" in answer.err
        assert "0 subjects" in answer.out


def test_an_agreement_is_tested_by_its_id_and_a_rule_by_any_of_its_files_once(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert "1 subject," in call(capsys, "test", "example-care-framework").out
    rule_folder = ROOT / "rules" / "requests" / "notice"
    answer = call(capsys, "test", rule_folder / "rule.yaml", rule_folder / "cases.yaml")
    assert answer.code == 0
    assert "1 subject," in answer.out


@pytest.mark.parametrize("what", ["clauses", "rules", "readings", "4.5", "requests/notice"])
def test_what_is_explained_fits_a_terminal(capsys: pytest.CaptureFixture[str], what: str) -> None:
    lines = call(capsys, "explain", what).out.splitlines()
    assert lines
    assert (
        max(len(line) for line in lines if not line.startswith("# ")) <= 80
    )  # a heading is one line in Markdown
