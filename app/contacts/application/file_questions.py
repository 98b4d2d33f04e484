"""Adapter that answers the questions of the files room about contacts."""

from collections.abc import Mapping, Sequence

from app.accounts.domain import Actor
from app.contacts.application.custom_fields.listing import own_field_list, own_fields
from app.contacts.application.tags import new_tags
from app.contacts.domain import FIELDS
from app.contacts.domain.names import field_key
from app.contacts.infrastructure.selecting.known_people import count_known
from app.files import application as files
from app.files.application import Identifier, Known


class ContactsBook:
    """Implementation of `files.AddressBook`."""

    def field_labels(self) -> Mapping[str, str]:
        return {key: field.label for key, field in FIELDS.items()}

    def own_fields(self, actor: Actor) -> Sequence[str]:
        return [field.label for field in own_fields(actor)]

    def labels_of(self, account_id: int) -> Sequence[str]:
        return [field.label for field in own_field_list(account_id)]

    def new_tags(self, account_id: int, names: Sequence[str]) -> list[str]:
        return new_tags(account_id, names)

    def field_key(self, label: str) -> str:
        return field_key(label)

    def known_people(self, account_id: int, identifier: Identifier, keys: Sequence[str]) -> Known:
        return Known(*count_known(account_id, identifier, keys))


def answer_files() -> None:
    """Register the address book with the files room."""
    files.register_address_book(ContactsBook())
