"""Whom an account's emails are from, and on which way and to whom they may be sent now."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.messaging.domain.emails.mime import Sender
from app.messaging.domain.mail_settings import Limits, SenderDetails, is_among, read_sender
from app.messaging.infrastructure.pace import rules
from app.messaging.infrastructure.servers import dkim_store, store
from app.messaging.infrastructure.servers.dkim_keys import SigningKey
from app.messaging.infrastructure.servers.passwords import decrypted
from app.messaging.infrastructure.servers.smtp import MailServer
from app.messaging.infrastructure.servers.tables import MailSender
from app.platform.database import transaction
from app.platform.errors import Invalid, LimitReached, NotFound
from app.platform.settings import current

MAX_SENDERS = 100


@dataclass(frozen=True)
class OwnSender:
    """A sender of an account, how much it may send, and what signs its emails; None if nothing does."""

    id: int
    sender: Sender
    limits: Limits
    signing: SigningKey | None = None


@dataclass(frozen=True)
class Chosen:
    """An account's mail server and senders, the default first. While `is_paused`, nothing may be sent:
    somebody has paused sending, or the password can't be read. `only_to` are the addresses and domains of a
    rehearsal, empty without one; see `reaches`. `tracks_reactions`: opens and clicks are recorded."""

    server: MailServer
    senders: tuple[OwnSender, ...]
    only_to: tuple[str, ...]
    is_paused: bool
    tracks_reactions: bool

    def sender(self, address: str = "") -> OwnSender:
        """Return the sender with an address; the default without one, and if it was removed."""
        address = address.lower()
        return next((one for one in self.senders if one.sender.address == address), self.senders[0])

    def reaches(self, address: str) -> bool:
        """Return whether emails to this address may be sent."""
        return is_among(address, self.only_to)


@dataclass(frozen=True)
class ListedSender:
    """A sender as pages show it. `is_signed`: its emails are."""

    id: int
    name: str
    address: str
    reply_to: str
    is_default: bool
    limits: Limits
    is_signed: bool

    @property
    def domain(self) -> str:
        return domain_of(self.address)


def chosen(account_id: int) -> Chosen | None:
    """Return how an account's emails are sent; None without a mail server or without a sender."""
    server, senders = store.server_of(account_id), store.senders_of(account_id)
    if server is None or not senders:
        return None
    password = decrypted(server.password) if server.password else ""
    keys = dkim_store.signing_keys(account_id)
    return Chosen(
        MailServer(server.host, server.port, server.security, server.user, password or "", _own_name()),
        tuple(_own(one, keys.get(domain_of(one.address))) for one in senders),
        tuple(server.only_to),
        rules.is_paused(account_id) or password is None,
        server.tracks_reactions,
    )


def sender_name(account_id: int, address: str = "") -> str:
    """Return the name of the account's sender with an address; that of the default without one, and if it was
    removed. An account without senders has its owner's name: beside that of the business, a text says who
    writes."""
    senders = store.senders_of(account_id)
    names = {one.address: one.name for one in senders}
    default = senders[0].name if senders else ""
    return (
        names.get(address.lower(), default)
        or accounts.owner_name(account_id)
        or accounts.worker_actor(account_id).account_name
    )


def sender_addresses(account_id: int) -> dict[str, str]:
    """Return {address: name and address} of an account's senders, the default first."""
    return {one.address: f"{one.name} <{one.address}>" for one in store.senders_of(account_id)}


def list_senders(actor: Actor) -> list[ListedSender]:
    """Return the account's senders, the default first."""
    accounts.require(actor, Permission.ACCOUNT)
    keys = dkim_store.signing_keys(actor.account_id)
    signed = {domain for domain, key in keys.items() if decrypted(key.private_key) is not None}
    return [
        _listed(sender, domain_of(sender.address) in signed) for sender in store.senders_of(actor.account_id)
    ]


def find_sender(actor: Actor, sender_id: int) -> ListedSender:
    """Return a sender. Raises NotFound."""
    return next((one for one in list_senders(actor) if one.id == sender_id), None) or _missing()


