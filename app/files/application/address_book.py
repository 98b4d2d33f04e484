"""What the pages of a file ask about contacts. The room that keeps them registers the answers."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from app.accounts.domain import Actor
from app.files.domain.columns.identify import Identifier


class Known(NamedTuple):
    """How many of some people are contacts, and how many of these must not be contacted."""

    people: int
    closed: int


class AddressBook(Protocol):
    """All that is asked: names of fields, which tags are new, who is known."""

    def field_labels(self) -> Mapping[str, str]:
        """{field: label} of the fields that every contact has."""

    def own_fields(self, actor: Actor) -> Sequence[str]:
        """Labels of the fields that the account has made."""

    def new_tags(self, account_id: int, names: Sequence[str]) -> list[str]:
        """Those of the names that are no tag of the account yet."""

    def known_people(self, account_id: int, identifier: Identifier, keys: Sequence[str]) -> Known:
        """Of the people who are known by these keys."""


_books: Final[dict[str, AddressBook]] = {}


def register_address_book(book: AddressBook) -> None:
    _books["contacts"] = book


def address_book() -> AddressBook:
    """The registered one."""
    return _books["contacts"]
