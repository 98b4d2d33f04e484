"""The words of notifications that steps of workflows send to the team."""

from typing import Final

from flask import current_app

from app.engine.application.braking import SENDING_STOPPED
from app.engine.application.moving.loops import LOOP_CUT, MOST_A_DAY
from app.engine.application.moving.telling import MANY_REACHED, TEAM_MESSAGE
from app.notifications import application as notifications
from app.notifications.application import Facts, Notice, SystemEmail
from app.platform.settings import current
from app.platform.text.words import counted

_STOPPED: Final = "Paused by Muster"


def register() -> None:
    notifications.register_notice(TEAM_MESSAGE, _about_contact)
    notifications.register_notice(MANY_REACHED, _about_many)
    notifications.register_notice(LOOP_CUT, _about_loop)
    notifications.register_notice(SENDING_STOPPED, _about_stop)
    notifications.register_system_email(SENDING_STOPPED, _email_about_stop)


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


def _about_stop(facts: Facts, public_id: str) -> Notice:
    title = f"{facts['workflow']}: {_STOPPED}"
    return Notice(title, facts["reason"], f"/workflows/{public_id}", "pause", "warning")


def _email_about_stop(facts: Facts, public_id: str) -> SystemEmail:
    """Return the email. Without PUBLIC_URL it says the path of the page instead of a link."""
    title, path, base = f"{facts['workflow']}: {_STOPPED}", f"/workflows/{public_id}", current().public_url
    given = {
        "title": title,
        "reason": facts["reason"],
        "path": path,
        "link": f"{base}{path}" if base else None,
    }
    text, html = (
        current_app.jinja_env.get_template(f"engine/mail_brake.{kind}").render(given)
        for kind in ("txt", "html")
    )
    return SystemEmail(subject=title, text=text, html=html)
