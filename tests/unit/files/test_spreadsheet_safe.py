"""A download runs nothing in a spreadsheet, and what it holds is read back unchanged.  # B-25"""

import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.files.domain.spreadsheet_safe import csv_chunks, guarded, guarded_cell, unguarded
from app.files.domain.table_file import open_table, open_untouched

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
TRICKY = st.text(alphabet="'=+-@ \tstnSab-1,;\"\uff1d\n", max_size=8)
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


@given(ANY)
def test_cells_of_the_users_own_file_mean_the_same_and_change_only_where_dangerous(raw):
    cell = guarded_cell(raw)
    assert unguarded(cell) == unguarded(raw)
    assert not cell.startswith(DANGEROUS)
    assert cell == raw or raw.startswith((*DANGEROUS, "\u2212"))


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
    assert [row.cells for row in table] == rows
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
