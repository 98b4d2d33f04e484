"""Where the sample files of these tests are, and how a test reads one."""

import io
from collections.abc import Sequence
from pathlib import Path

from app.files.domain.checkup.figures import Checkup
from app.files.domain.columns.guesses import ColumnGuess
from app.files.domain.reading.table_file import Row, Table, open_table

DATA = Path(__file__).parents[2] / "data"
EXPORTS = DATA / "exports"
CONSENT_FILES = DATA / "consent"
REPORTS = DATA / "reports"
TRAPS = DATA / "traps"
CONSENT_FILES = DATA / "consent"
REPORTS = DATA / "reports"


def read(content: bytes) -> tuple[Table, list[Row]]:
    table = open_table(io.BytesIO(content))
    return table, list(table)


def read_trap(name: str) -> tuple[Table, list[Row]]:
    return read((TRAPS / name).read_bytes())


def cells(rows: list[Row]) -> list[list[str]]:
    return [row.cells for row in rows]


def report(name: str) -> tuple[Table, list[Row]]:
    """A file as real work brings it; tests/data/reports/README.md has its right reading."""
    return read((REPORTS / name).read_bytes())


def report_rows(name: str) -> list[list[str]]:
    """Its rows as lists of cells."""
    return cells(report(name)[1])


def checkup_of(guesses: Sequence[ColumnGuess]) -> Checkup:
    """A check-up for the columns as guessed."""
    return Checkup({guess.index: guess.field for guess in guesses}, len(guesses), None)
