"""People are erased from a file: rows keep their numbers and lines, everything else its characters."""

# ruff: noqa: E501

import io

import pytest

from app.files.domain.reading.erasing import ERASED, ERASED_ADDRESS, PeopleEraser
from app.files.domain.reading.table_file import open_table, open_untouched


def erased(text: str, *needles: str, lines: tuple[int, ...] = (), layout_of: str = "") -> tuple[str, int]:
    table = open_table(io.BytesIO((layout_of or text).encode()))
    list(table)
    eraser = PeopleEraser(table.layout, lines, needles)
    source = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8", newline="")
    return "".join(eraser.over(source)), eraser.erased


def rows(text: str, layout_of: str | None = None) -> list[tuple[int, int, list[str]]]:
    layout = None
    if layout_of is not None:
        table = open_table(io.BytesIO(layout_of.encode()))
        list(table)
        layout = table.layout
    return [(row.number, row.line, list(row.cells)) for row in open_untouched_or(text, layout)]


def open_untouched_or(text: str, layout):
    stream = io.BytesIO(text.encode())
    return open_untouched(stream, layout) if layout is not None else open_table(stream)


FILES = {
    "plain": "Email,Name,Plan\nann@example.com,Ann,Gold\nben@example.com,Ben,\ncleo@example.com,Cleo,x\n",
    "crlf": "Email;Name;Plan\r\nann@example.com;Ann;Gold\r\nBEN@Example.com;Ben;\r\ncleo@example.com;Cleo;x\r\n",
    "quoted": 'Email,Name,Plan\nann@example.com,"Lee, Ann",Gold\nben@example.com,"Ben\nthe ""bold""\n man",Gold\ncleo@example.com,Cleo,x\n',
    "quoted_crlf": 'Email,Name,Plan\r\nann@example.com,"Lee, Ann",Gold\r\nben@example.com,"Ben\r\nB",Gold\r\ncleo@example.com,Cleo,x\r\n',
    "ragged": "Email,Name,Plan\nann@example.com,Ann,Gold\nben@example.com\ncleo@example.com,Cleo,x\n",
    "notes": "Report of today\n\nEmail,Name,Plan\nann@example.com,Ann,Gold\n\nben@example.com,Ben,Silver\n\ncleo@example.com,Cleo,x\nTotal: 3\n",
    "elsewhere": "Name,Note,Email\nAnn,-,ann@example.com\nBen,writes from ben@example.com,other@example.com\nCleo,,cleo@example.com\n",
    "no_header": "ann@example.com,Ann,1\nben@example.com,Ben,2\ncleo@example.com,Cleo,3\n",
    "one_column": "Email\nann@example.com\nben@example.com\ncleo@example.com\n",
    "no_last_newline": "Email,Name\nann@example.com,Ann\ncleo@example.com,Cleo\nben@example.com,Ben",
    "cr": "Email,Name\rann@example.com,Ann\rben@example.com,Ben\rcleo@example.com,Cleo\r",
    "blanks": 'Email, "Name"\nann@example.com, "Ann"\nben@example.com, "Ben, B"\ncleo@example.com, "Cleo"\n',
}


@pytest.mark.parametrize("name", FILES)
def test_rows_keep_their_numbers_and_others_their_cells(name: str) -> None:
    before = FILES[name]
    after, count = erased(before, "ben@example.com")
    assert count == 1
    assert "ben" not in after.lower().replace("number", "")
    old, new = rows(before, before), rows(after, before)
    assert [row[:2] for row in new] == [row[:2] for row in old], "numbers and lines"
    for (number, _, cells), (_, _, fresh) in zip(old, new, strict=True):
        if any("ben@" in cell.lower() for cell in cells):
            assert len(fresh) == len(cells)
            assert {cell.strip() for cell in fresh} <= {ERASED, ERASED_ADDRESS, ""}, number
            assert [bool(cell.strip()) for cell in fresh] == [bool(cell.strip()) for cell in cells]
        else:
            assert fresh == cells
    again, second = erased(after, "ben@example.com")
    assert (again, second) == (after, 0)


@pytest.mark.parametrize("name", FILES)
def test_the_rest_of_the_file_is_the_same_text(name: str) -> None:
    before = FILES[name]
    after, _ = erased(before, "ben@example.com")
    for part in ("ann@example.com", "cleo@example.com"):
        at, there = before.index(part), after.index(part)
        assert after[there : there + len(part) + 1] == before[at : at + len(part) + 1]
    assert erased(before, "nobody@example.com") == (before, 0)


def test_rows_are_found_by_their_line() -> None:
    after, count = erased(FILES["plain"], lines=(3,))
    assert count == 1 and "Ben" not in after and "Ann" in after and "Cleo" in after


def test_what_stands_above_the_table_is_cleared() -> None:
    text = FILES["notes"].replace("Report of today", "Report for Ben@example.com")
    after, count = erased(text, "ben@example.com", layout_of=FILES["notes"])
    assert after.startswith(f"Report for {ERASED}\n\nEmail,Name") and count == 1
