"""Identifiers in exports: in free text (`find`) and in tables (`scan_table`), graded, and never by their value."""

from isa_guard.scan.identifiers.find import Context, Hit, find
from isa_guard.scan.identifiers.grading import Confidence, Evidence
from isa_guard.scan.identifiers.known import NOBODY, Known
from isa_guard.scan.identifiers.plain import normalise
from isa_guard.scan.identifiers.shape import shape
from isa_guard.scan.identifiers.table import Found, Table, TableScan, scan_table
from isa_guard.scan.identifiers.tally import Limits

__all__ = [
    "NOBODY",
    "Confidence",
    "Context",
    "Evidence",
    "Found",
    "Hit",
    "Known",
    "Limits",
    "Table",
    "TableScan",
    "find",
    "normalise",
    "scan_table",
    "shape",
]
