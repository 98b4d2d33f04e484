"""From a contact one click leads to the exact file, row, user, and legal basis that added or blocked it
(B-16)."""

import re

import sqlalchemy as sa

from app.bulk_enrollment.application.fixing import editing, sheet
from app.bulk_enrollment.application.fixing.retry import retry_failures
from app.bulk_enrollment.application.jobs import discarding
from app.bulk_enrollment.infrastructure.people.tables import PastJob, PastRow
from app.contacts.infrastructure.tables import Contact
from app.platform.database import session, transaction
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.bulk_enrollment.test_history import age, expire
from tests.rooms.bulk_enrollment.trial import Trial
from tests.rooms.workflows.drafts import active

FILE = "\n".join(
    [
        "Email,Name,Opted out",
        "ann@example.com,Ann,no",
        '"ben@example.com","Ben ""the <b>bold</b>""",no',
        "cleo@example.com,Cleo,yes",
        "",
    ]
)
MAPPING = {"0": "email", "1": "full_name", "2": "opt_out"}


def contact_id(trial: Trial, email: str) -> int:
    with trial.acting():
        return session().scalars(sa.select(Contact.id).where(Contact.email_key == email)).one()


def ledger(person, number: int) -> str:
    page = person.get(f"/contacts/{number}").text
    found = re.search(r'id="consent-ledger".*?</section>', page, re.DOTALL)
    return found[0] if found else ""


def imported(trial: Trial, **more) -> str:
    return trial.run(FILE, None, missing="create", consent_basis="opt_in", mapping=MAPPING, **more)


def test_the_file_and_row_that_added_a_contact(bob, vera, mallory, trial):
    job = imported(trial)
    ben = contact_id(trial, "ben@example.com")
    card = ledger(bob, ben)
    assert "people.csv, row 2 , line 3 New contacts Opt-in (signed up or gave consent) Bob" in words_of(card)
    url = f"/enrollments/{job}/rows/2"
    assert f'href="{url}"' in card
    page = vera.get(url).text
    words = words_of(page)
    assert "Row 2 of people.csv" in words and "Line 3 in the file" in words
    assert "Name Ben &#34;the &lt;b&gt;bold&lt;/b&gt;&#34;" in words and "<b>bold" not in page
    assert "by Bob" in words and "Legal basis Opt-in (signed up or gave consent)" in words
    assert f'href="/contacts/{ben}"' in page
    assert mallory.get(url).status_code == 404
    for row in (0, 4, 10**9):
        assert bob.get(f"/enrollments/{job}/rows/{row}").status_code == 404


def test_the_file_that_blocked_a_contact(bob, trial):
    trial.run("Email,Note\ncleo@example.com,x\n", None, missing="create")
    cleo = contact_id(trial, "cleo@example.com")
    imported(trial)
    card = words_of(ledger(bob, cleo))
    assert "people.csv, row 3 , line 4" in card and "The file says this person has opted out." in card
    assert "people.csv, row 1 , line 2 New contacts Existing customers" in card


def test_a_contact_with_another_address_since(bob, trial):
    workflow = active(trial.app, bob.actor)
    trial.run(FILE, workflow, missing="create", mapping=MAPPING)
    ann = contact_id(trial, "ann@example.com")
    with trial.acting(), transaction():
        session().execute(
            sa.update(Contact)
            .where(Contact.id == ann)
            .values(email="new@example.com", email_key="new@example.com")
        )
    assert "people.csv, row 1 , line 2 Added to workflow Welcome" in words_of(ledger(bob, ann))


def test_contacts_added_by_hand_have_no_ledger(bob, trial):
    bob.post("/contacts", {"email": "dora@example.com", "consent_basis": "opt_in"})
    assert ledger(bob, contact_id(trial, "dora@example.com")) == ""


