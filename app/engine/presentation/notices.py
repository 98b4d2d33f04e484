"""The words of notifications that steps of workflows send to the team."""

from app.engine.application.moving.loops import LOOP_CUT, MOST_A_DAY
from app.engine.application.moving.telling import MANY_REACHED, TEAM_MESSAGE
from app.notifications import application as notifications
from app.notifications.application import Facts, Notice
from app.platform.text.words import counted


def register() -> None:
    notifications.register_notice(TEAM_MESSAGE, _about_contact)
    notifications.register_notice(MANY_REACHED, _about_many)
    notifications.register_notice(LOOP_CUT, _about_loop)


def _about_contact(facts: Facts, _: str) -> Notice:
    return Notice(facts["workflow"], facts["text"], f"/contacts/{facts['contact']}")


def _about_many(facts: Facts, public_id: str) -> Notice:
    text = f"{counted(facts['contacts'], 'contact')} reached a “Notify team” step at once."
    return Notice(facts["workflow"], text, f"/workflows/{public_id}/people")


def _about_loop(facts: Facts, public_id: str) -> Notice:
    were = "was" if facts["contacts"] == 1 else "were"
    text = (
        f"{counted(facts['contacts'], 'contact')} {were} not added again: workflows had added them"
        f" {MOST_A_DAY} times within a day. Check whether workflows add contacts to each other in a loop."
    )
    return Notice(facts["workflow"], text, f"/workflows/{public_id}")
