"""What other rooms know about mail servers and the provider of text messages: the integrations page their
state, the rotation of keys where their secrets are saved."""

from app.integrations import application as integrations
from app.integrations.application import State
from app.messaging.infrastructure.providers.store import KEYS
from app.messaging.infrastructure.providers.tables import MailProviderRow
from app.messaging.infrastructure.servers import store as servers
from app.messaging.infrastructure.servers.passwords import PURPOSE
from app.messaging.infrastructure.servers.tables import DkimKey, Mailbox, MailServerRow
from app.messaging.infrastructure.sms import store as providers
from app.messaging.infrastructure.sms.tables import SmsProviderRow
from app.messaging.infrastructure.sms.tokens import TOKENS
from app.platform import encrypted_columns


def register() -> None:
    integrations.register_state("email", _email)
    integrations.register_state("sms", _sms)
    for column, purpose in (
        (MailServerRow.__table__.c.password, PURPOSE),
        (Mailbox.__table__.c.password, PURPOSE),
        (DkimKey.__table__.c.private_key, PURPOSE),
        (MailProviderRow.__table__.c.key, KEYS),
        (SmsProviderRow.__table__.c.token, TOKENS),
    ):
        encrypted_columns.register(column, purpose)


def _email(account_id: int) -> State | None:
    row = servers.server_of(account_id)
    return State(row.host, row.created_at, row.created_by) if row else None


def _sms(account_id: int) -> State | None:
    row = providers.provider_of(account_id)
    return State(f"Twilio, {row.sender}", row.created_at, row.created_by) if row else None
