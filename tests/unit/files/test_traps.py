"""Every trap of a contact file works, or is refused in words that name the row and what to do.  # B-20"""

import io

import pytest

from app.files.domain.columns.guesses import guess_columns
from app.files.domain.reading.table_file import open_table, open_untouched
from app.files.domain.text.unreadable import UnreadableFile
from tests.unit.files.contact_files import REPORTS, TRAPS, cells, checkup_of, read_trap, report

PEOPLE = [
    ["ann@example.com", "Ann", "Lee"],
    ["bob@example.com", "Bob", "Stone"],
    ["carla@example.org", "Carla", "Müller"],
    ["dan@example.net", "Dan", "O'Hara"],
    ["eve@example.org", "Eve", "Nuñez"],
]
HEADER = ("Email", "First name", "Last name")


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter", "newline"),
    [
        ("encoding_utf8.csv", "utf-8", ",", "lf"),
        ("encoding_utf8_bom.csv", "utf-8", ",", "lf"),
        ("encoding_utf16_le.csv", "utf-16-le", ",", "crlf"),
        ("encoding_utf16_be.csv", "utf-16-be", ",", "crlf"),
        ("encoding_utf16_without_mark.csv", "utf-16-le", ",", "crlf"),
        ("encoding_windows1252.csv", "cp1252", ",", "crlf"),
        ("delimiter_comma.csv", "utf-8", ",", "lf"),
        ("delimiter_tab.tsv", "utf-8", "\t", "lf"),
        ("delimiter_pipe.csv", "utf-8", "|", "lf"),
        ("delimiter_sep_line.csv", "utf-8", "|", "lf"),
        ("newline_crlf.csv", "utf-8", ",", "crlf"),
        ("newline_lf.csv", "utf-8", ",", "lf"),
        ("newline_cr.csv", "utf-8", ",", "cr"),
        ("nul_bytes.csv", "utf-8", ",", "lf"),
    ],
)
def test_the_same_table_in_every_dress(name, encoding, delimiter, newline):
    table, rows = read_trap(name)
    assert cells(rows) == PEOPLE
    assert table.layout.columns == HEADER
    assert (table.layout.encoding, table.layout.delimiter, table.layout.newline) == (
        encoding,
        delimiter,
        newline,
    )
    first_line = 3 if name == "delimiter_sep_line.csv" else 2
    assert [(row.number, row.line) for row in rows] == [(n, first_line + n - 1) for n in range(1, 6)]


def test_delimiter_semicolon_with_commas_in_the_cells():
    table, rows = read_trap("delimiter_semicolon.csv")
    assert table.layout.delimiter == ";"
    assert rows[0].cells == ["ann@example.com", "Ann", "Lee, Jr."]


def test_quoted_line_break_keeps_the_physical_line_of_each_row():
    _, rows = read_trap("quoted_line_break.csv")
    assert [(row.number, row.line) for row in rows] == [(1, 2), (2, 4)]
    assert rows[0].cells == ["ann@example.com", "met at the fair\r\nlikes e-mail", "Berlin"]
    assert rows[1].cells[1] == 'says "hello"'


def test_newline_mixed():
    _, rows = read_trap("newline_mixed.csv")
    assert [row.cells[1] for row in rows] == ["Ann", "Bob", "Carla"]


def test_blank_lines_have_a_line_but_no_number():
    table, rows = read_trap("blank_lines.csv")
    assert table.layout.header_line == 3
    assert [(row.number, row.line, row.cells[1]) for row in rows] == [(1, 5, "Ann"), (2, 9, "Bob")]


def test_notes_above_header():
    table, rows = read_trap("notes_above_header.csv")
    assert table.layout.columns == ("E-mail", "First name", "City")
    assert (table.layout.header_line, table.layout.data_line) == (4, 5)
    assert [(row.number, row.line, row.cells[2]) for row in rows] == [
        (1, 5, "Berlin"),
        (2, 6, "Paris"),
        (3, 7, "Rome"),
    ]


def test_missing_header_gives_the_columns_names():
    table, rows = read_trap("missing_header.csv")
    assert table.layout.header is None
    assert table.layout.columns == ("Column 1", "Column 2", "Column 3")
    assert cells(rows) == PEOPLE
    assert rows[0].number == rows[0].line == 1


def test_ragged_rows_are_filled_up_and_longer_ones_are_named():
    table, rows = read_trap("ragged_rows.csv")
    assert rows[0].cells == ["ann@example.com", "", ""]
    assert rows[1].cells == ["bob@example.com", "Bob", "Stone", "extra"]
    assert rows[2].cells == ["carla@example.org", "Carla", "Müller"]
    assert rows[3].cells == ["dan@example.net", "Dan", ""]
    checkup = checkup_of(guess_columns(table.layout, cells(rows)))
    checkup.add_all(rows)
    longer = checkup.result().notes["extra_cells"]
    assert (longer.count, longer.samples[0].row, longer.samples[0].line) == (1, 2, 3)


