"""Destinations of the rows of a file. Other rooms register them; the pages and commands here work with any of
them through the interfaces below.

HTML returned by a destination must be Markup: plain text is escaped.
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
    """What a destination shows above the mapping form.

    `explains_refusal`: it already explains the refusal to be shown. `used_before`: it says that the same
    bytes were used before.
    """

    html: str = ""
    explains_refusal: bool = False
    used_before: bool = False


@dataclass(frozen=True)
class Remembered:
    """Choices made earlier for this or a similar file; `values` belong to the destination's own fields."""

    choices: FileChoices
    values: Mapping[str, Any] = field(default_factory=dict)


class Destination(Protocol):
    """A destination opened by one user.

    `action` is its call to action (“Add people”), `place` the active navigation item, `crumbs` are (label,
    URL) of the parent pages, `most_rows` is the row limit per file, and `kept` holds query parameters that
    all URLs of these pages carry.
    """

    @property
    def title(self) -> str: ...

    @property
    def action(self) -> str: ...

    @property
    def place(self) -> str: ...

    @property
    def crumbs(self) -> Sequence[tuple[str, str]]: ...

    @property
    def most_rows(self) -> int: ...

    @property
    def kept(self) -> Mapping[str, str]: ...

    def with_upload(self, upload: Upload) -> "Destination":
        """Return the destination for a known upload. May raise NotFound."""

    def upload_notices(self) -> str:
        """Return HTML to show above the upload form."""

    def notices(self, upload: Upload, refusal: MusterError | None) -> Notices:
        """Return what blocks the start or should be known before it."""

    def remembered(self, upload: Upload, query: Mapping[str, str]) -> Remembered | None:
        """Return choices to start with instead of guesses; `query` holds the page's query parameters."""

    def first_values(self, newcomers: PeopleCount | None) -> Mapping[str, Any]:
        """Return the initial values of the destination's own fields."""

    def options(self, form: Any, newcomers: PeopleCount | None) -> str:
        """Return the destination's own fields as HTML."""

    def read(self, form: Any, upload: Upload, choices: FileChoices) -> tuple[Any, dict[str, str]]:
        """Return (options in the destination's own type, {field: problem}) for its own fields."""

    def check(self, upload: Upload, choices: FileChoices, options: Any) -> str:
        """Run a dry run and return the URL of its result."""

    def start(self, upload: Upload, choices: FileChoices, options: Any, idempotency_key: str) -> str:
        """Start processing the rows and return a URL. A second call with the same key changes nothing."""

    def act(self, name: str) -> "Destination | None":
        """Handle a button in the notices; return the resulting destination, or None for an unknown name."""


@dataclass(frozen=True)
class DestinationKind:
    """A kind of destination, as registered.

    `address` is the URL rule of its pages, with variables that identify the destination. `open(actor,
    variables, query)` raises NotAllowed and NotFound. `fields` creates a class with the WTForms fields of its
    options; it is a function because WTForms orders fields by creation.
    """

    key: str
    address: str
    open: Callable[[Actor, Mapping[str, Any], Mapping[str, str]], Destination]
    fields: Callable[[], type]


class TerminalDestination(Protocol):
    """A destination opened by a command. `reads_values`: columns other than the identifier are used, so
    ambiguous dates must be decided."""

    @property
    def reads_values(self) -> bool: ...

    def run(self, upload: Upload, choices: FileChoices, facts: dict[str, Any], as_json: bool) -> None:
        """Process the rows and print the result. `facts` describes the file, see `terminal_file.facts_of`."""


@dataclass(frozen=True)
class FileCommand:
    """A command that sends a file to a destination. `options` are its own click decorators; `open(actor,
    **values)` runs before the file is read."""

    name: str
    help: str
    options: Sequence[Callable[..., Any]]
    open: Callable[..., TerminalDestination]


_kinds: Final[dict[str, DestinationKind]] = {}
_commands: Final[dict[str, FileCommand]] = {}


def register_destination(kind: DestinationKind) -> None:
    """Register a destination. Only apps created afterwards have its pages."""
    _kinds[kind.key] = kind


def register_command(command: FileCommand) -> None:
    _commands[command.name] = command


def destination_kinds() -> Sequence[DestinationKind]:
    return list(_kinds.values())


def destination_kind(key: str) -> DestinationKind:
    return _kinds[key]


def file_commands() -> Sequence[FileCommand]:
    return list(_commands.values())
