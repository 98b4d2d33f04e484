"""What contacts did with messages: criteria of branches, waits, and goals (E-06, E-18)."""

from app.contacts import application as contacts
from app.contacts.domain.criteria import FIELDS
from app.engine.application import hearing
from app.engine.application.hearing import Heard
from app.engine.domain.scoping import REACTIONS
from app.engine.infrastructure import reactions
from app.messaging import application as messaging
from app.messaging.application import Reacted

_FIELDS = {
    "opened": "event.email_opened",
    "clicked": "event.link_clicked",
    "replied": "event.replied",
}
ONLY_INSIDE = "Reactions to messages can only be asked about inside a workflow."


def register() -> None:
    """Register the criteria fields, and what happens when somebody reacts."""
    for name in REACTIONS:
        term = contacts.Term(
            FIELDS[name],
            condition=reactions.condition(name),
            read=reactions.reader(name),
            names=reactions.names,
            choices=lambda _account_id: (),
            gone=ONLY_INSIDE,
            needs_keys=True,
        )
        contacts.register_term(term)
    messaging.register_reactions("enrollments", hear)


def hear(account_id: int, reacted: Reacted) -> None:
    """Let the enrollment go on, or end, that the message belongs to."""
    version = reactions.hold_version_of(account_id, reacted.enrollment_id)
    if version is not None:
        heard = Heard(_FIELDS[reacted.kind], reacted.step_id, [reacted.contact_id], reacted.at)
        hearing.tell(account_id, version, heard)
