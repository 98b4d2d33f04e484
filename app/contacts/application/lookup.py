"""Loading the contact that a use case is about."""

from app.accounts.domain import Actor
from app.contacts.infrastructure import queries
from app.contacts.infrastructure.tables import Contact
from app.platform.errors import NotFound
from app.platform.ids import HIGHEST_ID


def existing(actor: Actor, contact_id: int) -> Contact:
    """Return a contact of the actor's account. Raises NotFound, also for contacts of other accounts."""
    contact = queries.contact(actor.account_id, contact_id) if 0 < contact_id <= HIGHEST_ID else None
    if contact is None:
        raise NotFound(
            "NOT_FOUND",
            "This contact doesn’t exist.",
            next_url="/contacts",
            next_label="Go to Contacts",
        )
    return contact
