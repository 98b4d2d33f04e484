"""The account's mailbox, to which replies and returned emails come: connecting and testing it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.messaging.application.servers.saved_logins import address_of, changed_names, columns_of, password_for
from app.messaging.application.servers.server_tests import ServerAnswer, count_attempt
from app.messaging.domain.mail_settings import (
    ServerAddress,
    folder_problem,
    password_problem,
    read_server,
)
from app.messaging.infrastructure.servers import mailbox_store as store
from app.messaging.infrastructure.servers.mailboxes import MailboxServer, Unreadable, opened
from app.messaging.infrastructure.servers.passwords import decrypted
from app.messaging.infrastructure.servers.tables import Mailbox
from app.platform.addresses import AddressProblem, email_key
from app.platform.database import forget_snapshot, transaction
from app.platform.errors import Conflict, Invalid
from app.platform.text.words import counted

CHECKS: Final = "mailbox_checks"
MOST_CHECKS, SECONDS = 20, 600
"""The most tests of a mailbox per account within so many seconds."""
MOST_FAILURES: Final = 5
"""In a row; then nobody is told to unsubscribe by email until the mailbox can be read."""
LOST: Final = "The saved password can’t be read, because the secret key of this installation has changed."


@dataclass(frozen=True)
class ShownMailbox:
    """The mailbox as pages show it: without its password. `read_at` is when it was last read, `failure` why
    it can't be read since then."""

    address: ServerAddress
    folder: str
    read_at: datetime | None
    failure: str


def shown_mailbox(actor: Actor) -> ShownMailbox | None:
    """Return the account's mailbox; None without one."""
    accounts.require(actor, Permission.ACCOUNT)
    row = store.mailbox_of(actor.account_id)
    return ShownMailbox(address_of(row), row.folder, row.read_at, row.failure) if row else None


def save_mailbox(actor: Actor, typed: Mapping[str, str]) -> None:
    """Connect a mailbox, or change it: host, port, security, user, password, folder.

    An empty password keeps the saved one, unless it would go to another server. Raises Invalid with `fields`.
    """
    accounts.require(actor, Permission.ACCOUNT)
    wanted, folder, password = _read(typed)
    with transaction():
        accounts.lock(actor.account_id)
        row = store.mailbox_of(actor.account_id)
        values = columns_of(wanted) | {"folder": folder, "password": password_for(row, wanted, password)}
        changed = changed_names(row, values)
        if changed:
            store.save(actor.account_id, values, actor.user_id)
            if {"host", "user", "folder"} & set(changed):
                store.start_anew(actor.account_id)
            activity.record(
                actor,
                "mailbox_changed" if row else "mailbox_connected",
                "mailbox",
                actor.account_id,
                name=wanted.host,
                **({"changed": changed} if row else {}),
            )


def disconnect_mailbox(actor: Actor) -> None:
    """Forget the mailbox. Idempotent."""
    accounts.require(actor, Permission.ACCOUNT)
    with transaction():
        accounts.lock(actor.account_id)
        row = store.mailbox_of(actor.account_id)
        if row is not None:
            host = row.host
            store.delete(actor.account_id)
            activity.record(actor, "mailbox_disconnected", "mailbox", actor.account_id, name=host)


def check_mailbox(actor: Actor) -> ServerAnswer:
    """Open the mailbox; return whether that is possible. Raises Conflict without one, and LimitReached."""
    accounts.require(actor, Permission.ACCOUNT)
    row = store.mailbox_of(actor.account_id)
    if row is None:
        raise Conflict("CONFLICT", "Connect a mailbox first.")
    count_attempt(actor, CHECKS, f"tested its mailbox {MOST_CHECKS} times")
    server = server_of(row)
    forget_snapshot()
    if server is None:
        return ServerAnswer(False, f"{LOST} Enter the password again.")
    try:
        with opened(server) as folder:
            return ServerAnswer(True, f"The mailbox can be read. It has {counted(folder.emails, 'email')}.")
    except Unreadable as failure:
        return ServerAnswer(False, str(failure))


def unsubscribe_address(account_id: int) -> str | None:
    """Return the address at which emails that want to unsubscribe are read; None without a mailbox that can
    be read, and an empty text if only the sender's own address is known to lead there."""
    row = store.mailbox_of(account_id)
    if row is None or row.read_at is None or row.failures >= MOST_FAILURES:
        return None
    return "" if isinstance(email_key(row.user), AddressProblem) else row.user


def server_of(row: Mailbox) -> MailboxServer | None:
    """Return how to reach a mailbox; None if its password can't be read anymore."""
    password = decrypted(row.password)
    if password is None:
        return None
    return MailboxServer(row.host, row.port, row.security, row.user, row.folder, password)


def _read(typed: Mapping[str, str]) -> tuple[ServerAddress, str, str]:
    address, password = read_server(typed, "993 and 143"), typed.get("password", "")
    folder = typed.get("folder", "").strip()
    wrong = address if isinstance(address, dict) else {}
    if not typed.get("user", "").strip():
        wrong["user"] = "Enter the user name of the mailbox, which is often its email address."
    for name, problem in (("password", password_problem(password)), ("folder", folder_problem(folder))):
        if problem:
            wrong[name] = problem
    if isinstance(address, dict) or wrong:
        raise Invalid.in_fields(wrong)
    return address, folder, password
