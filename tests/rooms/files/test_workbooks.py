"""Excel workbooks: the sheet of contacts is read, another can be chosen, tricks are refused (B-20)."""

import datetime
import gzip
import io
import os
import resource
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from app.files import application as files
from app.files.infrastructure import storage, worksheets
from app.platform.errors import Invalid, LimitReached
from tests.unit.files.contact_files import DATA

HEADER = ["Email", "First name", "Phone", "Birthday"]
XI = ["xi@example.com", "Xi", 4915112345678, datetime.datetime(1990, 4, 23)]


@pytest.fixture(autouse=True)
def _inside_the_app(app):
    with app.app_context():
        yield


def workbook(**sheets) -> bytes:
    """{name: rows} as a workbook."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def keep(person, content, name="people.xlsx"):
    return files.keep(person.actor, io.BytesIO(content), name)


def cells(upload) -> list[list[str]]:
    return [row.cells for row in files.rows(upload)]


def changed(content: bytes, parts: dict[str, bytes]) -> bytes:
    """The archive with some parts added or replaced."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            if part.filename not in parts:
                new.writestr(part.filename, old.read(part))
        for name, text in parts.items():
            new.writestr(name, text)
    return stream.getvalue()


def test_the_sheet_of_contacts_is_read_and_the_other_can_be_chosen(alice):
    upload = keep(alice, (DATA / "reports/87_two_sheets.xlsx").read_bytes())
    assert [sheet["name"] for sheet in files.sheets_of(upload)] == ["Readme", "People"]
    assert files.layout_of(upload).sheet == "People"
    assert upload.rows == 1
    assert cells(upload) == [["x87@example.com", "Xi", "4915112345678", "1990-04-23"]]
    other = files.read_again(
        alice.actor, upload.public_id, replace(files.known_layout(upload), sheet="Readme", header_line=0)
    )
    assert other.public_id == upload.public_id
    assert cells(other) == [["Export of May"]]


