"""A contact file of N rows with known proportions of every outcome, and the contacts that make them so."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Of every hundred rows. The rest can be enrolled.
ALREADY, UNKNOWN, BLOCKED, TWICE, BROKEN = 5, 4, 3, 2, 1

Contact = tuple[str, str]


@dataclass(frozen=True)
class People:
    """`mark` keeps the addresses of two files apart. `creates`: every row makes a contact."""

    mark: str
    rows: int
    creates: bool = False

    def kind(self, row: int) -> str:
        """What becomes of a row (from 0)."""
        if self.creates:
            return "good"
        at = row % 100
        for kind, share in (
            ("already", ALREADY),
            ("unknown", UNKNOWN),
            ("blocked", BLOCKED),
            ("twice", TWICE),
            ("broken", BROKEN),
        ):
            if at < share:
                return kind
            at -= share
        return "good"

    def expected(self) -> dict[str, int]:
        """{outcome code: rows}."""
        names = {
            "good": "ENROLLED",
            "already": "ALREADY_ENROLLED",
            "unknown": "CONTACT_NOT_FOUND",
            "blocked": "CONTACT_BLOCKED",
            "twice": "DUPLICATE_IN_SELECTION",
            "broken": "VALIDATION_ERROR",
        }
        counts: dict[str, int] = {}
        for row in range(self.rows):
            name = names[self.kind(row)]
            counts[name] = counts.get(name, 0) + 1
        return counts

    def contacts(self) -> Iterator[Contact]:
        """(address, status) of everybody who is to be known beforehand."""
        if self.creates:
            return
        for row in range(self.rows):
            kind = self.kind(row)
            if kind in ("good", "already"):
                yield self._address(row), "active"
            elif kind == "blocked":
                yield self._address(row), "unsubscribed"

    def already(self) -> list[str]:
        """Addresses of those who are in the workflow before."""
        return [self._address(row) for row in range(self.rows) if self.kind(row) == "already"]

    @property
    def choices(self) -> dict[str, str]:
        """The fields of the mapping page's form."""
        known = {"identifier": "email", "existing": "leave", "tags": "bench", "column-0": "email"}
        if not self.creates:
            return known | {"missing": "skip"}
        columns = ("first_name", "city", "last_name", "company")
        filled = {f"column-{at}": name for at, name in enumerate(columns, start=1)}
        return known | filled | {"missing": "create", "consent_basis": "opt_in"}

    def write(self, path: Path) -> None:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(
                ("Email", "First name", "City", *(("Last name", "Company") if self.creates else ()))
            )
            writer.writerows(self._cells(row) for row in range(self.rows))

    def _cells(self, row: int) -> tuple[str, ...]:
        kind = self.kind(row)
        if self.creates:
            return (self._address(row), f"Robin {row}", "Graz", f"Lee {row % 977}", f"Company {row % 4001}")
        if kind == "broken":
            return (f"person{row}@@example.com", "Robin", "Graz")
        if kind == "twice":
            return (self._address(row - row % 100).upper(), "Robin", "Graz")
        return (self._address(row), f"Robin {row}", "Graz")

    def _address(self, row: int) -> str:
        return f"person{row}.{self.mark}@example.com"
