"""The keys that sign the emails of a sender's domain (DKIM): created or entered, used, replaced, removed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.messaging.application.servers.senders import find_sender
from app.messaging.domain.sending_domains.dkim import SELECTOR, record_of
from app.messaging.domain.sending_domains.findings import Record
from app.messaging.infrastructure.servers import dkim_store
from app.messaging.infrastructure.servers.dkim_keys import UnusableKey, new_key, public_key_of, read_key
from app.messaging.infrastructure.servers.passwords import decrypted, encrypted
from app.messaging.infrastructure.servers.tables import DkimKey
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Conflict, Invalid, NotFound

MAX_PEM: Final = 4_000
MOST_KEYS: Final = 10
"""Of a domain, with those that were replaced."""


class KeyState(StrEnum):
    WAITING = "waiting"
    SIGNING = "signing"
    REPLACED = "replaced"


@dataclass(frozen=True)
class ShownKey:
    """A key as pages show it, without its private part. `at` is when it began to sign, or was replaced.
    `is_lost`: it can't be read anymore, so it signs nothing."""

    id: int
    selector: str
    public_key: str
    record: Record
    state: KeyState
    at: datetime | None
    is_lost: bool


@dataclass(frozen=True)
class SendingDomain:
    """The domain of a sender."""

    sender_id: int
    name: str
    keys: tuple[ShownKey, ...]

    @property
    def waiting(self) -> ShownKey | None:
        return self._first(KeyState.WAITING)

    @property
    def signing(self) -> ShownKey | None:
        return self._first(KeyState.SIGNING)

    @property
    def replaced(self) -> tuple[ShownKey, ...]:
        return tuple(key for key in self.keys if key.state == KeyState.REPLACED)

    def _first(self, state: KeyState) -> ShownKey | None:
        return next((key for key in self.keys if key.state == state), None)


def sending_domain(actor: Actor, sender_id: int) -> SendingDomain:
    """Return the domain of a sender. Raises NotFound."""
    name = find_sender(actor, sender_id).domain
    keys = dkim_store.keys_of(actor.account_id, name)
    return SendingDomain(sender_id, name, tuple(map(_shown, keys)))


def create_key(actor: Actor, sender_id: int) -> None:
    """Create a key for the domain of a sender, which is not used before its record is in the DNS. Raises
    NotFound and Conflict."""
    accounts.require(actor, Permission.ACCOUNT)
    pem = new_key()
    with transaction():
        accounts.lock(actor.account_id)
        domain = _with_room(actor, sender_id)
        _add(actor, domain, _new_selector(domain), pem)


def enter_key(actor: Actor, sender_id: int, typed: Mapping[str, str]) -> None:
    """Save a private key that the user has entered, with its selector. Raises NotFound, Conflict, and Invalid
    with `fields`."""
    accounts.require(actor, Permission.ACCOUNT)
    sending_domain(actor, sender_id)
    wrong: dict[str, str] = {}
    selector = typed.get("selector", "").strip().lower()
    if not SELECTOR.fullmatch(selector):
        wrong["selector"] = "Enter a selector of up to 63 letters, digits, and hyphens, such as mail2026."
    try:
        pem = read_key(typed.get("private_key", "")[:MAX_PEM])
    except UnusableKey as problem:
        wrong["private_key"] = str(problem)
    if wrong:
        raise Invalid.in_fields(wrong)
    with transaction():
        accounts.lock(actor.account_id)
        domain = _with_room(actor, sender_id)
        if selector in {key.selector for key in domain.keys}:
            raise Invalid.in_fields({"selector": "Another key of this domain has this selector."})
        _add(actor, domain, selector, pem)


def start_signing(actor: Actor, sender_id: int) -> None:
    """Sign emails with the waiting key, whatever the DNS says, instead of the present one. Idempotent; raises
    NotFound, and Conflict if the key is lost."""
    accounts.require(actor, Permission.ACCOUNT)
    with transaction():
        accounts.lock(actor.account_id)
        domain = sending_domain(actor, sender_id)
        if domain.waiting is not None:
            refuse_lost(domain.waiting)
            dkim_store.start_signing(actor.account_id, domain.name, domain.waiting.id, now())
            activity.record(actor, "signing_begun", "mail_domain", sender_id, name=domain.name)


def stop_signing(actor: Actor, sender_id: int) -> None:
    """Stop signing emails; the key becomes the waiting one. Idempotent; raises NotFound, and Conflict if
    another key is waiting."""
    accounts.require(actor, Permission.ACCOUNT)
    with transaction():
        accounts.lock(actor.account_id)
        domain = sending_domain(actor, sender_id)
        if domain.signing is None:
            return
        if domain.waiting is not None:
            raise Conflict("CONFLICT", "Remove the new key first, or start signing with it.")
        dkim_store.stop_signing(actor.account_id, domain.name)
        activity.record(actor, "signing_stopped", "mail_domain", sender_id, name=domain.name)


def remove_key(actor: Actor, sender_id: int, selector: str) -> None:
    """Remove a key, whatever its state. Raises NotFound."""
    accounts.require(actor, Permission.ACCOUNT)
    with transaction():
        accounts.lock(actor.account_id)
        domain = sending_domain(actor, sender_id)
        key = next((key for key in domain.keys if key.selector == selector), None)
        if key is None:
            raise NotFound("NOT_FOUND", "This key doesn’t exist.")
        dkim_store.delete_key(actor.account_id, key.id)
        activity.record(actor, "signing_key_removed", "mail_domain", sender_id, name=domain.name)


def refuse_lost(key: ShownKey) -> None:
    """Raises Conflict if a key can't be read anymore."""
    if key.is_lost:
        raise Conflict("CONFLICT", "This key can’t be read. Remove it and create a new one.")


def _with_room(actor: Actor, sender_id: int) -> SendingDomain:
    domain = sending_domain(actor, sender_id)
    if domain.waiting is not None:
        raise Conflict("CONFLICT", "A key of this domain is already waiting for its DNS record.")
    if len(domain.keys) >= MOST_KEYS:
        raise Conflict("CONFLICT", "Remove a replaced key first.")
    return domain


def _add(actor: Actor, domain: SendingDomain, selector: str, pem: str) -> None:
    dkim_store.add_key(
        actor.account_id, domain.name, selector, encrypted(pem), public_key_of(pem), actor.user_id
    )
    activity.record(actor, "signing_key_added", "mail_domain", domain.sender_id, name=domain.name)


def _new_selector(domain: SendingDomain) -> str:
    """Return a selector that no other key has. The date keeps it apart from those of removed keys, which name
    servers may still have cached."""
    name, taken = f"muster{now():%Y%m%d}", {key.selector for key in domain.keys}
    names = (name, *(f"{name}-{number}" for number in range(2, MOST_KEYS + 2)))
    return next(one for one in names if one not in taken)


def _shown(key: DkimKey) -> ShownKey:
    state = KeyState.WAITING
    if key.signs_since is not None:
        state = KeyState.SIGNING if key.replaced_at is None else KeyState.REPLACED
    return ShownKey(
        key.id,
        key.selector,
        key.public_key,
        record_of(key.domain, key.selector, key.public_key),
        state,
        key.replaced_at or key.signs_since,
        decrypted(key.private_key) is None,
    )
