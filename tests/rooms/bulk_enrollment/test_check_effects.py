"""What a dry run says about contacts: created, changed field by field, left out; and what the run says when
something has changed since (B-22)."""

import pytest

from app.bulk_enrollment.application.dry_runs.plan_effects import PlanEffects
from app.bulk_enrollment.application.jobs import start
from app.bulk_enrollment.application.report.dry_runs import dry_run_of
from app.platform import queue
from app.platform.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.rooms.bulk_enrollment.jobs import page_of, words_of
from tests.rooms.bulk_enrollment.trial import Trial
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active
from tests.unit.workflows.documents import definition, email, sms

FILE = """Email,First name,Company,Birthday,Shoe size
ann@example.com,Ann,Acme,1990-04-23,38
ben@example.com,Benjamin,Bolt,,44
cleo@example.com,Cleo,Coil,1985-01-02,
dora@example.com,Dora,,,40
ann@example.com,Ann again,Other,,39
not an address,Nobody,None,,1
"""
MAPPING = {"0": "email", "1": "first_name", "2": "company", "3": "birthday", "4": "custom:Shoe size"}
BIRTHDAY = {"type": "date_reached", "enabled": True, "config": {"field": "contact.birthday"}}


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor, "Win-back", definition=definition(email("hello")))


@pytest.fixture
def known(app, bob):
    """Ann has a company and no birthday, Ben no company but another name."""
    add(app, bob.actor, "ann@example.com", first_name="Ann", company="Old Acme", custom={"shoe_size": "38"})
    add(app, bob.actor, "ben@example.com", first_name="Ben")


def drafted(trial: Trial, workflow: str | None, text: str = FILE, **choices) -> str:
    job = trial.draft(text, workflow, **({"mapping": MAPPING, "missing": "create"} | choices))
    trial.plan(job)
    return job


def effects(trial: Trial, job: str) -> PlanEffects:
    with trial.acting():
        return dry_run_of(trial.actor, job).effects


def changes(trial: Trial, job: str) -> dict[str, tuple[int, int]]:
    return {one.label: (one.filled, one.overwritten) for one in effects(trial, job).changes}


def check_page(person, job: str) -> str:
    answer = person.get(f"/enrollments/checks/{job}")
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("target", ["workflow", None])
@pytest.mark.parametrize(
    ("existing", "expected"),
    [
        ("leave", {}),
        ("fill", {"Company": (1, 0), "Birthday": (1, 0), "Shoe size": (1, 0)}),
        ("overwrite", {"First name": (0, 1), "Company": (1, 1), "Birthday": (1, 0), "Shoe size": (1, 0)}),
    ],
)
def test_changes_field_by_field(trial: Trial, known, workflow, target, existing, expected):
    job = drafted(trial, workflow if target else None, existing=existing)
    found = changes(trial, job)
    assert {label.lower().replace("-", " "): counts for label, counts in found.items()} == {
        label.lower(): counts for label, counts in expected.items()
    }
    of_plan = effects(trial, job)
    assert (of_plan.created, of_plan.updated) == (2, 2 if expected else 0)
    if existing == "overwrite":
        [company] = [one for one in of_plan.changes if one.label == "Company"]
        assert [(one.row, one.before, one.after) for one in company.samples] == [
            (1, "Old Acme", "Acme"),
            (2, "", "Bolt"),
        ]


def test_the_page_shows_them_and_the_new_contacts(trial: Trial, known, bob, workflow):
    page = words_of(check_page(bob, drafted(trial, workflow, existing="overwrite")))
    assert "2 new contacts row 3, line 4 cleo@example.com" in page and "Birthday: January 2, 1985" in page
    assert "2 existing contacts change" in page
    assert "Company 1 filled, 1 overwritten row 1, line 2 ann@example.com Old Acme becomes Acme" in page
    assert "row 2, line 3 ben@example.com gets Bolt" in page
    assert "Legal basis of new contacts: Existing customers." in page
    assert "Everyone gets the tag" not in page
    tagged = words_of(check_page(bob, drafted(trial, workflow, tags=["Spring", "VIP"])))
    assert "Everyone gets the tags Spring and VIP." in tagged


def test_what_was_said_is_what_happens(trial: Trial, known, bob, workflow):
    job = drafted(trial, workflow, existing="overwrite")
    said = effects(trial, job)
    trial.start_draft(job)
    trial.finish(job)
    trial.holds(job)
    batches = trial.batches(job)
    assert sum(one.created for one in batches) == said.created == 2
    assert sum(one.updated for one in batches) == said.updated == 2
    assert "Results differ" not in page_of(bob, job)


