"""The page of a bulk action: its progress, then what it has changed."""

from functools import partial

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from app.contacts import application as contacts
from app.contacts.application import custom_fields, selecting
from app.contacts.application.selecting import ShownAction
from app.contacts.domain.own_fields import OwnField
from app.platform import web
from app.platform.ids import HIGHEST_ID
from app.platform.text.words import counted, quoted

blueprint = Blueprint("bulk_actions", __name__, url_prefix="/contacts/actions")


@blueprint.get(f"/<int(max={HIGHEST_ID}):action_id>")
def show(action_id: int) -> ResponseReturnValue:
    """Show an action; htmx polls the part that changes."""
    action = selecting.show_action(web.actor(), action_id)
    page = "contacts/_action.html" if web.is_htmx() else "contacts/action.html"
    return render_template(page, action=action, sentence=_sentence(action), title=_TITLES[action.kind])


def register() -> None:
    custom_fields.register_field_uses("bulk actions", _uses)


def _uses(account_id: int, field: OwnField) -> list[contacts.FieldUse]:
    """Return the bulk actions that a changed field would stop."""
    return [
        contacts.FieldUse(
            "a bulk action that isn’t over", partial(url_for, "bulk_actions.show", action_id=action_id), rules
        )
        for action_id, rules in custom_fields.bulk_actions_using(account_id, field)
    ]


_TITLES = {"tag": "Add a tag", "untag": "Remove a tag", "delete": "Delete contacts"}


def _sentence(action: ShownAction) -> str:
    if not action.is_over:
        doing = {
            "tag": f"Adding the tag {quoted(action.tag)}",
            "untag": f"Removing the tag {quoted(action.tag)}",
        }
        return f"{doing.get(action.kind, 'Deleting contacts')}: {action.done:,} of {action.total:,} done."
    changed, rest = action.changed, action.done - action.changed
    if action.kind == "delete":
        return f"{counted(changed, 'contact')} deleted."
    if action.kind == "tag":
        more = f" {counted(rest, 'contact')} already had it." if rest else ""
        return f"Added the tag {quoted(action.tag)} to {counted(changed, 'contact')}.{more}"
    more = f" {counted(rest, 'contact')} didn’t have it." if rest else ""
    return f"Removed the tag {quoted(action.tag)} from {counted(changed, 'contact')}.{more}"
