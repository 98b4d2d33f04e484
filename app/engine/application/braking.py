"""Workflows whose sending stops by itself are paused, and the owner is told (E-25)."""

from typing import Final

from app.accounts import application as accounts
from app.messaging import application as messaging
from app.notifications import application as notifications
from app.platform import mail
from app.platform.settings import current
from app.workflows import application as workflows
from app.workflows.domain import Status

SENDING_STOPPED: Final = "sending_stopped"


def register_brakes() -> None:
    """Register that whoever activates a workflow lets its sending go on."""
    workflows.register_activation("brakes", messaging.release_brake)


def stop(account_id: int, workflow_id: int, sentence: str) -> bool:
    """Pause a workflow, for a reason in a sentence, and tell the owner, in the caller's transaction. Returns
    False if it is not active."""
    workflows.lock(account_id, workflow_id)
    if workflows.state_of(account_id, workflow_id) != Status.ACTIVE:
        return False
    public_id, name = workflows.identity_of(account_id, workflow_id)
    workflows.pause(accounts.worker_actor(account_id), public_id, sentence)
    facts = {"workflow": name, "reason": sentence}
    for person in accounts.people_in_role(account_id, "owner"):
        notifications.tell(account_id, person.user_id, SENDING_STOPPED, public_id, facts)
        if mail.is_set_up(current()):
            notifications.email(account_id, person.email, SENDING_STOPPED, public_id, facts)
    return True
