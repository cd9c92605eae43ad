"""Presidio over the cells of a CSV, run by an interpreter that has it: it shares nothing with this project.

No model of a language is loaded (none can be fetched without a network), so it looks by pattern, check and words;
its UK recognisers, most of which are off by default, are switched on.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

ENTITIES = {
    "UK_NHS": "nhs-number", "UK_NINO": "national-insurance-number", "UK_DRIVING_LICENCE": "driving-licence", "UK_PASSPORT": "passport",
    "UK_POSTCODE": "postcode", "UK_VEHICLE_REGISTRATION": "vehicle-registration", "PHONE_NUMBER": "phone", "EMAIL_ADDRESS": "email",
    "IBAN_CODE": "iban", "CREDIT_CARD": "payment-card", "DATE_TIME": "date-of-birth", "IP_ADDRESS": "ip-address",
}  # fmt: skip


def analyzer() -> Any:
    whole, known, language = (
        import_module(f"presidio_analyzer{part}") for part in ("", ".predefined_recognizers", ".nlp_engine")
    )
    words = language.SpacyNlpEngine()
    words.nlp = {"en": import_module("spacy").blank("en")}
    registry = whole.RecognizerRegistry(supported_languages=["en"])
    names = [
        "NhsRecognizer", "UkNinoRecognizer", "UkDrivingLicenceRecognizer", "UkPassportRecognizer", "UkPostcodeRecognizer",
        "UkVehicleRegistrationRecognizer", "EmailRecognizer", "IbanRecognizer", "CreditCardRecognizer", "DateRecognizer", "IpRecognizer",
    ]  # fmt: skip
    for name in names:
        if hasattr(known, name):
            registry.add_recognizer(getattr(known, name)())
    registry.add_recognizer(known.PhoneRecognizer(supported_regions=["GB"]))
    return whole.AnalyzerEngine(nlp_engine=words, registry=registry, supported_languages=["en"])


def main() -> None:
    engine = analyzer()
    with Path(sys.argv[1]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    began = time.process_time()
    found = []
    for row, cells in enumerate(rows):
        for column, text in cells.items():
            if not text:
                continue
            hits = engine.analyze(
                text=text, language="en", entities=list(ENTITIES), context=column.split("_")
            )
            found += [[row, column, ENTITIES[hit.entity_type]] for hit in hits]
    print(json.dumps({"cpu": time.process_time() - began, "found": found}))


main()
