"""How the tests run everywhere: examples are found anew on a developer's machine, and are the same ones in CI.

A submission must not fail on an example that its author never saw; what is found at random becomes a case.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("developer", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "developer")
