"""The addresses of this installation that email providers call. Nobody can make one up."""

from typing import Final

from app.messaging.domain.providers.reading import Provider
from app.messaging.infrastructure.providers.store import hook_key
from app.platform.settings import current

PATH: Final = "/hooks/email"


def hook_url(account_id: int, provider: Provider, key: str) -> str:
    """Return where a provider reports to; empty without PUBLIC_URL."""
    base = current().public_url
    return f"{base}{PATH}/{provider.value}/{address_of(account_id, provider, key)}" if base else ""


def address_of(account_id: int, provider: Provider, key: str) -> str:
    """Return the end of an address. It names the account; Postmark’s holds its key, because nothing else in
    its requests is secret."""
    return hook_key(account_id) + (key if provider == Provider.POSTMARK else "")
