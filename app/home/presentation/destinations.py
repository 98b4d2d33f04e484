"""The pages and actions that the search finds by their names."""

from functools import cache, partial
from typing import Any, Final

from flask import Flask

from app.platform.finding import Destination, register_destinations

_WORKFLOWS: Final = "workflow:manage"
_CONTACTS: Final = "contact:manage"
_action = partial(Destination, is_action=True)

_ACTIONS = (
    _action("Create workflow", "/workflows/new", "new add start from scratch", _WORKFLOWS),
    _action("Choose a template", "/templates", "new workflow create use gallery", _WORKFLOWS),
    _action("Import contacts", "/contacts/import", "upload file csv excel list", _CONTACTS),
    _action("Add contact", "/contacts/new", "new person create", _CONTACTS),
    _action("Invite people", "/settings/team", "team members users roles add", "account:manage"),
    _action("Add people to a workflow", "/enrollments/new", "enroll bulk enrollment", _WORKFLOWS),
    _action("Paste a list of contacts", "/contacts/selections/new", "select emails copy", _CONTACTS),
    _action("Create segment", "/contacts/filter", "new filter contacts criteria", _CONTACTS),
)

_PLACES = (
    Destination("Home", "/", "start overview dashboard"),
    Destination("Templates", "/templates", "gallery"),
    Destination("Your templates", "/templates/library", "own custom library deleted shared"),
    Destination("Workflows", "/workflows", "automations campaigns"),
    Destination("Archived workflows", "/workflows?status=archived", "archive restore"),
    Destination("Contacts", "/contacts", "people list leads customers"),
    Destination("Segments", "/contacts/segments", "filters saved"),
    Destination("Imports", "/contacts/imports", "files uploads history"),
    Destination("Messages", "/messages", "outbox emails sms sent"),
    Destination("Tasks", "/tasks", "to-do due"),
    Destination("Enrollments", "/enrollments", "jobs bulk enrollment"),
    Destination("Activity", "/activity", "audit log history who"),
    Destination("Notifications", "/notifications", "bell unread"),
    Destination("API reference", "/settings/api", "openapi developers rest"),
)

_SETTINGS_WORDS = {
    "profile": "name password email keyboard shortcuts",
    "account": "organization name time zone country",
    "business": "address logo sender brand company",
    "accounts": "sub-accounts switch clients",
    "limits": "quota maximum storage",
    "email": "smtp sender domain mail server dkim",
    "sms": "text messages twilio phone",
    "topics": "subscriptions preferences unsubscribe",
    "fields": "custom columns",
    "forms": "sign-up hosted landing",
    "integrations": "connect services calendar",
    "tokens": "keys developers access",
    "job-webhook": "notify jobs callback",
    "webhook-signing": "secret hmac signature",
    "team": "invite people members users roles",
    "security": "two-factor password sessions sign-in",
}
"""Further words to find the pages of the settings with, by their keys in `ui/settings_menu.html`."""


def register(app: Flask) -> None:
    register_destinations("pages", lambda: _PLACES)
    register_destinations("settings", lambda: _settings(app))
    register_destinations("actions", lambda: _ACTIONS)


@cache
def _settings(app: Flask) -> tuple[Destination, ...]:
    """Return the pages that the menu of the settings has."""
    groups: Any = app.jinja_env.get_template("ui/settings_menu.html").module
    return tuple(
        Destination(f"Settings > {text}", address, _SETTINGS_WORDS.get(key, ""))
        for _, pages in groups.groups
        for key, text, address in pages
    )
