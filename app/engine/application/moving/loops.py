"""The brake on loops (E-20): steps of workflows, and triggers, add a contact to the same workflow at most
MOST_A_DAY times a day each.

Workflows that add contacts to each other cannot be activated; what remains are loops through older versions,
and those that pass through tags, events, or other programs.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from app.accounts import application as accounts
from app.engine.application.moving.outcomes import Setting
from app.engine.domain import BY_WORKFLOW
from app.engine.infrastructure import queries
from app.notifications import application as notifications
from app.workflows import application as workflows
from app.workflows.application import Startable

LOOP_CUT: Final = "loop_cut"
MOST_A_DAY: Final = 10
DAY: Final = timedelta(days=1)


def added_too_often(setting: Setting, target: Startable, contact_ids: Collection[int]) -> set[int]:
    """Return the contacts that workflows may not add to `target` again now."""
    return enrolled_too_often(setting.account_id, target, contact_ids, BY_WORKFLOW, setting.at)


def enrolled_too_often(
    account_id: int, target: Startable, contact_ids: Collection[int], source: str, at: datetime
) -> set[int]:
    """Return the contacts that this source may not enroll in `target` again now."""
    if not target.enroll_again:  # nobody is in it twice
        return set()
    return queries.enrolled_often(account_id, contact_ids, target.workflow_id, source, at - DAY, MOST_A_DAY)


def tell_owner(setting: Setting, target: Startable, contacts: int) -> None:
    """Tell the owner that contacts were not added again; once a day for each workflow."""
    tell_owner_of(setting.account_id, target, contacts, setting.at)


def tell_owner_of(account_id: int, target: Startable, contacts: int, at: datetime) -> None:
    """Tell the owner of an account the same."""
    workflows.lock(account_id, target.workflow_id)  # or two moves at once would both tell
    if notifications.was_told(account_id, LOOP_CUT, target.public_id, at - DAY):
        return
    facts = {"workflow": target.name, "contacts": contacts}
    for person in accounts.people_in_role(account_id, "owner"):
        notifications.tell(account_id, person.user_id, LOOP_CUT, target.public_id, facts)
