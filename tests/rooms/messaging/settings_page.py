"""What tests type on Settings > Email."""

from typing import Any

from tests.people import Person

PAGE = "/settings/email"
PASSWORD = "open sesame 7"
SENDER = {"name": "Agency News", "address": "news@example.com"}


def server(port: int = 25, **changes: Any) -> dict[str, str]:
    """The fields of a mail server on this machine that nobody signs in to."""
    return {"host": "127.0.0.1", "port": str(port), "security": "none", "user": "", "password": ""} | changes


def connect(person: Person, port: int = 25, **changes: Any) -> None:
    """Connect a mail server, and add a sender."""
    assert person.post(PAGE, server(port, **changes)).status_code == 303
    assert person.post(f"{PAGE}/senders", SENDER).status_code == 303
