"""The account's mail server: connecting and testing it, pausing it, and rehearsals."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Final
from uuid import uuid4

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.messaging.application.composing import frame_of
from app.messaging.application.senders import Chosen, chosen
from app.messaging.domain.emails.layout import email_html, email_text
from app.messaging.domain.emails.mime import Email, source
from app.messaging.domain.mail_settings import (
    Security,
    ServerAddress,
    password_problem,
    read_address,
    read_only_to,
    read_server,
)
from app.messaging.infrastructure.pace import rules
from app.messaging.infrastructure.servers import store
from app.messaging.infrastructure.servers.dkim_keys import signed
from app.messaging.infrastructure.servers.passwords import decrypted, encrypted
from app.messaging.infrastructure.servers.smtp import Connection, Doubtful, Refused
from app.messaging.infrastructure.servers.tables import Mailbox, MailServerRow
from app.platform.attempts import attempt_limiter
from app.platform.clock import now
from app.platform.database import forget_snapshot, transaction
from app.platform.errors import Conflict, Invalid, LimitReached
from app.platform.settings import current

TESTS: Final = "mail_tests"
MOST_TESTS, SECONDS = 20, 600
"""The most test emails per account within so many seconds."""
TEST_TIMEOUT_SECONDS: Final = 8.0  # per command: somebody waits for the answer


@dataclass(frozen=True)
class ShownServer:
    """The mail server as pages show it: without its password. `password_lost`: it can't be read anymore.
    `lacks_public_url`: nothing is sent, because nobody could unsubscribe."""

    address: ServerAddress
    has_password: bool
    password_lost: bool
    only_to: tuple[str, ...]
    sending_paused: bool
    tracks_reactions: bool
    lacks_public_url: bool


@dataclass(frozen=True)
class ServerAnswer:
    """What the mail server answered to a test email, as a sentence."""

    is_accepted: bool
    text: str


def has_mail_server(account_id: int) -> bool:
    """Return whether an account's emails are sent, instead of being kept in the outbox."""
    return chosen(account_id) is not None


def shown_server(actor: Actor) -> ShownServer | None:
    """Return the account's mail server; None without one."""
    accounts.require(actor, Permission.ACCOUNT)
    row = store.server_of(actor.account_id)
    if row is None:
        return None
    lost = bool(row.password) and decrypted(row.password) is None
    return ShownServer(
        address_of(row),
        bool(row.password),
        lost,
        tuple(row.only_to),
        rules.is_paused(actor.account_id),
        row.tracks_reactions,
        not current().public_url,
    )


def save_mail_server(actor: Actor, typed: Mapping[str, str]) -> None:
    """Connect a mail server, or change it: host, port, security, user, password.

    An empty password keeps the saved one, unless it would go to another server. Raises Invalid with `fields`.
    """
    accounts.require(actor, Permission.ACCOUNT)
    wanted, password = read_server(typed), typed.get("password", "")
    problem = password_problem(password)
    if problem or isinstance(wanted, dict):
        wrong = wanted if isinstance(wanted, dict) else {}
        raise Invalid.in_fields(wrong | ({"password": problem} if problem else {}))
    assert isinstance(wanted, ServerAddress)
    with transaction():
        accounts.lock(actor.account_id)
        row = store.server_of(actor.account_id)
        values = columns_of(wanted) | {"password": _password(row, wanted, password)}
        if row is None:
            store.save_server(actor.account_id, values, actor.user_id)
            activity.record(actor, "mail_server_connected", "mail_server", actor.account_id, name=wanted.host)
            return
        changed = [name for name, value in values.items() if getattr(row, name) != value]
        if changed:
            store.save_server(actor.account_id, values, actor.user_id)
            activity.record(
                actor,
                "mail_server_changed",
                "mail_server",
                actor.account_id,
                name=wanted.host,
                changed=changed,
            )


def disconnect_mail_server(actor: Actor) -> None:
    """Forget the mail server. Emails are kept in the outbox from now on. Idempotent."""
    accounts.require(actor, Permission.ACCOUNT)
    with transaction():
        accounts.lock(actor.account_id)
        row = store.server_of(actor.account_id)
        if row is not None:
            host = row.host
            store.delete_server(actor.account_id)
            activity.record(actor, "mail_server_disconnected", "mail_server", actor.account_id, name=host)


def change_sending(actor: Actor, sending_paused: bool, only_to: str, tracks_reactions: bool = True) -> None:
    """Pause or resume sending, and set whom emails are sent to: addresses and domains, one on each line;
    everyone if there are none; and whether opens and clicks are recorded. Without a mail server, there is
    only the pause. Raises Invalid with `fields`."""
    accounts.require(actor, Permission.ACCOUNT)
    wanted = read_only_to(only_to)
    if isinstance(wanted, str):
        raise Invalid.in_fields({"only_to": wanted})
    with transaction():
        accounts.lock(actor.account_id)
        if rules.is_paused(actor.account_id) != sending_paused:
            rules.save(actor.account_id, {"sending_paused": sending_paused}, actor.user_id)
            activity.record(
                actor, "sending_paused" if sending_paused else "sending_resumed", "sending", actor.account_id
            )
        row = store.server_of(actor.account_id)
        if row is None:
            return
        before, was_tracking = tuple(row.only_to), row.tracks_reactions
        values = {"only_to": list(wanted), "tracks_reactions": tracks_reactions}
        store.save_server(actor.account_id, values, actor.user_id)
        if before != wanted:
            activity.record(
                actor, "sending_limited" if wanted else "sending_unlimited", "sending", actor.account_id
            )
        if was_tracking != tracks_reactions:
            activity.record(
                actor,
                "tracking_resumed" if tracks_reactions else "tracking_stopped",
                "sending",
                actor.account_id,
            )


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
            {"to": "Emails aren’t sent to this address, because sending is limited to other addresses."}
        )
    count_test_email(actor)
    with transaction():
        activity.record(actor, "mail_server_tested", "mail_server", actor.account_id, name=found.server.host)
    forget_snapshot()
    return handed_over(found, _test_email(actor, found, str(address)))


def handed_over(found: Chosen, email: Email) -> ServerAnswer:
    """Hand an email over while somebody waits; return what the mail server answered."""
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
        " Emails of workflows look like this, too."
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
    """Count an attempt of the account at what the limiter `name` limits within 10 minutes. Raises
    LimitReached after too many; `said` is what the account has done then."""
    begun = attempt_limiter(name).begin([f"account:{actor.account_id}"])
    if isinstance(begun, int):
        raise LimitReached(
            "RATE_LIMITED",
            f"Your account has {said} within 10 minutes. Try again later.",
            retry_after=begun,
        )


def _password(row: MailServerRow | None, wanted: ServerAddress, typed: str) -> str:
    """Return the encrypted password, or "" if nobody signs in."""
    if not wanted.user:
        if typed:
            raise Invalid.in_fields({"user": "Enter the user name that this password belongs to."})
        return ""
    return password_for(row, wanted, typed)


def address_of(row: Mailbox | MailServerRow) -> ServerAddress:
    return ServerAddress(row.host, row.port, Security(row.security), row.user)


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
