"""The review in OSCAL: every clause once, nothing called satisfied that nobody could tell, and everything that is pointed at is there."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from isa_guard.model.act import Action
from isa_guard.review.pack.clauses import Answer
from isa_guard.review.pack.folder import files_of
from isa_guard.review.pack.oscal import as_oscal
from isa_guard.review.pack.oscal_catalog import as_catalog
from isa_guard.review.pack.oscal_names import CATALOG, RESULTS, line, prose, token
from tests.register.making import decided
from tests.review.test_pack import filled, made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.review.pack.pack import Pack
    from tests.acts.office import Desk

# https://pages.nist.gov/metaschema/specification/datatypes/#token
TOKEN = re.compile(r"[^\W\d][\w.-]*\Z")


def results(of: Pack) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files_of(of, {"4.json": b"{}"}, {})[RESULTS])["assessment-results"]
    return found


def clauses(catalog: str) -> list[dict[str, Any]]:
    groups = json.loads(catalog)["catalog"]["groups"]
    return [control for group in groups for control in group["controls"]]


def values(tree: object, key: str) -> Iterator[Any]:
    """Every value of a key, wherever it stands."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name == key:
                yield from value if isinstance(value, list) else [value]
            else:
                yield from values(value, key)
    elif isinstance(tree, list):
        for each in tree:
            yield from values(each, key)


def test_every_clause_has_one_finding_that_is_its_answer(desk: Desk) -> None:
    filled(desk)
    of = made(desk)
    (result,) = results(of)["results"]
    told = [
        (one["title"], one["target"]["status"]["state"], one["target"]["status"]["reason"])
        for one in result["findings"]
    ]
    words = {Answer.KEPT: ("satisfied", "pass"), Answer.NOT_KEPT: ("not-satisfied", "fail")}
    other = ("not-satisfied", "other")
    assert told == [
        (f"Clause {one.clause.number}: {one.answer.value}", *words.get(one.answer, other))
        for one in of.clauses
    ]
    assert {one.answer for one in of.clauses} >= {Answer.KEPT, Answer.NOT_KEPT, Answer.OPEN}


def test_what_is_not_determined_is_never_satisfied_and_says_that_it_is_no_fault(desk: Desk) -> None:
    """The year in which nothing happened has shown nothing."""
    of = made(desk)
    findings = results(of)["results"][0]["findings"]
    told = {one["title"].rpartition(": ")[2]: one["target"]["status"] for one in findings}
    assert {"never tested", "for a person"} <= told.keys()
    for answer in ("never tested", "for a person"):
        assert told[answer]["state"] == "not-satisfied"
        assert told[answer]["remarks"].startswith("Not determined")
        assert told[answer]["remarks"].endswith("no finding that it was broken.")


def test_all_that_is_pointed_at_is_there(desk: Desk) -> None:
    filled(desk)
    document = results(made(desk))
    (result,) = document["results"]
    resources = {one["uuid"] for one in document["back-matter"]["resources"]}
    pointed = [one for one in values(document, "href") if one.startswith("#")]
    assert len(pointed) > len(result["findings"])
    assert {one[1:] for one in pointed} <= resources
    observed = {one["uuid"] for one in result["observations"]}
    assert list(values(result["findings"], "observation-uuid")) == [one["uuid"] for one in result["observations"]]  # fmt: skip
    assert set(values(result["findings"], "observation-uuid")) == observed
    metadata, assets = document["metadata"], result["local-definitions"]["assessment-assets"]
    known = {one["uuid"] for one in (*metadata["parties"], *assets["components"])}
    assert set(values(document, "actor-uuid")) | set(values(document, "party-uuids")) <= known
    assert set(values(document, "role-id")) == {one["id"] for one in metadata["roles"]} == {"auditor"}


def test_its_controls_and_objectives_are_those_of_the_catalog(desk: Desk) -> None:
    of = made(desk)
    (result,) = results(of)["results"]
    controls = clauses(as_catalog(of.agreement))
    parts = [
        part["id"] for one in controls for part in one["parts"] if part["name"] == "assessment-objective"
    ]
    assert list(values(result["reviewed-controls"], "control-id")) == [one["id"] for one in controls]
    assert list(values(result["reviewed-controls"], "objective-id")) == parts
    assert [one["target"]["target-id"] for one in result["findings"]] == parts


