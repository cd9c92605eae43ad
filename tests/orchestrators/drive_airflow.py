"""Run by the Python that has Airflow: the example's DAG, once for each configuration on standard input."""

from __future__ import annotations

import json
import sys

import export_dag

for configuration in json.load(sys.stdin):
    run = export_dag.DAG.test(run_conf=configuration)
    tasks = {one.task_id: [str(one.state), one.try_number] for one in run.get_task_instances()}
    print(f"\n=== {json.dumps({'state': str(run.state), 'tasks': tasks})}", flush=True)
