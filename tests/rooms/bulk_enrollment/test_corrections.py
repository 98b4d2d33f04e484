"""The correction loop: the corrected file takes over what was chosen for the first job (B-24, B-25)."""

import re
from dataclasses import replace

import pytest
import sqlalchemy as sa

from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.files.domain.columns.added import OUTCOME_CODES
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from app.workflows.infrastructure.tables import Workflow
from tests.people import sign_in
from tests.rooms.bulk_enrollment.jobs import page_of, words_of
from tests.rooms.bulk_enrollment.test_retry_failures import REJECTED
from tests.rooms.bulk_enrollment.trial import trigger
from tests.rooms.files.mapping_pages import checked, choices_on, decide, enroll_page, text_of, uploaded
from tests.rooms.workflows.drafts import active

FIRST = b"""Phone number,Whole name,E-mail,Plan
,Ann Lee,ann@example.com,Gold
,Bob Ray,bob at example.com,Silver
"""
CHOSEN = {
    "missing": "create",
    "existing": "fill",
    "consent_basis": "opt_in",
    "tags": "spring, fair",
    "column-3": "custom:Plan",
    "column-1": "",
}


@pytest.fixture
def app(database, run_tasks, request):
    """The app, with the job of `first` in the database if the test asks for it."""

    def make():
        bob = sign_in(database.app, "bob")
        started(bob, active(database.app, bob.actor, "Win-back"), run_tasks, FIRST, **CHOSEN)

    database.define_with_people("corrections", make)
    database.restore("corrections" if "first" in request.fixturenames else "people")
    return database.app


@pytest.fixture
def workflow(app, bob, request):
    if "first" not in request.fixturenames:
        return active(app, bob.actor, "Win-back")
    with app.app_context(), acting_for(bob.actor.account_id):
        return session().scalars(sa.select(Workflow.public_id)).one()


@pytest.fixture
def first(app):
    [job] = jobs(app)
    return job.public_id


def started(person, workflow, run_tasks, content=FIRST, query="", **chosen):
    """The public id of a job from this file, run to its end."""
    answer = decide(person, uploaded(person, workflow, content) + query, "start", **chosen)
    assert answer.status_code == 303, text_of(answer.text)
    run_tasks()
    return answer.headers["Location"].rpartition("/")[2]


def corrected(person, job):
    """The failed rows as they are downloaded, with the address put right."""
    text = person.get(f"/enrollments/{job}/rows.csv?outcome=failed").data
    assert b"VALIDATION_ERROR" in text
    return text.replace(b"bob at example.com", b"bob@example.com")


def jobs(app):
    with app.app_context():
        session().expire_all()
        query = sa.select(EnrollmentJob).order_by(EnrollmentJob.id)
        return session().scalars(query, execution_options={"cross_account": True}).all()


def kept(page):
    chosen = choices_on(page)
    return {name: chosen.get(name) for name in (*CHOSEN, "column-2", "identifier")}


EXPECTED = CHOSEN | {"column-2": "email", "identifier": "email"}


def test_the_codes_of_downloads_are_those_of_outcomes():
    assert set(Outcome.__members__) == OUTCOME_CODES


def test_the_downloaded_file_is_known_again_and_inherits_everything(app, bob, workflow, first, run_tasks):
    address = uploaded(bob, workflow, corrected(bob, first), "people-failed.csv")
    page = bob.get(address).text
    assert kept(page) == EXPECTED
    assert "Corrected rows of an earlier job" in text_of(page) and f'href="/enrollments/{first}"' in page
    assert choices_on(page).get("column-4", "") == "" and choices_on(page).get("column-5", "") == ""
    assert "custom:outcome" not in [
        value for name, value in choices_on(page).items() if name.startswith("col")
    ]
    answer = decide(bob, address, "start")
    run_tasks()
    old, new = jobs(app)
    assert (new.parent_job_id, new.totals) == (old.id, {"ENROLLED": 1})
    assert answer.headers["Location"] == f"/enrollments/{new.public_id}"
    assert "Corrected by" in words_of(page_of(bob, first)) and new.public_id in page_of(bob, first)
    assert "Corrects" in words_of(page_of(bob, new.public_id)) and first in page_of(bob, new.public_id)
    opens = f'<a class="btn btn-primary" href="/enrollments/{new.public_id}">'
    assert opens in page_of(bob, first), "and fixing its rows here is not what comes next"


