"""Notifications that a step sends to the team."""

from collections.abc import Collection

from app.accounts import application as accounts
from app.engine.application.moving.outcomes import Setting
from app.engine.application.moving.texts import filled
from app.notifications import application as notifications
from app.workflows.domain import Step

TEAM_MESSAGE, MANY_REACHED = "team_message", "many_reached"
MOST_AT_ONCE = 20


def tell_team(setting: Setting, step: Step, people: Collection[int]) -> None:
    """Tell the people whom the step names about each contact; if there are more than MOST_AT_ONCE, only how
    many there are."""
    recipients = accounts.people_in_role(setting.account_id, step.config.text("to") or "owner")
    if len(people) > MOST_AT_ONCE:
        facts = {"workflow": setting.name, "contacts": len(people)}
        for person in recipients:
            notifications.tell(setting.account_id, person.user_id, MANY_REACHED, setting.public_id, facts)
        return
    for contact_id, text in filled(setting, step.config.text("message"), people).items():
        facts = {"workflow": setting.name, "text": text, "contact": contact_id}
        for person in recipients:
            notifications.tell(
                setting.account_id, person.user_id, TEAM_MESSAGE, about_contact(contact_id), facts
            )


def about_contact(contact_id: int) -> str:
    """Return the subject of notifications about a contact."""
    return f"contact-{contact_id}"
