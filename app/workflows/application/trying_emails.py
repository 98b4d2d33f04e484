"""An email of a workflow as somebody sends it to themselves, with the data of a contact or sample data."""

from dataclasses import dataclass

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts import application as contacts
from app.contacts.domain.criteria import custom_key
from app.messaging import application as messaging
from app.messaging.application import Content, ServerAnswer
from app.messaging.domain.emails.mime import Email
from app.platform.database import transaction
from app.platform.errors import NotFound
from app.workflows.application.lookup import find_workflow
from app.workflows.domain import Step
from app.workflows.domain.drawing.sample_message import sample_values
from app.workflows.infrastructure.tables import Workflow


@dataclass(frozen=True)
class TriedEmail:
    """An email to oneself. `contact` is whose data it shows, empty for sample data. Without `can_be_sent`, no
    mail server is connected."""

    workflow: Workflow
    step: Step
    email: Email
    content: Content
    contact: str
    can_be_sent: bool


def try_email(actor: Actor, public_id: str, step_id: str, who: str = "") -> TriedEmail:
    """Return the saved email of a step with the data of a contact, given by email address or id; with sample
    data without one. Raises NotFound, and Invalid with `fields` if there is no such contact."""
    accounts.require(actor, Permission.REPORTS)
    workflow, account_id, who = find_workflow(actor, public_id), actor.account_id, who.strip()
    step = workflow.parsed.step(step_id)
    if step is None or step.kind is None or step.kind.message is None or step.kind.channel != "email":
        raise NotFound("NOT_FOUND", "This email doesn’t exist in the workflow.")
    values = sample_values(workflow.parsed, [key for tag in step.merge_tags if (key := custom_key(tag))])
    values |= accounts.account_values(account_id)
    sender = step.config.text("sender")
    values |= {"sender": {"name": messaging.sender_name(account_id, sender)}}
    values |= {"unsubscribe_link": messaging.unsubscribe_sample()}
    contact = ""
    if who:
        contact_id = contacts.contact_meant(actor, who)
        values["contact"] = contacts.merge_values(account_id, [contact_id])[contact_id]
        contact = contacts.contact_names(account_id, [contact_id]).get(contact_id) or f"Contact {contact_id}"
    shown = step.kind.message.render(step.config, values)
    content = Content(
        actor.email, actor.name, {}, shown.subject, shown.preheader, shown.html, shown.text, sender=sender
    )
    email = messaging.sample_email(actor, content)
    return TriedEmail(workflow, step, email, content, contact, messaging.has_mail_server(account_id))


def send_to_oneself(actor: Actor, public_id: str, step_id: str, who: str = "") -> ServerAnswer:
    """Send that email to the actor's own address; return what the mail server answered. Raises also Conflict
    if that is impossible, and LimitReached."""
    accounts.require(actor, Permission.WORKFLOWS)
    tried = try_email(actor, public_id, step_id, who)
    name = tried.workflow.name
    answer = messaging.send_sample(actor, tried.content)
    with transaction():
        activity.record(actor, "workflow_email_tested", "workflow", public_id, name=name)
    return answer