def test_columns_in_another_order_are_found_by_name(bob, workflow, first):
    header, row = corrected(bob, first).decode("utf-8-sig").splitlines()
    turned = "\n".join(",".join(reversed(line.split(","))) for line in (header, row))
    chosen = choices_on(bob.get(uploaded(bob, workflow, turned.encode())).text)
    assert (chosen["column-2"], chosen["column-3"]) == ("custom:Plan", "email")
    assert (chosen["tags"], chosen["missing"]) == ("spring, fair", "create")


def test_the_link_of_the_job_works_without_our_columns(app, bob, workflow, first, run_tasks):
    page = page_of(bob, first)
    link = f"{enroll_page(workflow)}?corrects={first}"
    assert f'href="{link}"' in page
    asked = text_of(bob.get(link).text)
    assert "Upload the corrected file" in asked and "Try a sample file" not in asked
    upload = uploaded(bob, workflow, FIRST.replace(b" at ", b"@"))
    page = bob.get(f"{upload}?corrects={first}").text
    assert kept(page) == EXPECTED
    assert f'action="{upload}?corrects={first}"' in page
    again = bob.post(f"{upload}?corrects={first}", choices_on(page) | {"act": "start"})
    assert again.status_code == 303
    assert jobs(app)[1].parent_job_id == jobs(app)[0].id


def test_the_check_and_the_way_back_keep_the_link(app, bob, workflow, first, run_tasks):
    upload = uploaded(bob, workflow, FIRST.replace(b" at ", b"@"))
    form = choices_on(bob.get(f"{upload}?corrects={first}").text) | {"act": "check"}
    check = bob.post(f"{upload}?corrects={first}", form).headers["Location"]
    run_tasks()
    page = bob.get(check).text
    assert f"corrects={first}" in page
    back = re.search(r'href="([^"]+)"[^>]*>Back to mapping', page)
    assert back and "Corrected rows of an earlier job" in text_of(bob.get(back[1].replace("&amp;", "&")).text)
    bob.post(f"{check}/start")
    assert jobs(app)[1].parent_job_id == jobs(app)[0].id


def test_somebody_may_start_over(bob, workflow, first):
    address = uploaded(bob, workflow, corrected(bob, first))
    page = bob.get(f"{address}?corrects=none").text
    assert "Corrected rows" not in page
    assert choices_on(page)["tags"] == ""
    assert checked(bob, f"{address}?corrects=none", missing="skip")


def test_columns_of_ones_own_that_are_called_outcome_stay_ones_own(bob, workflow, first):
    people = b"E-mail,outcome,reason\nann@example.com,Won,Price\nbob@example.com,Lost,Time\n"
    page = bob.get(uploaded(bob, workflow, people)).text
    assert "Corrected rows" not in page
    assert 'value="custom:outcome"' in page


def test_another_workflow_and_another_account_are_no_place_for_it(app, bob, mallory, workflow, first):
    other = active(app, bob.actor, "Spring")
    assert "Corrected rows" not in bob.get(uploaded(bob, other, corrected(bob, first))).text
    assert bob.get(f"{enroll_page(other)}?corrects={first}").status_code == 404
    own = active(app, mallory.actor, "Elsewhere")
    address = uploaded(mallory, own, corrected(bob, first))
    assert "Corrected rows" not in mallory.get(address).text
    for page in (f"{enroll_page(own)}?corrects={first}", f"{address}?corrects={first}"):
        assert mallory.get(page).status_code == 404
    assert mallory.post(f"{address}?corrects={first}", {"act": "start"}).status_code == 404


