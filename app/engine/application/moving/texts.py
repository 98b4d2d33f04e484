"""Texts of steps, filled in for many contacts."""

from collections.abc import Collection, Mapping

from app.accounts import application as accounts
from app.contacts import application as contacts
from app.engine.application.moving.outcomes import Setting
from app.workflows.domain import render_text


def filled(
    setting: Setting, text: str, people: Collection[int], *, one_line: bool = False
) -> Mapping[int, str]:
    """Return {contact id: text with the contact's values for merge tags} of the contacts that exist."""
    if "{" not in text:
        plain = render_text(text, {}, one_line=one_line)
        return dict.fromkeys(people, plain)
    of_account = accounts.account_values(setting.account_id)
    return {
        contact_id: render_text(text, {**of_account, "contact": values}, one_line=one_line)
        for contact_id, values in contacts.merge_values(setting.account_id, list(people)).items()
    }