@pytest.mark.one_database
def test_leading_zeros_that_a_format_shows(alice):
    """Postal codes and phones are often numbers in a format of zeros; what people see counts."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Email", "Zip", "SSN", "Customer", "Phone", "Price", "Count", "Day"])
    numbers = [1067, 12345678, 42, 301234567, 5, 7, datetime.datetime(2026, 1, 2)]
    formats = ["00000", "000-00-0000", '"KD-"0000', "[$-407]0000 000 000", "00.00", "0", "dd/mm/yyyy"]
    for address, add in (("a@example.com", 0), ("b@example.com", 900_000)):
        sheet.append([address, *(value + add for value in numbers[:-1]), numbers[-1]])
        for column, shown in enumerate(formats, 2):
            sheet.cell(sheet.max_row, column).number_format = shown
    sheet.append(["c@example.com", "01067", -5, 1.5])
    for column, shown in enumerate(formats[:3], 2):
        sheet.cell(4, column).number_format = shown
    stream = io.BytesIO()
    book.save(stream)
    assert cells(keep(alice, stream.getvalue())) == [
        ["a@example.com", "01067", "012-34-5678", "KD-0042", "0301 234 567", "5", "7", "2026-01-02"],
        [
            "b@example.com",
            "901067",
            "013-24-5678",
            "KD-900042",
            "0302 134 567",
            "900005",
            "900007",
            "2026-01-02",
        ],
        ["c@example.com", "01067", "-5", "1.5", *[""] * 4],
    ]


@pytest.mark.one_database
def test_cells_are_what_a_person_sees(alice):
    row = [
        "b@example.com", 0.1 + 0.2, 1e-7, 12.0, 1.5e20, True, None, "two\nlines", '"quoted", text',
        datetime.datetime(2020, 1, 2, 3, 4, 5), datetime.time(9, 30), datetime.timedelta(hours=30), "00123",
    ]  # fmt: skip
    upload = keep(alice, workbook(List=[["Email", *(f"Column {n}" for n in range(1, 13))], row]))
    assert cells(upload) == [
        [
            "b@example.com", "0.3", "0.0000001", "12", "150000000000000000000", "TRUE", "", "two\nlines",
            '"quoted", text', "2020-01-02 03:04:05", "09:30:00", "30:00:00", "00123",
        ]
    ]  # fmt: skip


@pytest.mark.one_database
def test_lines_are_rows_of_the_sheet(alice):
    people = [["Members of May"], [], HEADER, XI, [], ["bob@example.com", "Bob\nStone"], ["Total", None, 2]]
    upload = keep(alice, workbook(Members=people))
    assert [(row.number, row.line) for row in files.rows(upload)] == [(1, 4), (2, 6)]
    assert files.notices_of(upload).left_out["note"].samples[0].line == 7
    assert files.notices_of(upload).left_out["above"].count == 1


def test_the_text_of_a_sheet_is_made_again_when_it_is_gone(alice):
    upload = keep(alice, workbook(Members=[HEADER, XI]))
    before = cells(upload)
    text = storage.path_of(upload.account_id, upload.public_id).with_suffix(storage.SHEET_TEXT)
    text.unlink()
    assert cells(upload) == before
    assert text.exists()
    storage.remove(upload.account_id, upload.public_id)
    assert not text.exists()


@pytest.mark.one_database
def test_formulas_give_the_value_they_had(alice):
    sheet = b"""<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
    <sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Email</t></is></c></row>
    <row r="2"><c r="A2" t="str"><f>CONCAT("ann","@example.com")</f><v>ann@example.com</v></c></row>
    </sheetData></worksheet>"""
    content = changed(workbook(Members=[HEADER]), {"xl/worksheets/sheet1.xml": sheet})
    assert cells(keep(alice, content)) == [["ann@example.com"]]


def too_many_rows() -> Iterator[list]:
    yield HEADER
    for n in range(400):
        yield [f"p{n}@example.com", "Ann"]


def refused(alice, content) -> Invalid:
    folder = storage.path_of(alice.actor.account_id, "x").parent
    before = sorted(folder.glob("*"))
    with pytest.raises(Invalid) as refusal:
        keep(alice, content)
    assert sorted(folder.glob("*")) == before
    assert refusal.value.message.endswith(".")
    return refusal.value


def test_more_rows_than_the_limit(app, alice, monkeypatch):
    monkeypatch.setitem(
        app.extensions, "settings", replace(app.extensions["settings"], max_workbook_rows=250)
    )
    assert "at most 250 rows" in refused(alice, workbook(People=list(too_many_rows()))).message


@pytest.mark.one_database
def test_macros_passwords_and_odd_archives_are_refused(alice):
    plain = workbook(People=[HEADER, XI])
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet/>'
    for reason, content in {
        "workbook_macros": changed(plain, {"xl/vbaProject.bin": b"x"}),
        "workbook_archive": changed(plain, {"../../etc/passwd": b"x"}),
        "workbook_too_large": changed(plain, {"xl/media/huge.xml": bytes(50 * 1024 * 1024)}),
        "workbook_damaged": plain[: len(plain) // 2],
    }.items():
        assert refused(alice, content).facts["reason"] == reason
    assert (
        refused(alice, changed(plain, {"xl/worksheets/sheet1.xml": entity})).facts["reason"]
        == "workbook_archive"
    )
    late = f'<?xml version="1.0"?><!--{"x" * 9_000}--><!DOCTYPE x [<!ENTITY a "aaaa">]><styleSheet/>'
    assert (
        refused(alice, changed(plain, {"xl/styles.xml": late.encode()})).facts["reason"] == "workbook_archive"
    )
    many = {f"xl/media/{n}.png": b"x" for n in range(2_100)}
    assert refused(alice, changed(plain, many)).facts["reason"] == "workbook_archive"
    locked = (DATA / "traps/encrypted_workbook_named.csv").read_bytes()
    assert refused(alice, locked).facts["reason"] == "encrypted_workbook"


@pytest.mark.one_database
def test_a_cell_at_the_far_end_of_the_sheet_takes_no_memory(alice):
    sheet = b"""<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
    <sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a@example.com</t></is></c></row>
    <row r="90000"><c r="XFD90000" t="inlineStr"><is><t>x</t></is></c></row></sheetData></worksheet>"""
    content = changed(workbook(Members=[HEADER]), {"xl/worksheets/sheet1.xml": sheet})
    assert refused(alice, content).facts["reason"] in ("workbook_too_large", "workbook_rows")


def test_a_reading_that_a_job_depends_on_is_not_changed(alice, monkeypatch):
    upload = keep(alice, b"Email;Name\nann@example.com;Zo\xeb\n", "people.csv")
    monkeypatch.setattr("app.files.application.discarding._uses", [lambda _account, ids: set(ids)])
    other = files.read_again(
        alice.actor, upload.public_id, replace(files.known_layout(upload), encoding="cp1250")
    )
    assert other.public_id != upload.public_id
    assert files.layout_of(upload).encoding == "cp1252"
    assert files.layout_of(other).encoding == "cp1250"
    assert cells(upload) == [["ann@example.com", "Zoë"]]


def test_bytes_are_kept_as_they_came(alice):
    content = workbook(People=[HEADER, XI])
    upload = keep(alice, content)
    path: Path = storage.path_of(upload.account_id, upload.public_id)
    assert gzip.decompress(path.read_bytes()) == content
    assert (
        worksheets.opened(upload.account_id, upload.public_id, "People")
        .read()
        .startswith(b"Email,First name")
    )


def of_one_string(text: str, rows: int, columns: int) -> bytes:
    """A small workbook in which every cell of a large sheet points at one string."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    first = '<row><c t="inlineStr"><is><t>Email</t></is></c></row>'
    row = "<row>" + '<c t="s"><v>0</v></c>' * columns + "</row>"
    sheet = f'<worksheet xmlns="{main}"><sheetData>{first}{row * rows}</sheetData></worksheet>'
    strings = f'<sst xmlns="{main}"><si><t>{text}</t></si></sst>'
    plain, place = workbook(People=[HEADER, XI]), "xl/_rels/workbook.xml.rels"
    of_strings = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    relations = zipfile.ZipFile(io.BytesIO(plain)).read(place).decode()
    relation = f'<Relationship Type="{of_strings}" Target="sharedStrings.xml" Id="rId99"/></Relationships>'
    parts = {
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": strings,
        place: relations.replace("</Relationships>", relation),
    }
    return changed(plain, {name: text.encode() for name, text in parts.items()})


