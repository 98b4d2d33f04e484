"""The words of notifications that steps of workflows send to the team."""

from app.engine.application.moving.telling import MANY_REACHED, TEAM_MESSAGE
from app.notifications import application as notifications
from app.notifications.application import Facts, Notice
from app.platform.text.words import counted


def register() -> None:
    notifications.register_notice(TEAM_MESSAGE, _about_contact)
    notifications.register_notice(MANY_REACHED, _about_many)


def _about_contact(facts: Facts, _: str) -> Notice:
    return Notice(facts["workflow"], facts["text"], f"/contacts/{facts['contact']}")


def _about_many(facts: Facts, public_id: str) -> Notice:
    text = f"{counted(facts['contacts'], 'contact')} reached a “Notify team” step at once."
    return Notice(facts["workflow"], text, f"/workflows/{public_id}/people")
