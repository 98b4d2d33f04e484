"""What the file pages need to know about contacts. The contacts room registers an implementation."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from app.accounts.domain import Actor
from app.files.domain.columns.identify import Identifier


class Known(NamedTuple):
    """Number of people in a list who are contacts, and how many of those must not be contacted."""

    people: int
    closed: int


class AddressBook(Protocol):
    """Interface to the contacts of an account."""

    def field_labels(self) -> Mapping[str, str]:
        """Return {field: label} of the standard contact fields."""

    def own_fields(self, actor: Actor) -> Sequence[str]:
        """Return the labels of the account's custom fields."""

    def labels_of(self, account_id: int) -> Sequence[str]:
        """Return the same, without asking for a permission."""

    def new_tags(self, account_id: int, names: Sequence[str]) -> list[str]:
        """Return those names that are not tags of the account yet."""

    def field_key(self, label: str) -> str:
        """Return the key of a custom field. Labels with the same key are the same field."""

    def known_people(self, account_id: int, identifier: Identifier, keys: Sequence[str]) -> Known:
        """Count the contacts that these keys identify."""


_books: Final[dict[str, AddressBook]] = {}


def register_address_book(book: AddressBook) -> None:
    _books["contacts"] = book


def address_book() -> AddressBook:
    """Return the registered implementation."""
    return _books["contacts"]
