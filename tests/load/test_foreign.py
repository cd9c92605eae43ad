"""Data packages and data contracts, read as exports: what they declare, each at the place where it is written."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from isa_guard.errors import LoadError
from isa_guard.load.facts import read_facts, type_fact
from isa_guard.load.manifest import read_manifest
from isa_guard.model.manifest import Manifest, Role, Treatment
from isa_guard.model.schemas import SCHEMAS

SHA = "0123456789abcdef" * 4
SAID = {
    "agreement": "cambridgeshire-opcc",
    "export": {"reference": "X-1", "from": "constabulary", "release": "microdata"},
}
KEY = {"category": "complaints", "treatment": "pseudonymised", "role": "key"}
AREA = {"category": "complaints", "treatment": "clear", "holds": ["postcode"]}
PACKAGE: dict[str, Any] = {
    "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
    "name": "complaints",
    "isa-guard": SAID,
    "resources": [
        {
            "name": "cases",
            "path": "cases.csv",
            "hash": f"sha256:{SHA}",
            "isa-guard": {"rows": 3},
            "schema": {
                "fields": [
                    {"name": "case_key", "type": "string", "isa-guard": KEY},
                    {"name": "area", "isa-guard": AREA},
                ]
            },
        }
    ],
}
CONTRACT: dict[str, Any] = {
    "apiVersion": "v3.0.2",
    "kind": "DataContract",
    "id": "complaints",
    "customProperties": [{"property": "other", "value": 1}, {"property": "isa-guard", "value": SAID}],
    "schema": [
        {
            "name": "cases",
            "physicalName": "cases.csv",
            "customProperties": [{"property": "isa-guard", "value": {"sha256": SHA, "rows": 3}}],
            "properties": [
                {
                    "name": "case_key",
                    "logicalType": "string",
                    "customProperties": [{"property": "isa-guard", "value": KEY}],
                },
                {"name": "area", "customProperties": [{"property": "isa-guard", "value": AREA}]},
            ],
        }
    ],
}


def manifest(data: dict[str, Any]) -> Manifest:
    (fact,) = read_facts(json.dumps(data, indent=1).encode(), "datapackage.json")
    assert fact.agreement == "cambridgeshire-opcc"
    assert type_fact(fact, SCHEMAS).values["from"] == "constabulary"
    return read_manifest(fact)


@pytest.mark.parametrize("data", [PACKAGE, CONTRACT], ids=["frictionless", "odcs"])
def test_it_declares_files_by_digest_and_columns_by_treatment(data: dict[str, Any]) -> None:
    found = manifest(data)
    assert [(one.path, one.sha256, one.rows) for one in found.files] == [("cases.csv", SHA, 3)]
    assert {name: (one.treatment, one.role) for name, one in found.columns.items()} == {
        "case_key": (Treatment.PSEUDONYMISED, Role.KEY),
        "area": (Treatment.CLEAR, Role.OTHER),
    }
    assert found.columns["area"].holds == ("postcode",)


@pytest.mark.parametrize("data", [PACKAGE, CONTRACT], ids=["frictionless", "odcs"])
def test_a_fault_is_told_where_it_is_written(data: dict[str, Any]) -> None:
    text = json.dumps(data, indent=1).replace('"pseudonymised"', '"secret"').replace(SHA, "0")
    (fact,) = read_facts(text.encode(), "x.json")
    with pytest.raises(LoadError) as caught:
        read_manifest(fact)
    lines = text.splitlines()
    (one,) = caught.value.problems
    assert "this should be 'clear'" in one.what
    assert "secret" in lines[one.place.line - 1]


def test_a_resource_without_a_digest_is_refused() -> None:
    package = json.loads(json.dumps(PACKAGE))
    del package["resources"][0]["hash"]
    (fact,) = read_facts(json.dumps(package).encode(), "x.json")
    with pytest.raises(LoadError, match="this is no SHA-256"):
        read_manifest(fact)


def test_a_digest_of_another_kind_is_refused() -> None:
    package = json.loads(json.dumps(PACKAGE))
    package["resources"][0]["hash"] = "5d41402abc4b2a76b9719d911017c592"  # by itself, MD5
    (fact,) = read_facts(json.dumps(package).encode(), "x.json")
    with pytest.raises(LoadError, match="this is no SHA-256"):
        read_manifest(fact)


def test_a_resource_in_several_files_is_several_files() -> None:
    package = json.loads(json.dumps(PACKAGE))
    package["resources"][0]["path"] = ["a.csv", "b.csv"]
    assert [one.path for one in manifest(package).files] == ["a.csv", "b.csv"]


def test_a_column_of_which_nothing_is_said_is_refused() -> None:
    package = json.loads(json.dumps(PACKAGE))
    del package["resources"][0]["schema"]["fields"][1]["isa-guard"]
    (fact,) = read_facts(json.dumps(package).encode(), "x.json")
    with pytest.raises(LoadError, match="`category` is missing"):
        read_manifest(fact)


@pytest.mark.parametrize(
    "data",
    [
        {"resources": []},
        {"resources": [1, "x", None]},
        {"kind": "DataContract", "apiVersion": 3, "schema": [[]]},
    ],
)
def test_what_only_looks_like_one_is_an_error_and_no_defect(data: Any) -> None:
    with pytest.raises(LoadError):
        for fact in read_facts(yaml.safe_dump(data).encode(), "x.yaml"):
            read_manifest(fact)
