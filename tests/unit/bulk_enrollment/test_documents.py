"""Selections and options survive their way into a job's row and back; what older rows hold is still read."""

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest

from app.bulk_enrollment.domain.brakes.rules import Brakes
from app.bulk_enrollment.domain.documents import (
    read_options,
    read_selection,
    selection_type,
    write_options,
    write_selection,
)
from app.bulk_enrollment.domain.options import JobOptions, option_problems
from app.bulk_enrollment.domain.selection import (
    FileSelection,
    FilterSelection,
    ManualSelection,
)
from app.platform.text.pace import Drip

FILE = FileSelection(
    upload_id="019a0000-0000-7000-8000-000000000001",
    mapping={"0": "email", "2": "custom:Plan"},
    identifier="email",
    dates="day_first",
    phones="national",
    not_consent=["3"],
    consent_words={"vielleicht": "no"},
    names={"0": "E-mail", "2": "Plan", "3": "Status"},
    read_as="f00",
)
OPTIONS = JobOptions(
    missing="create",
    existing="fill",
    consent_basis="customer",
    tags=("Spring", "VIP"),
    batch_size=20,
    notify_email="bob@example.com",
    scheduled_at=datetime(2026, 12, 1, 8, tzinfo=UTC),
    time_zone="Europe/Berlin",
    drip=Drip(500, 2, "hours", 540, 1020, (0, 4), "Europe/Berlin", 600),
    brakes=Brakes(canary_rows=100, failed_percent=None, failed_rows=7),
    only_with="contact.birthday",
    source_name="people.csv",
    people="2 selected contacts",
    tag_ids=(3, 9),
    first_step="step-1",
    again=True,
)


@pytest.mark.parametrize(
    "selection",
    [
        FILE,
        ManualSelection(("5", "7"), chosen_id=3),
        ManualSelection(("a@b.example",), "email"),
        FilterSelection(
            {"all": [{"field": "x", "op": "is", "value": [1, {"a": None}]}]}, name="VIP", chosen_id=4
        ),
    ],
)
def test_a_selection_comes_back_as_it_was(selection) -> None:
    assert read_selection(write_selection(selection)) == selection


def test_options_come_back_as_they_were() -> None:
    assert read_options(write_options(OPTIONS)) == OPTIONS
    for field in fields(JobOptions):
        assert getattr(OPTIONS, field.name) != getattr(JobOptions(), field.name), f"{field.name} is not tried"


KINDS = [(FILE, "file"), (ManualSelection(()), "manual"), (FilterSelection({}), "filter")]


@pytest.mark.parametrize(("selection", "name"), KINDS)
def test_each_kind_has_a_name(selection, name: str) -> None:
    assert selection_type(selection) == write_selection(selection)["type"] == name


def test_what_is_missing_has_its_default() -> None:
    assert read_options({}) == JobOptions()
    assert read_selection({"type": "file", "upload_id": "u"}) == FileSelection("u", {})
    assert read_selection({"type": "manual"}) == ManualSelection(())
    assert read_selection({"type": "filter"}) == FilterSelection({})
    nothing = {"tags": None, "tag_ids": None, "batch_size": None, "consent_basis": None, "source_name": None}
    assert read_options(nothing) == JobOptions()


def test_what_is_unknown_is_passed_over() -> None:
    assert read_options({"again": True, "withholds": True, "mapping": {}}) == JobOptions(again=True)
    assert read_selection({"type": "manual", "entries": [5], "colour": "red"}) == ManualSelection(("5",))


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"type": "csv"},
        {"type": "file", "identifier": "name"},
        {"type": "file", "dates": "backwards"},
        {"type": "file", "phones": "loud"},
        {"type": "file", "mapping": ["email"]},
        {"type": "file", "consent_words": "no"},
        {"type": "filter", "criteria": ["all"]},
    ],
)
def test_what_cannot_be_a_selection_is_refused(document) -> None:
    with pytest.raises(ValueError):
        read_selection(document)


@pytest.mark.parametrize("document", [{"missing": "maybe"}, {"existing": "burn"}, {"batch_size": "many"}])
def test_what_cannot_be_options_is_refused(document) -> None:
    with pytest.raises(ValueError):
        read_options(document)


def test_choices_fit_the_reading_they_were_made_for_and_no_other() -> None:
    columns = ["E-mail", "Name", "Plan", "Status", "City"]
    assert FILE.fits(columns, "f00")
    assert not FILE.fits(columns, "ba5")
    assert not FILE.fits(["Name", "E-mail", "Plan", "Status"], "f00"), "another column in its place"
    assert not FILE.fits(["E-mail", "Name", "Plan"], "f00"), "a column is gone"
    assert FILE.fits(["E-mail", "Surname", "Plan", "Status"], "f00"), "nothing was said about this one"
    by_name = replace(FILE, read_as="")
    assert by_name.fits(columns, "ba5") and not by_name.fits(columns[1:], "ba5")
    assert replace(by_name, names={}).fits(["Anything"], "ba5"), "as older jobs are"


def test_names_are_kept_of_columns_that_something_was_said_about() -> None:
    columns = ["E-mail", "Name", "Plan", "Status"]
    assert FILE.names_in(columns) == {"0": "E-mail", "2": "Plan", "3": "Status"}
    assert FILE.names_in(columns[:1]) == {"0": "E-mail"}
    assert list(FileSelection("u", {"10": "email", "9": "phone"}).names_in(["x"] * 11)) == ["9", "10"]


def test_what_a_file_selection_says_of_its_columns() -> None:
    assert FILE.columns == {0: "email", 2: "custom:Plan"}
    assert FILE.custom_labels == ["Plan"]
    assert FILE.second_email is None and not FILE.withholds
    assert FILE.consent_answers.not_consent == {3}
    assert FILE.consent_answers.words == {"vielleicht": "no"}
    other = FileSelection("u", {"4": "second_email", "5": "opt_out"})
    assert other.second_email == 4 and other.withholds


@pytest.mark.parametrize(
    ("options", "identifier", "wrong"),
    [
        (JobOptions(), "contact_id", {}),
        (JobOptions(missing="create", consent_basis="customer"), "email", {}),
        (
            JobOptions(missing="create", consent_basis="customer"),
            "contact_id",
            {
                "missing": "New contacts need an email address or phone number. "
                "Skip them or match by one of these."
            },
        ),
        (
            JobOptions(missing="create"),
            "phone",
            {"consent_basis": "Choose a legal basis for contacting new contacts."},
        ),
        (JobOptions(batch_size=9), "email", {"batch_size": "Enter a batch size from 10 to 500."}),
        (JobOptions(batch_size=10), "email", {}),
        (JobOptions(batch_size=500), "email", {}),
        (JobOptions(batch_size=501), "email", {"batch_size": "Enter a batch size from 10 to 500."}),
    ],
)
def test_what_is_wrong_with_the_options(options, identifier, wrong) -> None:
    assert option_problems(options, identifier) == wrong


def test_what_options_ask_for() -> None:
    assert not JobOptions().writes_contacts
    assert JobOptions(missing="create").creates and JobOptions(missing="create").writes_contacts
    assert JobOptions(existing="fill").updates and JobOptions(existing="fill").writes_contacts
    assert not JobOptions(existing="fill").creates and not JobOptions(missing="create").updates
