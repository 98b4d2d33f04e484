"""Test emails, and limits of what users may test."""

from dataclasses import dataclass
from html import escape
from typing import Final
from uuid import uuid4

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.integrations import application as integrations
from app.messaging.application.composing import frame_of
from app.messaging.application.servers.senders import Chosen, chosen
from app.messaging.domain.emails.layout import email_html, email_text
from app.messaging.domain.emails.mime import Email, source
from app.messaging.domain.mail_settings import read_address
from app.messaging.infrastructure.servers.dkim_keys import signed
from app.messaging.infrastructure.servers.smtp import Connection, Doubtful, Refused
from app.platform.attempts import attempt_limiter
from app.platform.clock import now
from app.platform.database import forget_snapshot, transaction
from app.platform.errors import Conflict, Invalid, LimitReached

TESTS: Final = "mail_tests"
MOST_TESTS, SECONDS = 20, 600
"""At most so many test emails per account within so many seconds."""
TEST_TIMEOUT_SECONDS: Final = 8.0  # per command, because the user waits for the answer


@dataclass(frozen=True)
class ServerAnswer:
    """What the mail server or provider answered to a test, as a sentence."""

    is_accepted: bool
    text: str


def send_test(actor: Actor, to: str) -> ServerAnswer:
    """Send a test email from the default sender, also while sending is paused; return what the mail server
    answered.

    Raises Invalid with `fields`, Conflict without a mail server or a sender, and LimitReached.
    """
    accounts.require(actor, Permission.ACCOUNT)
    found = chosen(actor.account_id)
    if found is None:
        raise Conflict("CONFLICT", "Connect a mail server and add a sender first.")
    address = read_address(to)
    if address is None:
        raise Invalid.in_fields({"to": "Enter a complete email address, such as alice@example.com."})
    elif not found.reaches(address):
        raise Invalid.in_fields(
            {"to": "Sending is limited to certain addresses, and this isn’t one of them."}
        )
    count_test_email(actor)
    with transaction():
        activity.record(actor, "mail_server_tested", "mail_server", actor.account_id, name=found.server.host)
    forget_snapshot()
    answer = handed_over(found, _test_email(actor, found, str(address)))
    integrations.note_test(actor, "email", answer.is_accepted)
    return answer


def handed_over(found: Chosen, email: Email) -> ServerAnswer:
    """Hand an email over while the user waits; return what the mail server answered."""
    connection = Connection(found.server, TEST_TIMEOUT_SECONDS)
    try:
        mail = signed(source(email), found.sender(email.sender.address).signing, email.at)
        answer = connection.send(mail, email.sender.address, email.to)
    except (Refused, Doubtful) as failure:
        return ServerAnswer(False, str(failure))
    finally:
        connection.close()
    return ServerAnswer(True, f"The mail server accepted the email for {email.to}: {answer}")


def _test_email(actor: Actor, found: Chosen, to: str) -> Email:
    subject, frame = f"Test email from {actor.account_name}", frame_of(actor.account_id)
    text = (
        f"{actor.name} sent this email to test the mail server {found.server.host}."
        " Emails from workflows look like this, too."
    )
    return Email(
        sender=found.sender().sender,
        to=to,
        to_name="",
        subject=subject,
        text=email_text(text, frame, ""),
        html=email_html(subject, "", f"<p>{escape(text)}</p>", frame, ""),
        message_id=uuid4().hex,
        at=now(),
    )


def count_test_email(actor: Actor) -> None:
    """Count a test email of the account. Raises LimitReached if there were too many."""
    count_attempt(actor, TESTS, f"sent {MOST_TESTS} test emails")


def count_attempt(actor: Actor, name: str, said: str) -> None:
    """Count what an account has tried, with the limiter `name`. Raises LimitReached after too many times
    within 10 minutes; `said` is what the account has done then."""
    begun = attempt_limiter(name).begin([f"account:{actor.account_id}"])
    if isinstance(begun, int):
        raise LimitReached(
            "RATE_LIMITED",
            f"Your account has {said} within 10 minutes. Try again later.",
            retry_after=begun,
        )
