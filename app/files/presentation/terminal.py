"""Commands that send a file to a destination: shared options and sequence of steps."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import click

from app.accounts.application import terminal_actor
from app.accounts.domain import Actor
from app.files import application as files
from app.files.domain.columns.guesses import IGNORE
from app.files.domain.consent.columns import CONSENT_FIELDS
from app.files.presentation.terminal_consent import settle, word_option
from app.files.presentation.terminal_file import (
    Reading,
    ask_for_dates,
    facts_of,
    identifier_for,
    keep_file,
    print_facts,
    reading_options,
)
from app.platform import tenancy
from app.platform.errors import Invalid
from app.platform.terminal import plain_errors

_FILE: Final = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_MAP: Final = click.option(
    "--map", "maps", multiple=True, metavar="COLUMN=FIELD", help="Match a column to a field; can be repeated."
)
_JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
_ACCOUNT: Final = click.option(
    "--account", default=None, help="Account name or ID; defaults to the first account."
)


def command_for(command: files.FileCommand) -> click.Command:
    """Create the click command, with its own options before those about reading the file."""

    def run(
        file: Path,
        maps: tuple[str, ...],
        reading: Reading,
        consent_words: tuple[str, ...],
        as_json: bool,
        account: str | None,
        **own: Any,
    ) -> None:
        actor = terminal_actor(account)
        tenancy.act_for(actor.account_id)
        destination = command.open(actor, **own)
        upload, mapping, ignored = _keep(actor, file, reading, maps)
        identifier = identifier_for(reading, mapping)
        facts = facts_of(upload, mapping, identifier, reading.dates, reading.phones)
        if not as_json:
            print_facts(upload, facts)
        answers = settle(upload, mapping, ignored, consent_words)
        if destination.reads_values:
            ask_for_dates(upload, mapping, reading)
        choices = files.FileChoices(mapping, identifier, reading.dates, reading.phones, answers)
        destination.run(upload, choices, facts, as_json)

    shared: Sequence[Callable[..., Any]] = (_MAP, reading_options, word_option, _JSON, _ACCOUNT, plain_errors)
    made: Any = run
    for option in reversed((_FILE, *command.options, *shared)):
        made = option(made)
    return click.command(command.name, help=command.help)(made)


def _keep(
    actor: Actor, file: Path, reading: Reading, maps: tuple[str, ...]
) -> tuple[files.Upload, dict[str, str], set[int]]:
    """Store the file; return (upload, mapping as guessed and changed by --map, columns to ignore)."""
    upload = keep_file(actor, file, reading)
    guesses = files.suggestion(actor.account_id, upload)
    mapping = {str(guess.index): guess.field for guess in guesses if guess.field in files.MAPPABLE}
    positions = {guess.name: str(guess.index) for guess in guesses}
    ignored: set[int] = set()
    for entry in maps:
        column, equals, field = entry.rpartition("=")
        if not equals or column not in positions or field not in files.MAPPABLE | {IGNORE}:
            raise Invalid(
                "VALIDATION_ERROR",
                f"--map {entry}: use COLUMN=FIELD with a column in the file and one of "
                f"{', '.join(sorted(files.MAPPABLE | {IGNORE}))}.",
            )
        at = positions[column]
        if field == IGNORE:
            mapping.pop(at, None)
            ignored.add(int(at))
            continue
        if field not in CONSENT_FIELDS:  # several columns can be about consent
            mapping = {other: name for other, name in mapping.items() if name != field}
        mapping[at] = field
    return upload, mapping, ignored
