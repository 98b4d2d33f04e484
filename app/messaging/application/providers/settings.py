"""Which email providers report to an account."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.messaging.application.providers.addresses import hook_url
from app.messaging.domain.providers.reading import NAMES, Provider
from app.messaging.domain.providers.signing import key_problem
from app.messaging.infrastructure.providers import store
from app.messaging.infrastructure.providers.tables import MailProviderRow
from app.platform.database import transaction
from app.platform.errors import Invalid, NotFound


@dataclass(frozen=True)
class ShownProvider:
    """A provider as pages show it, without its key. `key_lost`: the key can't be read anymore. `url` is where
    it has to send reports, empty if the key is lost or this installation has no public address. `heard_at` is
    when it last reported something."""

    provider: Provider
    url: str
    key_lost: bool
    heard_at: datetime | None


def list_providers(actor: Actor) -> list[ShownProvider]:
    """Return the providers that report to the actor's account."""
    accounts.require(actor, Permission.ACCOUNT)
    return [_shown(actor.account_id, row) for row in store.providers_of(actor.account_id)]


def connect_provider(actor: Actor, name: str, key: str) -> None:
    """Accept reports of a provider, or change the key that checks them. Raises Invalid with `fields`."""
    accounts.require(actor, Permission.ACCOUNT)
    if name not in list(Provider):
        raise Invalid.in_fields({"provider": "Choose a provider."})
    provider = Provider(name)
    has_own_secret = provider == Provider.POSTMARK
    key = secrets.token_hex(24) if has_own_secret else key.strip()
    problem = key_problem(provider, key)
    if problem:
        raise Invalid.in_fields({"key": problem})
    with transaction():
        accounts.lock(actor.account_id)
        known = store.provider_of(actor.account_id, provider.value)
        old = store.decrypted(known.key) if known else None
        if old == key or (old is not None and has_own_secret):
            return
        store.save(actor.account_id, provider.value, store.encrypted(key), actor.user_id)
        activity.record(
            actor,
            "mail_provider_changed" if known else "mail_provider_connected",
            "mail_provider",
            actor.account_id,
            name=NAMES[provider],
        )


def disconnect_provider(actor: Actor, name: str) -> None:
    """Stop accepting reports of a provider. Raises NotFound if it isn’t connected."""
    accounts.require(actor, Permission.ACCOUNT)
    with transaction():
        accounts.lock(actor.account_id)
        if not store.delete(actor.account_id, name):
            raise NotFound("NOT_FOUND", "This provider isn’t connected.")
        known = NAMES[Provider(name)]
        activity.record(actor, "mail_provider_disconnected", "mail_provider", actor.account_id, name=known)


def _shown(account_id: int, row: MailProviderRow) -> ShownProvider:
    provider, key = Provider(row.provider), store.decrypted(row.key)
    url = "" if key is None else hook_url(account_id, provider, key)
    return ShownProvider(provider, url, key is None, row.heard_at)