def test_what_has_changed_since_is_said(trial: Trial, app, known, bob, workflow):
    job = drafted(trial, workflow, existing="overwrite")
    add(app, bob.actor, "cleo@example.com", first_name="Cleo", company="Coil", birthday="1985-01-02")
    trial.start_draft(job)
    trial.finish(job)
    trial.holds(job)
    page = words_of(page_of(bob, job))
    assert "Results differ from the check" in page
    assert "New contacts created: expected 2, got 1" in page
    assert "Existing contacts changed" not in page, "Cleo has the values of the file already"


def test_a_changed_contact_is_said_too(trial: Trial, known, bob, workflow, app):
    job = drafted(trial, workflow, existing="fill")
    add(app, bob.actor, "dora@example.com")
    trial.start_draft(job)
    trial.finish(job)
    page = words_of(page_of(bob, job))
    assert "New contacts created: expected 2, got 1" in page
    assert "Existing contacts changed: expected 2, got 3" in page


def test_an_interrupted_examination_goes_on(trial: Trial, known, workflow, monkeypatch):
    monkeypatch.setattr("app.bulk_enrollment.application.dry_runs.examining.ROWS", 2)
    whole = drafted(trial, workflow, existing="overwrite")
    job = trial.draft(FILE, workflow, mapping=MAPPING, missing="create", existing="overwrite")
    monkeypatch.setattr(queue, "should_stop", lambda: True)
    for _ in range(4):
        trial.plan(job)
    with trial.acting():
        assert trial.job(job).effects == trial.job(whole).effects
        assert trial.job(job).effects.rows == 6 and trial.job(job).planned_at


# What the workflow means


@pytest.fixture
def birthday(app, bob):
    steps = definition(email("hello"), sms("text"), trigger=BIRTHDAY)
    return active(app, bob.actor, "Birthday", definition=steps)


def test_a_workflow_that_begins_on_a_birthday(trial: Trial, known, bob, birthday):
    page = check_page(bob, drafted(trial, birthday))
    words = words_of(page)
    assert "They start at step 1 once you start the workflow, not on their birthday." in words
    assert "3 of 4 people have no birthday." in words
    assert "All 4 people have no phone number. 1 message needs one and won’t reach these people." in words
    assert "Leave out 3 people" in words and "Only import the contacts" in words and "Add 4" in words


def test_values_of_the_file_count_where_they_are_taken(trial: Trial, known, birthday):
    """Ann’s birthday is in the file, which changes her contact only if existing contacts are filled."""
    with trial.acting():
        for existing, lacking in (("leave", 3), ("fill", 2), ("overwrite", 2)):
            job = drafted(trial, birthday, existing=existing)
            assert trial.job(job).effects.lacking["contact.birthday"] == lacking


def test_leaving_them_out(trial: Trial, known, bob, birthday):
    job = drafted(trial, birthday)
    answer = bob.post(f"/enrollments/checks/{job}/again", {"only_with": "contact.birthday"})
    assert answer.status_code == 303
    other = answer.location.rsplit("/", 1)[1]
    trial.plan(other)
    assert trial.verdicts(other) == [
        "VALUE_MISSING contact.birthday",
        "VALUE_MISSING contact.birthday",
        "ENROLLED",
        "VALUE_MISSING contact.birthday",
        "DUPLICATE_IN_SELECTION 1",
        trial.verdicts(other)[5],
    ]
    words = words_of(check_page(bob, other))
    assert "1 person will be added to Birthday." in words and "3 people are left out" in words
    assert "Left out: no birthday." in words and "People without a birthday are left out." in words
    assert "Add 1 person" in words
    trial.start_draft(other)
    trial.finish(other)
    trial.holds(other)
    assert trial.job(other).totals["ENROLLED"] == 1 and trial.job(other).totals["VALUE_MISSING"] == 3
    assert trial.contact("dora@example.com") is None, "who is left out is not created either"
    assert "3 people lack a value and were skipped" in words_of(
        page_of(bob, other)
    ) or "left out" in words_of(page_of(bob, other))


