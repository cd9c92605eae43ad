"""What became of one rule for one fact."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """The four outcomes. CANNOT_TELL is never taken for MET: an error in either condition leads to it."""

    MET = "met"
    NOT_MET = "not-met"
    CANNOT_TELL = "cannot-tell"
    NOT_APPLICABLE = "not-applicable"
