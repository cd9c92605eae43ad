"""A small labelled corpus of invented exports: tables full of identifiers, notes with a few, and decoys that hurt.

The wording of the notes is varied on purpose and was written before the scanner was tried on it.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from random import Random

from tests.uk.identifiers.issued import MAKERS, digits

Label = tuple[str, str, int, str]  # table, column, row, entity

NAMED = {
    "nhs-number": ["NHS no. {}", "her NHS number is {}", "NHS Number: {} confirmed", "nhs {}", "({}) NHS no checked"],
    "chi-number": ["CHI {}", "CHI number is {}", "Scottish CHI no: {}"],
    "health-and-care-number": ["H&C number {}", "HCN {}", "health and care number: {}"],
    "national-insurance-number": ["NINO {}", "NI no {}", "National Insurance number given as {}", "N.I. {}", "pays in as {}"],
    "pnc-id": ["PNC ID {}", "PNC: {}", "shown as {} on the computer", "PNC no {}"],
    "cro-number": ["CRO {}", "CRO No. {}", "fingerprints under {}"],
    "arrest-summons-number": ["ASN {}", "arrest summons number {}", "charged under {}"],
    "police-urn": ["URN {}", "case URN: {}"],
    "crime-reference": ["crime ref {}", "Crime number {} refers", "recorded as crime {}", "occurrence {}"],
    "prison-number": ["prison number {}", "NOMIS {}", "prisoner {} was moved"],
    "driving-licence": ["driving licence {}", "produced licence {}", "driver number {}"],
    "passport": ["passport {}", "passport no. {}", "Passport number: {}"],
    "utr": ["UTR {}", "tax reference {}", "his UTR is {}"],
    "upn": ["UPN {}", "pupil {}", "known to the school as {}"],
    "uln": ["ULN {}", "unique learner number {}"],
    "vehicle-registration": ["vehicle {}", "a blue Ford, reg {}", "car {} seen", "drove off in {}", "VRM: {}"],
    "postcode": ["postcode {}", "lives somewhere in {}", "moved to {} last year"],
    "address": ["lives at {}", "of {}", "attended {} at once", "home address: {}"],
    "uprn": ["UPRN {}", "property reference {}"],
    "phone": ["mobile {}", "call her on {}", "tel. {}", "contact number {}", "left {} for us"],
    "email": ["e-mail {}", "write to {}", "{} bounced", "cc {}"],
    "iban": ["IBAN {}", "paid into {}", "bank: {}"],
    "bank-account": ["sort code and account number {}", "bank account {}"],
    "payment-card": ["card {}", "used debit card number {}", "card no. {}"],
    "date-of-birth": ["born {}", "DOB {}", "d.o.b. {}", "date of birth {}", "born on {} in Ely"],
    "ip-address": ["IP address {}", "logged in from {}", "from IP {}"],
    "person-name": ["{} attended", "spoke to {}", "{} is the owner", "statement by {}"],
}  # fmt: skip
OPENINGS = ["", "Update 3: ", "Caller says ", "At 14:20 on 03/05/2024 ", "Officer notes that ", "As before, "]
CLOSINGS = ["", ". No further action.", "; see log.", ", awaiting reply", ". Reviewed 2024-06-01."]

DECOYS = [
    "order {ten} dispatched", "ticket {ten} closed", "invoice no. {nhs} paid", "{ten} units in stock", "the count was {ten}",
    "product code {mark}", "part {nino} fitted", "SKU {card}", "tracking {card}", "session {uuid} ended",
    "commit {sha} deployed", "seen on {date}", "between {date} and {date}", "the meeting of {date}",
    "version {version} released", "budget of £{money}", "grid reference TL {five} {five}", "log {log} refers",
    "ring 101 or 0800 555 111", "for information see section {five}", "drama line 07700 900{three}", "0300 123 4{three}",
    "order {date}/{five} placed", "PC World invoice {ten}", "serial no {nine}", "asset {prison} moved",
    "Official figures show {five} cases", "paragraphs 4.13, 4.14 and 6.1", "NHS number {bad_nhs}", "card number {bad_card}",
    "NI number {bad_nino}", "ISBN 978-0-14-{five}-{three}", "between 52.{five} and 0.{five}", "batch {nhs}",
    "about 1,234 of 5,678 people", "at 10:15:30 on the day", "hash {sha}", "PNC {bad_pnc}", "row {nine} of {ten}",
]  # fmt: skip


@dataclass
class Corpus:
    tables: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    labels: set[Label] = field(default_factory=set)

    def column(self, table: str, column: str, cells: list[str], entity: str | None) -> None:
        self.tables.setdefault(table, {})[column] = cells
        if entity:
            self.labels |= {(table, column, row, entity) for row, cell in enumerate(cells) if cell}


def decoy(random: Random) -> str:
    date = f"{random.randint(1, 28):02}/{random.randint(1, 12):02}/{random.choice([2023, 2024, 1999])}"
    return random.choice(DECOYS).format(
        ten=digits(random, 10), nine=digits(random, 9), five=digits(random, 5), three=digits(random, 3),
        nhs=MAKERS["nhs-number"](random), card=MAKERS["payment-card"](random), nino=MAKERS["national-insurance-number"](random),
        mark=MAKERS["vehicle-registration"](random).replace(" ", ""), prison=MAKERS["prison-number"](random), date=date,
        uuid=f"{hexes(random, 8)}-{hexes(random, 4)}-4{hexes(random, 3)}-a{hexes(random, 3)}-{hexes(random, 12)}",
        sha=hexes(random, 40), version=f"{random.randint(1, 12)}.{random.randint(0, 30)}.{random.randint(0, 9)}.{random.randint(0, 99)}",
        money=f"{random.randint(1, 999)},{digits(random, 3)}.{digits(random, 2)}", log=f"{random.randint(1, 999)} of {date}",
        bad_nhs=wrong(random, "nhs-number"), bad_card=wrong(random, "payment-card"), bad_pnc=wrong(random, "pnc-id"),
        bad_nino="QQ" + digits(random, 6) + "C",
    )  # fmt: skip


def hexes(random: Random, count: int) -> str:
    return "".join(random.choice("0123456789abcdef") for _ in range(count))


def wrong(random: Random, entity: str) -> str:
    value = MAKERS[entity](random)
    place = max(at for at, one in enumerate(value) if one.isdigit())
    return value[:place] + str((int(value[place]) + random.randint(1, 9)) % 10) + value[place + 1 :]


def spaced(random: Random, entity: str, value: str) -> str:
    if entity in {"nhs-number", "health-and-care-number"} and random.random() < 0.5:
        join = random.choice([" ", "\u00a0", "-", "\u2009"])
        return join.join([value[:3], value[3:6], value[6:]])
    if entity == "national-insurance-number" and random.random() < 0.3:
        return " ".join([value[:2], value[2:4], value[4:6], value[6:8], value[8:]])
    if entity in {"payment-card", "iban"} and random.random() < 0.5:
        return " ".join(value[at : at + 4] for at in range(0, len(value), 4))
    if entity == "phone" and random.random() < 0.3 and value.startswith("0"):
        return value.replace(" ", "")
    return value


def sparse(random: Random, rows: int) -> Corpus:
    """Notes of which one in eight names something, the others decoys or nothing."""
    corpus = Corpus()
    entities = sorted(NAMED)
    for part, column in enumerate(["notes", "comments", "free_text"]):
        cells = []
        for row in range(rows):
            text = decoy(random) if random.random() < 0.6 else "Nothing to report today"
            if row % 8 == part:
                entity = entities[(row // 8) % len(entities)]
                value = spaced(random, entity, MAKERS[entity](random))
                text = random.choice(NAMED[entity]).format(value)
                corpus.labels.add(("sparse", column, row, entity))
            cells.append(f"{random.choice(OPENINGS)}{text}{random.choice(CLOSINGS)}")
        corpus.column("sparse", column, cells, None)
    return corpus


DENSE = {
    "nhs-number": ["nhs_number", "patient_id", "NHSNo"],
    "chi-number": ["chi", "ref1"],
    "health-and-care-number": ["hcn", "number"],
    "national-insurance-number": ["nino", "field7"],
    "pnc-id": ["pnc_id", "identifier"],
    "cro-number": ["cro", "other_ref"],
    "arrest-summons-number": ["asn", "case_ref"],
    "police-urn": ["urn"],
    "crime-reference": ["crime_ref"],
    "prison-number": ["prison_number"],
    "driving-licence": ["licence_no", "dl"],
    "passport": ["passport_no"],
    "utr": ["utr", "tax_no"],
    "upn": ["upn", "school_ref"],
    "uln": ["uln", "learner"],
    "vehicle-registration": ["vrm", "reg_mark", "v"],
    "postcode": ["postcode", "pc"],
    "address": ["home_address", "location"],
    "uprn": ["uprn"],
    "phone": ["mobile", "contact_1"],
    "email": ["email", "contact_2"],
    "iban": ["iban", "pay_to"],
    "bank-account": ["sort_code_account_number"],
    "payment-card": ["card_number", "paid_with"],
    "date-of-birth": ["dob", "DateOfBirth"],
    "ip-address": ["ip", "seen_from"],
}


def dense(random: Random, rows: int) -> Corpus:
    """Columns of identifiers, half of them under headings that say nothing, beside columns of decoys."""
    corpus = Corpus()
    for entity, headings in DENSE.items():
        for heading in headings:
            cells = [
                spaced(random, entity, MAKERS[entity](random)) if random.random() < 0.9 else ""
                for _ in range(rows)
            ]
            corpus.column("dense", heading, cells, entity)
    surnames = ["Bloggs", "Doe", "Nobody", "O\u2019Example", "Smythe-Test", "Zoë"]
    corpus.column("dense", "surname", [random.choice(surnames) for _ in range(rows)], "person-name")
    corpus.column(
        "dense",
        "officer_name",
        [f"{random.choice('ABC')} {random.choice(surnames)}" for _ in range(rows)],
        "person-name",
    )
    start = random.randint(4 * 10**9, 5 * 10**9)
    upper = string.ascii_uppercase
    decoys = {
        "record_id": [str(start + row) for row in range(rows)],
        "order_no": [digits(random, 10) for _ in range(rows)],
        "sku": [f"{random.choice(upper)}{random.choice(upper)}{digits(random, 6)}{random.choice(upper)}" for _ in range(rows)],
        "product_code": [MAKERS["vehicle-registration"](random).replace(" ", "") for _ in range(rows)],
        "created": [f"{random.randint(1, 28):02}/{random.randint(1, 12):02}/2024" for _ in range(rows)],
        "updated": [f"2024-05-{random.randint(1, 28):02}T10:{random.randint(10, 59)}:00" for _ in range(rows)],
        "amount": [f"{random.randint(1, 9999)}.{digits(random, 2)}" for _ in range(rows)],
        "uuid": [f"{hexes(random, 8)}-{hexes(random, 4)}-4{hexes(random, 3)}-a{hexes(random, 3)}-{hexes(random, 12)}" for _ in range(rows)],
        "digest": [hexes(random, 32) for _ in range(rows)],
        "station_name": [random.choice(["Parkside", "Copse Court", "Thorpe Wood"]) for _ in range(rows)],
        "long_number": [digits(random, 16) for _ in range(rows)],
        "nine": [digits(random, 9) for _ in range(rows)],
        "eleven": [digits(random, 11) for _ in range(rows)],
        "offence_code": [f"{random.choice(upper)}{random.choice(upper)}{digits(random, 5)}" for _ in range(rows)],
        "beat": [f"{random.choice(upper)}{digits(random, 2)}" for _ in range(rows)],
        "latitude": [f"52.{digits(random, 6)}" for _ in range(rows)],
        "nhs_number_check_failed": [wrong(random, "nhs-number") for _ in range(rows)],
    }  # fmt: skip
    for heading, cells in decoys.items():
        corpus.column("dense", heading, cells, None)
    return corpus