def test_including_them_again(trial: Trial, known, bob, birthday):
    job = drafted(trial, birthday, only_with="contact.birthday")
    answer = bob.post(f"/enrollments/checks/{job}/again", {"only_with": ""})
    other = answer.location.rsplit("/", 1)[1]
    trial.plan(other)
    assert trial.verdicts(other).count("ENROLLED") == 4


def test_leaving_out_by_a_custom_field(trial: Trial, known, birthday):
    job = trial.run(FILE, birthday, mapping=MAPPING, missing="create", only_with="contact.custom.shoe_size")
    assert trial.outcomes(job)[:4] == [
        "ENROLLED",
        "VALUE_MISSING contact.custom.shoe_size",
        "VALUE_MISSING contact.custom.shoe_size",
        "ENROLLED",
    ]


def test_only_importing(trial: Trial, known, bob, birthday):
    job = drafted(trial, birthday)
    answer = bob.post(f"/enrollments/checks/{job}/again", {"way": "import"})
    other = answer.location.rsplit("/", 1)[1]
    trial.plan(other)
    assert trial.job(other).kind == "import" and trial.job(other).options.existing == "fill"
    trial.start_draft(other)
    trial.finish(other)
    assert trial.job(other).totals["CREATED"] == 2
    assert str(trial.contact("ann@example.com").birthday) == "1990-04-23"
    assert not trial.enrollments("ann@example.com")


def test_listed_contacts_have_no_file_to_import(trial: Trial, app, bob, birthday):
    number = add(app, bob.actor, "eve@example.com")
    with trial.acting():
        from app.bulk_enrollment.domain.selection import ManualSelection

        wanted = start.JobRequest(ManualSelection((str(number),)), workflow_id=birthday)
        job = start.dry_run(bob.actor, wanted).public_id
    trial.plan(job)
    words = words_of(check_page(bob, job))
    assert "All" not in words.split("no birthday")[0][-30:] and "1 of 1 person has no birthday." in words
    assert "Don’t add them" in words and "Only import" not in words
    with trial.acting(), pytest.raises(Conflict):
        start.check_again(bob.actor, job, imports=True)


def test_messages_without_an_address(trial: Trial, app, bob):
    texts = active(app, bob.actor, "Texts", definition=definition(sms("one"), sms("two")))
    page = words_of(check_page(bob, drafted(trial, texts)))
    assert (
        "All 4 people have no phone number. All messages of this workflow need one, so none of them" in page
    )


def test_a_workflow_that_begins_by_hand_has_no_remarks(trial: Trial, bob, workflow):
    page = check_page(bob, drafted(trial, workflow))
    assert "data-remark" not in page and "People start at step 1 once you start the workflow." in words_of(
        page
    )


def test_an_appointment(trial: Trial, app, bob):
    booked = {"type": "appointment_booked", "enabled": True, "config": {}}
    body = "See you at {{ event.starts_at }}."
    steps = definition(email("hello", "Hi", body), trigger=booked)
    page = words_of(check_page(bob, drafted(trial, active(app, bob.actor, "Booked", definition=steps))))
    assert "They start at step 1 once you start the workflow, not when they book an appointment." in page
    assert "1 message uses details that only the trigger brings" in page


def test_who_may(trial: Trial, app, known, vera, mallory, birthday):
    job = drafted(trial, birthday)
    address = f"/enrollments/checks/{job}/again"
    assert vera.post(address, {"only_with": "contact.birthday"}).status_code == 403
    assert mallory.post(address, {"only_with": "contact.birthday"}).status_code == 404
    with app.app_context():
        with pytest.raises(NotAllowed):
            start.check_again(vera.actor, job, imports=True)
        with pytest.raises(NotFound):
            start.check_again(mallory.actor, job, imports=True)
    assert "Leave out" not in check_page(vera, job)


@pytest.mark.parametrize("name", ["contact.nothing", "x", "contact.custom.A b", "contact.created_at"])
def test_an_unknown_field_is_refused(trial: Trial, bob, birthday, name):
    job = drafted(trial, birthday)
    with trial.acting(), pytest.raises(Invalid):
        start.check_again(bob.actor, job, only_with=name)
    assert bob.post(f"/enrollments/checks/{job}/again", {"only_with": name}).status_code == 422


def test_a_started_job_is_not_planned_again(trial: Trial, bob, birthday):
    job = drafted(trial, birthday)
    trial.start_draft(job)
    with trial.acting(), pytest.raises(Conflict):
        start.check_again(bob.actor, job, only_with="contact.birthday")
