"""Two readers of OSCAL that are not ours look at the files that are named: what they have against each, as JSON.

compliance-trestle knows the models by their classes, `oscal` by NIST's metaschemas: cardinalities and allowed values too.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from oscal import OSCAL
from trestle.common.err import TrestleError
from trestle.oscal.assessment_results import AssessmentResults
from trestle.oscal.catalog import Catalog


def against(path: Path) -> list[str]:
    """What they have against one file."""
    (root,) = json.loads(path.read_text())
    model = {"assessment-results": AssessmentResults, "catalog": Catalog}[root]
    found = []
    try:
        if model.oscal_read(path) is None:
            found.append("trestle: there is no such file")
    except TrestleError as error:
        found.append(f"trestle: {error}")
    document = OSCAL.loads(path.read_text())
    if not document.validate():
        found += [f"oscal: {one}" for one in document.validation_errors] or ["oscal: no reason given"]
    return found


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps([against(Path(name)) for name in sys.argv[1:]]) + "\n")