@pytest.mark.one_database
def test_a_sheet_larger_than_memory_is_refused(alice, monkeypatch):
    monkeypatch.setenv("RUST_BACKTRACE", "1")  # with which the library waited for itself for ever
    content = of_one_string("x" * 20_000, 2_000, 20)
    assert len(content) < 50_000
    assert refused(alice, content).facts["reason"] == "workbook_too_large"


@pytest.mark.one_database
def test_a_sheet_has_no_more_text_than_a_text_file_may_have(app, alice, monkeypatch):
    content = of_one_string("x" * 300, 1_000, 4)
    assert len(cells(keep(alice, content))) == 1_000
    fewer = replace(app.extensions["settings"], max_upload_bytes=1_000_000)
    monkeypatch.setitem(app.extensions, "settings", fewer)
    assert refused(alice, content).facts["reason"] == "workbook_too_large"


def test_the_text_of_a_sheet_counts_as_storage(alice):
    account = alice.actor.account_id
    before = files.kept_bytes(account)["uploads"]
    content = workbook(People=[HEADER, *([f"p{n}@example.com", "Ann"] for n in range(500))])
    upload = keep(alice, content)
    text = storage.path_of(account, upload.public_id).with_suffix(storage.SHEET_TEXT)
    assert files.kept_bytes(account)["uploads"] == before + len(content) + text.stat().st_size


@pytest.mark.one_database
def test_a_long_cell_is_not_searched_for_an_address(alice):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    content = of_one_string("a" * 1_000_000 + " @", 2, 1)
    assert "131,072" in refused(alice, content).message
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 10


@pytest.mark.one_database
def test_a_reader_that_waits_for_itself_ends(tmp_path):
    os.mkfifo(tmp_path / "never")
    code = f"""
import sys
sys.path.insert(0, {str(Path(worksheets.__file__).parent)!r})
import worksheet_reader
worksheet_reader.ALIVE_SECONDS = 1
worksheet_reader.main({str(tmp_path / "never")!r}, 1, None)
"""
    assert subprocess.run([sys.executable, "-c", code], timeout=30).returncode == -signal.SIGALRM


def test_text_read_anew_asks_for_room(app, alice, monkeypatch):
    upload = keep(alice, b"Email;Name\nann@example.com;Zo\xeb\n", "people.csv")
    monkeypatch.setattr("app.files.application.discarding._uses", [lambda _account, ids: set(ids)])
    full = replace(app.extensions["settings"], max_storage_bytes=10)
    monkeypatch.setitem(app.extensions, "settings", full)
    with pytest.raises(LimitReached):
        files.read_again(
            alice.actor, upload.public_id, replace(files.known_layout(upload), encoding="cp1250")
        )
