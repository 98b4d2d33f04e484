"""The columns of the contact list, chosen by each user."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.contacts.application.custom_fields.listing import custom_labels
from app.contacts.domain.fields import FIELDS
from app.contacts.infrastructure.selecting import segments as store
from app.platform.database import transaction

CUSTOM = "custom."
USUAL = ("email", "status", "tags", "company", "added")
MAX_COLUMNS = 20

_STANDARD = {
    "email": "Email",
    "phone": "Phone",
    "status": "Status",
    "tags": "Tags",
    **{key: field.label for key, field in FIELDS.items() if key not in ("email", "phone")},
    "added": "Added",
    "changed": "Last changed",
}
_SORTS = {"email": "email", "phone": "phone", "status": "status", "last_name": "last_name", "added": "added"}


@dataclass(frozen=True)
class Column:
    """A column of the list beside the name. `sort` is the order that it offers, if any."""

    key: str
    label: str
    sort: str = ""

    @property
    def custom(self) -> str:
        """The key of the custom field; empty for other columns."""
        return self.key.removeprefix(CUSTOM) if self.key.startswith(CUSTOM) else ""


def available_columns(actor: Actor) -> list[Column]:
    """Return all columns that a user can choose, custom fields last."""
    require(actor, Permission.REPORTS)
    own = {f"{CUSTOM}{key}": label for key, label in custom_labels(actor.account_id).items()}
    return [Column(key, label, _SORTS.get(key, "")) for key, label in (_STANDARD | own).items()]


def list_columns(actor: Actor) -> list[Column]:
    """Return the user's columns in the order of `available_columns`."""
    require(actor, Permission.REPORTS)
    chosen = store.columns_of(actor.account_id, actor.user_id) if actor.user_id else None
    wanted = USUAL if chosen is None else chosen
    return [column for column in available_columns(actor) if column.key in wanted]


def choose_columns(actor: Actor, keys: Sequence[str] | None) -> None:
    """Remember the user's columns, at most MAX_COLUMNS; None for the usual ones. Unknown ones are ignored."""
    require(actor, Permission.REPORTS)
    known = [column.key for column in available_columns(actor)]
    chosen = list(USUAL) if keys is None else [key for key in known if key in keys][:MAX_COLUMNS]
    if actor.user_id is not None:
        with transaction():
            store.set_columns(actor.account_id, actor.user_id, chosen)
