"""Readers of what an export consists of: `read_contents` hands on all that stands in a file, each part with its place."""

from isa_guard.scan.readers.limits import ReadLimits
from isa_guard.scan.readers.reading import read_contents

__all__ = ["ReadLimits", "read_contents"]
