"""Small documents to load: an agreement folder written to disk, with parts changed by the test."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import yaml

from isa_guard.load.agreement import Shelf, load
from isa_guard.load.packs import shipped
from isa_guard.model.agreement import Agreement

RULE: dict[str, Any] = {
    "id": "own/volume",
    "title": "Not too many records",
    "why": "An invented rule.",
    "on": "transfer",
    "needs": ["transfer.volume"],
    "require": "transfer.volume <= agreement.terms.volume.most",
    "otherwise": "refuse",
    "seen": "{transfer.volume} records",
    "satisfy": "send at most {agreement.terms.volume.most}",
}
SMALL: dict[str, Any] = {
    "format": "isa-guard/agreement/1",
    "id": "small",
    "version": "1",
    "title": "A small agreement",
    "in-force": {"from": "2026-01-01"},
    "parties": {
        "north": {"name": "North", "kind": "police-force", "mail": ["north.police.uk"]},
        "south": {"name": "South", "kind": "local-authority"},
    },
    "spoc": {"post": "SPOC officer", "acts-for": "north"},
    "flows": [{"from": "north", "to": "south"}],
    "gateways": {"power": "an invented power"},
    "categories": {"figures": {"title": "Figures"}, "cases": {"title": "Cases"}},
    "purposes": {
        "oversight": {"title": "Oversight", "gateways": ["power"], "categories": ["figures", "cases"]}
    },
    "terms": {"volume": {"most": 500}},
    "clauses": {
        "1": {"section": "1", "says": "At most 500 records.", "checked-by": {"rules": ["own/volume"]}}
    },
    "uses": [],
    "rules": [RULE],
}


def small(**changes: Any) -> dict[str, Any]:
    """The small agreement with top-level keys replaced (underscores stand for hyphens); None removes one."""
    data = copy.deepcopy(SMALL)
    for key, value in changes.items():
        name = key.replace("_", "-")
        if value is None:
            data.pop(name, None)
        else:
            data[name] = value
    return data


def rule(**changes: Any) -> dict[str, Any]:
    """The small agreement's rule with keys replaced; None removes one."""
    return {key: value for key, value in {**RULE, **changes}.items() if value is not None}


def write(folder: Path, data: dict[str, Any] | str, name: str = "agreement.yaml") -> Path:
    """The file, written."""
    folder.mkdir(parents=True, exist_ok=True)
    text = (
        data
        if isinstance(data, str)
        else yaml.safe_dump(json.loads(json.dumps(data)), sort_keys=False, allow_unicode=True)
    )
    (folder / name).write_text(text, "utf-8")
    return folder


def loaded(folder: Path, data: dict[str, Any] | str, policies: Path | None = None) -> Agreement:
    """The agreement, loaded from disk with the shipped packs."""
    shelf = Shelf((shipped("rules"),), (policies,) if policies else ())
    return load(write(folder, data), shelf).agreements[0]