def add_sender(actor: Actor, typed: Mapping[str, str]) -> int:
    """Add a sender with the fields of SenderDetails and Limits; return its id. The first one is the default.

    Raises Invalid with `fields`, and LimitReached.
    """
    accounts.require(actor, Permission.ACCOUNT)
    details = _read(typed)
    with transaction():
        accounts.lock(actor.account_id)
        known = store.senders_of(actor.account_id)
        if len(known) >= MAX_SENDERS:
            raise LimitReached("LIMIT_REACHED", f"An account can have up to {MAX_SENDERS} senders.")
        _refuse_taken(details, known)
        values = _columns(details) | {"is_default": not known}
        sender_id = store.add_sender(actor.account_id, values, actor.user_id)
        activity.record(actor, "mail_sender_added", "mail_sender", sender_id, name=details.address)
    return sender_id


def change_sender(actor: Actor, sender_id: int, typed: Mapping[str, str]) -> None:
    """Change a sender. Raises NotFound, and Invalid with `fields`."""
    accounts.require(actor, Permission.ACCOUNT)
    with transaction():
        accounts.lock(actor.account_id)
        known = store.senders_of(actor.account_id)
        before = _one_of(known, sender_id)
        details = _read(typed)
        _refuse_taken(details, [one for one in known if one.id != sender_id])
        values = _columns(details)
        changed = [name for name, value in values.items() if getattr(before, name) != value]
        if changed:
            store.change_sender(actor.account_id, sender_id, values)
            activity.record(
                actor, "mail_sender_changed", "mail_sender", sender_id, name=details.address, changed=changed
            )


def make_default_sender(actor: Actor, sender_id: int) -> None:
    """Send from this sender from now on. Raises NotFound."""
    accounts.require(actor, Permission.ACCOUNT)
    with transaction():
        accounts.lock(actor.account_id)
        sender = _one_of(store.senders_of(actor.account_id), sender_id)
        if not sender.is_default:
            name = sender.address
            store.make_default(actor.account_id, sender_id)
            activity.record(actor, "mail_sender_made_default", "mail_sender", sender_id, name=name)


def remove_sender(actor: Actor, sender_id: int) -> None:
    """Remove a sender. If it was the default, the first of the others becomes it. Raises NotFound."""
    accounts.require(actor, Permission.ACCOUNT)
    with transaction():
        accounts.lock(actor.account_id)
        known = store.senders_of(actor.account_id)
        sender = _one_of(known, sender_id)
        others = [one.id for one in known if one.id != sender_id]
        name, was_default = sender.address, sender.is_default
        store.delete_sender(actor.account_id, sender_id)
        if was_default and others:
            store.make_default(actor.account_id, others[0])
        activity.record(actor, "mail_sender_removed", "mail_sender", sender_id, name=name)


def domain_of(address: str) -> str:
    return address.rpartition("@")[2]


def _own(sender: MailSender, signing: SigningKey | None) -> OwnSender:
    return OwnSender(
        sender.id, Sender(sender.name, sender.address, sender.reply_to), _limits(sender), signing
    )


def _read(typed: Mapping[str, str]) -> SenderDetails:
    details = read_sender(typed)
    if isinstance(details, dict):
        raise Invalid.in_fields(details)
    return details


def _refuse_taken(details: SenderDetails, others: list[MailSender]) -> None:
    if details.address in {one.address for one in others}:
        problem = "Another sender has this address."
        raise Invalid.in_fields({"address": problem})


def _one_of(known: list[MailSender], sender_id: int) -> MailSender:
    return next((one for one in known if one.id == sender_id), None) or _missing()


def _missing() -> NoReturn:
    raise NotFound("NOT_FOUND", "This sender doesn’t exist.")


def _columns(details: SenderDetails) -> dict[str, Any]:
    own = {"name": details.name, "address": details.address, "reply_to": details.reply_to}
    return own | asdict(details.limits)


def _listed(sender: MailSender, is_signed: bool) -> ListedSender:
    return ListedSender(
        sender.id,
        sender.name,
        sender.address,
        sender.reply_to,
        sender.is_default,
        _limits(sender),
        is_signed,
    )


def _limits(sender: MailSender) -> Limits:
    return Limits(sender.per_second, sender.per_hour, sender.per_day)


def _own_name() -> str:
    """Return what this installation calls itself to mail servers: not the name of this machine."""
    return urlsplit(current().public_url).hostname or "localhost"
