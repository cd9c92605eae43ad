"""CSV and its like: rows under headings with their line numbers, and nothing passed over."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from isa_guard.scan.contents import Spot, TextPart
from isa_guard.scan.readers import ReadLimits
from isa_guard.scan.readers import separated as module
from isa_guard.scan.readers.dialect import Layout
from isa_guard.scan.readers.limits import Spent
from isa_guard.scan.readers.reading import read_stream
from isa_guard.scan.readers.records import records
from isa_guard.scan.readers.rows import Block, exact_rows, quick_rows
from isa_guard.scan.readers.visit import Visit
from tests.scan.readers.planted import DEFAULT, everything, filled, numbers, read, rows, tables, texts, unread


def visit() -> Visit:
    return Visit(Spot("test.csv"), DEFAULT, Spent(DEFAULT), read_stream)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_delimiter_is_told_from_the_rows(tmp_path: Path, delimiter: str) -> None:
    found = read(tmp_path, "a.csv", f"name{delimiter}note\nAnn{delimiter}one: two\nBob{delimiter}x\n")
    assert tables(found)[0].frame.columns == ["name", "note"]
    assert rows(found) == [("Ann", "one: two"), ("Bob", "x")]
    assert not unread(found)


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
        ("cp1252", b""),
    ],
)
def test_every_encoding_gives_the_same_table(tmp_path: Path, encoding: str, mark: bytes) -> None:
    found = read(tmp_path, "a.csv", mark + "name,note\nZoë Test,café\nTest,£5\n".encode(encoding))
    assert tables(found)[0].frame.columns == ["name", "note"]
    assert rows(found) == [("Zoë Test", "café"), ("Test", "£5")]
    assert not unread(found)


def test_one_line_in_another_encoding_does_not_spoil_the_others(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", "name,note\nZoë,x\n".encode() + "Zoë,y\n".encode("cp1252"))
    assert rows(found) == [("Zoë", "x"), ("Zoë", "y")]


def test_a_row_has_the_number_of_its_first_line(tmp_path: Path) -> None:
    text = 'name,note\n"Ann\nof Test",1\nBob,2\n\n"C","3\r\n4"\nDee,5\n'
    found = read(tmp_path, "a.csv", text)
    assert [row[0] for row in rows(found)] == ["Ann\nof Test", "Bob", "C", "Dee"]
    assert numbers(found) == [2, 4, 6, 8]


def test_a_row_of_another_width_is_unread_with_its_line_and_read_as_text(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", "name,note,x\na,b,c\nplantedshort,b\nd,e,f\nplantedlong,b,c,d\ng,h,i,,\n")
    assert rows(found) == [("a", "b", "c"), ("d", "e", "f"), ("g", "h", "i")]
    assert unread(found) == ["2 rows do not have the 3 cells of the table (lines 3, 5): read as text"]
    assert [(one.line, one.text) for one in found if isinstance(one, TextPart) and one.line > 1] == [
        (3, "plantedshort,b\n"),
        (5, "plantedlong,b,c,d\n"),
    ]


def test_a_short_row_is_not_hidden_by_delimiters_within_quotes(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", 'name,note\n"x,y"\na,b\n')
    assert rows(found) == [("a", "b")]
    assert len(unread(found)) == 1


def test_a_quote_that_is_not_closed_is_unread_and_what_follows_is_text(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", 'name,note\na,b\nc,"plantedopen\nd,e\n')
    assert rows(found) == [("a", "b")]
    assert unread(found) == ["from line 3 on a row or a quote does not end: read as text from there on"]
    assert "plantedopen" in everything(found)
    assert "d,e" in everything(found)


@pytest.mark.parametrize("opening", ['"', '5" a,"open\n', "no end "])
def test_a_row_without_an_end_is_given_up_at_the_limit_and_all_of_it_is_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opening: str
) -> None:
    monkeypatch.setattr(module, "_BLOCK", 1_000)
    body = ("planted " * 10 + ("\n" if '"' in opening else "")) * 300
    found = read(tmp_path, "a.csv", "name,note\nx,y\n" + opening + body, ReadLimits(record=2_000))
    assert len(unread(found)) == 1
    assert everything(found).count("planted") == 3_000


def test_a_quote_inside_a_cell_is_a_character(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", 'name,note\nscreen 5" wide,a\nb,"c\nd"\n')
    assert rows(found) == [('screen 5" wide', "a"), ("b", "c\nd")]
    assert not unread(found)


def test_titles_above_the_headings_are_texts(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", "plantedtitle\n\nname,note\na,b\nc,d\ne,f\n")
    assert "plantedtitle" in texts(found)[""]
    assert tables(found)[0].frame.columns == ["name", "note"]
    assert numbers(found) == [4, 5, 6]


def test_a_first_row_of_values_is_a_row(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", "Test Person,test@example.org\nOther Person,other@example.org\n")
    assert tables(found)[0].frame.columns == ["column 1", "column 2"]
    assert len(rows(found)) == 2


def test_headings_are_text_too_and_are_made_distinct(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", "name,,name,name\na,b,c,d\n")
    assert tables(found)[0].frame.columns == ["name", "column 2", "name (2)", "name (3)"]
    assert "name" in texts(found)[""]


def test_one_column_is_a_table_if_the_name_says_so(tmp_path: Path) -> None:
    assert rows(read(tmp_path, "a.csv", "name\nAnn\nBob\n")) == [("Ann",), ("Bob",)]
    assert tables(read(tmp_path, "a.txt", "name\nAnn\nBob\n")) == []


def test_prose_with_commas_is_no_table(tmp_path: Path) -> None:
    found = read(tmp_path, "a.txt", "Dear all, hello\nThis is it.\nSo, well, yes\n")
    assert not tables(found)
    assert not unread(found)


def test_a_blank_line_is_no_row_of_one_column(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", "name\nAnn\n\nBob\n")
    assert rows(found) == [("Ann",), ("Bob",)]
    assert numbers(found) == [2, 4]


def test_lines_that_end_as_on_old_macintoshes_are_lines(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", "name,note\ra,b\rc,d\r")
    assert rows(found) == [("a", "b"), ("c", "d")]


def test_a_long_table_comes_in_batches_with_their_lines(tmp_path: Path) -> None:
    text = "name,note\n" + "".join(f'{n},"x\ny"\n' for n in range(25))
    found = read(tmp_path, "a.csv", text, ReadLimits(rows=10))
    assert [(table.frame.height, table.row) for table in tables(found)] == [(10, 2), (10, 22), (5, 42)]
    assert numbers(found) == list(range(2, 52, 2))


@pytest.mark.parametrize("block", [16, 64, 1000])
def test_blocks_of_any_size_give_the_same_rows(
    tmp_path: Path, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "name,note\n" + "".join(f'{n},"a ""q"" \n, b{n}"\n5" x{n},plain\nshort\n\n' for n in range(60))
    whole = read(tmp_path, "a.csv", text)
    monkeypatch.setattr(module, "_BLOCK", block)
    found = read(tmp_path, "a.csv", text)
    assert rows(found) == rows(whole)
    assert numbers(found) == numbers(whole)
    assert len(rows(found)) == 120


CELL = st.text(st.sampled_from('ab,;"\n é'), max_size=6)


@given(table=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8))
def test_what_a_csv_writer_writes_is_read_back(table: list[tuple[str, str, str]]) -> None:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(table)
    layout = Layout(",", ("x", "y", "z"), 0, ())
    block = Block(file.getvalue().encode(), 1, last=True)
    quick = quick_rows(block, layout, visit())
    exact = [one for one in exact_rows(block, layout, visit()) if not isinstance(one, TextPart)]
    expected = [tuple(cell or None for cell in row) for row in table]
    assert filled(list(exact)) == expected
    assert quick is not None
    assert filled(list(quick)) == expected
    assert numbers(list(quick)) == numbers(list(exact))


@given(text=st.text(st.sampled_from('ab,"\n'), max_size=40))
def test_records_agree_with_the_standard_library_where_it_is_strict(text: str) -> None:
    try:
        expected = [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), strict=True)]
    except csv.Error:
        return
    found = [record.cells for record in records(text, ",")]
    assert [cells for cells in found if cells] == [
        row for row in expected if "".join(row).strip() or len(row) > 1
    ]


@given(text=st.text(st.sampled_from('ab,"\n é'), max_size=60))
def test_every_character_of_a_table_belongs_to_one_record(text: str) -> None:
    found = list(records(text, ","))
    assert "".join(text[one.start : one.end] for one in found) == text
    assert [one.line for one in found] == [1 + text.count("\n", 0, one.start) for one in found]


@settings(max_examples=500)
@given(text=st.text(st.sampled_from('ab,"\n'), max_size=60))
@example(text=',\n,"""')
@example(text='a","""')
@example(text=',""a""')
@example(text=",\na\n,,")
@example(text=",\n\n,,")
def test_quick_rows_are_given_only_where_they_are_the_exact_ones(text: str) -> None:
    layout = Layout(",", ("x", "y"), 0, ())
    block = Block(text.encode(), 1, last=True)
    quick = quick_rows(block, layout, visit()) if text else None
    if quick is None:
        return
    exact = list(exact_rows(block, layout, visit()))
    assert filled(list(quick)) == filled(exact)
    assert numbers(list(quick)) == numbers(exact)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks the kernel for its high-water mark")
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    # In a process of its own; not by getrusage, whose peak is inherited from the parent.
    code = (
        "import sys;from pathlib import Path;from isa_guard.scan.readers import read_contents\n"
        "rows=0\n"
        "for one in read_contents(Path(sys.argv[1])): rows+=one.frame.height if hasattr(one,'frame') else 0\n"
        "status=Path('/proc/self/status').read_text()\n"
        "print(rows,status.split('VmHWM:')[1].split()[0])"
    )
    peaks = []
    for count in (700_000, 1_900_000):
        path = tmp_path / "long.csv"
        path.write_bytes(b"name,note\n" + b'Test Person,"some note, invented, of forty letters"\n' * count)
        done = subprocess.run(
            [sys.executable, "-c", code, str(path)], capture_output=True, check=True, text=True
        )
        seen, peak = map(int, done.stdout.split())
        assert seen == count
        peaks.append(peak)
    assert peaks[1] - peaks[0] < 30_000  # kB; the longer file has 60 MB more
