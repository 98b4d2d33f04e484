"""How a file is to be read, in usual names of encodings and delimiters."""

from dataclasses import dataclass, replace
from typing import Final

from app.files.application.reading import sheets_of
from app.files.application.rereading import known_layout
from app.files.domain.reading.layout import KnownLayout
from app.files.domain.text.encodings import ENCODINGS, encoding_named
from app.files.infrastructure.tables import Upload
from app.platform.errors import Invalid

DELIMITERS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
_MEANT: Final = DELIMITERS | {"\\t": "\t"} | {one: one for one in DELIMITERS.values()}


@dataclass(frozen=True)
class NamedLayout:
    """None means as it is read now, or for another delimiter or sheet that the header is detected again.
    `header_line` 0: there is no header."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_line: int | None = None


def delimiter_name(delimiter: str) -> str:
    """Return the name of a delimiter, or the character itself if it has none."""
    return next((name for name, one in DELIMITERS.items() if one == delimiter), delimiter)


def layout_named(upload: Upload, named: NamedLayout) -> KnownLayout:
    """Return how the upload is to be read. Raises Invalid with `fields`."""
    known = known_layout(upload)
    if named.sheet is not None:
        _must_be_sheet(known, upload, named.sheet)
        if named.sheet != known.sheet:
            known = replace(known, sheet=named.sheet, header_line=None)
    if known.sheet is not None:
        _refuse("encoding", named.encoding, "A workbook has no encoding.")
        _refuse("delimiter", named.delimiter, "A workbook has no delimiter.")
    if named.encoding is not None:
        encoding = encoding_named(named.encoding)
        if encoding is None:
            _refuse("encoding", named.encoding, f"Use one of {', '.join(ENCODINGS)}.")
        known = replace(known, encoding=encoding)
    if named.delimiter is not None:
        delimiter = _MEANT.get(named.delimiter.lower())
        if delimiter is None:
            _refuse("delimiter", named.delimiter, "Use comma, semicolon, tab or pipe.")
        if delimiter != known.delimiter:
            known = replace(known, delimiter=delimiter, header_line=None)
    return known if named.header_line is None else replace(known, header_line=named.header_line)


def _must_be_sheet(known: KnownLayout, upload: Upload, sheet: str) -> None:
    names = [one["name"] for one in sheets_of(upload)]
    if known.sheet is None or sheet not in names:
        found = f"Its sheets are: {', '.join(names)}." if names else "It isn’t an Excel workbook."
        _refuse("sheet", sheet, f"The file has no such sheet. {found}")


def _refuse(name: str, given: str | None, sentence: str) -> None:
    if given is not None:
        raise Invalid("VALIDATION_ERROR", f"{name}: {sentence}", fields={name: sentence})
