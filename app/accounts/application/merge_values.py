"""Values of an account for texts with merge tags."""

from typing import Any

from app.accounts.application.business import business_details
from app.accounts.application.members import worker_actor


def account_values(account_id: int) -> dict[str, Any]:
    """Return the values of merge tags that are the same for all contacts."""
    details = business_details(account_id).texts
    name = worker_actor(account_id).account_name
    return {"account": {"name": name, **{key: text or None for key, text in details.items()}}}
