"""The addresses of this installation that an account's provider calls. The keys in them name the account and
the message, and nobody can make one up."""

from typing import Final

from app.messaging.application.composing import message_id_of
from app.messaging.infrastructure.sms.tokens import hook_key
from app.platform.settings import current

PATH: Final = "/hooks/sms"


def inbound_url(account_id: int) -> str:
    """Return where the provider reports incoming messages to; empty without PUBLIC_URL."""
    base = current().public_url
    return f"{base}{PATH}/{hook_key(account_id)}" if base else ""


def report_url(account_id: int, message_id: int) -> str:
    """Return where the provider reports to what becomes of a message; empty without PUBLIC_URL."""
    base = inbound_url(account_id)
    return f"{base}/{message_id_of(message_id)}" if base else ""
