"""Files on the command line: options for reading them, and output of what was detected."""

import functools
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import click

from app.accounts.domain import Actor
from app.files import application as files
from app.files.domain.columns.identify import IDENTIFIERS, SECOND_EMAIL, Identifier
from app.files.domain.columns.styles import Dates, Phones
from app.files.domain.reading.layout import KnownLayout
from app.files.domain.reading.not_rows import KINDS
from app.files.domain.text.encodings import UNDECIDED, label_of
from app.files.presentation.column_readings import second_email, unread_of
from app.platform.errors import Invalid
from app.platform.text.words import counted

_OPTIONS: Final = (
    click.option(
        "--identifier",
        type=click.Choice([name.replace("_", "-") for name in IDENTIFIERS]),
        help="What contacts are matched by; defaults to the first of these that a column contains.",
    ),
    click.option("--encoding", metavar="NAME", help="Encoding of the file, such as windows-1250; detected."),
    click.option(
        "--delimiter", metavar="NAME", help="comma, semicolon, tab, pipe, or the character; detected."
    ),
    click.option("--sheet", metavar="NAME", help="Sheet of an Excel workbook; the one with contacts."),
    click.option(
        "--dates",
        type=click.Choice(["day-first", "month-first"]),
        help="How dates such as 03/04/1990 are read; decided by the column.",
    ),
    click.option(
        "--phones",
        type=click.Choice(["international", "national"]),
        help="How phone numbers without a + are read; decided by the column.",
    ),
    click.option(
        "--header-row", type=click.IntRange(0), metavar="LINE", help="Line of the column names; 0 for none."
    ),
)