def test_the_catalog_says_every_clause_and_every_way_in_which_it_is_checked(desk: Desk) -> None:
    agreement = desk.versions.agreements[-1]
    controls = clauses(as_catalog(agreement))
    assert [one["props"][0]["value"] for one in controls] == [one.number for one in agreement.clauses]
    for control, clause in zip(controls, agreement.clauses, strict=True):
        statement = next(part["prose"] for part in control["parts"] if part["name"] == "statement")
        assert re.sub(r"\\(.)", r"\1", statement) == clause.says
        looked_at = " ".join(
            part["parts"][0]["prose"] for part in control["parts"] if part["name"] == "assessment-method"
        )
        assert all(check.what in looked_at for check in clause.checks)
    assert Counter(values(json.loads(as_catalog(agreement)), "id")).most_common(1)[0][1] == 1


def test_a_sign_off_is_attested_by_a_post_and_stands_in_a_record(desk: Desk) -> None:
    filled(desk)
    (result,) = results(made(desk))["results"]
    (attestation,) = result["attestations"]
    (part,) = attestation["parts"]
    props = {one["name"]: one["value"] for one in part["props"]}
    (act,) = desk.ledger.opened(Action.SIGNED_OFF)
    assert props == {"clause": "1.2", "outcome": "met", "record": str(act.index)}
    assert attestation["responsible-parties"][0]["role-id"] == "auditor"


def test_the_records_that_speak_against_a_clause_are_cited(desk: Desk) -> None:
    filled(desk)
    of = made(desk)
    short = [one.index for one in of.gathered.decided if any(f.rule == "requests/notice" for f in one.found)]
    assert short
    (observed,) = (one for one in results(of)["results"][0]["observations"] if one["title"] == "Clause 4.21")
    cited = [one["value"] for one in values(observed["relevant-evidence"][1:], "props")]
    assert cited == [str(index) for index in short]
    assert observed["methods"] == ["TEST"]


def test_every_other_file_is_listed_with_its_digest(desk: Desk) -> None:
    files = files_of(made(desk), {"4.json": b"{}"}, {"index.pdf": b"%PDF"})
    document = json.loads(files[RESULTS])["assessment-results"]
    linked = [link for one in document["back-matter"]["resources"] for link in one.get("rlinks", []) if "hashes" in link]  # fmt: skip
    assert {one["href"]: one["hashes"][0]["value"] for one in linked} == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != RESULTS
    }
    assert CATALOG in files


def test_the_same_review_is_the_same_file_and_another_has_other_names(desk: Desk) -> None:
    filled(desk)
    of = made(desk)
    text = as_oscal(of, {})
    assert as_oscal(of, {}) == text
    ids = list(values(json.loads(text), "uuid"))
    assert len(ids) == len(set(ids))
    assert {uuid.UUID(one).version for one in ids} == {5}
    desk.made.append(decided(reference="T-7"))
    others = set(values(json.loads(as_oscal(made(desk), {})), "uuid"))
    parties = {one["uuid"] for one in json.loads(text)["assessment-results"]["metadata"]["parties"]}
    assert set(ids) & others == parties  # who they are does not change with a review
    assert json.loads(as_oscal(of, {"a": b"a"}))["assessment-results"]["uuid"] not in ids


def test_it_says_no_word_of_an_act_and_names_nobody(desk: Desk) -> None:
    filled(desk)
    files = files_of(made(desk), {}, {})
    for text in (files[RESULTS].decode(), files[CATALOG].decode()):
        assert "WORDS-OF" not in text
        assert "S-100" not in text


def test_many_records_are_cited_by_the_first_of_them(desk: Desk) -> None:
    filled(desk)
    of = made(desk)
    bad = next(one for one in of.gathered.decided if any(f.rule == "requests/notice" for f in one.found))
    many = tuple(replace(bad, index=1_000 + at) for at in range(25))
    of = replace(of, gathered=replace(of.gathered, decided=many))
    (observed,) = (one for one in results(of)["results"][0]["observations"] if one["title"] == "Clause 4.21")
    assert "1019 and 5 more" in observed["relevant-evidence"][1]["description"]


@given(st.text(), st.text())
def test_a_name_of_any_letters_is_a_token_and_no_other_name_has_it(one: str, other: str) -> None:
    assert TOKEN.match(token("clause", one))
    assert (token("clause", one) == token("clause", other)) == (one == other)


@given(st.text())
def test_no_word_is_a_mark_and_every_word_is_there(text: str) -> None:
    written = prose(text)
    assert re.sub(r"\\(.)", r"\1", written) == text
    assert not re.search(r"(?<!\\)(\\\\)*[*_`<\[{~^]", written)
    assert "\n" not in line(text)
