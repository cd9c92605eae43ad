"""Run by the Python that has Dagster: the example's assets and check, once for each configuration on standard input."""

from __future__ import annotations

import json
import sys

import dagster as dg
import export_assets as example

for configuration in json.load(sys.stdin):
    folders = example.Folders(**configuration["folders"])
    asked = [getattr(example, name) for name in configuration["select"]]
    run = dg.materialize(asked, resources={"folders": folders}, raise_on_error=False)
    checks = [
        [one.passed, one.severity.value, {name: value.value for name, value in one.metadata.items()}]
        for one in run.get_asset_check_evaluations()
    ]
    steps = {
        str(one.step_key): one.event_type_value
        for one in run.all_events
        if one.event_type_value in {"STEP_SUCCESS", "STEP_FAILURE", "STEP_SKIPPED"}
    }
    print(f"\n=== {json.dumps({'success': run.success, 'steps': steps, 'checks': checks})}", flush=True)
