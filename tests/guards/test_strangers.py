"""Every route there is: a stranger is sent to sign in, another account's ids do not exist (P-03), a viewer
changes nothing (P-04). A new route is walked by itself; a new kind of id has to be made known to `ids`."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_security.recoverable import generate_reset_password_token
from werkzeug.routing import Rule

from app.accounts.application import profile, with_sub_accounts
from app.accounts.application.api_tokens import create_token
from app.accounts.application.team.invitations import invite
from app.accounts.infrastructure import queries
from app.accounts.infrastructure.tables import Account, SignIn
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts.application import selecting, topics
from app.contacts.application.selecting.selections import EVERYBODY
from app.contacts.infrastructure.tables import Contact, CustomField, Tag
from app.deliveries.infrastructure.tables import Delivery
from app.files.infrastructure.tables import Upload
from app.forms import application as forms
from app.forms.infrastructure.tables import FormSubmission, HostedForm
from app.forms.infrastructure.tokens import token_of
from app.gallery.infrastructure.tables import WorkflowTemplate, WorkflowTemplateVersion
from app.integrations.infrastructure.event_sources import address_key
from app.messaging.application import tracking
from app.messaging.application.composing import message_id_of
from app.messaging.application.servers import senders
from app.messaging.infrastructure.providers.store import hook_key as mail_hook_key
from app.messaging.infrastructure.sms.tokens import hook_key
from app.messaging.infrastructure.tables import Message
from app.notifications import application as notifications
from app.notifications.infrastructure.tables import Notification
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from app.platform.web.event_streams import is_event_stream
from app.sample_data.application import make_sample_data
from app.tasks import application as tasks
from app.tasks.application import due_in_days
from app.workflows.infrastructure.tables import Workflow
from tests.people import Person, create_people
from tests.services.databases import Database

# What anybody signed in may see: files, and what is the same for all.
SAME_FOR_ALL = {"static", "security.static"}
# Sent with POST, but nothing of the account's is changed: leaving, showing a text that is being written,
# one's own name, email, password, tokens, and notifications, the columns of one's own list, and the account
# that one works in.
CHANGES_NOTHING = {
    "security.logout",
    "workflow_steps.preview",
    "profile.set_name",
    "profile.set_email",
    "profile.use_new_email",
    "profile.set_password",
    "profile.set_emails",
    "own_security.end_session",
    "own_security.end_others",
    "two_factor.turn_on",
    "two_factor.renew_codes",
    "two_factor.turn_off",
    "tokens.create",
    "tokens.revoke",
    "notifications.read",
    "notifications.read_all",
    "contacts.set_columns",
    "sub_accounts.switch",
}
# Whoever has the link of a message may unsubscribe its contact and follow its links, whoever they are. Forms
# are for everyone. Whoever has the link of an invitation may look at it.
OPEN_TO_ALL_WITH_THE_LINK = {
    "unsubscribing.show",
    "unsubscribing.change",
    "unsubscribing.logo",
    "tracking.click",
    "tracking.opened",
    "public_forms.show",
    "public_forms.submit",
    "public_forms.style",
    "public_forms.logo",
    "public_forms.ask_to_confirm",
    "public_forms.confirm",
    "password_reset.choose",
    "password_reset.save",
    "invitations.show",
    "invitations.join",
    "invitations.prove",
    "invitations.accept",
}
# Their addresses name a service, and each account has its own.
SAME_NAMES_IN_ALL = {
    "event_sources.show",
    "event_sources.connect",
    "event_sources.disconnect",
    "event_sources.replace",
    "event_sources.set_guests",
}
API = "/api/"  # whose operations know tokens, not browsers
NOT_MADE = {
    "business.logo",
    "unsubscribing.logo",
    "public_forms.logo",
    "workflow_paths.show",
    "workflow_conditions.of_path",
    "job_rows.show",
}  # Alice has uploaded no logo, the first message of her workflow has no paths, and no row is processed yet


def _create_people_and_samples() -> None:
    create_people()
    named = sa.select(Account.id).where(Account.name.in_(["Agency", "Elsewhere"]))
    for account in session().scalars(named).all():
        with acting_for(account):
            make_sample_data(account)


@pytest.fixture
def app(database: Database) -> Flask:
    """The app with sample data in the accounts of Alice and Mallory, made once for each database."""
    database.define("sample data", _create_people_and_samples)
    database.restore("sample data")
    return database.app


@pytest.fixture
def ids(app: Flask, alice: Person) -> dict[str, str]:
    """One of everything that Alice's account has, by the part of an address that stands for it."""
    account = alice.actor.account_id
    with app.app_context(), acting_for(account):
        workflow = session().scalars(sa.select(Workflow).limit(1)).one()
        template, template_text = _template_of_ones_own(account)
        segment = selecting.save_segment(alice.actor, "Everyone", EVERYBODY).id
        selection = selecting.select_matching(alice.actor, None).id
        action = selecting.tag_selection(alice.actor, selection, "seen")
        job = session().scalars(sa.select(EnrollmentJob).limit(1)).one().public_id
        contact = session().scalars(sa.select(Contact.id).limit(1)).one()
        due_at = due_in_days(0, now(), alice.actor.time_zone)
        message = _message_of(account, workflow, contact)
        form, submission = _form_of(alice)
        invitation = invite(alice.actor, email="new@example.com", role="viewer")
        return {
            "/reset-password/token": _reset_link_of(alice),
            "/f/public_id": form.public_id,
            "/f/token": token_of(submission),
            "/settings/form_id": str(form.id),
            "/u/token": message.token,
            "/c/secret": _secret_of(tracking.click_url(account, message.id, "https://example.com")),
            "/o/secret": _secret_of(tracking.open_url(account, message.id)),
            "/hooks/key": hook_key(account),
            "/hooks/message_key": message_id_of(message.id),
            "/hooks/provider": "sendgrid",
            "/hooks/address_key": mail_hook_key(account),
            "/settings/provider": "sendgrid",
            "/settings/source": "calendly",
            "/hooks/source": "calendly",
            "/hooks/source_key": address_key(account),
            "/messages/message_id": str(message.id),
            "/deliveries/delivery_id": str(_delivery_of(account, workflow, contact)),
            "/contacts/contact_id": str(contact),
            "/contacts/note_id": str(tasks.add_note(alice.actor, contact, "Called").id),
            "/tasks/task_id": str(tasks.create_task(alice.actor, contact, title="Call", due_at=due_at).id),
            "/settings/session_id": _session_of(alice),
            "/settings/token": _email_link_of(alice),
            "/settings/token_id": str(_token_of(alice)),
            "/settings/account_id": str(with_sub_accounts(alice.actor)[1]),
            "/settings/user_id": str(alice.actor.user_id),
            "/settings/invitation_id": str(invitation.id),
            "/invitations/token": invitation.token,
            "/settings/sender_id": str(_sender_of(alice)),
            "/settings/topic_id": str(topics.create_topic(alice.actor, "Newsletter").id),
            "/contacts/tag_id": str(session().scalars(sa.select(Tag.id).limit(1)).one()),
            "/contacts/segment_id": str(segment),
            "/contacts/selection_id": str(selection),
            "/contacts/action_id": str(action),
            "/workflows/selection_id": str(selection),
            "/enrollments/public_id": job,
            "/enrollments/job_id": job,
            "/templates/public_id": template.public_id,
            "/templates/number": "1",
            "/templates/step_id": _first_message(template_text.definition),
            "/workflows/public_id": workflow.public_id,
            "/workflows/workflow_id": workflow.public_id,
            "/workflows/key": "0",
            "/workflows/table": "steps",
            "/workflows/step_id": _first_message(workflow.definition),
            "/enrollments/row_number": "1",
            "/settings/field_id": str(session().scalars(sa.select(CustomField.id).limit(1)).one()),
            "/notifications/notification_id": _notification_for(alice),
            "upload_id": session().scalars(sa.select(Upload).limit(1)).one().public_id,
        }


