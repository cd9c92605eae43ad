"""The log of our own running: to standard error, as words or as JSON lines; never a value out of a fact.

structlog is imported and set up at the first event that is to be written, and not at all where none is.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40}


@dataclass(slots=True)
class Log:
    """Where events go, and from which level on. `event` names are codes; the rest are ids, digests and counts."""

    level: str = "warning"
    form: str = "text"
    _logger: FilteringBoundLogger | None = None

    def info(self, event: str, **what: str | int) -> None:
        """Write something that went as it should."""
        if LEVELS[self.level] <= LEVELS["info"]:
            self._bound().info(event, **what)

    def warning(self, event: str, **what: str | int) -> None:
        """Write something that somebody should look at."""
        if LEVELS[self.level] <= LEVELS["warning"]:
            self._bound().warning(event, **what)

    def _bound(self) -> FilteringBoundLogger:
        if self._logger is None:
            import structlog

            renderer = (
                structlog.processors.JSONRenderer(sort_keys=True)
                if self.form == "json"
                else structlog.dev.ConsoleRenderer(colors=False)
            )
            structlog.configure(
                processors=[
                    structlog.processors.add_log_level,
                    structlog.processors.TimeStamper(fmt="iso", utc=True),
                    renderer,
                ],
                wrapper_class=structlog.make_filtering_bound_logger(LEVELS[self.level]),
                logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
            )
            self._logger = structlog.get_logger("isa-guard")
        return self._logger


LOG: Final = Log()  # one process, one log; its level is set by the command line before anything runs
