"""Jobs to look at: a file of people, started into a workflow or into the contacts."""

import io
import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.accounts.domain import Actor
from app.bulk_enrollment.application.jobs import start
from app.bulk_enrollment.application.jobs.start import JobRequest
from app.bulk_enrollment.application.report.shown_jobs import ShownJob, show_job
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.selection import FileSelection
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.files import application as files
from app.platform.database import session
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.workflows.drafts import active

MIXED = """First name,Email
Ann,ann@example.com
Ben,ben at example.com
Cleo,cleo@example.com
Ann again,ANN@example.com
Dora,
<b>Eve</b>,<script>alert(1)</script>
"""


def people(count: int, first: int = 1) -> str:
    """A file of so many good people."""
    rows = (f"Person {number},person{number}@example.com" for number in range(first, first + count))
    return "\n".join(["First name,Email", *rows, ""])


def start_job(app: Flask, actor: Actor, text: str, workflow: str | None = "Welcome", **given: Any) -> str:
    """The public id of a job from a file with this text, into a new active workflow of that name (None: an
    import), not run yet. `given`: file_name, workflow_id (of one that is there), those of `requested`."""
    name = given.pop("file_name", "people.csv")
    target = given.pop("workflow_id", None) or (active(app, actor, workflow) if workflow else None)
    with app.app_context(), acting_for(actor.account_id):
        upload = files.keep(actor, io.BytesIO(text.encode()), name)
        guesses = files.suggestion(actor.account_id, upload)
        mapping = {str(guess.index): guess.field for guess in guesses if guess.field in files.MAPPABLE}
        chosen = {"missing": "create", "consent_basis": "customer", "mapping": mapping} | given
        return start.start_job(actor, requested(upload.public_id, chosen, target)).public_id


def requested(
    upload_id: str, chosen: dict[str, Any], workflow_id: str | None = None, **more: Any
) -> JobRequest:
    """A job of a file; `chosen` are any of the fields of FileSelection and JobOptions."""
    of_file = {name: value for name, value in chosen.items() if name in FileSelection.__dataclass_fields__}
    of_job = {name: value for name, value in chosen.items() if name not in of_file}
    if "tags" in of_job:
        of_job["tags"] = tuple(of_job["tags"])
    return JobRequest(FileSelection(upload_id, **of_file), JobOptions(**of_job), workflow_id, **more)


def shown(app: Flask, actor: Actor, public_id: str) -> ShownJob:
    with app.app_context(), acting_for(actor.account_id):
        return show_job(actor, public_id)


def page_of(person: Person, public_id: str, **asked: Any) -> str:
    answer = person.get(f"/enrollments/{public_id}", query_string=asked)
    assert answer.status_code == 200, answer.text
    return answer.text


def rows_on(page: str) -> list[int]:
    """Row numbers of the table of problems, in its order."""
    return [int(found.replace(",", "")) for found in re.findall(r'data-label="Row"><span>([\d,]+)', page)]


def words_of(page: str) -> str:
    """The text of a page without its tags, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def forecast(page: str) -> dict[str, int]:
    """{outcome: rows} of a check's page."""
    found = re.findall(r'data-outcome="(\w+)">\s*<p class="forecast-words">([\d,]+) ', page)
    return {code: int(rows.replace(",", "")) for code, rows in found}


def all_jobs(app: Flask) -> Sequence[EnrollmentJob]:
    """Every job of the installation, oldest first."""
    with app.app_context():
        session().expire_all()
        query = sa.select(EnrollmentJob).order_by(EnrollmentJob.id)
        return session().scalars(query, execution_options={"cross_account": True}).all()
