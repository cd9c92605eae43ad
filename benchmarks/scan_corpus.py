"""Invented UK exports with the truth of every cell known beforehand, from a seed.

`sparse`: identifiers in one note in five hundred, the other notes full of what only looks like them. `dense`: seven
columns of identifiers among seventeen. The sentences were written before any scanner was tried on them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from random import Random

from benchmarks.scan_values import ISSUED, figures, hexes, look_alike, spoilt, written

RARE = 0.002


class Kind(StrEnum):
    SPARSE = "sparse"
    DENSE = "dense"


@dataclass(frozen=True)
class Label:
    """An identifier that stands in a cell; rows from 0."""

    row: int
    column: str
    entity: str


SAID = {
    "nhs-number": ["patient confirmed, NHS number {}", "NHS no {} on the wristband", "hospital rang about NHS {}", "wristband reads {}", "{} is the number on her hospital letter"],
    "chi-number": ["Scottish record, CHI {}", "CHI number {} held in Glasgow"],
    "health-and-care-number": ["Belfast gave the H&C number {}", "HCN {} on the letter"],
    "national-insurance-number": ["gave NINO {}", "NI number {} from payslip", "national insurance: {}", "payslip shows {}"],
    "pnc-id": ["PNC {} checked on arrival", "no trace other than PNC ID {}", "trace shows {}"],
    "cro-number": ["prints held under CRO {}", "see CRO number {}"],
    "arrest-summons-number": ["ASN {} to be resulted", "court asks for arrest summons number {}"],
    "police-urn": ["file URN {} returned by CPS", "case urn {}"],
    "crime-reference": ["linked to crime {}", "victim quotes crime reference {}", "{} closed by the desk"],
    "prison-number": ["in custody, prison number {}", "NOMIS no: {}", "{} moved to another wing"],
    "driving-licence": ["produced driving licence {}", "driver number read as {}"],
    "passport": ["travelled on passport {}", "passport number {} seized", "Border Force noted {}"],
    "utr": ["self assessment, UTR {}", "tax reference {} on the return"],
    "upn": ["school says UPN {}", "pupil number {}"],
    "uln": ["college record, ULN {}", "unique learner number {}", "college quotes {}"],
    "vehicle-registration": ["made off in a van, reg {}", "vehicle {} on the drive", "index number {}", "{} parked across the drive"],
    "postcode": ["last known postcode {}", "now resides {}", "parcel left near {}"],
    "address": ["lives at {}", "moved to address {}"],
    "uprn": ["council lists UPRN {}", "uprn {} is a flat"],
    "phone": ["call back on {}", "mobile {} goes to voicemail", "mother's tel {}", "{} rang at noon", "text sent to {}"],
    "email": ["replies from {}", "please use {} only"],
    "iban": ["refund to {}", "money left for IBAN {}"],
    "bank-account": ["refund to sort code and account number {}", "bank account {} was used"],
    "payment-card": ["card {} was cloned", "paid with credit card {}", "{} declined at the till"],
    "date-of-birth": ["date of birth {}", "DOB {} given", "born {} in Leeds", "birthday card dated {}", "the certificate says {}"],
    "ip-address": ["posted from IP {}", "last IP address {}"],
    "person-name": ["spoke to {} at the desk", "{} to attend court"],
}  # fmt: skip
DECOYS = [
    "order {ten} sent out", "order no {nhs} returned", "invoice {ten} unpaid", "parcel tracking {card}", "stock item {mark} short",
    "product code {nino}", "SKU {prison} withdrawn", "part no {nhs} on the van", "asset {nine} scrapped", "ticket {ten} closed by desk",
    "seen {date} and again {date}", "meeting moved to {date}", "review due {date}", "hearing on {date} at 10:30", "hash {sha}",
    "commit {sha} rolled back", "session {uuid} timed out", "NHS number {bad_nhs} rejected by the spine", "card {bad_card} mistyped",
    "PNC {bad_pnc} does not exist", "CRO {bad_cro} refused by system", "UPN {bad_upn} wrong", "NHS no {alike} as typed", "budget of £{money}",
    "grid ref TL {five} {five}", "version {version} installed", "call 101 or 999", "switchboard 0300 123 4567", "freephone 0800 111 {three}",
    "drama number 07700 900{three}", "log {five} of {date}", "batch {nhs} expired", "serial {ten} replaced", "meter {nine} read",
    "isbn 978-0-14-{five}{one}-{one}", "room {three}, floor {one}", "{ten} records loaded", "IBAN {bad_iban} bounced", "see s.{one}.{one} and annex {one}",
    "QQ{six}C is the sample on the form", "latitude 52.{six}, longitude 0.{six}", "at 10:15:30 the alarm rang", "purchase order {six}/{two}",
    "NHS trust order {ten} arrived", "telephone order {ten} paid", "card reader serial {card} swapped", "mobile unit sent to {five} Fen Road",
    "passport office visit on {date}", "vehicle service due {date}", "crime scene closed {date}", "prison visit booked {date}", "bank holiday {date}",
    "pupil count {five} of {six}", "IP camera firmware {version}.{three}", "NHS ward {three} rang about parcel {nhs}", "tax year return {ten} pages",
    "account query, ticket {nine}", "birth rate figures {six}", "the number was {nhs} units", "code {mark} on the lid", "driver update {version}",
]  # fmt: skip
PLAIN = [
    "Nothing further to report", "Resident advised by letter", "Patrol asked to pass by in the evening", "Awaiting a reply from the council",
    "Case discussed at the weekly meeting and left open", "Line manager informed and content", "CCTV viewed with no result",
    "The gate was found open and has since been repaired", "Duplicate of an earlier entry", "Closed after review",
]  # fmt: skip
OPENINGS = ["", "", "Update: ", "Note - ", "Duty desk: ", "As agreed, "]
CLOSINGS = ["", ".", ". No further action.", "; to be reviewed", ", filed.", ". Copy on file."]
STATIONS = ["Parkside", "Thorpe Wood", "Copse Court", "March", "Wisbech"]
KINDS = ["burglary", "fraud", "welfare", "traffic", "nuisance"]


def note(random: Random) -> str:
    """A note that names nobody."""
    if random.random() < 0.5:
        return f"{random.choice(OPENINGS)}{random.choice(PLAIN)}{random.choice(CLOSINGS)}"
    date = f"{random.randint(1, 28):02}/{random.randint(1, 12):02}/{random.randint(2022, 2025)}"
    sentence = random.choice(DECOYS)
    made = {
        "date": date, "uuid": _uuid(random), "sha": hexes(random, 40), "version": f"{random.randint(1, 9)}.{random.randint(0, 30)}.{random.randint(0, 9)}",
        "money": f"{random.randint(1, 999)},{figures(random, 3)}.{figures(random, 2)}", "one": figures(random, 1), "two": figures(random, 2),
        "three": figures(random, 3), "five": figures(random, 5), "six": figures(random, 6), "nine": figures(random, 9), "ten": figures(random, 10),
    }  # fmt: skip
    for key, entity in _NAMED.items():
        if f"{{{key}}}" in sentence:
            made[key] = ISSUED[entity](random)
        if f"{{bad_{key}}}" in sentence:
            made[f"bad_{key}"] = spoilt(random, entity)
    if "{alike}" in sentence:
        made["alike"] = look_alike(random)
    return f"{random.choice(OPENINGS)}{sentence.format(**made)}{random.choice(CLOSINGS)}"


_NAMED = {
    "nhs": "nhs-number", "card": "payment-card", "mark": "vehicle-registration", "nino": "national-insurance-number",
    "prison": "prison-number", "pnc": "pnc-id", "cro": "cro-number", "upn": "upn", "iban": "iban",
}  # fmt: skip


def _uuid(random: Random) -> str:
    return (
        f"{hexes(random, 8)}-{hexes(random, 4)}-4{hexes(random, 3)}-a{hexes(random, 3)}-{hexes(random, 12)}"
    )


def telling_note(random: Random, entity: str) -> str:
    value = written(random, entity, ISSUED[entity](random))
    return (
        f"{random.choice(OPENINGS)}{random.choice(SAID[entity]).format(value)}{random.choice(CLOSINGS[:-1])}"
    )


def sparse(random: Random, rows: int, labels: list[Label]) -> Iterator[list[str]]:
    yield ["record_id", "opened", "station", "category", "order_ref", "amount", "digest", "notes", "outcome"]
    start = random.randint(4_100_000_000, 4_900_000_000)
    entities = sorted(SAID)
    planted = random.randrange(len(entities))
    for row in range(rows):
        notes = []
        for column in ("notes", "outcome"):
            if random.random() < RARE:
                planted += 1
                entity = entities[planted % len(entities)]
                labels.append(Label(row, column, entity))
                notes.append(telling_note(random, entity))
            else:
                notes.append(note(random))
        yield [
            str(start + row), _opened(random), random.choice(STATIONS), random.choice(KINDS), figures(random, 10),
            f"{random.randint(1, 9999)}.{figures(random, 2)}", hexes(random, 32), *notes,
        ]  # fmt: skip


COLUMNS = {
    "nhs_number": "nhs-number", "ni_number": "national-insurance-number", "date_of_birth": "date-of-birth", "postcode": "postcode",
    "mobile": "phone", "contact_2": "email", "ref_2": "pnc-id",
}  # fmt: skip


def dense(random: Random, rows: int, labels: list[Label]) -> Iterator[list[str]]:
    others = [
        "record_id",
        "opened",
        "order_no",
        "sku",
        "session",
        "station",
        "category",
        "amount",
        "failed_nhs",
        "notes",
    ]
    yield [*COLUMNS, *others]
    start = random.randint(4_100_000_000, 4_900_000_000)
    for row in range(rows):
        cells = []
        for column, entity in COLUMNS.items():
            if random.random() < 0.03:
                cells.append("")
                continue
            cells.append(written(random, entity, ISSUED[entity](random)))
            labels.append(Label(row, column, entity))
        yield [
            *cells, str(start + row), _opened(random), figures(random, 10), f"{ISSUED['vehicle-registration'](random).replace(' ', '')}",
            _uuid(random), random.choice(STATIONS), random.choice(KINDS), f"{random.randint(1, 9999)}.{figures(random, 2)}",
            spoilt(random, "nhs-number"), note(random),
        ]  # fmt: skip


def _opened(random: Random) -> str:
    return f"2024-{random.randint(1, 12):02}-{random.randint(1, 28):02}T{random.randint(10, 23)}:{random.randint(10, 59)}:00"


def write(path: Path, kind: Kind, rows: int, seed: int = 2026) -> list[Label]:
    """A CSV of so many rows; what stands in it."""
    random = Random(f"{kind} {seed}")
    labels: list[Label] = []
    make = {Kind.SPARSE: sparse, Kind.DENSE: dense}[kind]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(make(random, rows, labels))
    return labels
