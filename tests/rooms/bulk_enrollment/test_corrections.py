"""The correction loop: the corrected file takes over what was chosen for the first job (B-24, B-25)."""

import re

import pytest
import sqlalchemy as sa

from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.files.domain.columns.added import OUTCOME_CODES
from app.platform.database import session
from tests.rooms.bulk_enrollment.jobs import page_of, words_of
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
def workflow(app, bob):
    return active(app, bob.actor, "Win-back")


@pytest.fixture
def first(bob, workflow, run_tasks):
    return started(bob, workflow, run_tasks, FIRST, **CHOSEN)


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
    assert "Upload the corrected file" in text_of(bob.get(link).text)
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