def test_apostrophe_is_stripped_once_where_it_is_a_guard():
    _, rows = read_trap("apostrophe.csv")
    assert rows[0].cells == ["ann@example.com", "+33612345678", "'s-Gravenhage", "=1+1"]
    assert rows[1].cells == ["bob@example.com", "00123", "Berlin", "'quoted'"]
    assert rows[2].cells == ["carla@example.org", "+34600111222", "Rome", "it's fine"]


def test_dutch_names_keep_the_apostrophe_they_begin_with():
    table, rows = read_trap("dutch_names.csv")
    assert rows[0].cells == ["Jan", "'t Hart", "jan@example.nl", "'s-Hertogenbosch"]
    fields = [guess.field for guess in guess_columns(table.layout, cells(rows))]
    assert fields == ["first_name", "last_name", "email", "city"]


def test_several_addresses_first_one_is_used_and_said():
    table, rows = read_trap("several_addresses.csv")
    checkup = checkup_of(guess_columns(table.layout, cells(rows)))
    checkup.add_all(rows)
    result = checkup.result()
    assert (result.good, result.bad) == (4, 0)
    assert [sample.row for sample in result.notes["first_of_several"].samples] == [1, 2, 3]


def test_duplicate_headers_get_names_of_their_own():
    table, rows = read_trap("duplicate_headers.csv")
    assert table.layout.columns == ("Email", "Email (2)", "Column 3", "Name")
    guesses = guess_columns(table.layout, cells(rows))
    assert [guess.field for guess in guesses] == ["email", "ignore", "ignore", "full_name"]


@pytest.mark.parametrize(("name", "withheld"), [("consent_status.csv", 5), ("opt_out_column.csv", 1)])
def test_consent_withheld_is_counted(name, withheld):
    table, rows = read_trap(name)
    checkup = checkup_of(guess_columns(table.layout, cells(rows)))
    checkup.add_all(rows)
    assert checkup.result().consent_withheld == withheld


def test_typing_mistakes_of_well_known_domains():
    table, rows = read_trap("typing_mistakes.csv")
    checkup = checkup_of(guess_columns(table.layout, cells(rows)))
    checkup.add_all(rows)
    typos = {(typo.domain, typo.meant): typo.count for typo in checkup.result().typos}
    assert typos == {
        ("gmial.com", "gmail.com"): 2,
        ("gmail.con", "gmail.com"): 1,
        ("hotmial.com", "hotmail.com"): 1,
    }


def test_undecodable_bytes_spoil_their_cells_and_not_the_file():
    table = open_table(io.BytesIO((TRAPS / "undecodable_bytes.csv").read_bytes()), notice=True)
    rows = list(table)
    assert table.layout.encoding == "utf-8"
    assert len(rows) == 4
    lost = table.notices.garbled["lost"]
    assert (lost.count, lost.samples[0].row, lost.samples[0].line) == (1, 3, 4)
    assert "\ufffd" in lost.samples[0].text


REFUSED = {
    "empty.csv": ("empty", None, None),
    "empty_but_a_mark.csv": ("empty", None, None),
    "only_header.csv": ("only_header", None, 1),
    "image_named.csv": ("image", None, None),
    "pdf_named.csv": ("pdf", None, None),
    "zip_named.csv": ("archive", None, None),
    "xlsx_named.csv": ("workbook", None, None),
    "encrypted_workbook_named.csv": ("encrypted_workbook", None, None),
    "html_page_named.csv": ("html", None, None),
    "nul_garbage.csv": ("binary", None, None),
    "binary_garbage.csv": ("binary", None, None),
    "cut_off_in_quotes.csv": ("cut_off", 2, 3),
    "cut_off_in_character.csv": ("cut_off", 2, 3),
    "runaway_quote.csv": ("quote_never_closed", 2, 3),
    "too_many_columns.csv": ("too_many_columns", None, 1),
    "too_long_cell.csv": ("cell_too_long", 2, 3),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_refused_in_words_with_the_place(name):
    with pytest.raises(UnreadableFile) as refusal:
        read_trap(name)
    code, row, line = REFUSED[name]
    assert (refusal.value.code, refusal.value.row, refusal.value.line) == (code, row, line)
    assert refusal.value.message.endswith(".")
    assert refusal.value.message[0].isupper()
    if row is not None:
        assert f"row {row} (line {line})" in refusal.value.message.lower()


def test_every_trap_file_has_its_test():
    source = (TRAPS.parents[1] / "unit/files/test_traps.py").read_text()
    assert not [path.name for path in TRAPS.iterdir() if f'"{path.name}"' not in source]


def test_report_60_text_that_is_wrapped_as_a_formula_is_the_text():
    table, rows = report("60_equals_quoted.csv")
    assert cells(rows) == [
        ["eq1.60@example.com", "Ed", "+447911123201"],
        ["eq2.60@example.com", "Eva", "07911123202"],
    ]
    raw = list(open_untouched(io.BytesIO((REPORTS / "60_equals_quoted.csv").read_bytes()), table.layout))
    assert raw[0].cells[1] == '="Ed"', "downloads give the cell back as it stands in the file"