def test_a_row_that_added_nobody_has_no_legal_basis(bob, trial):
    job = imported(trial)
    again = trial.run(FILE, active(trial.app, bob.actor), missing="create", mapping=MAPPING)
    for where, row, result in (
        (job, 3, "opted out"),
        (again, 1, "Added to the workflow"),
        (again, 3, "opted out"),
    ):
        words = words_of(bob.get(f"/enrollments/{where}/rows/{row}").text)
        assert result in words and "Legal basis" not in words
    fresh = trial.run(
        "Email\nnew@example.com\nnew@example.com\n", active(trial.app, bob.actor, "Spring"), missing="create"
    )
    assert "Legal basis Existing customers" in words_of(bob.get(f"/enrollments/{fresh}/rows/1").text)
    assert "Legal basis" not in words_of(bob.get(f"/enrollments/{fresh}/rows/2").text)


def test_the_ledger_outlives_its_job(bob, trial):
    """B-16: after a job is deleted, file, row, person, legal basis, and time are still known."""
    trial.run("Email,Note\ncleo@example.com,x\n", None, missing="create")
    job = imported(trial)
    workflow = active(trial.app, bob.actor)
    enrolled = trial.run(FILE, workflow, missing="create", mapping=MAPPING)
    ann, ben, cleo = (contact_id(trial, f"{name}@example.com") for name in ("ann", "ben", "cleo"))
    for one in (job, enrolled):
        age(trial, one, 91)
    before = words_of(ledger(bob, ben))
    expire(trial)
    assert bob.get(f"/enrollments/{job}").status_code == 404
    card = ledger(bob, ben)
    words = words_of(card)
    assert words.replace(" (job deleted)", "") == before
    gone = "people.csv, row 2 , line 3 (job deleted)"
    assert f"{gone} New contacts Opt-in (signed up or gave consent) Bob" in words
    assert f"{gone} Added to workflow Welcome – Bob" in words
    assert f"/enrollments/{job}" not in card and "<time" in card
    blocked = words_of(ledger(bob, cleo))
    assert "row 3 , line 4 (job deleted)" in blocked and "The file says this person has opted out." in blocked
    assert "people.csv, row 1 , line 2 New contacts Existing customers" in blocked, "whose job is still there"
    bob.post(f"/contacts/{ann}/erasure")
    trial.run_tasks()
    with trial.acting():
        rows = session().execute(sa.select(PastRow.contact_id, PastRow.job_id)).all()
    assert ann not in {row.contact_id for row in rows} and len(rows) == 4


def test_dry_runs_and_people_who_were_skipped_leave_nothing(trial, bob):
    flow = active(trial.app, bob.actor)
    draft = trial.draft(FILE, flow, missing="create", mapping=MAPPING)
    trial.run_tasks()
    job = trial.run("Email\nwrong\nann@example.com\nann@example.com\n", flow)
    age(trial, job, 91)
    expire(trial)
    with trial.acting(), transaction():
        discarding.discard_dry_run(trial.actor.account_id, trial.job(draft).id)
    trial.run_tasks()
    with trial.acting():
        assert session().scalars(sa.select(PastRow)).all() == []
        assert [one.source_name for one in session().scalars(sa.select(PastJob))] == ["people.csv"]


def test_a_fixed_row_is_found_under_its_number_in_the_file(bob, trial):
    text = "Email,Name\nann@example.com,Ann\nben@example.com,Ben\ncleo at example.com,Cleo\n"
    job = trial.run(text, None, missing="create", consent_basis="opt_in", mapping={"0": "email"})
    with trial.acting():
        sheet.open_sheet(trial.actor, job)
        editing.save_edits(trial.actor, job, {3: {"0": "cleo@example.com"}}, set())
        again = retry_failures(trial.actor, job, outcomes=()).public_id
    trial.finish(again)
    cleo = contact_id(trial, "cleo@example.com")
    assert "people.csv, row 3 , line 4 New contacts" in words_of(ledger(bob, cleo))
    page = words_of(bob.get(f"/enrollments/{again}/rows/1").text)
    assert "Row 3 of people.csv" in page and "Line 4 in the file" in page
    assert "Identifier cleo@example.com" in page and "Email cleo at example.com Name Cleo" in page
    assert "Ann" not in page
    for each in (job, again):
        age(trial, each, 100)
    expire(trial)
    assert "people.csv, row 3 , line 4 (job deleted)" in words_of(ledger(bob, cleo))
