"""Columns of people who said no are asked about, and are never the contact without a question (B-20)."""

import pytest

from app.files.domain.columns.guesses import guess_columns
from app.files.domain.consent.header_asides import holds_refusers
from tests.unit.files.consent_files import read_consent
from tests.unit.files.contact_files import read


@pytest.mark.parametrize(
    "header",
    ["Name (do not contact)", "Company (opt out)", "Email (unsubscribed)", "E-Mail (abgemeldet)",
     "Do not contact: name", "Nom (désabonné)", "Correo (baja)", "Full name [deceased]", "First name / DNC"],
)  # fmt: skip
def test_headers_of_people_who_said_no(header):
    assert holds_refusers(header)
    for cells in (("Ann Lee", "Bob Stone", ""), ("b@example.com", "", ""), ("2026-05-01", "", "")):
        rows = "".join(f"p{at}@example.com,{cell}\n" for at, cell in enumerate(cells))
        found = read_consent(f"Email address,{header}\n{rows}")
        assert found.asked == [header], cells
        table, records = read(f"Email address,{header}\n{rows}".encode())
        fields = [one.field for one in guess_columns(table.layout, [row.cells for row in records])]
        assert fields == ["email", "ignore"]


@pytest.mark.parametrize(
    "header",
    ["Email (required)", "Email (you can unsubscribe any time)", "Email (no spam)", "Name (as on card)",
     "Email", "Phone (mobile)", "Date of birth (DD/MM/YYYY)", "Company / Account", "Email (subscribed)",
     "Name - first"],
)  # fmt: skip
def test_other_asides(header):
    assert not holds_refusers(header)
    assert read_consent(f"{header},City\nann@example.com,Oslo\nbob@example.com,Rome\n").asked == []


@pytest.mark.parametrize("header", ["Unsubscribed", "Unsubscribed emails", "Bounced addresses", "Abgemeldet"])
def test_a_column_of_addresses_that_is_called_unsubscribed(header):
    alone = f"{header}\na@example.com\nb@example.com\n"
    assert read_consent(alone).asked == [header]
    beside = f"{header},Email\n,a@example.com\nb@example.com,\n"
    assert read_consent(beside).asked == [header]
    table, rows = read(beside.encode())
    assert [one.field for one in guess_columns(table.layout, [row.cells for row in rows])] == [
        "ignore",
        "email",
    ]
    answered = read_consent(beside, **{header: "opt_out"})
    assert answered.free == [1]
