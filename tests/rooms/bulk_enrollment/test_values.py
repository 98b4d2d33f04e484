"""What the cells of a file become in the contacts: phones, names, dates and tags, read by column.  # B-20"""

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.bulk_enrollment.application.report.dry_runs import dry_run_of
from app.contacts.infrastructure.tables import Contact, ContactTag, Tag
from app.files import application as files
from app.platform.clock import now
from app.platform.database import session
from app.platform.errors import Invalid
from tests.rooms.bulk_enrollment.trial import Trial
from tests.rooms.workflows.drafts import active
from tests.unit.files.contact_files import REPORTS


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor, "Welcome")


def report(name):
    return (REPORTS / name).read_text(encoding="utf-8")


def imported(trial: Trial, text, workflow=None, **choices):
    """Run a job that creates contacts from the columns as they are guessed."""
    choices = {"missing": "create", "mapping": guessed(trial, text)} | choices
    job = trial.start(text, workflow, **choices)
    trial.finish(job)
    trial.holds(job)
    return job


def guessed(trial: Trial, text):
    with trial.acting():
        upload = files.keep(trial.actor, io.BytesIO(text.encode()), "people.csv")
        guesses = files.suggestion(trial.actor.account_id, upload)
        return {str(guess.index): guess.field for guess in guesses if guess.field in files.MAPPABLE}


def tags_of(trial: Trial, address):
    """{tag: the job that added it} of a contact."""
    own = trial.actor.account_id
    query = (
        sa.select(Tag.name, ContactTag.added_job_id)
        .join(ContactTag, sa.and_(ContactTag.tag_id == Tag.id, ContactTag.account_id == own))
        .join(Contact, sa.and_(Contact.id == ContactTag.contact_id, Contact.account_id == own))
        .where(Tag.account_id == own, Contact.email_key == address)
    )
    with trial.acting():
        return dict(map(tuple, session().execute(query)))


def tag_names(trial: Trial):
    with trial.acting():
        return set(session().scalars(sa.select(Tag.name).where(Tag.account_id == trial.actor.account_id)))


def test_report_86_numbers_without_a_plus_follow_their_column(trial: Trial):
    imported(trial, report("86_phones_no_plus.csv"))
    phones = {
        name: trial.contact(f"{name}86@example.com").phone
        for name in ("de", "fr", "uk", "us", "ch", "plus", "nat", "br")
    }
    assert phones == {
        "de": "+4915112345678",
        "fr": "+33612345678",
        "uk": "+447911123003",
        "us": "+15005550006",
        "ch": "+41791234567",
        "plus": "+33612345678",
        "nat": "+4915112345678",
        "br": "+33612345678",
    }


def test_a_person_may_say_how_numbers_are_read(trial: Trial):
    imported(trial, report("86_phones_no_plus.csv"), phones="national")
    assert trial.contact("fr86@example.com").phone == "+4933612345678"


def test_report_19_dates_and_what_is_left_out_of_them(trial: Trial):
    job = imported(trial, report("19_dates.csv"))
    days = {name: trial.contact(f"{name}19@example.com").birthday for name in "abcdefghijklmnop"}
    assert {name: day.isoformat() for name, day in days.items() if day} == {
        "a": "2016-11-01",
        "b": "1990-11-01",
        "c": "1990-11-01",
        "e": "1990-04-23",
        "f": "1990-03-04",
        "g": "1990-01-01",
        "h": "1990-04-23",
        "j": "1604-04-23",
        "k": "1990-04-23",
        "l": "1990-04-23",
        "m": "1990-04-23",
        "o": "1990-04-23",
        "p": "1990-04-23",
    }
    assert trial.job(job).findings["left_out"] == {
        "birthday": [2, [[9, 10, "32986"], [14, 15, "640828800000"]]],
    }
    assert [row.row_number for row in trial.rows(job) if row.note] == [9, 14]


