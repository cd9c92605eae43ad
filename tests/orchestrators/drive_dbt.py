"""Run by the Python that has dbt: `dbt run`, in dbt's own words and process, once for each project on standard input."""

from __future__ import annotations

import json
import os
import sys

from dbt.cli.main import dbtRunner

for configuration in json.load(sys.stdin):
    os.chdir(configuration["project"])
    done = dbtRunner().invoke(
        ["run", "--no-partial-parse", "--vars", json.dumps(configuration["vars"]), *configuration["more"]]
    )
    models = {one.node.name: str(one.status) for one in done.result or ()}
    print(f"\n=== {json.dumps({'success': done.success, 'models': models})}", flush=True)
