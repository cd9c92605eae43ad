"""A DAG that exports, asks, and sends. `send` keeps the default trigger rule: all that is upstream succeeded."""

from __future__ import annotations

import shutil
from typing import Any

from airflow.sdk import Param, dag, task
from export_gate import hand_over
from isa_guard_operator import IsaGuardOperator

AGREEMENT = "cambridgeshire-opcc"  # a matter of the DAG: whoever starts a run does not choose it


@dag(
    schedule=None,
    params={
        "extract": Param("examples/complaints-extract", type="string", description="what the export copies"),
        "outgoing": Param(
            "outgoing", type="string", description="where the export and its manifest are written"
        ),
        "manifest": Param("export.yaml", type="string"),
        "outbox": Param("outbox", type="string", description="what stands here is sent"),
    },
    render_template_as_native_obj=False,
)
def complaints_extract() -> None:
    """Three steps, in this order and no other."""

    @task
    def export(params: dict[str, Any]) -> None:
        """Write the files and the manifest that declares them; a job of yours stands here."""
        shutil.copytree(params["extract"], params["outgoing"], dirs_exist_ok=True)

    gate = IsaGuardOperator(
        task_id="gate",
        manifest="{{ params.outgoing }}/{{ params.manifest }}",
        agreement=AGREEMENT,
        retries=2,
    )

    @task
    def send(params: dict[str, Any]) -> list[str]:
        """Hand over the files of the manifest."""
        manifest = f"{params['outgoing']}/{params['manifest']}"
        return list(hand_over(manifest, AGREEMENT, params["outbox"]))

    export() >> gate >> send()


DAG = complaints_extract()
