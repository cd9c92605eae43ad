"""E-mail: headers, every version of the text, what lies around it, and what is attached, however deep."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from isa_guard.scan.readers import ReadLimits
from tests.scan.readers.planted import docx, everything, read, rows, texts, unread


def message() -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = "OFFICIAL-SENSITIVE - figures £"
    mail["From"] = "Test Sender <plantedfrom@example.org>"
    mail["To"] = "plantedto@example.org"
    mail["Cc"] = "plantedcc@example.org"
    mail["X-Protective-Marking"] = 'plantedmarking="OFFICIAL"'
    mail.set_content("plantedplain\n")
    mail.add_alternative("<p style='display:none'>plantedhtml</p><!-- plantedcomment -->", subtype="html")
    mail.add_attachment(
        b"name,note\nTest Person,plantedcell\n", maintype="text", subtype="csv", filename="plantedname.csv"
    )
    inner = EmailMessage()
    inner["Subject"] = "plantedinner"
    inner["From"] = "a@example.org"
    inner.set_content("plantedinnertext")
    inner.add_attachment(docx(), maintype="application", subtype="octet-stream", filename="x")
    mail.add_attachment(inner)
    return mail


@pytest.mark.parametrize(
    ("part", "word"),
    [
        ("headers", "Subject: OFFICIAL-SENSITIVE - figures £"),
        ("headers", "plantedfrom"),
        ("headers", "plantedto"),
        ("headers", "plantedcc"),
        ("headers", "X-Protective-Marking: plantedmarking"),
        ("text 1", "plantedplain"),
        ("text 2", "plantedhtml"),
        ("text 2 > comments", "plantedcomment"),
        ("attachment 1 > headers", "plantedname.csv"),
        ("attachment 2 > headers", "Subject: plantedinner"),
        ("attachment 2 > text 1", "plantedinnertext"),
        ("attachment 2 > attachment 1 > header 1", "plantedheader1"),
    ],
)
def test_a_word_is_found_in_every_place(tmp_path: Path, part: str, word: str) -> None:
    found = read(tmp_path, "a.eml", bytes(message()))
    assert word in texts(found)[part]
    assert not unread(found)


def test_an_attached_table_is_a_table(tmp_path: Path) -> None:
    found = read(tmp_path, "a.eml", bytes(message()))
    assert ("Test Person", "plantedcell") in rows(found)


def test_mail_is_known_without_its_name(tmp_path: Path) -> None:
    assert "plantedplain" in texts(read(tmp_path, "a", bytes(message())))["text 1"]


def test_what_stands_before_and_after_the_parts_is_text(tmp_path: Path) -> None:
    source = (
        'Subject: a\nFrom: a@example.org\nContent-Type: multipart/mixed; boundary="B"\n\nplantedbefore\n'
        "--B\n\nplantedbody\n--B--\nplantedafter\n"
    )
    said = everything(read(tmp_path, "a.eml", source))
    assert all(word in said for word in ("plantedbefore", "plantedbody", "plantedafter"))


@pytest.mark.parametrize(
    "head",
    [
        "Content-Type: multipart/mixed",
        'Content-Type: multipart/mixed; boundary="never"',
        "Content-Type: text/plain; charset=no-such",
        "Content-Transfer-Encoding: base64",
        "Content-Type: message/rfc822",
    ],
)
def test_a_message_that_is_broken_is_still_read(tmp_path: Path, head: str) -> None:
    found = read(tmp_path, "a.eml", f"Subject: a\nFrom: b@example.org\n{head}\n\nplanted body\n")
    assert "planted" in everything(found) or unread(found)


def test_winmail_is_unread(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Subject"] = "a"
    mail.set_content("b")
    mail.add_attachment(
        b"\x78\x9f\x3e\x22" + bytes(50), maintype="application", subtype="ms-tnef", filename="winmail.dat"
    )
    assert unread(read(tmp_path, "a.eml", bytes(mail))) == ["winmail.dat: not read"]


def test_messages_within_messages_end_at_the_limit(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Subject"] = "innermost"
    mail.set_content("x")
    for _ in range(8):
        outer = EmailMessage()
        outer["Subject"] = "a"
        outer.set_content("y")
        outer.add_attachment(mail)
        mail = outer
    found = read(tmp_path, "a.eml", bytes(mail), ReadLimits(depth=3))
    assert "lies more than 3 files deep: not read" in unread(found)
    assert "innermost" not in everything(found)
    assert "innermost" in everything(read(tmp_path, "a.eml", bytes(mail), ReadLimits(depth=9)))
