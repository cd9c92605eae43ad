"""Group commit: threads that append at the same time share one sync and one checkpoint.

Whoever finds nobody committing commits for all that wait by then, and hands over to the first of those who came in
the meantime. So a lone caller waits for nobody, and under load a commit grows as large as what came in while the last
one ran. Drafting is left to the one who commits: threads that computed beside it would take the interpreter from it
at every signature.
"""

from __future__ import annotations

from threading import Event, Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from isa_guard.model.decision import Decision
    from isa_guard.register.appender import Appender, Receipt
    from isa_guard.register.records.statement import Draft

AT_MOST: Final = 1_000  # records in one commit, so that nobody waits long for those who came together


class _Waiting:
    __slots__ = ("decision", "error", "receipt", "turn", "woken")

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        self.receipt: Receipt | None = None
        self.error: BaseException | None = None
        self.turn = False  # to commit for all that wait
        self.woken = Event()  # it is done, or it is this one's turn to commit


class Group:
    """An appender for many threads. After a failure it acknowledges nothing more, as the appender itself."""

    def __init__(self, appender: Appender) -> None:
        self._appender = appender
        self._waiting: list[_Waiting] = []
        self._queue = Lock()
        self._busy = False

    def append(self, decision: Decision) -> Receipt:
        """Record a decision and answer once it is durable. Raises as `Appender.append`, for all of one commit alike."""
        mine = _Waiting(decision)
        with self._queue:
            self._waiting.append(mine)
            waits, self._busy = self._busy, True
        if waits:
            try:
                mine.woken.wait()
            except BaseException:  # interrupted: the others must not wait for this one
                self._leave(mine)
                raise
        if mine.receipt is None and mine.error is None:
            self._commit()
        if mine.error is not None:
            raise mine.error
        assert mine.receipt is not None
        return mine.receipt

    def _commit(self) -> None:
        """Commit for all that wait, and wake them; then it is the turn of the first who came since."""
        with self._queue:
            together, self._waiting = self._waiting[:AT_MOST], self._waiting[AT_MOST:]
        drafts: list[tuple[_Waiting, Draft]] = []
        for one in together:
            try:
                drafts += [(one, draft) for draft in self._appender.drafted((one.decision,))]
            except BaseException as error:  # noqa: BLE001 - what cannot be drafted fails alone
                one.error = error
        try:
            receipts = self._appender.commit([draft for _, draft in drafts])
        except BaseException as error:  # noqa: BLE001 - each waiter raises it in its own thread
            for one, _ in drafts:
                one.error = error
        else:
            for (one, _), receipt in zip(drafts, receipts, strict=True):
                one.receipt = receipt
        with self._queue:
            self._hand_over()
        for one in together:
            one.woken.set()

    def _leave(self, mine: _Waiting) -> None:
        with self._queue:
            if mine in self._waiting:
                self._waiting.remove(mine)
                if mine.turn:
                    self._hand_over()

    def _hand_over(self) -> None:
        """Say whose turn it is. To be called with the queue held."""
        self._busy = bool(self._waiting)
        for one in self._waiting[:1]:
            one.turn = True
            one.woken.set()
