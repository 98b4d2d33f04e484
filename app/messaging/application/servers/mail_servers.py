"""The account's mail server: connecting it, pausing it, and rehearsals."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.messaging.application.servers.saved_logins import (
    address_of,
    changed_names,
    columns_of,
    password_for,
)
from app.messaging.application.servers.senders import chosen
from app.messaging.domain.mail_settings import (
    ServerAddress,
    password_problem,
    read_only_to,
    read_server,
)
from app.messaging.infrastructure.pace import rules
from app.messaging.infrastructure.servers import store
from app.messaging.infrastructure.servers.passwords import decrypted
from app.messaging.infrastructure.servers.tables import MailServerRow
from app.platform.database import transaction
from app.platform.errors import Invalid
from app.platform.settings import current


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
        changed = changed_names(row, values)
        if changed:
            store.save_server(actor.account_id, values, actor.user_id)
            activity.record(
                actor,
                "mail_server_changed" if row else "mail_server_connected",
                "mail_server",
                actor.account_id,
                name=wanted.host,
                **({"changed": changed} if row else {}),
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


def _password(row: MailServerRow | None, wanted: ServerAddress, typed: str) -> str:
    """Return the encrypted password, or "" if nobody signs in."""
    if not wanted.user:
        if typed:
            raise Invalid.in_fields({"user": "Enter the user name that this password belongs to."})
        return ""
    return password_for(row, wanted, typed)
