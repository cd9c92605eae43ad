"""The manifest of an export: its files and columns, every fault told at its own place."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from isa_guard.errors import LoadError
from isa_guard.language.values import Value
from isa_guard.load.facts import UntypedFact, read_facts, type_fact
from isa_guard.load.manifest import read_manifest, with_found
from isa_guard.model.facts import FactKind
from isa_guard.model.manifest import Role, Treatment
from isa_guard.model.schemas import FOUND, SCHEMAS

SHA = "0123456789abcdef" * 4
MANIFEST: dict[str, Any] = {
    "format": "isa-guard/export/1",
    "export": {"reference": "X-1", "marking": "OFFICIAL"},
    "files": [{"path": "cases.csv", "sha256": SHA, "rows": 3}],
    "columns": {
        "key": {"category": "cases", "treatment": "pseudonymised", "role": "key"},
        "postcode": {"category": "cases", "treatment": "clear", "holds": ["postcode"]},
    },
}


def untyped(**changes: Any) -> UntypedFact:
    text = yaml.safe_dump({**json.loads(json.dumps(MANIFEST)), **changes}, sort_keys=False)
    (fact,) = read_facts(text.encode(), "export.yaml")
    return fact


def said(**changes: Any) -> str:
    with pytest.raises(LoadError) as caught:
        read_manifest(untyped(**changes))
    return "\n".join(f"{one.place}: {one.what}" for one in caught.value.problems)


def file(**changes: Any) -> list[dict[str, Any]]:
    return [{**MANIFEST["files"][0], **changes}]


def test_a_manifest_names_its_files_and_what_was_done_to_each_column() -> None:
    found = read_manifest(untyped())
    assert [(one.path, one.sha256, one.rows) for one in found.files] == [("cases.csv", SHA, 3)]
    assert found.columns["key"].treatment is Treatment.PSEUDONYMISED
    assert found.columns["key"].role is Role.KEY
    assert found.columns["postcode"].holds == ("postcode",)
    assert str(found.columns["postcode"].place).startswith("export.yaml:15:5")


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ([], "the export names no file"),
        (file(path="../cases.csv"), "leads away from the manifest"),
        (file(path="/etc/hostname"), "leads away from the manifest"),
        (file(path="a\\b.csv"), "leads away from the manifest"),
        ([*file(), *file()], "this file is named twice"),
        (file(sha256="0123"), "this is no SHA-256"),
        (file(holds=["postcod"]), "no identifier is called `postcod`"),
        (file(rows="3"), "should be a whole number"),
        (file(sise=3), "sise"),
        (file(path="a" * 1_001), "at most 1000"),
        (file(path=""), "this is empty"),
        (file(path="a\0b"), "holds what is no letter"),
        (file(path="a\nb"), "holds what is no letter"),
    ],
)
def test_a_file_that_cannot_be_meant_is_named(files: Any, what: str) -> None:
    assert what in said(files=files)


@pytest.mark.parametrize(
    ("column", "what"),
    [
        ({"category": "cases", "treatment": "hidden"}, "this should be 'clear'"),
        ({"category": "cases"}, "treatment"),
        ({"category": "cases", "treatment": "pseudonymised", "holds": ["nhs-number"]}, "holds no identifier"),
        ({"category": "cases", "treatment": "clear", "holds": ["nhs"]}, "no identifier is called `nhs`"),
    ],
)
def test_a_column_that_cannot_be_meant_is_named(column: Any, what: str) -> None:
    assert what in said(columns={"x": column})


def test_every_fault_is_told_at_once() -> None:
    told = said(
        files=file(path="/a", sha256="x"),
        columns={"x": {"category": "c", "treatment": "clear", "holds": ["a", "b"]}},
    )
    assert len(told.splitlines()) == 4


@pytest.mark.parametrize("name", FOUND)
def test_a_manifest_does_not_say_what_was_found_in_its_files(name: str) -> None:
    assert f"`{name}` is what is found in the files" in said(export={"reference": "X-1", name: []})


def test_what_was_found_becomes_part_of_the_document_that_is_decided_and_replayed() -> None:
    found: dict[str, Value] = {
        "identifiers": ("nhs-number",),
        "marked": "OFFICIAL",
        "marked_formerly": False,
        "changed": (),
    }
    enriched = with_found(untyped(), found)
    fact = type_fact(enriched, SCHEMAS)
    assert fact.values["identifiers"] == ("nhs-number",)
    (again,) = read_facts(fact.content, "case")
    replayed = type_fact(again, SCHEMAS)
    assert (replayed.values, replayed.digest, replayed.position) == (fact.values, fact.digest, fact.position)
    assert fact.kind is FactKind.EXPORT


def test_files_stand_beside_exports_alone() -> None:
    with pytest.raises(LoadError, match="the key `files` is not known here"):
        read_facts(b"format: isa-guard/transfer/1\ntransfer: {reference: T}\nfiles: []\n", "t.yaml")
