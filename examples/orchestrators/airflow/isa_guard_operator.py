"""An Airflow operator that lets an export through, or fails its task for good. For Airflow 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException
from export_gate import ask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context


class IsaGuardOperator(BaseOperator):
    """Asks whether the export of `manifest` may be sent under `agreement`: `export >> IsaGuardOperator(...) >> send`.

    It succeeds on a permit alone. A refusal, a referral and what cannot be read fail at once, whatever `retries` says,
    for the same files get the same answer. It never skips, since what follows could be told to run after a skip.
    `as_of` is a day; without it the decision is made as at now.
    """

    template_fields: ClassVar[Sequence[str]] = ("manifest", "as_of")  # who starts a run chooses no agreement

    def __init__(self, *, manifest: str, agreement: str, as_of: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.manifest = manifest
        self.agreement = agreement
        self.as_of = as_of

    def execute(self, context: Context) -> str:  # noqa: ARG002 - Airflow's signature
        """Answer the digest of the fact that was permitted. Raises AirflowFailException for anything else."""
        answer = ask(self.manifest, self.agreement, self.as_of)
        if answer.exit_code != 0:
            self.log.error("%s", answer.report)
            raise AirflowFailException(str(answer))
        self.log.info("%s", answer.report)
        fact: str = answer.fact
        return fact
