"""Email through the mail server of MAIL_URL: build a message, hand it over.

`smtp://` is not encrypted, `smtps://` is encrypted from the start (port 465), `starttls://` requires STARTTLS
(port 587). Certificates are verified with the system's authorities, or those in SSL_CERT_FILE.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from typing import Final
from urllib.parse import unquote, urlsplit

from app.platform.settings import Settings
from app.platform.text.headers import one_line

PORTS: Final = {"smtp": 25, "smtps": 465, "starttls": 587}
TIMEOUT_SECONDS: Final = 10.0  # per command
MAX_SUBJECT_LENGTH: Final = 200
MAX_ANSWER_LENGTH: Final = 300


@dataclass(frozen=True)
class SystemEmail:
    """The content of an email."""

    subject: str
    text: str
    html: str


class NotSent(Exception):
    """The mail server did not accept a message. The text says why; `is_final` means that a retry would fail,
    too."""

    def __init__(self, why: str, is_final: bool = False) -> None:
        super().__init__(why[:MAX_ANSWER_LENGTH])
        self.is_final = is_final


def is_set_up(settings: Settings) -> bool:
    return bool(settings.mail_url)


def sender(settings: Settings) -> str:
    """Return the address that messages come from."""
    if settings.mail_from:
        return settings.mail_from
    parts = urlsplit(settings.mail_url)
    user = unquote(parts.username or "")
    return user if "@" in user and user.isascii() else f"muster@{parts.hostname}"


def message(email: SystemEmail, to: str, settings: Settings, at: datetime, message_id: str) -> EmailMessage:
    """Return a message with a text and an HTML part.

    `message_id` is the same in every attempt, so that a mail server can recognize a repeated message. Raises
    ValueError if `to` is not one address.
    """
    mail = EmailMessage(policy=SMTP if to.isascii() else SMTPUTF8)
    mail["Subject"] = one_line(email.subject)[:MAX_SUBJECT_LENGTH]
    mail["From"] = Address("Muster", addr_spec=sender(settings))
    mail["To"] = _address(to)
    mail["Date"] = at
    mail["Message-ID"] = f"<{message_id}@{sender(settings).rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(email.text)
    mail.add_alternative(email.html, subtype="html")
    return mail


def _address(text: str) -> Address:
    try:
        return Address(addr_spec=text)
    except (ValueError, IndexError, MessageError):
        raise ValueError("not an email address") from None


def send(mail: EmailMessage, settings: Settings) -> str:
    """Hand a message over to the mail server; return what the server said. Raises NotSent.

    Returns as soon as the server has accepted the message: what happens to the connection afterward does not
    matter.
    """
    if not is_set_up(settings):
        raise NotSent("Email isn’t set up on this server (MAIL_URL).", is_final=True)
    with _failures_as_sentences():
        client = _connect(settings)
        try:
            client.send_message(mail)
        finally:
            _hang_up(client)
    return "Accepted by the mail server."


def try_out(settings: Settings) -> None:
    """Connect to the mail server and sign in, without sending anything. Raises NotSent."""
    with _failures_as_sentences():
        client = _connect(settings)
        try:
            client.ehlo_or_helo_if_needed()
        finally:
            _hang_up(client)


def _hang_up(client: smtplib.SMTP) -> None:
    with suppress(OSError, smtplib.SMTPException):
        client.putcmd("quit")  # without waiting for the answer
    client.close()


@contextmanager
def _failures_as_sentences() -> Iterator[None]:
    """Turn failures of the connection into NotSent."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as refused:
        code, answer = next(iter(refused.recipients.values()))
        raise NotSent(_said(code, answer), is_final=code >= 500) from None
    except smtplib.SMTPAuthenticationError as refused:
        why = f"The mail server refused the user name or password ({refused.smtp_code})."
        raise NotSent(why) from None
    except smtplib.SMTPResponseException as refused:
        is_final = 500 <= refused.smtp_code < 600 and not isinstance(
            refused, smtplib.SMTPConnectError | smtplib.SMTPHeloError
        )
        raise NotSent(_said(refused.smtp_code, refused.smtp_error), is_final) from None
    except smtplib.SMTPNotSupportedError as lacks:
        raise NotSent(f"The mail server can’t do this: {lacks}", is_final=True) from None
    except smtplib.SMTPServerDisconnected as end:
        late = "timed out" in str(end)  # how smtplib reports it
        why = "The mail server didn’t respond in time." if late else "The mail server closed the connection."
        raise NotSent(why) from None
    except TimeoutError:
        raise NotSent("The mail server didn’t respond in time.") from None
    except ssl.SSLError as fault:
        raise NotSent(f"No secure connection to the mail server: {fault.reason or fault}.") from None
    except (OSError, smtplib.SMTPException) as failure:
        raise NotSent(f"The mail server can’t be reached ({type(failure).__name__}).") from None


def _connect(settings: Settings) -> smtplib.SMTP:
    parts = urlsplit(settings.mail_url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    # Not the name of this machine, which smtplib would look up.
    name = urlsplit(settings.public_url).hostname or "localhost"
    client: smtplib.SMTP
    if parts.scheme == "smtps":
        context = ssl.create_default_context()
        client = smtplib.SMTP_SSL(host, port, name, timeout=TIMEOUT_SECONDS, context=context)
    else:
        client = smtplib.SMTP(host, port, name, timeout=TIMEOUT_SECONDS)
    try:
        if parts.scheme == "starttls":
            client.starttls(context=ssl.create_default_context())
        if parts.username:
            client.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        client.close()
        raise
    return client


def _said(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"The mail server refused: {code} {one_line(text)}"