def test_an_import_is_corrected_as_well(app, bob, run_tasks):
    job = started(bob, None, run_tasks, FIRST, **CHOSEN)
    page = bob.get(uploaded(bob, None, corrected(bob, job))).text
    assert kept(page) == EXPECTED


def test_after_a_retry_the_file_still_corrects_the_first_job(app, bob, workflow, run_tasks):
    people = FIRST + b",Cleo Fox,cleo@example.com,Gold\n"
    with trigger(app, "contacts", "INSERT", "NEW.email_key = 'cleo@example.com'", **REJECTED):
        first = started(bob, workflow, run_tasks, people, **CHOSEN)
        failed = corrected(bob, first)
        bob.post(f"/enrollments/{first}/retry")
        run_tasks()
    old, retry = jobs(app)
    assert (old.totals, retry.totals) == (
        {"ENROLLED": 1, "VALIDATION_ERROR": 1, "ENROLLMENT_ERROR": 1},
        {"ENROLLMENT_ERROR": 1},
    )
    page = bob.get(uploaded(bob, workflow, failed, "people-failed.csv")).text
    assert "Corrected rows" in text_of(page) and f'href="/enrollments/{first}"' in page
    assert kept(page) == EXPECTED
    again = bob.get(f"/enrollments/{retry.public_id}/rows.csv?outcome=failed").data
    page = bob.get(uploaded(bob, workflow, again, "people-failed.csv")).text
    assert f'href="/enrollments/{retry.public_id}"' in page and kept(page) == EXPECTED


def test_everything_else_is_inherited_too(app, bob, workflow, run_tasks, monkeypatch):
    settings = replace(app.extensions["settings"], mail_url="smtp://127.0.0.1:1", mail_from="m@example.com")
    monkeypatch.setitem(app.extensions, "settings", settings)
    drip = {"pace": "spread", "drip_people": "70", "drip_every": "2", "drip_unit": "hours"}
    drip |= {"drip_opens": "08:00", "drip_closes": "18:30", "drip_weekdays": ["0", "2"]}
    drip |= {"time_zone": "America/New_York"}
    more = {"canary": "5%", "failed_percent": "12", "failed_rows": "34", "batch_size": "20"}
    mail = {"notify": "y", "notify_email": "carol@example.net"}
    wrong = FIRST.replace(b"ann@example.com", b"ann at example.com")
    first = started(bob, workflow, run_tasks, wrong, **CHOSEN, **drip, **more, **mail)
    bob.post(f"/enrollments/{first}/pause/removal")  # after the canary
    run_tasks()
    with app.app_context(), acting_for(bob.actor.account_id), transaction():
        [job] = session().scalars(
            sa.select(EnrollmentJob).where(EnrollmentJob.account_id == bob.actor.account_id)
        )
        job.options = replace(job.options, only_with="contact.first_name")
    assert jobs(app)[0].status == "completed_with_errors"
    address = uploaded(bob, workflow, corrected(bob, first), "people-failed.csv")
    page = bob.get(address).text
    for field, value in (drip | more | mail).items():
        if field not in ("drip_weekdays", "pace", "notify"):
            assert choices_on(page)[field] == value, field
    days = re.findall(r'name="drip_weekdays" value="(\d)" checked', page)
    assert days == ["0", "2"] and choices_on(page)["pace"] == "spread"
    answer = bob.post(address, choices_on(page) | {"act": "start", "drip_weekdays": days})
    assert answer.status_code == 303, text_of(answer.text)
    old, new = jobs(app)
    assert new.parent_job_id == old.id
    ours = ("drip", "brakes", "notify_email", "batch_size", "time_zone", "only_with", "tags", "missing")
    for name in (*ours, "existing", "consent_basis"):
        inherited = getattr(new.options, name)
        if name == "drip":
            inherited = replace(inherited, daily_at=old.options.drip.daily_at)
        assert inherited == getattr(old.options, name), name
    assert new.options.scheduled_at is None
