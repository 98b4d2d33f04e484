"""An email as it goes to the mail server (RFC 5322), with the headers of bulk mail (RFC 2369, RFC 8058)."""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.header import Header
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTPUTF8, compat32
from email.utils import format_datetime, formataddr
from typing import Final

from app.messaging.domain.providers.reading import METADATA
from app.platform.addresses import AddressProblem, email_key
from app.platform.text.headers import one_line

MAX_SUBJECT: Final = 250
MAX_LINE: Final = 900  # characters; servers may refuse more than 998
_CRLF: Final = compat32.clone(linesep="\r\n")


@dataclass(frozen=True)
class Sender:
    """Whom an email is from, and where replies go; `reply_to` may be empty."""

    name: str
    address: str
    reply_to: str = ""


@dataclass(frozen=True)
class Email:
    """An email that is ready to be sent.

    `unsubscribe_mail` is what follows “mailto:” in the link to unsubscribe by email.
    `message_id` is the part of the Message-ID before the @; a repeated message has the same one;
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


def source(email: Email) -> bytes:
    """Return an email as it is handed over, with lines that end in CRLF. Raises ValueError if the
    recipient's address is none; the sender's was checked when it was saved.

    The classic classes of the library take a quarter of the time of EmailMessage, which parses each header.
    """
    by, to = email.sender, email.to
    if isinstance(email_key(to), AddressProblem) or to != one_line(to):
        raise ValueError("not an email address")
    mail = MIMEMultipart("alternative")
    mail["Subject"] = _encoded(one_line(email.subject)[:MAX_SUBJECT], "Subject")
    mail["From"] = _person(by.address, by.name)
    mail["To"] = _person(to, email.to_name)
    if by.reply_to:
        mail["Reply-To"] = _person(by.reply_to)
    mail["Date"] = format_datetime(email.at)
    mail["Message-ID"] = f"<{email.message_id}@{_domain(by.address)}>"
    if email.unsubscribe_url:
        links = [f"<{email.unsubscribe_url}>"]
        if email.unsubscribe_mail:
            links.append(f"<mailto:{email.unsubscribe_mail}>")
        mail["List-Unsubscribe"] = ", ".join(links)
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if email.feedback_id:
        mail["Feedback-ID"] = email.feedback_id
        mail[f"X-PM-Metadata-{METADATA}"] = email.message_id
    mail.attach(_part(email.text, "plain"))
    mail.attach(_part(email.html, "html"))
    return mail.as_bytes(policy=_CRLF)


def mime(email: Email) -> EmailMessage:
    """Return the same, to be looked at. Raises ValueError if an address is none."""
    mail = message_from_bytes(source(email), policy=SMTPUTF8)
    assert isinstance(mail, EmailMessage)
    return mail


def _part(text: str, kind: str) -> MIMEText:
    is_plain = text.isascii() and max(map(len, text.splitlines()), default=0) <= MAX_LINE
    return MIMEText(text, kind, "us-ascii" if is_plain else "utf-8")


def _encoded(text: str, name: str) -> str:
    is_plain = text.isascii() and "=?" not in text
    return text if is_plain else Header(text, "utf-8", header_name=name).encode()


def _person(address: str, name: str = "") -> str:
    """Return an address with a name. One that is not ASCII is left as it is, for servers that take it."""
    name, raw = one_line(name), address.encode().decode("ascii", "surrogateescape")
    if not name:
        return raw
    if "=?" in name:
        return f"{Header(name, 'utf-8').encode()} <{raw}>"
    return formataddr((name, "a@example.com")).replace("<a@example.com>", f"<{raw}>")


def _domain(address: str) -> str:
    return address.rpartition("@")[2].encode("idna").decode()