def _message_of(account_id: int, workflow: Workflow, contact_id: int) -> Message:
    """Return a message of a workflow to a contact."""
    given = {"account_id": account_id, "workflow_id": workflow.id, "contact_id": contact_id}
    with transaction() as open_session:
        made = Message(
            **given,
            token="a" * 32,
            channel="email",
            state="sent",
            version_id=workflow.active_version_id,
            step_id=_first_message(workflow.definition),
            enrollment_id=1,
            visit=1,
            due_at=now(),
        )
        open_session.add(made)
    return made


def _form_of(person: Person) -> tuple[HostedForm, int]:
    """Return a form, and the id of what waits for confirmation there."""
    account = person.actor.account_id
    texts = {"title": "Join us", "consent_text": "I agree."}
    form_id = forms.create_form(person.actor, "Newsletter", texts, {}).id
    with transaction() as open_session:
        made = FormSubmission(
            account_id=account,
            form_id=form_id,
            key="a" * 36,
            state="waiting",
            email_key="new@example.com",
            answers={"email": "new@example.com", "email_key": "new@example.com"},
            consent_text="I agree.",
            submitted_at=now(),
        )
        open_session.add(made)
        open_session.flush()
        submission = made.id
    return session().scalars(sa.select(HostedForm).limit(1)).one(), submission


def _delivery_of(account_id: int, workflow: Workflow, contact_id: int) -> int:
    """Return the id of a webhook request of a workflow about a contact."""
    with transaction() as open_session:
        made = Delivery(
            account_id=account_id,
            workflow_id=workflow.id,
            contact_id=contact_id,
            key="a" * 32,
            state="failed",
            version_id=workflow.active_version_id,
            step_id="hook",
            enrollment_id=1,
            visit=1,
            method="POST",
            url="https://example.com/",
            host="example.com",
            on_failure="continue",
            due_at=now(),
        )
        open_session.add(made)
        open_session.flush()
        return made.id


def _token_of(person: Person) -> int:
    made, _ = create_token(person.actor, name="Website", scopes=["report:view"], days=None)
    return made.id


