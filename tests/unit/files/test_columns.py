"""Columns are recognised by their names in many languages and by what stands in them.  # B-20"""

import pytest

from app.files.domain.cells.profile import FileProfile
from app.files.domain.cells.tags import tags_of
from app.files.domain.columns.guesses import FIELDS, guess_columns, header_fingerprint
from app.files.domain.reading.layout import FileLayout
from tests.unit.files.contact_files import cells, report


def layout_of(*names: str, header: bool = True) -> FileLayout:
    return FileLayout("utf-8", ",", "lf", names if header else None, 1 if header else None, 2, names)


def fields_of(names, *rows, header=True):
    return [guess.field for guess in guess_columns(layout_of(*names, header=header), rows)]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Email", "email"),
        ("E-mail Address", "email"),
        ("EMAIL_ADDRESS", "email"),
        ("emailAddress", "email"),
        ("E-Mail 1 - Value", "email"),
        ("Email (required)", "email"),
        ("E-Mail-Adresse", "email"),
        ("Courriel", "email"),
        ("Adresse e-mail", "email"),
        ("Correo electrónico", "email"),
        ("Indirizzo e-mail", "email"),
        ("Endereço de e-mail", "email"),
        ("E-mailadres", "email"),
        ("Adres e-mail", "email"),
        ("Sähköposti", "email"),
        ("メールアドレス", "email"),
        ("שם משפחה", "last_name"),
        ("שם", "full_name"),
        ("رقم الهاتف", "phone"),
        ("이름", "full_name"),
        ("Vorname", "first_name"),
        ("Prénom", "first_name"),
        ("Given Name", "first_name"),
        ("Imię", "first_name"),
        ("Nachname", "last_name"),
        ("Apellidos", "last_name"),
        ("Cognome", "last_name"),
        ("Sobrenome", "last_name"),
        ("Achternaam", "last_name"),
        ("Nazwisko", "last_name"),
        ("Nombre completo", "full_name"),
        ("Name", "full_name"),
        ("Handynummer", "phone"),
        ("Téléphone portable", "phone"),
        ("Phone 1 - Value", "phone"),
        ("Default Address Phone", "phone"),
        ("Firma", "company"),
        ("Società", "company"),
        ("Wohnort", "city"),
        ("Ciudad", "city"),
        ("Country/Region", "country"),
        ("Kraj", "country"),
        ("Geburtsdatum", "birthday"),
        ("Date de naissance", "birthday"),
        ("TIMEZONE", "time_zone"),
        ("Zeitzone", "time_zone"),
        ("Schlagwörter", "tags"),
        ("Labels", "tags"),
        ("Muster ID", "contact_id"),
        ("E-mail 1 - Label", "ignore"),
        ("E-mail Display Name", "ignore"),
        ("E-mail Type", "ignore"),
        ("Contact owner", "ignore"),
        ("Lead Status", "ignore"),
        ("Accepts SMS Marketing", "sms_consent"),
        ("Record ID", "ignore"),
        ("Contact ID", "ignore"),
        ("Contact Identifier", "ignore"),
        ("MEMBER_RATING", "ignore"),
    ],
)
def test_headers_in_many_languages(header, field):
    assert fields_of([header]) == [field]
    assert field in FIELDS


@pytest.mark.parametrize(
    ("names", "fields"),
    [
        (["Vorname", "Name"], ["first_name", "last_name"]),
        (["Name", "Vorname"], ["last_name", "first_name"]),
        (["Prénom", "Nom"], ["first_name", "last_name"]),
        (["Nombre", "Apellidos"], ["first_name", "last_name"]),
        (["Nome", "Cognome"], ["first_name", "last_name"]),
        (["Nome"], ["full_name"]),
        (["First name", "Last name", "Name"], ["first_name", "last_name", "ignore"]),
    ],
)
def test_name_means_what_the_other_columns_leave(names, fields):
    assert fields_of(names) == fields


def test_the_first_address_column_of_google_wins_and_only_one_is_the_email():
    names = ["E-mail 2 - Value", "E-mail 1 - Value"]
    assert fields_of(names, ["b@example.com", "a@example.com"]) == ["ignore", "email"]


def test_content_decides_where_names_do_not():
    rows = [["ann@example.com", "Ann", "+49 151 23456789"], ["", "Bob", "+49 151 23456780"]]
    assert fields_of(["Column 1", "Column 2", "Column 3"], *rows, header=False) == [
        "email",
        "ignore",
        "phone",
    ]
    assert fields_of(["Kontaktweg", "Wer", "Nummer"], *rows) == ["email", "ignore", "phone"]


def test_an_email_column_without_addresses_gives_way():
    rows = [["yes", "ann@example.com"], ["no", "bob@example.com"], ["yes", "carla@example.org"]]
    assert fields_of(["Email", "Contact"], *rows)[1] == "email"


def test_a_column_of_offsets_has_no_names_of_time_zones():
    rows = [["ann@example.com", "-5", "america/new_york"], ["bob@example.com", "GMT+01:00", ""]]
    assert fields_of(["Email", "Time zone", "TZ"], *rows) == ["email", "ignore", "time_zone"]


