"""A column about text messages says who agrees to them: a yes never takes back a no, and nobody is withheld
from emails (W-06, W-08)."""

from collections.abc import Sequence

import pytest
from flask import Flask

from app.bulk_enrollment.application.undoing import undo_job
from app.contacts import application as contacts
from app.platform.clock import now
from tests.people import Person
from tests.rooms.bulk_enrollment.trial import Trial
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active
from tests.services.statements import statements

NUMBERS = ONE, TWO, THREE = tuple(f"+491511234567{digit}" for digit in range(3))
MAPPING = {"0": "email", "1": "phone", "2": "sms_consent"}


def file(*rows: tuple[str, str, str]) -> str:
    """A file of (name, phone number, what it says about text messages)."""
    lines = [f"{name}@example.com,{phone},{said}" for name, phone, said in rows]
    return "\n".join(["Email,Phone,SMS consent", *lines, ""])


def said_by(trial: Trial, *numbers: str) -> list[bool | None]:
    with trial.acting():
        found = [contacts.sms_consent_of(trial.actor.account_id, number) for number in numbers]
    return [one.is_given if one else None for one in found]


def wish(trial: Trial, number: str, is_given: bool) -> None:
    with trial.acting():
        contacts.note_sms_wish(trial.actor.account_id, number, is_given, "Said so", now())


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("yes", "no", ""), [True, False, None]),
        (("TRUE", "FALSE", "perhaps"), [True, False, None]),
        (("Subscribed", "Unsubscribed", "pending"), [True, False, None]),
        (("2026-03-01", "STOP", "unknown"), [True, False, None]),
    ],
)
def test_only_a_yes_is_a_yes(trial: Trial, cells: Sequence[str], expected: list[bool | None]) -> None:
    rows = [(f"p{at}", number, cell) for at, (number, cell) in enumerate(zip(NUMBERS, cells, strict=True))]
    job = trial.run(file(*rows), None, mapping=MAPPING, missing="create")
    assert trial.outcomes(job) == ["CREATED"] * 3
    assert said_by(trial, ONE, TWO, THREE) == expected


def test_it_is_kept_with_the_file_as_its_source(app: Flask, bob: Person, trial: Trial) -> None:
    trial.run(file(("ann", ONE, "yes")), None, mapping=MAPPING, missing="create")
    ann = trial.contact("ann@example.com")
    assert ann is not None
    page = bob.get(f"/contacts/{ann.id}").text
    assert "Agreed to text messages: people.csv" in page
    with trial.acting():
        found = contacts.sms_consent_of(trial.actor.account_id, ONE)
    assert found is not None and found.source == "people.csv"


def test_a_file_never_takes_back_a_no(trial: Trial) -> None:
    wish(trial, ONE, False)
    wish(trial, TWO, True)
    trial.run(file(("ann", ONE, "yes"), ("ben", TWO, "no")), None, mapping=MAPPING, missing="create")
    assert said_by(trial, ONE, TWO) == [False, False]


def test_a_no_in_any_row_counts(trial: Trial) -> None:
    rows = file(("ann", ONE, "yes"), ("ann", ONE, "no"), ("ben", ONE, "yes"))
    trial.run(rows, None, mapping=MAPPING, missing="create")
    assert said_by(trial, ONE) == [False]


def test_a_yes_is_that_of_the_number_in_the_file(app: Flask, bob: Person, trial: Trial) -> None:
    """Ann has another number now, and stays as she is; Ben’s row names none, and Cleo’s one can’t be read."""
    for name, phone in (("ann", ONE), ("ben", TWO), ("cleo", THREE)):
        add(app, bob.actor, f"{name}@example.com", phone=phone)
    rows = file(("ann", "+4915119999999", "yes"), ("ben", "", "yes"), ("cleo", "12", "yes"))
    trial.run(rows, None, mapping=MAPPING, missing="create", existing="leave")
    assert said_by(trial, ONE, "+4915119999999", TWO, THREE) == [None, None, True, None]


def test_enrolling_a_file_keeps_it_too(app: Flask, bob: Person, trial: Trial) -> None:
    for name, phone in (("ann", ONE), ("ben", TWO)):
        add(app, bob.actor, f"{name}@example.com", phone=phone)
    workflow = active(app, bob.actor)
    trial.run(file(("ann", ONE, "")), workflow, mapping=MAPPING)
    job = trial.run(file(("ann", ONE, "no"), ("ben", TWO, "yes")), workflow, mapping=MAPPING)
    assert [one.split()[0] for one in trial.outcomes(job)] == ["ALREADY_ENROLLED", "ENROLLED"]
    assert said_by(trial, ONE, TWO) == [False, True]


def test_a_file_of_numbers_says_it_for_them(trial: Trial) -> None:
    text = f"Phone,SMS consent\n{ONE},yes\n{TWO},no\n"
    mapping = {"0": "phone", "1": "sms_consent"}
    trial.run(text, None, mapping=mapping, identifier="phone", missing="create")
    assert said_by(trial, ONE, TWO) == [True, False]


def test_an_import_may_do_nothing_else(app: Flask, bob: Person, trial: Trial) -> None:
    add(app, bob.actor, "ann@example.com", phone=ONE)
    rows = file(("ann", "", "yes"))
    trial.run(rows, None, mapping=MAPPING, missing="skip", existing="leave")
    assert said_by(trial, ONE) == [True]


