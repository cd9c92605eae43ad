"""The report as SARIF 2.1.0 (OASIS), which code hosts show on the lines of the fact."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from isa_guard.report.page import LEADS_TO
from isa_guard.report.results import Result, results
from isa_guard.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isa_guard.errors import Place
    from isa_guard.report.run import Run

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
Json = dict[str, object]


def render(run: Run) -> str:
    """Answer the report, one JSON object ending in a newline."""
    return document(results(run), run.exit_code, whole=not run.problems)


def document(found: Sequence[Result], exit_code: int, *, whole: bool) -> str:
    """Answer the document of any results; `whole` says that nothing was left unread."""
    rules: dict[str, Result] = {}
    for one in found:
        rules.setdefault(one.rule_id, one)
    order = {rule_id: index for index, rule_id in enumerate(rules)}
    data: Json = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "isa-guard",
                        "semanticVersion": __version__,
                        "rules": [_rule(one) for one in rules.values()],
                    }
                },
                "invocations": [{"executionSuccessful": whole, "exitCode": exit_code}],
                "columnKind": "unicodeCodePoints",
                "results": [_result(one, order[one.rule_id]) for one in found],
            }
        ],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _rule(one: Result) -> Json:
    rule = one.rule
    if rule is None:
        return {"id": one.rule_id, "shortDescription": {"text": one.title}}
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": " ".join(rule.why.split())},
        "help": {"text": f"{' '.join(rule.why.split())} Not met, it leads to: {LEADS_TO[rule.otherwise]}."},
    }


def _result(one: Result, index: int) -> Json:
    return {
        "ruleId": one.rule_id,
        "ruleIndex": index,
        "level": one.gravity.value,
        "message": {"text": one.message},
        "locations": [{"physicalLocation": _location(one.place)}],
        "partialFingerprints": {"isaGuardFinding/v1": one.fingerprint},
    }


def _location(place: Place) -> Json:
    location: Json = {"artifactLocation": {"uri": quote(place.source, errors="surrogateescape")}}
    if place.line:
        region: Json = {"startLine": place.line}
        if place.column:
            region["startColumn"] = place.column
        location["region"] = region
    return location
