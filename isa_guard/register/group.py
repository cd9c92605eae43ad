"""Group commit: threads that append at the same time share one sync and one checkpoint.

Whoever finds nobody committing commits for all that wait by then. So a lone caller waits for nobody, and under load
a commit grows as large as what came in while the last one ran.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from isa_guard.model.decision import Decision
    from isa_guard.register.register import Appender, Receipt
    from isa_guard.register.statement import Draft

AT_MOST: Final = 1_000  # records in one commit, so that nobody waits long for those who came together


class _Waiting:
    __slots__ = ("draft", "error", "receipt")

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.receipt: Receipt | None = None
        self.error: BaseException | None = None


class Group:
    """An appender for many threads. After a failure it acknowledges nothing more, as the appender itself."""

    def __init__(self, appender: Appender) -> None:
        self._appender = appender
        self._waiting: list[_Waiting] = []
        self._queue = Lock()
        self._committing = Lock()

    def append(self, decision: Decision) -> Receipt:
        """Record a decision and answer once it is durable. Raises as `Appender.append`, for all of one commit alike."""
        (draft,) = self._appender.drafted((decision,))
        mine = _Waiting(draft)
        with self._queue:
            self._waiting.append(mine)
        with self._committing:
            while mine.receipt is None and mine.error is None:
                self._commit()
        if mine.error is not None:
            raise mine.error
        assert mine.receipt is not None
        return mine.receipt

    def _commit(self) -> None:
        with self._queue:
            together, self._waiting = self._waiting[:AT_MOST], self._waiting[AT_MOST:]
        try:
            receipts = self._appender.commit([one.draft for one in together])
        except BaseException as error:  # noqa: BLE001 - each waiter raises it in its own thread
            for one in together:
                one.error = error
            return
        for one, receipt in zip(together, receipts, strict=True):
            one.receipt = receipt
