"""An audit in the register: by which agreement, which bytes were read, and how often each rule came to what.

Digests and numbers. A file's name could name a person, and so could a line: neither is recorded. Who holds the logs and the
report can show that they are the ones: their digests stand here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from isa_guard.errors import UsageError
from isa_guard.frozen import dataclass
from isa_guard.register.records.clock import instant, read_instant
from isa_guard.register.records.members import Members

if TYPE_CHECKING:
    from datetime import datetime

    from isa_guard.model.audit import Audit
    from isa_guard.register.strict_json import Json

LIMIT_FILES: Final = 5_000  # an envelope has its limit; more files than this are audited in parts


@dataclass(frozen=True, slots=True)
class AuditedFile:
    """One file that was read: its bytes, the mapping it was read by, and where each line of it went."""

    digest: str
    mapping: str
    octets: int
    audited: int
    rejected: int
    blank: int


@dataclass(frozen=True, slots=True)
class AuditedRule:
    """How often one rule came to each outcome."""

    rule: str
    met: int
    not_met: int
    cannot_tell: int
    dispensed: int


@dataclass(frozen=True, slots=True)
class AuditedUnder:
    """One version of the agreement, and what its rules came to."""

    agreement: str
    version: str
    digest: str
    rules_digest: str
    rules: tuple[AuditedRule, ...]


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Logs were audited as at a moment; the report, as JSON, has this digest."""

    KIND: ClassVar[str] = "audit-event"
    as_of: datetime
    exit_code: int
    report_digest: str
    under: tuple[AuditedUnder, ...]
    files: tuple[AuditedFile, ...]

    @property
    def told(self) -> str:
        """The event in a few words."""
        events = sum(one.audited for one in self.files)
        departures = sum(rule.not_met - rule.dispensed for one in self.under for rule in one.rules)
        return f"{events:,} events, {departures:,} not met"

    @property
    def subject(self) -> tuple[str, str]:
        """What the record is about: a name and a digest."""
        return "audit-report", self.report_digest


def audit_event(audit: Audit, report_digest: str) -> AuditEvent:
    """Answer what the register keeps of an audit. Raises UsageError for more files than a record holds."""
    if len(audit.files) > LIMIT_FILES:
        raise UsageError(
            f"one audit of {len(audit.files):,} files is more than a record holds: audit them in parts"
        )
    under = []
    for agreement in audit.agreements:
        rules = tuple(
            AuditedRule(
                one.rule.id, one.counts.met, one.counts.not_met, one.counts.cannot_tell, one.counts.dispensed
            )
            for one in audit.tallies
            if one.agreement is agreement and one.counts.looked_at
        )
        under.append(
            AuditedUnder(agreement.id, agreement.version, agreement.digest, agreement.rules_digest, rules)
        )
    files = tuple(
        AuditedFile(one.sha256, one.mapping, one.octets, one.audited, one.rejected, one.blank)
        for one in audit.files
    )
    return AuditEvent(audit.now, audit.exit_code, report_digest, tuple(under), files)


def audit_part(event: AuditEvent) -> dict[str, Json]:
    """Answer what a record says of an audit."""
    return {
        "asOf": instant(event.as_of),
        "exitCode": event.exit_code,
        "files": [_file(one) for one in event.files],
        "kind": event.KIND,
        "report": {"sha256": event.report_digest},
        "under": [_under(one) for one in event.under],
    }


def _file(one: AuditedFile) -> Json:
    return {
        "audited": one.audited,
        "blank": one.blank,
        "digest": {"sha256": one.digest},
        "mapping": one.mapping,
        "octets": one.octets,
        "rejected": one.rejected,
    }


def _under(one: AuditedUnder) -> Json:
    rules: list[Json] = [
        {
            "cannotTell": rule.cannot_tell,
            "dispensed": rule.dispensed,
            "met": rule.met,
            "notMet": rule.not_met,
            "rule": rule.rule,
        }
        for rule in one.rules
    ]
    return {
        "agreement": one.agreement,
        "digest": {"sha256": one.digest},
        "rules": rules,
        "rulesDigest": {"sha256": one.rules_digest},
        "version": one.version,
    }


def read_audit(members: Members) -> AuditEvent:
    """Answer the audit that a record holds. Raises RecordError."""
    members.only("asOf", "exitCode", "files", "kind", "report", "under")
    return AuditEvent(
        as_of=read_instant(members.text("asOf")),
        exit_code=members.number("exitCode"),
        report_digest=members.object("report").digest(),
        under=tuple(_read_under(Members(one, "an agreement")) for one in members.list("under")),
        files=tuple(_read_file(Members(one, "a file")) for one in members.list("files")),
    )


def _read_file(one: Members) -> AuditedFile:
    one.only("audited", "blank", "digest", "mapping", "octets", "rejected")
    return AuditedFile(
        digest=one.object("digest").digest(),
        mapping=one.text("mapping"),
        octets=one.number("octets"),
        audited=one.number("audited"),
        rejected=one.number("rejected"),
        blank=one.number("blank"),
    )


def _read_under(one: Members) -> AuditedUnder:
    one.only("agreement", "digest", "rules", "rulesDigest", "version")
    return AuditedUnder(
        agreement=one.text("agreement"),
        version=one.text("version"),
        digest=one.object("digest").digest(),
        rules_digest=one.object("rulesDigest").digest(),
        rules=tuple(_read_rule(Members(rule, "a rule")) for rule in one.list("rules")),
    )


def _read_rule(rule: Members) -> AuditedRule:
    rule.only("cannotTell", "dispensed", "met", "notMet", "rule")
    return AuditedRule(
        rule=rule.text("rule"),
        met=rule.number("met"),
        not_met=rule.number("notMet"),
        cannot_tell=rule.number("cannotTell"),
        dispensed=rule.number("dispensed"),
    )