@dataclass(frozen=True)
class Reading:
    """Values of the options; None (or "") means to detect it."""

    identifier: str | None
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    header_row: int | None
    dates: Dates = ""
    phones: Phones = ""


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command, which receives them as one `reading`."""

    @functools.wraps(command)
    def run(
        *args: Any,
        identifier: str | None,
        encoding: str | None,
        delimiter: str | None,
        sheet: str | None,
        header_row: int | None,
        dates: str | None,
        phones: str | None,
        **options: Any,
    ) -> Any:
        styles = cast(Dates, (dates or "").replace("-", "_")), cast(Phones, phones or "")
        reading = Reading(identifier, encoding, delimiter, sheet, header_row, *styles)
        return command(*args, reading=reading, **options)

    wrapped: Callable[..., Any] = run
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


def keep_file(actor: Actor, file: Path, reading: Reading) -> files.Upload:
    """Store a file and read it as the options say. Raises Invalid for an option that does not apply."""
    with file.open("rb") as stream:
        upload = files.keep(actor, stream, file.name)
    return files.read_again(actor, upload.public_id, _known_layout(reading, upload))


def identifier_for(reading: Reading, mapping: Mapping[str, str]) -> Identifier:
    """Return the identifier from the option, or the default for the mapping."""
    if reading.identifier is not None:
        return cast(Identifier, reading.identifier.replace("-", "_"))
    return files.identifier_of(mapping) or "email"


def ask_for_dates(upload: files.Upload, mapping: Mapping[str, str], reading: Reading) -> None:
    """Raise Invalid with the option to use if dates are ambiguous."""
    style = files.styles_of(upload, mapping, reading.dates, reading.phones).dates
    if style is not None and style.must_be_chosen:
        raise Invalid(
            "VALIDATION_ERROR",
            f"“{style.name}”: {style.sentence} Use --dates day-first or --dates month-first.",
        )


def facts_of(
    upload: files.Upload, mapping: Mapping[str, str], identifier: str, dates: Dates = "", phones: Phones = ""
) -> dict[str, Any]:
    """Return what was detected about a file, for JSON."""
    known, layout, notices = files.known_layout(upload), files.layout_of(upload), files.notices_of(upload)
    styles = files.styles_of(upload, mapping, dates, phones)
    is_by_email = identifier == "email" and "email" in mapping.values()
    second = second_email(files.suggestion(upload.account_id, upload), mapping) if is_by_email else None
    return {
        "rows": upload.rows,
        "encoding": None if known.sheet is not None else label_of(known.encoding or UNDECIDED),
        "delimiter": None if known.sheet is not None else files.delimiter_name(known.delimiter or ","),
        "sheet": known.sheet,
        "refusing_sheets": files.refusing_sheets(upload),
        "header_row": layout.header_line,
        "identifier": identifier,
        "columns": {name: mapping.get(str(at)) for at, name in enumerate(layout.columns)},
        "second_email": second.name if second else None,
        "decisions": styles.sentences,
        "unread": [
            {"column": one.column, "kind": one.what, "count": one.count, "samples": one.samples}
            for one in unread_of(upload, mapping, identifier, styles)
        ],
        "skipped_lines": {kind: noticed.count for kind, noticed in notices.left_out.items()},
        "garbled_rows": {kind: noticed.count for kind, noticed in notices.garbled.items()},
    }


def print_facts(upload: files.Upload, facts: Mapping[str, Any]) -> None:
    """Print the detected facts on standard error."""
    how = (
        f"sheet “{facts['sheet']}”"
        if facts["sheet"]
        else f"{facts['delimiter']}-separated, {facts['encoding']}"
    )
    header = f"header in line {facts['header_row']}" if facts["header_row"] else "no header row"
    lines = [f"{upload.file_name}: {counted(facts['rows'], 'row')}, {how}, {header}"]
    lines += [
        f"  Sheet “{name}” may list people who don’t want to be contacted. It isn’t read with this sheet, so "
        f"people on both will be added. To keep them out, run this with --sheet {shlex.quote(name)} first."
        for name in facts["refusing_sheets"]
    ]
    wide = min(30, max(map(len, facts["columns"]), default=0))
    for name, field in facts["columns"].items():
        note = " (matches contacts)" if field == facts["identifier"] else ""
        lines.append(f"  {name[:30]:<{wide}}  {field or 'not imported'}{note}")
    if second := facts["second_email"]:
        option = shlex.quote(f"{second}={SECOND_EMAIL}")
        lines.append(
            f"  {second} has addresses too. To use them where {_email(facts)} has none: --map {option}"
        )
    lines += [f"  {sentence}" for sentence in facts["decisions"]]
    for one in facts["unread"]:
        row, line, text = one["samples"][0]
        where = f"row {row:,}, line {line:,}: {text}" if row else text
        kind = one["kind"] if one["count"] > 1 else one["kind"][:-1]
        lines.append(f"  {one['column']}: {one['count']:,} unreadable {kind} left out ({where})")
    notices = files.notices_of(upload)
    for kind, noticed in notices.left_out.items():
        first = noticed.samples[0]
        what = KINDS.get(kind, kind)
        lines.append(f"  Skipped {noticed.count:,} {what} (line {first.line}: {first.text[:60]})")
    for kind, noticed in notices.garbled.items():
        first = noticed.samples[0]
        lines.append(
            f"  {counted(noticed.count, 'row')} with {_GARBLED[kind]} (line {first.line}: {first.text[:60]})"
        )
    click.echo("\n".join(lines), err=True)


_GARBLED: Final = {
    "lost": "characters that can’t be read in this encoding",
    "encoding": "garbled letters",
    "entities": "HTML codes",
}


def _known_layout(reading: Reading, upload: files.Upload) -> KnownLayout:
    named = files.NamedLayout(reading.encoding, reading.delimiter, reading.sheet, reading.header_row)
    try:
        return files.layout_named(upload, named)
    except Invalid as wrong:
        [(name, sentence)] = wrong.facts["fields"].items()
        told = f"--{name} {getattr(reading, name)}: {sentence[0].lower()}{sentence[1:]}"
        raise Invalid("VALIDATION_ERROR", told) from None


def _email(facts: Mapping[str, Any]) -> str:
    columns: Mapping[str, str] = facts["columns"]
    return next(name for name, field in columns.items() if field == "email")
