"""What the integrations page says about the mail server and the provider of text messages."""

from app.integrations import application as integrations
from app.integrations.application import State
from app.messaging.infrastructure.servers import store as servers
from app.messaging.infrastructure.sms import store as providers


def register() -> None:
    integrations.register_state("email", _email)
    integrations.register_state("sms", _sms)


def _email(account_id: int) -> State | None:
    row = servers.server_of(account_id)
    return State(row.host, row.created_at, row.created_by) if row else None


def _sms(account_id: int) -> State | None:
    row = providers.provider_of(account_id)
    return State(f"Twilio, {row.sender}", row.created_at, row.created_by) if row else None
