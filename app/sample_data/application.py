"""Sample data: invented contacts with notes and tasks, two active workflows, and a bulk enrollment with
failed rows.

Created through the ordinary use cases and operations, with Muster as the actor, so that the activity log
does not mix it with the users' own work.
"""

import io
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.accounts.application import worker_actor
from app.accounts.domain import Actor, Role
from app.activity import application as activity
from app.bulk_enrollment.application import JobRequest, start_job
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.selection import FileSelection
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts import application as contacts
from app.contacts.domain import pack, read_fields
from app.contacts.infrastructure.tables import Contact
from app.files import application as files
from app.files.domain.samples.file import EARLIER, EARLIER_FILE_NAME, SAMPLE_CONTACTS, people_csv
from app.files.domain.samples.people import SamplePerson, sample_people
from app.gallery import application as gallery
from app.platform.addresses import email_key
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.database.many_rows import id_list
from app.tasks import application as tasks
from app.tasks.application import Assignee, NewNote, NewTask
from app.workflows import application as workflows
from app.workflows.infrastructure.tables import Workflow

TEMPLATES = ("new-lead-welcome", "shop-win-back")
AT_ONCE = 100
NOTES = (
    "Prefers to be called in the afternoon.",
    "Asked for a quote for ten seats. Wants it in writing, with the price of the yearly plan.",
    "Met at the spring fair. Interested in the loyalty program.",
    "Moved to a new address, will send it by email.",
)
TASKS = (
    ("Call about the quote", -2, Role.MARKETER, "They asked for ten seats."),
    ("Send the brochure", 0, None, ""),
    ("Ask for a review", 0, Role.MARKETER, ""),
    ("Confirm the appointment", 1, None, "Tuesday or Thursday would suit them."),
    ("Renewal: prepare an offer", 9, Role.OWNER, ""),
)
"""Tasks as (title, days until they are due, role, notes)."""


@dataclass(frozen=True)
class SampleData:
    """The numbers of contacts, active workflows and rows of the bulk enrollment, and its public id."""

    contacts: int
    workflows: int
    rows: int
    job_id: str


def make_sample_data(account_id: int) -> SampleData:
    """Add sample data to an account. The bulk enrollment is started, and finished by the workers."""
    actor = worker_actor(account_id)
    with transaction():
        people = sample_people(SAMPLE_CONTACTS)
        _add_people(actor, people, now())
        _add_notes_and_tasks(actor, now())
        activity.record(actor, "sample_data_added", "account", account_id, contacts=len(people))
    made = [_add_workflow(actor, key) for key in TEMPLATES]
    job = _enroll_people(actor, made[0])
    return SampleData(len(people), len(made), job.total, job.public_id)


def _add_people(actor: Actor, people: list[SamplePerson], at: datetime) -> None:
    """Create contacts and tags, oldest contacts first, so that ids and creation dates agree."""
    labels = [label.capitalize() for label in ("plan", "orders")]
    keys = contacts.ensure_fields(actor.account_id, labels)
    known_longest_first = sorted(people, key=lambda person: -person.known_for)
    for begin in range(0, len(people), AT_ONCE):
        some = known_longest_first[begin : begin + AT_ONCE]
        since = at - timedelta(days=some[-1].known_for)
        contacts.create_many(actor.account_id, contacts.unpack(_given(some, keys)), None, since)
    for tag in sorted({tag for person in people for tag in person.tags}):
        _tag(actor, tag, [person for person in people if tag in person.tags], at)


def _add_notes_and_tasks(actor: Actor, at: datetime) -> None:
    """Write about the latest contacts."""
    latest = contacts.list_contacts(actor, contacts.Search(), None, len(TASKS))
    ids = [one.contact.id for one in latest.contacts]
    contacts.hold_many(actor.account_id, id_list(ids))
    notes = [NewNote(contact_id, text) for contact_id, text in zip(ids, NOTES, strict=False)]
    tasks.add_notes(actor.account_id, notes, at)
    wanted = [
        NewTask(contact_id, title, tasks.due_in_days(days, at, actor.time_zone), notes, Assignee(role=role))
        for contact_id, (title, days, role, notes) in zip(ids, TASKS, strict=True)
    ]
    tasks.create_many(actor.account_id, wanted, at)


def _given(people: list[SamplePerson], own_keys: list[str]) -> sa.Select[tuple[str, str, str, str]]:
    """Select the people as (fields, status, consent_basis, consent_source)."""
    rows = [
        (_packed(person, own_keys), person.status, person.consent_basis, person.consent_source)
        for person in people
    ]
    names = ("fields", "status", "consent_basis", "consent_source")
    given = sa.values(*(sa.column(name, sa.Text) for name in names), name="people").data(rows).cte()
    return sa.select(*given.c)


def _packed(person: SamplePerson, own_keys: list[str]) -> str:
    texts = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "phone": person.phone,
        "company": person.company,
        "city": person.city,
        "country": person.country,
        "birthday": person.birthday.isoformat() if person.birthday else "",
    }
    own = {key: person.custom.get(key, "") for key in own_keys}
    return pack(read_fields(texts, custom=own).values)


def _tag(actor: Actor, tag: str, people: list[SamplePerson], at: datetime) -> None:
    mine = sa.select(Contact.id).where(
        Contact.account_id == actor.account_id,
        Contact.email_key.in_([email_key(person.email) for person in people]),
    )
    contacts.hold_many(actor.account_id, mine, to_change=True)
    contacts.tag_many(actor.account_id, mine, contacts.ensure_tags(actor.account_id, [tag]), None, at)


def _add_workflow(actor: Actor, key: str) -> Workflow:
    template = gallery.named_template(actor, key)
    workflow = gallery.clone_template(
        actor,
        template.public_id,
        name=template.name,
        idempotency_key=f"sample data {key}",
        switch_off_missing=True,
        same_name=True,
    )
    return workflows.activate(actor, workflow.public_id, workflows.Ask.NEVER)


def _enroll_people(actor: Actor, workflow: Workflow) -> EnrollmentJob:
    upload = files.keep(actor, io.BytesIO(people_csv(EARLIER)), EARLIER_FILE_NAME)
    columns = files.suggestion(actor.account_id, upload)
    mapping = {str(column.index): column.field for column in columns if column.field in files.MAPPABLE}
    selection = FileSelection(upload.public_id, mapping)
    options = JobOptions(missing="create", consent_basis="opt_in", tags=("spring fair",))
    return start_job(actor, JobRequest(selection, options, workflow.public_id))
