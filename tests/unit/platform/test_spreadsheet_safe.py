"""A download runs nothing in a spreadsheet, and what it holds is read back unchanged.  # B-25"""

import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.files.domain.reading.table_file import open_table, open_untouched
from app.platform.addresses import unquoted
from app.platform.text.spreadsheet_safe import csv_chunks, guarded, guarded_cell, unguarded
from tests.services.hangs import no_hang

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
TRICKY = st.text(alphabet="'=+-@ \tstnSab-1,;\"\uff1d\n", max_size=8)
BEFORE = (
    "",
    " ",
    "  ",
    "\u00a0",
    "\u200b",
    "\ufeff",
    "\u202e",
    "\u2007",
    "\u3000",
    "\x00",
    "\x0b",
    "\x1f",
    "\x85",
)
BEFORE += ("\u2060", "\u00ad", "\u2800", "\u3164", "\ufe0f", " \u200b\u00a0 ", "\U000e0041")
SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b\u2212\u207a\u207b\u208a\u208b\u207c\u208c"
ANY = st.one_of(TRICKY, st.text(st.characters(exclude_categories=["Cs"]), max_size=12))


@pytest.mark.parametrize("start", DANGEROUS)
def test_formulas_get_an_apostrophe(start):
    assert guarded(start + "1+1") == "'" + start + "1+1"
    assert guarded_cell(start + "1+1") == "'" + start + "1+1"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("plain", "plain"),
        ("", ""),
        ("1-2", "1-2"),
        ("'quoted'", "''quoted'"),
        ("'", "''"),
        ("'t Hart", "'t Hart"),
        ("'s-Gravenhage", "'s-Gravenhage"),
        ("'=1", "''=1"),
        ("+33612345678", "'+33612345678"),
    ],
)
def test_the_cell_for_a_value(value, cell):
    assert guarded(value) == cell
    assert unguarded(cell) == value


@given(ANY)
@example("''t Hart")
@example("'s-")
def test_values_come_back(value):
    cell = guarded(value)
    assert unguarded(cell) == value
    assert not cell.startswith(DANGEROUS)


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("sign", SIGNS)
def test_nothing_that_is_not_seen_hides_a_formula(before: str, sign: str) -> None:
    value = f"{before}{sign}HYPERLINK(1)"
    assert guarded(value) == guarded_cell(value) == "'" + value
    assert unguarded(guarded(value)) == value
    assert guarded_cell(guarded_cell(value)) == "'" + value


@given(st.text(alphabet=st.sampled_from(sorted({*SIGNS, *"".join(BEFORE), *"'st 1a-m"})), max_size=8))
def test_whatever_hides_it_comes_back(value: str) -> None:
    assert unguarded(guarded(value)) == value
    assert unguarded(guarded_cell(value)) == unguarded(value)


def test_a_long_run_of_blanks_is_looked_through_once() -> None:
    with no_hang():
        for _ in range(100):
            guarded_cell("\u200b \u00a0" * 10_000 + "x")


@given(ANY)
def test_cells_of_the_users_own_file_mean_the_same_and_change_only_where_dangerous(raw):
    cell = guarded_cell(raw)
    assert unguarded(cell) == unguarded(raw)
    assert not cell.startswith(DANGEROUS)
    assert cell == raw or any(sign in raw for sign in (*DANGEROUS, *SIGNS))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(TRICKY, min_size=3, max_size=3), min_size=1, max_size=6),
    st.sampled_from([",", ";", "\t", "|"]),
)
def test_a_whole_file_comes_back(rows, delimiter):
    rows = [[*row, f"person{i}@example.com"] for i, row in enumerate(rows)]
    header = ["First name", "City", "Note", "Email"]
    content = b"".join(csv_chunks([header, *([guarded(cell) for cell in row] for row in rows)], delimiter))
    table = open_table(io.BytesIO(content))
    assert [row.cells for row in table] == [[unquoted(cell) for cell in row] for row in rows]
    assert table.layout.columns == tuple(header)


def test_the_users_own_columns_are_untouched_where_they_are_harmless():
    content = (
        b"Email,City,Phone,Sum\nann@example.com,'s-Gravenhage,'+33612345678,=1+1\nbob@example.com,''x,,-5\n"
    )
    layout = open_table(io.BytesIO(content)).layout
    raw = [row.cells for row in open_untouched(io.BytesIO(content), layout)]
    assert raw[0] == ["ann@example.com", "'s-Gravenhage", "'+33612345678", "=1+1"]
    written = [[guarded_cell(cell) for cell in row] for row in raw]
    assert written[0] == ["ann@example.com", "'s-Gravenhage", "'+33612345678", "'=1+1"]
    assert written[1] == ["bob@example.com", "''x", "", "'-5"]


def test_large_downloads_come_in_pieces():
    pieces = list(csv_chunks([["x" * 1000]] * 1000))
    assert len(pieces) > 10
    assert max(map(len, pieces)) < 100_000
    assert b"".join(pieces).startswith(b"\xef\xbb\xbf" + b'"xxx')
