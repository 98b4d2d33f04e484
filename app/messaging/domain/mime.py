"""An email as it goes to the mail server (RFC 5322), with the headers of bulk mail (RFC 2369, RFC 8058)."""

from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

from app.platform.text.headers import one_line

MAX_SUBJECT = 250


@dataclass(frozen=True)
class Sender:
    """Whom an email is from, and where replies go; `reply_to` may be empty."""

    name: str
    address: str
    reply_to: str = ""


@dataclass(frozen=True)
class Email:
    """An email that is ready to be sent.

    `message_id` is made from the message's public id, so that a receiver can recognize a repeated message;
    `feedback_id` names account and workflow in complaints. `unsubscribe_url` and `unsubscribe_mail` are empty
    for mail that is not marketing.
    """

    sender: Sender
    to: str
    to_name: str
    subject: str
    text: str
    html: str
    message_id: str
    at: datetime
    feedback_id: str = ""
    unsubscribe_url: str = ""
    unsubscribe_mail: str = ""


def mime(email: Email) -> EmailMessage:
    """Return the message. Raises ValueError if an address is none."""
    mail = EmailMessage(policy=SMTP if (email.to + email.sender.address).isascii() else SMTPUTF8)
    mail["Subject"] = one_line(email.subject)[:MAX_SUBJECT]
    mail["From"] = _address(email.sender.address, email.sender.name)
    mail["To"] = _address(email.to, email.to_name)
    if email.sender.reply_to:
        mail["Reply-To"] = _address(email.sender.reply_to)
    mail["Date"] = email.at
    mail["Message-ID"] = f"<{email.message_id}@{email.sender.address.rpartition('@')[2]}>"
    if email.unsubscribe_url:
        links = [f"<{email.unsubscribe_url}>"]
        if email.unsubscribe_mail:
            links.append(f"<mailto:{email.unsubscribe_mail}?subject=unsubscribe>")
        mail["List-Unsubscribe"] = ", ".join(links)
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if email.feedback_id:
        mail["Feedback-ID"] = email.feedback_id
    mail.set_content(email.text)
    mail.add_alternative(email.html, subtype="html")
    return mail


def _address(text: str, name: str = "") -> Address:
    try:
        return Address(one_line(name), addr_spec=text)
    except (ValueError, IndexError, MessageError):
        raise ValueError("not an email address") from None