def test_prices_dates_and_ids_are_no_phones():
    rows = [["2026-03-01 09:15", "7210448300000", "0.00", "192.0.2.1"]] * 5
    assert fields_of(["a", "b", "c", "d"], *rows) == ["ignore"] * 4


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("Accepts Email Marketing", ["yes", "no"], "consent"),
        ("Status", ["active", "unsubscribed"], "consent"),
        ("Status", ["Berlin", "Paris"], "ignore"),
        ("Newsletter", ["ja", "nein"], "consent"),
        ("Newsletter", ["Spring issue", "Autumn issue"], "ignore"),
        ("Unsubscribed from all email", ["true", ""], "opt_out"),
        ("Abgemeldet", ["ja", "nein"], "opt_out"),
        ("Bounced", ["1", "0"], "bounced"),
    ],
)
def test_consent_columns_need_cells_that_speak_of_consent(header, cells, field):
    assert fields_of([header], *[[cell] for cell in cells]) == [field]


def test_a_guess_shows_examples_and_how_sure_it_is():
    guess = guess_columns(layout_of("City"), [["Berlin"], ["Berlin"], [""], ["Paris"], ["Rome"], ["Oslo"]])[0]
    assert guess.examples == ("Berlin", "Paris", "Rome")
    assert guess.confidence == 1.0


def test_a_column_that_is_filled_far_down_shows_what_it_holds():
    rows = [["a@example.com", ""]] * 900 + [["b@example.com", "unsubscribed"]]
    layout = layout_of("Email", "Remark")
    profile = FileProfile.of_rows(rows, 2)
    assert guess_columns(layout, rows[:50], profile=profile)[1].examples == ("unsubscribed",)


def test_fingerprint_is_of_the_set_of_headers():
    one = header_fingerprint(layout_of("E-Mail", "Vorname"))
    assert one == header_fingerprint(layout_of("vorname", "e-mail"))
    assert one != header_fingerprint(layout_of("E-Mail", "Vorname", "Ort"))
    assert header_fingerprint(layout_of("Column 1", header=False)) == ""


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("* myContacts ::: VIP ::: Lead", ["VIP", "Lead"]),
        ('"Lead","VIP"', ["Lead", "VIP"]),
        ("Lead;VIP; Lead", ["Lead", "VIP"]),
        ("", []),
    ],
)
def test_tags_of_a_cell(cell, tags):
    assert tags_of(cell) == tags


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("What is your email address?", "email"),
        ("Wie lautet deine E-Mail-Adresse?", "email"),
        ("Quelle est votre adresse e-mail ?", "email"),
        ("Invitee Email", "email"),
        ("Invitee Name", "full_name"),
        ("Invitee First Name", "first_name"),
        ("Please enter your first name", "first_name"),
        ("Town/City", "city"),
        ("Company / Account", "company"),
        ("First / Last Name", "full_name"),
        ("Date of birth (DD/MM/YYYY)", "birthday"),
        ("Phone number (with country code)", "phone"),
        ("Guest Email(s)", "ignore"),
        ("Account Owner Email", "ignore"),
        ("Created By Email", "ignore"),
        ("Sales Rep", "ignore"),
        ("Event Type Name", "ignore"),
        ("Name/Company", "ignore"),
        ("Would you like our newsletter by email?", "ignore"),
    ],
)
def test_questions_of_forms_two_words_for_one_thing_and_other_people(header, field):
    assert fields_of([header]) == [field]


def report_fields(name):
    table, rows = report(name)
    guesses = guess_columns(table.layout, cells(rows))
    return {guess.name: guess.field for guess in guesses if guess.field != "ignore"}


def test_report_39_the_address_column_that_is_filled():
    fields = report_fields("39_constantcontact.csv")
    assert fields["Email address - other"] == "email"
    assert list(fields.values()).count("email") == 1


def test_report_99_the_contacts_own_address_and_not_the_owners():
    fields = report_fields("99_work_email_vs_owner.csv")
    assert fields == {"Contact Name": "full_name", "Work Email": "email"}


def test_report_24c_and_47_names_and_tags():
    assert report_fields("24c_full_name_and_first.csv") == {
        "Full Name": "full_name",
        "First Name": "first_name",
        "Email": "email",
    }
    assert report_fields("47_mailchimp_tags.csv")["TAGS"] == "tags"


@pytest.mark.parametrize(
    ("names", "row", "fields"),
    [
        (["Owner Email", "Reach"], ["rep@example.com", "{}@example.org"], ["ignore", "email"]),
        (["Owner Email", "Email"], ["rep@example.com", ""], ["ignore", "email"]),
        (["Sales Rep Email"], ["{}@example.com"], ["ignore"]),
        (["User Email", "Plan"], ["{}@example.com", "Gold"], ["email", "ignore"]),
        (["User Email", "Plan"], ["host@example.com", "Gold"], ["ignore", "ignore"]),
        (["User Email", "Invitee Email"], ["{}@example.com", "{}@example.org"], ["ignore", "email"]),
        (["Email 1", "Email 2"], ["", "{}@example.com"], ["ignore", "email"]),
        (["Email", "Backup"], ["{}@example.com", "{}@example.org"], ["email", "ignore"]),
        (["Mobile", "Phone"], ["", "+49 151 2345678{}"], ["ignore", "phone"]),
        (["First name", "Last name", "Name"], ["", "", "Ann Lee"], ["first_name", "last_name", "full_name"]),
        (["Tags", "Note"], ["text number {}", "x"], ["ignore", "ignore"]),
        (["Email", "Name"], ["{}@example.com", "NULL"], ["email", "full_name"]),
    ],
)
def test_the_full_and_different_column_is_the_contacts(names, row, fields):
    rows = [[cell.format(number) for cell in row] for number in range(12)]
    assert fields_of(names, *rows) == fields
