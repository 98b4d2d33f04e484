"""The doors of the room: which outside services an account has connected."""

from app.integrations.domain import ALWAYS_CONNECTED, Kind
from app.integrations.infrastructure import queries


def connected(account_id: int) -> set[str]:
    """The kinds that workflows of the account can use; email is always one of them."""
    return {kind.value for kind in ALWAYS_CONNECTED} | queries.connected_kinds(account_id)


def is_connected(account_id: int, kind: str) -> bool:
    """Whether steps that need `kind` can be used. Raises ValueError for a kind that does not exist."""
    return Kind(kind).value in connected(account_id)
