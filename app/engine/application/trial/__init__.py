"""Test runs: what a workflow would do with one contact, with waits skipped (E-24, W-14). Nothing is written,
and nothing is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.contacts import application as contacts
from app.contacts.domain import may_be_contacted
from app.engine.application.trial.steps import HAPPENS, TIMES_OUT, Choice, TrialStep, pass_steps
from app.engine.application.trial.walker import walker_for
from app.engine.infrastructure import queries
from app.workflows import application as workflows
from app.workflows.infrastructure.tables import Workflow

__all__ = ["HAPPENS", "TIMES_OUT", "Choice", "Trial", "TrialStep", "try_out"]


@dataclass(frozen=True)
class Trial:
    """What would happen to a contact. `zone` is theirs if it is known, else the account's. Without
    `is_contactable`, they would not be enrolled. `messages` is how many they would get. Without
    `is_complete`, the workflow is too long to be shown to its end. `has_sample_event`: merge tags of the
    event that enrolls contacts show samples."""

    workflow: Workflow
    contact_id: int
    contact: str
    is_contactable: bool
    zone: str
    steps: Sequence[TrialStep]
    ends_at: datetime
    messages: int
    is_complete: bool
    has_sample_event: bool

    @property
    def has_choices(self) -> bool:
        return any(one.choices for one in self.steps)


def try_out(
    actor: Actor, public_id: str, who: str = "", chosen: Mapping[str, str] | None = None
) -> Trial | None:
    """Walk a contact through a workflow as it is edited now; `who` is an email address or id, by default the
    newest contact; `chosen` maps steps to one of their choices. Returns None if the account has no contacts.

    Raises NotFound, and Invalid with `fields` if there is no such contact.
    """
    accounts.require(actor, Permission.REPORTS)
    workflow = workflows.find_workflow(actor, public_id)
    account_id, who = actor.account_id, who.strip()
    contact_id = contacts.contact_named(account_id, who) if who else queries.newest_contact(account_id)
    if contact_id is None:
        return None
    walker = walker_for(actor, workflow, contact_id)
    zone = walker.zone or walker.account_zone
    status = walker.person["status"]
    passed = pass_steps(walker, chosen or {})
    return Trial(
        workflow=workflow,
        contact_id=contact_id,
        contact=contacts.contact_names(account_id, [contact_id]).get(contact_id, ""),
        is_contactable=may_be_contacted(status),
        zone=zone,
        steps=passed.steps,
        ends_at=walker.at,
        messages=sum(1 for one in passed.steps if one.message),
        is_complete=passed.is_complete,
        has_sample_event=bool(walker.shared["event"]),
    )
