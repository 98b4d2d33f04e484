"""Where the people of a file can go. Higher rooms register destinations; the pages and commands of this room
bring a file to any of them and know of them only what stands here.

All that a destination shows on these pages is HTML as Markup: plain text is escaped.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from app.accounts.domain import Actor
from app.files.application.people_count import PeopleCount
from app.files.domain.columns.choices import FileChoices
from app.files.infrastructure.tables import Upload
from app.platform.errors import MusterError


@dataclass(frozen=True)
class Notices:
    """What a destination says above the mapping form. `explains_refusal`: the refusal that the page was asked
    to show is told there; `used_before`: it says that these bytes were used already."""

    html: str = ""
    explains_refusal: bool = False
    used_before: bool = False


@dataclass(frozen=True)
class Remembered:
    """Choices made earlier for this file or one like it; `values` are those of the destination's fields."""

    choices: FileChoices
    values: Mapping[str, Any] = field(default_factory=dict)


class Destination(Protocol):
    """A destination as one person opened it.

    `action` names what is done there (“Add people”), `place` the part of the navigation that it belongs to,
    `crumbs` are (label, address) of the pages above, `most_rows` is the limit of one file. `kept` are query
    parameters that all addresses of these pages carry on.
    """

    title: str
    action: str
    place: str
    crumbs: Sequence[tuple[str, str]]
    most_rows: int
    kept: Mapping[str, str]

    def with_upload(self, upload: Upload) -> "Destination":
        """The same once the file is known. May raise NotFound."""

    def upload_notices(self) -> str:
        """HTML above the upload form."""

    def notices(self, upload: Upload, refusal: MusterError | None) -> Notices:
        """What blocks the start, and what is worth knowing before it."""

    def remembered(self, upload: Upload, query: Mapping[str, str]) -> Remembered | None:
        """Choices to begin with instead of guesses; `query` is that of the page."""

    def first_values(self, newcomers: PeopleCount | None) -> Mapping[str, Any]:
        """What the destination's fields hold at first."""

    def options(self, form: Any, newcomers: PeopleCount | None) -> str:
        """The destination's fields as HTML."""

    def read(self, form: Any, upload: Upload, choices: FileChoices) -> tuple[Any, dict[str, str]]:
        """(options in the destination's own shape, what is wrong: {field: sentence}). Problems of the columns
        stand under `mapping`, open questions under `consent`."""

    def check(self, upload: Upload, choices: FileChoices, options: Any) -> str:
        """Show what would happen and change nothing; returns the address of the page that tells."""

    def start(self, upload: Upload, choices: FileChoices, options: Any, idempotency_key: str) -> str:
        """Take the people in; returns an address. A second call with the same key changes nothing."""

    def act(self, name: str) -> "Destination | None":
        """What a button in the notices does; the destination as it is then, None for an unknown name."""


@dataclass(frozen=True)
class DestinationKind:
    """`address` is the rule under which the pages are found, with the parts that say which destination is
    meant; `open(actor, those parts, query)` raises NotAllowed and NotFound. `fields` makes a class with the
    WTForms fields of its options; it is a function because forms keep the order in which fields are made."""

    key: str
    address: str
    open: Callable[[Actor, Mapping[str, Any], Mapping[str, str]], Destination]
    fields: Callable[[], type]


class TerminalGoal(Protocol):
    """A destination as one command line opened it. `reads_values`: columns other than the identifier are
    used, so that unclear dates must be decided."""

    reads_values: bool

    def run(self, upload: Upload, choices: FileChoices, facts: dict[str, Any], as_json: bool) -> None:
        """Take the people in and tell how it went. `facts` is what was found out about the file."""


@dataclass(frozen=True)
class FileCommand:
    """A terminal command that brings a file to a destination. `options` are click decorators of its own;
    `open(actor, **their values)` comes before the file is read."""

    name: str
    help: str
    options: Sequence[Callable[..., Any]]
    open: Callable[..., TerminalGoal]


_kinds: Final[dict[str, DestinationKind]] = {}
_commands: Final[dict[str, FileCommand]] = {}


def register_destination(kind: DestinationKind) -> None:
    """Offer a destination. Its pages exist in apps that are made after this."""
    _kinds[kind.key] = kind


def register_command(command: FileCommand) -> None:
    _commands[command.name] = command


def destination_kinds() -> Sequence[DestinationKind]:
    return list(_kinds.values())


def destination_kind(key: str) -> DestinationKind:
    return _kinds[key]


def file_commands() -> Sequence[FileCommand]:
    return list(_commands.values())
