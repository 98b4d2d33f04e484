"""What saved mail servers and mailboxes of an account have in common: address, login, and changes."""

from collections.abc import Mapping
from typing import Any

from app.messaging.domain.mail_settings import Security, ServerAddress
from app.messaging.infrastructure.servers.passwords import decrypted, encrypted
from app.messaging.infrastructure.servers.tables import Mailbox, MailServerRow
from app.platform.errors import Invalid


def address_of(row: Mailbox | MailServerRow) -> ServerAddress:
    return ServerAddress(row.host, row.port, Security(row.security), row.user)


def changed_names(row: object | None, values: Mapping[str, Any]) -> list[str]:
    """Return the columns whose values change: all of a new row."""
    return [name for name, value in values.items() if row is None or getattr(row, name) != value]


def columns_of(address: ServerAddress) -> dict[str, Any]:
    return {
        "host": address.host,
        "port": address.port,
        "security": address.security.value,
        "user": address.user,
    }


def password_for(row: Mailbox | MailServerRow | None, wanted: ServerAddress, typed: str) -> str:
    """Return the encrypted password of a user. The saved one is kept if nothing is typed, unless it would go
    to another server. Raises Invalid with `fields`."""
    saved = row.password if row else ""
    if typed:
        return saved if saved and decrypted(saved) == typed else encrypted(typed)
    if row is not None and saved:
        if wanted.keeps_password(address_of(row)):
            return saved
        raise Invalid.in_fields(
            {"password": "Enter the password again, because the server, user, or encryption changes."}
        )
    raise Invalid.in_fields({"password": "Enter the password of this user."})