def test_an_undo_forgets_the_yes_of_whom_it_removes(trial: Trial) -> None:
    job = trial.run(file(("ann", ONE, "yes"), ("ben", TWO, "no")), None, mapping=MAPPING, missing="create")
    with trial.acting():
        undo = undo_job(trial.actor, job)
    trial.finish(undo.public_id)
    assert trial.contact("ann@example.com") is None
    assert said_by(trial, ONE, TWO) == [None, False]


def test_a_no_counts_also_without_a_contact(trial: Trial) -> None:
    """Of a list of those who want no texts, nobody has to become a contact. A yes is nobody’s."""
    rows = file(("ann", ONE, "no"), ("ben", TWO, "yes"))
    job = trial.run(rows, None, mapping=MAPPING, missing="skip", existing="leave")
    assert trial.outcomes(job) == ["CONTACT_NOT_FOUND"] * 2 and trial.fields_kept(job) == 0
    numbers = f"Phone,SMS consent\n{THREE},no\n"
    columns = {"0": "phone", "1": "sms_consent"}
    trial.run(numbers, None, mapping=columns, identifier="phone", missing="skip", existing="leave")
    assert said_by(trial, *NUMBERS) == [False, None, False]
    rows = file(("ann", ONE, "yes"), ("cleo", THREE, "yes"))
    trial.run(rows, None, mapping=MAPPING, missing="create")
    assert said_by(trial, *NUMBERS) == [False, None, False]


def test_a_no_counts_for_a_number_that_several_contacts_have(app: Flask, bob: Person, trial: Trial) -> None:
    for name, phone in (("ann", ONE), ("ben", ONE), ("cleo", TWO), ("dora", TWO)):
        add(app, bob.actor, f"{name}@example.com", phone=phone)
    text = f"Phone,SMS consent\n{ONE},no\n{TWO},yes\n"
    mapping = {"0": "phone", "1": "sms_consent"}
    job = trial.run(text, None, mapping=mapping, identifier="phone", missing="create")
    assert trial.outcomes(job) == ["VALIDATION_ERROR shared_phone"] * 2
    assert said_by(trial, ONE, TWO) == [False, None]


def test_a_no_counts_in_an_invalid_row(app: Flask, bob: Person, trial: Trial) -> None:
    """Ben’s row names no number, so the no is that of his own; Cleo’s yes doesn’t count."""
    add(app, bob.actor, "ben@example.com", phone=TWO)
    add(app, bob.actor, "cleo@example.com", phone=THREE)
    fourth, long = "+4915112345673", "A" * 5_000
    rows = [
        f"ann@example.com,{ONE},no,{long}",
        f"ben@example.com,,no,{long}",
        f"cleo@example.com,{THREE},yes,{long}",
        f"nobody,{fourth},no,Dora",
    ]
    text = "\n".join(["Email,Phone,SMS consent,First name", *rows, ""])
    mapping = {**MAPPING, "3": "first_name"}
    job = trial.run(text, None, mapping=mapping, missing="create")
    assert trial.outcomes(job) == [*["VALIDATION_ERROR value_too_long"] * 3, "VALIDATION_ERROR no_at"]
    assert said_by(trial, ONE, TWO, THREE, fourth) == [False, False, None, False]
    assert trial.contact("ann@example.com") is None and trial.fields_kept(job) == 0


def test_a_no_counts_in_an_invalid_row_that_names_an_id(app: Flask, bob: Person, trial: Trial) -> None:
    ann = add(app, bob.actor, "ann@example.com", phone=ONE)
    text = f"ID,SMS consent,First name\n{ann},no,{'A' * 5_000}\n{ann + 1},no,{'A' * 5_000}\n"
    mapping = {"0": "contact_id", "1": "sms_consent", "2": "first_name"}
    trial.run(text, None, mapping=mapping, identifier="contact_id", existing="fill")
    assert said_by(trial, ONE) == [False]


def test_a_no_next_to_an_unreadable_number_is_that_of_the_contact(
    app: Flask, bob: Person, trial: Trial
) -> None:
    add(app, bob.actor, "ann@example.com", phone=ONE)
    trial.run(file(("ann", "12", "no")), None, mapping=MAPPING, missing="create")
    assert said_by(trial, ONE) == [False]


@pytest.mark.only_on("postgresql", "SQLite has one writer")
def test_contacts_are_held_before_what_their_numbers_say(app: Flask, bob: Person, trial: Trial) -> None:
    """In the same order as by those who answer STOP, so that neither ends the other."""
    add(app, bob.actor, "ann@example.com", phone=ONE)
    add(app, bob.actor, "ben@example.com", phone=ONE)
    with trial.acting():
        account_id = trial.actor.account_id
        with statements(app) as asked:
            contacts.note_sms_rows(account_id, [(None, False, ONE)], "people.csv", now(), None)
    held = [place for place, one in enumerate(asked) if "FOR KEY SHARE" in one]
    written = [place for place, one in enumerate(asked) if "INSERT INTO sms_consents" in one]
    assert held and written and max(held) < min(written)