def test_a_column_of_numbers_is_dates_of_a_spreadsheet(trial: Trial):
    imported(trial, "Email,Birthday\na@example.com,32986\nb@example.com,25569\nc@example.com,\n")
    assert trial.contact("a@example.com").birthday.isoformat() == "1990-04-23"
    assert trial.contact("b@example.com").birthday.isoformat() == "1970-01-01"


def test_dates_in_both_orders_are_asked_about(trial: Trial):
    text = "Email,Birthday\na@example.com,04/23/1990\nb@example.com,23/04/1990\nc@example.com,03/04/1990\n"
    with pytest.raises(Invalid) as refused:
        imported(trial, text)
    assert "Choose how 03/04/1990 is read." in refused.value.message
    imported(trial, text, dates="day_first")
    days = [trial.contact(f"{name}@example.com").birthday.isoformat() for name in "abc"]
    assert days == ["1990-04-23", "1990-04-23", "1990-04-03"]


def test_time_zones_by_their_names(trial: Trial):
    names = ["America/New_York", "europe/berlin", "america_slash_los_angeles", "GMT+1 (Paris)", "", "x" * 90]
    lines = [f"p{number}@example.com,{name}" for number, name in enumerate(names)]
    job = imported(trial, "\n".join(["Email,Time zone", *lines]))
    found = [trial.contact(f"p{number}@example.com").time_zone for number in range(len(names))]
    assert found == ["America/New_York", "Europe/Berlin", "America/Los_Angeles", None, None, None]
    left_out = trial.job(job).findings["left_out"]
    assert left_out == {"time_zone": [2, [[4, 5, "GMT+1 (Paris)"], [6, 7, "x" * 40]]]}


def test_report_18_words_for_nothing_are_blank_and_people_keep_their_names(trial: Trial):
    text = report("18_null_strings.csv") + "null18@example.com,Nora,Null,Acme,,\n"
    job = imported(trial, text)
    assert trial.outcomes(job)[3:6] == ["VALIDATION_ERROR blank"] * 3
    for name in "abc":
        contact = trial.contact(f"{name}18@example.com")
        read = [contact.first_name, contact.last_name, contact.company, contact.phone, contact.birthday]
        assert read == [None] * 5
    assert trial.contact("null18@example.com").last_name == "Null"
    assert not trial.job(job).findings


def test_report_24b_whole_names(trial: Trial):
    imported(trial, report("24b_full_names.csv"))
    found = [trial.contact(f"{name}24b@example.com") for name in ("ann", "mary", "ludwig", "eva", "john")]
    assert [(one.first_name, one.last_name) for one in found] == [
        ("Ann", "Lee"),
        ("Mary Ann", "Smith"),
        ("Ludwig", "van Beethoven"),
        ("Eva", "Braunhof"),
        ("John", "Smith"),
    ]


def test_report_93_marks_are_taken_off(trial: Trial):
    text = (REPORTS / "93_facebook_leads.csv").read_bytes().decode("utf-16")
    mapping = guessed(trial, text)
    columns = text.splitlines()[0].split("\t")
    mapping |= {str(columns.index("zip_code")): "custom:Zip"}
    imported(trial, text, mapping=mapping)
    contact = trial.contact("fb0.93@example.com")
    assert (contact.first_name, contact.last_name) == ("Fa0", "Book")
    assert contact.phone == "+4915112345000"
    assert contact.custom == {"zip": "10110"}


def test_report_47_a_column_of_tags_becomes_tags(trial: Trial, workflow):  # B-22, B-26
    text = report("47_mailchimp_tags.csv")
    mapping = guessed(trial, text)
    draft = trial.draft(text, workflow, missing="create", mapping=mapping)
    trial.plan(draft)
    with trial.acting():
        assert dry_run_of(trial.actor, draft).new_tags == ["VIP", "Blog", "R&D"]
    assert tag_names(trial) == set(), "a dry run makes nothing that anybody sees"
    trial.start_draft(draft)
    trial.finish(draft)
    job_id = trial.job(draft).id
    assert tags_of(trial, "mc1.47@example.com") == {"VIP": job_id, "Blog": job_id}
    assert tags_of(trial, "mc2.47@example.com") == {"R&D": job_id}
    assert tags_of(trial, "mc3.47@example.com") == {}
    assert trial.fields_kept(draft) == 0


