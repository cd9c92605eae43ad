"""The log maps that come with isa-guard, each on its sample: every line an event, and how many of each action."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from isa_guard.audit.lines.reading import Reading, read_lines
from isa_guard.audit.mapping.load import load_mapping, ready_mappings
from isa_guard.language.values import Value, from_date, to_date
from isa_guard.load.dates import read_instant
from isa_guard.model.log import Fault, LogEvent, Rejected
from isa_guard.model.schemas import EVENT

LOGS = Path(__file__).parents[3] / "examples" / "logs"
ACTIONS: dict[str, dict[str, int]] = {
    "isa-guard-events": {
        "accessed": 6, "breach-discovered": 3, "breach-notified": 3, "disposed": 3, "permitted": 3, "printed": 3,
        "refused": 3, "requested": 3, "shared": 3, "trained": 3, "used": 3,
    },
    "isa-guard-register": {"permitted": 10, "refused": 4, "other": 10},
    "linux-auditd": {"accessed": 5, "used": 2, "shared": 2, "stored": 2, "disposed": 2, "other": 13},
    "nginx-combined": {"accessed": 11, "stored": 4, "disposed": 4, "other": 21},
    "ocsf-api-activity": {"accessed": 14, "stored": 5, "disposed": 4, "other": 7},
    "ocsf-datastore-activity": {"accessed": 12, "stored": 5, "disposed": 4, "other": 9},
    "ocsf-file-hosting": {
        "accessed": 12, "shared": 4, "stored": 3, "disposed": 4, "access-ended": 3, "other": 6,
    },
    "postgresql-pgaudit": {
        "accessed": 12, "stored": 8, "disposed": 4, "access-granted": 4, "access-ended": 4, "other": 4,
    },
    "purview-audit": {
        "accessed": 12, "shared": 5, "stored": 3, "disposed": 3, "access-granted": 3, "access-ended": 3, "other": 7,
    },
    "records-system-csv": {
        "accessed": 12, "shared": 4, "printed": 4, "requested": 4, "received": 4, "refused": 4, "corrected": 4,
        "disposed": 4, "other": 8,
    },
    "syslog-rfc5424": {
        "accessed": 9, "shared": 3, "printed": 3, "received": 3, "stored": 3, "disposed": 3, "access-granted": 3,
        "access-ended": 3, "requested": 3, "other": 3,
    },
}  # fmt: skip
# What each log fills on every line of its sample, beyond what every event has.
ALWAYS: dict[str, set[str]] = {
    "isa-guard-events": {"seq", "actor", "party"},
    "isa-guard-register": {"seq", "actor", "recorded"},
    "linux-auditd": {"medium"},
    "nginx-combined": {"origin", "medium"},
    "ocsf-api-activity": {"seq", "actor", "origin", "dataset", "medium"},
    "ocsf-datastore-activity": {"seq", "actor", "origin", "dataset", "medium"},
    "ocsf-file-hosting": {"seq", "actor", "origin", "dataset", "medium"},
    "postgresql-pgaudit": {"actor", "origin", "dataset", "medium"},
    "purview-audit": {"actor", "dataset", "medium"},
    "records-system-csv": {"seq", "actor", "origin"},
    "syslog-rfc5424": {"origin", "dataset", "medium"},
}


def sample(name: str) -> Path:
    (found,) = [path for path in (LOGS / name).iterdir() if path.name != "README.md"]
    return found


def reading(name: str, content: bytes | None = None) -> Reading:
    mapping = load_mapping(name, EVENT)
    return read_lines(sample(name) if content is None else io.BytesIO(content), mapping, 0)


def events(name: str, content: bytes | None = None) -> list[dict[str, Value]]:
    found = list(reading(name, content))
    assert all(isinstance(one, LogEvent) for one in found), found
    return [dict(one.values) for one in found if isinstance(one, LogEvent)]


def only(name: str, content: str) -> dict[str, Value]:
    (found,) = events(name, content.encode())
    return found


def fault(name: str, content: str) -> tuple[Fault, str]:
    (found,) = reading(name, content.encode())
    assert isinstance(found, Rejected), found
    return found.fault, found.column


def changed(name: str, number: int = 0, **values: object) -> str:
    """A line of a sample in JSON with some members replaced, or without them where the value is None."""
    line = json.loads(sample(name).read_text().splitlines()[number]) | values
    return json.dumps({key: value for key, value in line.items() if value is not None})


def micros(text: str) -> int:
    moment = read_instant(text)
    assert moment is not None
    return round(moment.timestamp() * 1_000_000)


def test_every_ready_map_has_a_sample_and_every_sample_its_map() -> None:
    folders = {path.name for path in LOGS.iterdir() if path.is_dir()}
    assert folders == set(ready_mappings()) == set(ACTIONS) == set(ALWAYS)


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_every_line_of_a_sample_is_an_event(name: str) -> None:
    one = reading(name)
    found = [event for event in one if isinstance(event, LogEvent)]
    read = one.file_read()
    assert (read.rejected, read.blank, read.audited) == (0, 0, len(found))
    assert Counter(event.values["action"] for event in found) == ACTIONS[name]


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_what_every_line_fills(name: str) -> None:
    found = events(name)
    every = set.intersection(*(set(event) for event in found))
    assert every == ALWAYS[name] | {"at", "source", "reference", "action"}
    assert len({event["reference"] for event in found}) == len(found) or name == "linux-auditd"


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_samples_are_in_order_and_of_the_autumn_of_2026(name: str) -> None:
    instants = [event["at"] for event in events(name)]
    assert (
        instants == sorted(instants, key=lambda at: at if isinstance(at, int) else 0)
        or name == "linux-auditd"
    )
    assert micros("2026-10-23T00:00:00Z") < min(map(int, instants)) < micros("2026-11-10T00:00:00Z")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_a_document_says_what_it_is(name: str) -> None:
    mapping = load_mapping(name, EVENT)
    assert mapping.id == name
    assert mapping.title
    assert (LOGS / name / "README.md").read_text().startswith(f"# {name}\n")


# One log after another ----------------------------------------------------------------------------------------


def test_records_system_reads_the_clock_on_the_wall_on_both_sides_of_the_change() -> None:
    rows = [
        line
        for line in sample("records-system-csv").read_bytes().decode().split("\r\n")
        if line[:1].isdigit()
    ]
    found = {event["reference"]: event["at"] for event in events("records-system-csv")}
    summer = next(row.split(",") for row in rows if ",24/10/2026 " in row)
    winter = next(row.split(",") for row in rows if ",26/10/2026 " in row)
    assert found[summer[0]] == micros(f"2026-10-24T{summer[1][11:]}+01:00")
    assert found[winter[0]] == micros(f"2026-10-26T{winter[1][11:]}Z")


def test_records_system_in_full() -> None:
    shared = next(event for event in events("records-system-csv") if event["action"] == "shared")
    assert shared["justification"] == 'asked for in writing,\r\nsee the "request" on file'
    assert (shared["recipient"], shared["purpose"], shared["ref"]) == ("opcc", "hold-to-account", "T-0001")
    requested = next(event for event in events("records-system-csv") if event["action"] == "requested")
    assert isinstance(requested["needed_by"], int)
    assert to_date(requested["needed_by"]).month == 12


def test_records_system_refuses_a_code_that_nobody_has_given_a_word() -> None:
    header = sample("records-system-csv").read_text().splitlines()[0]
    row = "1,02/11/2026 09:00:00,a-1,XYZ,cases,1,,,,,,"
    assert fault("records-system-csv", f"{header}\n{row}\n") == (Fault.UNMAPPED, "action")
    assert only("records-system-csv", f"{header}\n{row.replace('XYZ', 'VIEW')}\n")["action"] == "accessed"
    assert (
        fault("records-system-csv", f"{header}\n{row.replace('XYZ', 'VIEW').replace('09:', '25:')}\n")[0]
        is Fault.TIME
    )
    assert fault("records-system-csv", f"{header}\n{row.replace(',1,,', ',1.5,,')}\n") == (
        Fault.WRONG_TYPE,
        "records",
    )


def test_register_says_what_a_decision_was_and_never_what_it_cannot_know() -> None:
    found = only(
        "isa-guard-register",
        changed("isa-guard-register", verdict="permit", purpose="(not of this agreement)"),
    )
    assert found["action"] == "permitted"
    assert "purpose" not in found
    assert (
        only("isa-guard-register", changed("isa-guard-register", verdict="refuse", findings=2))[
            "reason_given"
        ]
        is True
    )
    assert fault("isa-guard-register", changed("isa-guard-register", verdict="maybe")) == (
        Fault.UNMAPPED,
        "action",
    )
    assert fault("isa-guard-register", changed("isa-guard-register", more=1)) == (Fault.UNKNOWN, "")
    assert fault("isa-guard-register", changed("isa-guard-register", id=None))[0] is Fault.MISSING


@pytest.mark.parametrize(
    ("name", "class_uid"),
    [("ocsf-api-activity", 6003), ("ocsf-datastore-activity", 6005), ("ocsf-file-hosting", 6006)],
)
def test_ocsf(name: str, class_uid: int) -> None:
    assert only(name, changed(name, status_id=1, activity_id=4))["action"] != "other"
    assert only(name, changed(name, status_id=2, activity_id=4))["action"] == "other"
    assert only(name, changed(name, time=1_793_610_000_123))["at"] == 1_793_610_000_123_000
    assert only(name, changed(name, actor={"user": {"name": "a-9"}}))["actor"] == "a-9"
    assert fault(name, changed(name, class_uid=class_uid - 2)) == (Fault.UNMAPPED, "action")
    assert fault(name, changed(name, activity_id=77)) == (Fault.UNMAPPED, "action")
    assert fault(name, changed(name, time=1_793_610_000.5)) == (Fault.WRONG_TYPE, "time")
    assert fault(name, changed(name, time=1_793_610_000_123_456)) == (Fault.TIME, "at")


def test_ocsf_file_hosting_never_shows_the_name_of_a_file() -> None:
    names = {
        json.loads(line)["file"]["name"] for line in sample("ocsf-file-hosting").read_text().splitlines()
    }
    for event in events("ocsf-file-hosting"):
        assert not any(name in str(event) for name in names)


def test_purview_reads_utc_and_what_failed_is_other() -> None:
    name = "purview-audit"
    found = only(name, changed(name, CreationTime="2026-07-01T12:00:00", Operation="SharingSet"))
    assert (found["at"], found["action"]) == (micros("2026-07-01T12:00:00Z"), "shared")
    assert only(name, changed(name, Operation="SharingSet", ResultStatus="Failed"))["action"] == "other"
    assert only(name, changed(name, Operation="SomethingNew"))["action"] == "other"
    assert fault(name, changed(name, CreationTime="2026-07-01T12:00:00Z")) == (Fault.TIME, "at")


def test_auditd_takes_the_word_of_an_audit_rule_for_a_call_that_succeeded() -> None:
    line = next(one for one in sample("linux-auditd").read_text().splitlines() if 'key="shared"' in one)
    found = only("linux-auditd", line)
    assert found["action"] == "shared"
    assert found["at"] == round(float(line.partition("(")[2].partition(":")[0]) * 1_000_000)
    assert only("linux-auditd", line.replace("success=yes", "success=no"))["action"] == "other"
    assert only("linux-auditd", line.replace('key="shared"', "key=(null)"))["action"] == "other"
    assert "actor" not in only("linux-auditd", re.sub("auid=[0-9]+", "auid=4294967295", line))
    assert only("linux-auditd", line + '\x1dARCH=x86_64 SYSCALL=openat AUID="a-1"')["action"] == "shared"
    assert only("linux-auditd", f"node=store-1 {line}")["origin"] == "store-1"
    assert fault("linux-auditd", line.replace("type=", "kind=")) == (Fault.BROKEN, "")


def test_syslog_with_and_without_the_element() -> None:
    head = "<134>1 2026-11-02T09:13:05.123+01:00 store-1 app 812"
    found = only("syslog-rfc5424", f'{head} EXPORT [isa@32473 user="a-1" recipient="opcc" records="3"] done')
    assert found["at"] == micros("2026-11-02T08:13:05.123Z")
    assert (found["action"], found["actor"], found["recipient"], found["records"]) == (
        "shared",
        "a-1",
        "opcc",
        3,
    )
    assert only("syslog-rfc5424", f"{head} EXPORT - done")["action"] == "shared"
    assert only("syslog-rfc5424", f"{head} - -")["action"] == "other"
    assert only("syslog-rfc5424", f'{head} VIEW [other@1 user="a-2"] done') == only(
        "syslog-rfc5424", f"{head} VIEW - done"
    )
    leap = "<134>1 2016-12-31T23:59:60Z store-1 app 812 VIEW -"
    assert only("syslog-rfc5424", leap)["at"] == micros("2017-01-01T00:00:00Z") - 1
    assert fault("syslog-rfc5424", "<134>Nov  2 09:13:05 store-1 app: old form") == (Fault.BROKEN, "")


def test_nginx_shows_no_path_and_takes_no_refused_request_for_an_access() -> None:
    line = sample("nginx-combined").read_text().splitlines()[0]
    found = only("nginx-combined", line)
    assert (found["action"], found["at"]) == ("accessed", micros("2026-11-02T09:05:47Z"))
    assert not any("/" in str(value) for value in found.values())
    assert only("nginx-combined", line.replace('" 200 ', '" 403 '))["action"] == "other"
    assert only("nginx-combined", line.replace("+0000", "+0100"))["at"] == micros("2026-11-02T08:05:47Z")
    assert fault("nginx-combined", line.rpartition('"')[0]) == (Fault.BROKEN, "")


def test_pgaudit_reads_statements_over_several_lines_and_no_header() -> None:
    one = reading("postgresql-pgaudit")
    found = [event for event in one if isinstance(event, LogEvent)]
    assert one.file_read().lines == len(found) == 36
    places = [event.place.line for event in found]
    assert places[0] == 1
    assert places[-1] > 36
    first = sample("postgresql-pgaudit").read_text().split("\n2026-", 1)[0]
    assert "READ,SELECT" in first
    assert only("postgresql-pgaudit", first.replace("READ,SELECT", "WRITE,DELETE"))["action"] == "disposed"
    assert only("postgresql-pgaudit", first.replace("AUDIT: ", "LOOKS LIKE AUDIT: "))["action"] == "other"
    assert fault("postgresql-pgaudit", first.replace(" UTC,", " BST,", 1)) == (Fault.TIME, "at")


def test_events_keep_their_days_and_truths() -> None:
    found = [event for event in events("isa-guard-events") if event["action"] == "disposed"]
    assert {event["needed_until"] for event in found} == {from_date(to_date(20_758))}
    assert [event["recorded"] for event in events("isa-guard-events") if event["action"] == "shared"] == [
        True
    ] * 3
    assert fault("isa-guard-events", changed("isa-guard-events", action="acessed")) == (
        Fault.UNMAPPED,
        "action",
    )
