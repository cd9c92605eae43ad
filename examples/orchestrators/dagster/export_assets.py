"""Dagster: an export as an asset, the gate as a blocking check of it, and what is sent as the asset after it."""

import shutil
from pathlib import Path

import dagster as dg
from export_gate import NotPermitted, ask, hand_over

AGREEMENT = "cambridgeshire-opcc"


class Folders(dg.ConfigurableResource):
    """Where the export is written and handed over. `extract` is what the export copies."""

    extract: str = "examples/complaints-extract"
    outgoing: str = "outgoing"
    manifest: str = "export.yaml"
    outbox: str = "outbox"

    @property
    def declared(self) -> Path:
        """The manifest of what is outgoing."""
        return Path(self.outgoing) / self.manifest


@dg.asset
def outgoing_export(folders: Folders) -> None:
    """Write the files and the manifest that declares them; a job of yours stands here."""
    shutil.copytree(folders.extract, folders.outgoing, dirs_exist_ok=True)


@dg.asset_check(asset=outgoing_export, blocking=True)
def keeps_to_the_agreement(folders: Folders) -> dg.AssetCheckResult:
    """Ask the gate. A severity of WARN would block nothing, so there is none: a referral is an ERROR too."""
    answer = ask(folders.declared, AGREEMENT)
    return dg.AssetCheckResult(
        passed=answer.exit_code == 0,
        severity=dg.AssetCheckSeverity.ERROR,
        description=str(answer),
        metadata={
            "verdict": answer.verdict,
            "exit code": answer.exit_code,
            "stopped by": dg.MetadataValue.json(list(answer.stopped_by)),
            "fact sha256": answer.fact,
            "report": dg.MetadataValue.md(f"```\n{answer.report}```"),
        },
    )


@dg.asset(deps=[outgoing_export])
def handed_over(folders: Folders) -> dg.MaterializeResult:
    """Hand over the files of the manifest. It asks again: an asset that is materialised alone runs no check before it."""
    try:
        names = hand_over(folders.declared, AGREEMENT, folders.outbox)
    except NotPermitted as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    return dg.MaterializeResult(metadata={"files": dg.MetadataValue.json(list(names))})


defs = dg.Definitions(
    assets=[outgoing_export, handed_over],
    asset_checks=[keeps_to_the_agreement],
    resources={"folders": Folders()},
)
