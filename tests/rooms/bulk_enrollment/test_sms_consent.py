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