def test_tags_come_to_whoever_is_there_too_and_spellings_are_one(trial: Trial, workflow):
    imported(trial, "Email\nann@example.com\nbob@example.com\n")
    text = (
        "Email,Tags\nann@example.com,vip; Lead\nbob@example.com,VIP|NULL\nnobody@example.com,Never\nbad,Bad\n"
    )
    job = trial.run(text, workflow, mapping={"0": "email", "1": "tags"})
    assert set(tags_of(trial, "ann@example.com")) == {"vip", "Lead"}
    assert set(tags_of(trial, "bob@example.com")) == {"vip"}
    again = trial.run(text, None, mapping={"0": "email", "1": "tags"}, existing="fill")
    assert set(tags_of(trial, "bob@example.com").values()) == {trial.job(job).id}, (
        "it had it from the first job"
    )
    assert trial.outcomes(again)[:2] == ["UNCHANGED", "UNCHANGED"]


def test_tags_are_limited(trial: Trial):
    long = "x" * 61
    job = imported(trial, f"Email,Tags\nann@example.com,VIP; {long}\n", mapping={"0": "email", "1": "tags"})
    assert set(tags_of(trial, "ann@example.com")) == {"VIP"}
    assert trial.job(job).findings["left_out"]["tags"][0] == 1
    many = "\n".join(f"p{number}@example.com,tag {number}" for number in range(501))
    with pytest.raises(Invalid) as refused:
        trial.start(f"Email,Tags\n{many}\n", None, missing="create", mapping={"0": "email", "1": "tags"})
    assert "more than 500 different tags" in refused.value.message


def test_the_second_email_is_used_where_the_first_is_blank_or_bad(trial: Trial):
    text = (
        "Email,Backup,First name\n"
        "ann@example.com,other@example.com,Ann\n"
        ",bob@example.com,Bob\n"
        "cleo at work,Cleo <cleo@example.com>,Cleo\n"
        "dan@@,nothing,Dan\n"
        "eve@example.com,ann@example.com,Eve\n"
        ",ANN@example.com,Ann again\n"
    )
    mapping = {"0": "email", "1": "second_email", "2": "first_name"}
    job = imported(trial, text, mapping=mapping)
    assert trial.outcomes(job) == [
        "CREATED",
        "CREATED",
        "CREATED",
        "VALIDATION_ERROR two_ats",
        "CREATED",
        "DUPLICATE_IN_SELECTION 1",
    ]
    notes = [row.note for row in trial.rows(job)]
    assert notes == [None, "second_column", "only_address second_column", None, None, "second_column"]
    assert trial.contact("bob@example.com").first_name == "Bob"
    assert trial.contact("other@example.com") is None


def test_planning_that_goes_on_keeps_what_it_had_met(trial: Trial, workflow):
    text = "Email,Tags,Birthday\n" + "".join(f"p{n}@example.com,T{n},soon {n}\n" for n in range(4))
    mapping = {"0": "email", "1": "tags", "2": "birthday"}
    job = trial.draft(text, workflow, missing="create", mapping=mapping)
    trial.plan(job)
    findings = trial.job(job).findings
    assert findings["tags"] == ["T0", "T1", "T2", "T3"]
    assert findings["left_out"]["birthday"][0] == 4
    half = {"tags": ["T0", "T1"], "left_out": {"birthday": [2, findings["left_out"]["birthday"][1][:2]]}}
    ago = now() - timedelta(seconds=1)
    trial.change_job(job, planned_at=None, lease_until=ago, planned_rows=2, findings=half)
    trial.plan(job)
    assert trial.job(job).findings == findings
