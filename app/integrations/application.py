"""The doors of the room: which outside services an account has connected."""

from app.accounts.application import business_details
from app.integrations.domain import ALWAYS_CONNECTED, Kind
from app.integrations.infrastructure import queries


def connected(account_id: int) -> set[str]:
    """The kinds that workflows of the account can use; email is always one of them, and a review page is
    once its link is in the business details."""
    kinds = {kind.value for kind in ALWAYS_CONNECTED} | queries.connected_kinds(account_id)
    has_reviews = bool(business_details(account_id).review_link)
    return kinds | {Kind.REVIEWS.value} if has_reviews else kinds


def is_connected(account_id: int, kind: str) -> bool:
    """Whether steps that need `kind` can be used. Raises ValueError for a kind that does not exist."""
    return Kind(kind).value in connected(account_id)
