"""Threads that each keep the patterns of a few identifiers ready.

polars keeps the last 32 patterns that a thread has compiled, and looking through one batch of one column takes four
times as many. So each identifier has its lane, in which its patterns are still there for the next column and batch.
"""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from isa_guard.uk.identifiers import IDENTIFIERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from isa_guard.uk.identifiers import Identifier

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

# At most three identifiers to a lane, of about eight patterns each.
_LANES: Final = 9
_LANE_OF: Final = {one.entity: place % _LANES for place, one in enumerate(IDENTIFIERS)}


def in_lane(
    identifier: Identifier, work: Callable[Given, Answer], *args: Given.args, **kwargs: Given.kwargs
) -> Future[Answer]:
    """Do work in the lane of an identifier; its result is that of the future."""
    return _lane(_LANE_OF[identifier.entity]).submit(work, *args, **kwargs)


@cache
def _lane(number: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, f"identifiers-{number}")


# The threads do not come along into a forked process.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_lane.cache_clear)