def _session_of(person: Person) -> str:
    sign_ins = sa.select(SignIn.id).where(SignIn.user_id == person.actor.user_id)
    return str(session().scalars(sign_ins).first())


def _secret_of(address: str) -> str:
    return address.rpartition("/")[2].partition("?")[0].removesuffix(".gif")


def _reset_link_of(person: Person) -> str:
    assert person.actor.user_id is not None
    return str(generate_reset_password_token(queries.user(person.actor.user_id)))  # type: ignore[no-untyped-call]


def _email_link_of(person: Person) -> str:
    assert person.actor.user_id is not None
    mark = queries.user(person.actor.user_id).fs_uniquifier
    return profile.email_link_token(person.actor.user_id, mark, "new@example.com")


def _sender_of(person: Person) -> int:
    return senders.add_sender(person.actor, {"name": "News", "address": "news@example.com"})


def _notification_for(person: Person) -> str:
    account, user = person.actor.account_id, person.actor.user_id
    with transaction():
        facts = {"kind": "import", "status": "completed"}
        notifications.tell(account, user, "job_ended", "019a0000-0000-7000-8000-000000000000", facts)
    return str(session().scalars(sa.select(Notification.id).limit(1)).one())


def _first_message(definition: dict[str, Any]) -> str:
    return next(str(step["id"]) for step in definition["steps"] if step["type"] == "send_email")


def _template_of_ones_own(account: int) -> tuple[WorkflowTemplate, WorkflowTemplateVersion]:
    system = sa.select(WorkflowTemplate).where(
        WorkflowTemplate.account_id.is_(None), WorkflowTemplate.key == "new-lead-welcome"
    )
    template = session().scalars(system.execution_options(cross_account=True)).one()
    version = (
        session()
        .scalars(sa.select(WorkflowTemplateVersion).where(WorkflowTemplateVersion.template_id == template.id))
        .one()
    )
    with transaction() as open_session:
        own = WorkflowTemplate(
            account_id=account, name="Ours alone", category=template.category, summary=template.summary
        )
        open_session.add(own)
        open_session.flush()
        open_session.add(WorkflowTemplateVersion(template_id=own.id, number=1, definition=version.definition))
    return own, version


def addresses(app: Flask, ids: dict[str, str]) -> Iterator[tuple[Rule, str, str]]:
    """Every rule with each of its methods and the address of something of Alice's."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint in SAME_FOR_ALL or rule.rule.startswith(API):
            continue
        values = dict(rule.defaults or {}) | {name: _id_for(rule, name, ids) for name in ids_of(rule)}
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, adapter.build(rule.endpoint, values, method=method)


def ids_of(rule: Rule) -> set[str]:
    """The parts of its addresses that differ."""
    return rule.arguments - set(rule.defaults or {})


def _id_for(rule: Rule, name: str, ids: dict[str, str]) -> str:
    room = "/" + rule.rule.split("/")[1]
    if name == "filename":
        return "app.css"
    found = ids.get(f"{room}/{name}") or ids.get(name)
    assert found, f"{rule}: tell this guard what <{name}> is"
    return found


def is_public(app: Flask, rule: Rule) -> bool:
    return bool(getattr(app.view_functions[rule.endpoint], "is_public", False))


def test_strangers_are_sent_to_sign_in(app: Flask, stranger: FlaskClient, ids: dict[str, str]) -> None:
    wrong = []
    for rule, method, address in addresses(app, ids):
        answer = stranger.open(address, method=method)
        sent = answer.status_code == 401 or "/sign-in" in answer.headers.get("Location", "")
        if is_event_stream(app, address):
            sent = answer.status_code == 204  # an EventSource that gets a page logs an error
        if not sent and not is_public(app, rule):
            wrong.append(f"{method} {rule}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_ids_of_another_account_do_not_exist(app: Flask, mallory: Person, ids: dict[str, str]) -> None:
    wrong = []
    for rule, method, address in addresses(app, ids):
        if not ids_of(rule) or rule.endpoint in OPEN_TO_ALL_WITH_THE_LINK | SAME_NAMES_IN_ALL:
            continue
        answer = mallory.browser.open(address, method=method)
        if answer.status_code != 404:
            wrong.append(f"{method} {rule}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_alice_finds_what_mallory_does_not(app: Flask, alice: Person, ids: dict[str, str]) -> None:
    """The ids of this guard are right: for their owner they lead somewhere."""
    wrong = []
    for rule, method, address in addresses(app, ids):
        if rule.endpoint not in NOT_MADE and method == "GET" and alice.get(address).status_code == 404:
            wrong.append(str(rule))
    assert not wrong, "\n".join(wrong)


def test_a_viewer_changes_nothing(app: Flask, vera: Person, ids: dict[str, str]) -> None:
    wrong = []
    for rule, method, address in addresses(app, ids):
        if method == "GET" or is_public(app, rule) or rule.endpoint in CHANGES_NOTHING:
            continue
        answer = vera.browser.open(address, method=method)
        if answer.status_code != 403:
            wrong.append(f"{method} {rule}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
