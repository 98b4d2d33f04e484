"""What a job does to contacts: makes missing ones, fills or overwrites known ones, or only imports."""

import pytest

from tests.rooms.bulk_enrollment.trial import Trial, lines, set_status
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active

NAMED = {"0": "email", "1": "first_name", "2": "company", "3": "birthday", "4": "custom:Shoe size"}


def named(*rows: str) -> str:
    return "\n".join(["Email,First name,Company,Birthday,Shoe size", *rows, ""])


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def test_missing_people_are_made_from_the_mapped_columns(trial: Trial, bob, workflow):
    job = trial.run(
        named("Ann@Example.com,Ann,Lee & Sons,1990-04-23,38", "ben@example.com,,,,"),
        workflow,
        mapping=NAMED,
        missing="create",
        consent_basis="customer",
        tags=["New"],
    )
    assert trial.outcomes(job) == trial.verdicts(job) == ["ENROLLED", "ENROLLED"]
    ann, ben = trial.contact("ann@example.com"), trial.contact("ben@example.com")
    assert ann is not None and ben is not None
    assert (ann.email, ann.first_name, ann.company, str(ann.birthday)) == (
        "Ann@Example.com",
        "Ann",
        "Lee & Sons",
        "1990-04-23",
    )
    assert ann.custom == {"shoe_size": "38"}
    assert (ann.status, ann.consent_basis, ann.consent_source) == ("active", "customer", "people.csv")
    assert ann.created_job_id == trial.job(job).id and ann.created_by == bob.actor.user_id
    assert (ben.first_name, ben.custom) == (None, None)
    assert trial.fields_kept(job) == 0, "nobody's fields are kept longer than needed"


def test_a_value_that_is_too_long_fails_its_row_alone(trial: Trial, workflow):
    job = trial.run(
        named(f"ann@example.com,{'A' * 121},,,", "ben@example.com,Ben,,,"),
        workflow,
        mapping=NAMED,
        missing="create",
    )
    assert trial.outcomes(job) == ["VALIDATION_ERROR value_too_long", "ENROLLED"]
    assert trial.contact("ann@example.com") is None


def test_people_with_only_a_phone_are_made_and_enrolled(trial: Trial, app, bob, workflow):
    add(app, bob.actor, "known@example.com", phone="0151 23456781")
    job = trial.run(
        lines("0151 23456781", "0151 23456782", "+49 151 23456782"),
        workflow,
        identifier="phone",
        mapping={"0": "phone"},
        missing="create",
    )
    assert trial.outcomes(job) == ["ENROLLED", "ENROLLED", "DUPLICATE_IN_SELECTION 2"]


@pytest.mark.parametrize(
    ("existing", "name", "company", "custom"),
    [
        ("leave", "Annie", None, {"size": "S"}),
        ("fill", "Annie", "Lee & Sons", {"size": "S", "shoe_size": "38"}),
        ("overwrite", "Ann", "Lee & Sons", {"size": "S", "shoe_size": "38"}),
    ],
)
def test_known_people_are_left_filled_or_overwritten(
    trial: Trial, app, bob, workflow, existing, name, company, custom
):
    add(app, bob.actor, "ann@example.com", first_name="Annie", custom={"size": "S"})
    add(app, bob.actor, "ben@example.com", first_name="Ben")
    job = trial.run(
        named("ann@example.com,Ann,Lee & Sons,,38", "ben@example.com,,,,"),
        workflow,
        mapping=NAMED,
        existing=existing,
    )
    assert trial.outcomes(job) == ["ENROLLED", "ENROLLED"]
    ann, ben = trial.contact("ann@example.com"), trial.contact("ben@example.com")
    assert ann is not None and ben is not None
    assert (ann.first_name, ann.company, ann.custom) == (name, company, custom)
    assert ben.first_name == "Ben", "an empty cell erases nothing"


def test_an_import_says_created_updated_and_unchanged(trial: Trial, app, bob):  # P-12
    add(app, bob.actor, "same@example.com", first_name="Sam")
    add(app, bob.actor, "other@example.com", first_name="Otto")
    add(app, bob.actor, "gone@example.com", first_name="Gina")
    set_status(trial, gone="unsubscribed")
    file = named(
        "same@example.com,Sam,,,",
        "other@example.com,Odile,,,",
        "new@example.com,Nora,,,",
        "NEW@example.com,Nora,,,",
        "gone@example.com,Gina,New company,,",
        "nothing,,,,",
    )
    job = trial.run(file, None, mapping=NAMED, missing="create", existing="overwrite", tags=["Fair"])
    assert trial.outcomes(job) == [
        "UNCHANGED",
        "UPDATED",
        "CREATED",
        "DUPLICATE_IN_SELECTION 3",
        "CONTACT_BLOCKED unsubscribed",
        "VALIDATION_ERROR no_at",
    ]
    assert trial.job(job).status == "completed_with_errors"
    other, gone = trial.contact("other@example.com"), trial.contact("gone@example.com")
    assert other is not None and gone is not None
    assert other.first_name == "Odile" and gone.status == "unsubscribed"
    assert not trial.enrollments("new@example.com")
    again = trial.run(file, None, mapping=NAMED, missing="create", existing="leave")
    assert trial.outcomes(again)[:3] == ["UNCHANGED", "UNCHANGED", "UNCHANGED"]


def test_an_import_takes_consent_away_and_never_gives_it_back(trial: Trial, app, bob):
    add(app, bob.actor, "ann@example.com")
    add(app, bob.actor, "ben@example.com")
    set_status(trial, ben="unsubscribed")
    file = "Email,Status\nann@example.com,unsubscribed\nben@example.com,subscribed\nnew@example.com,cleaned\n"
    job = trial.run(file, None, mapping={"0": "email", "1": "consent"}, missing="create", existing="fill")
    assert trial.outcomes(job) == [
        "CONTACT_BLOCKED file",
        "CONTACT_BLOCKED unsubscribed",
        "CONTACT_BLOCKED file",
    ]
    statuses = [
        contact.status
        for name in ("ann", "ben", "new")
        if (contact := trial.contact(f"{name}@example.com")) is not None
    ]
    assert statuses == ["unsubscribed", "unsubscribed", "bounced"]


def test_strange_characters_of_a_file_reach_the_contact(trial: Trial, workflow):
    rows = [
        "ann@example.com,A\0nn,Lee \\u0000 {},,\\",
        "ben@example.com,Ben\x07,\u2028☃ 🦊,,x';--",
        *(f"p{number}@example.com,Plain,,,{number}" for number in range(40)),
    ]
    job = trial.run(named(*rows), workflow, mapping=NAMED, missing="create")
    assert trial.outcomes(job) == ["ENROLLED"] * 42
    ann, ben = trial.contact("ann@example.com"), trial.contact("ben@example.com")
    assert ann is not None and ben is not None
    assert ann.company == "Lee \\u0000 {}" and ann.custom == {"shoe_size": "\\"}
    assert ben.company == "☃ 🦊" and ben.custom == {"shoe_size": "x';--"}
