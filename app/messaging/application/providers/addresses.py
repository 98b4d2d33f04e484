"""The addresses of this installation that mail providers call. Nobody can make one up."""

from typing import Final

from app.messaging.domain.providers.reading import Provider
from app.messaging.infrastructure.providers.store import hook_key
from app.platform.settings import current

PATH: Final = "/hooks/email"


def hook_url(account_id: int, provider: Provider) -> str:
    """Return where a provider reports to; only its path without PUBLIC_URL."""
    return f"{current().public_url}{PATH}/{provider.value}/{hook_key(account_id)}"
