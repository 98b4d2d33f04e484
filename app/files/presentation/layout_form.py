"""How a file is read, as shown on and changed from the mapping page: encoding, delimiter, header, and
worksheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.files import application as files
from app.files.domain.reading.layout import KnownLayout
from app.files.domain.reading.not_rows import KINDS
from app.files.domain.reading.notices import Noticed, NoticedLine
from app.files.domain.text.encodings import ENCODINGS, UNDECIDED, label_of
from app.files.domain.text.garbled import repaired
from app.platform.text.numbers import whole_number
from app.platform.text.words import counted

SEEN: Final = "layout-seen"  # mark of the reading shown on the page
DELIMITERS: Final = {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Pipe"}
NO_HEADER: Final = "0"
_HEADERS_OFFERED: Final = 12
_LINES_LOOKED_AT: Final = 30

Option = tuple[str, str]
"""(value, label)."""


@dataclass(frozen=True)
class Garbled:
    """Rows with cells that were garbled before the upload; `examples` are (as it is, repaired)."""

    rows: int
    examples: list[tuple[str, str]]
    is_repaired: bool


@dataclass(frozen=True)
class ShownLayout:
    """The way a file is read and the alternatives.

    `encodings` and `delimiters` are empty for a workbook, `sheets` for a text file. `mark` identifies the
    reading. `refusing_sheets` are other worksheets whose names say that their people must not be
    contacted.
    """

    words: str
    mark: str
    encoding: str
    accented: list[str]
    encodings: list[Option]
    delimiters: list[Option]
    headers: list[Option]
    sheets: list[Option]
    refusing_sheets: list[str]
    known: KnownLayout
    left_out: list[tuple[str, int, list[NoticedLine]]]
    lost: Noticed | None
    misread: Garbled | None
    entities: Garbled | None

    @property
    def lines_left_out(self) -> int:
        return sum(count for _, count, _ in self.left_out)

    @property
    def delimiter(self) -> str:
        """The delimiter's name as used in the form."""
        return files.delimiter_name(self.known.delimiter or ",")


def shown_layout(upload: files.Upload) -> ShownLayout:
    known, notices = files.known_layout(upload), files.notices_of(upload)
    is_sheet = known.sheet is not None
    sheets = files.sheets_of(upload)
    encoding = known.encoding or UNDECIDED
    return ShownLayout(
        words=_words(known),
        mark=files.reading_mark(upload),
        encoding=label_of(encoding),
        accented=notices.accented,
        encodings=[] if is_sheet else _encodings(encoding),
        delimiters=[] if is_sheet else _delimiters(known.delimiter or ","),
        headers=_headers(upload, known),
        sheets=[(one["name"], f"{one['name']} ({counted(one['rows'], 'line')})") for one in sheets],
        refusing_sheets=files.refusing_sheets(upload),
        known=known,
        left_out=[
            (KINDS.get(kind, kind), noticed.count, noticed.samples)
            for kind, noticed in sorted(notices.left_out.items())
        ],
        lost=notices.garbled.get("lost"),
        misread=_garbled(notices.garbled.get("encoding"), "encoding", known),
        entities=_garbled(notices.garbled.get("entities"), "entities", known),
    )


def is_outdated(form: Mapping[str, str], upload: files.Upload) -> bool:
    """Return whether a form was filled in for another reading of the file."""
    return form.get(SEEN, "") not in ("", files.reading_mark(upload))


def read_layout(form: Mapping[str, str], upload: files.Upload) -> KnownLayout:
    """Return how the user wants the file to be read. For another worksheet the header is detected again."""
    known = files.known_layout(upload)
    sheet = form.get("layout-sheet")
    if sheet and sheet != known.sheet:
        return replace(known, sheet=sheet[:200], header_line=None)
    header = whole_number(form.get("layout-header"), 99_999)
    delimiter = form.get("layout-delimiter", "")
    return replace(
        known,
        encoding=form.get("layout-encoding") or known.encoding,
        delimiter=files.DELIMITERS.get(delimiter, known.delimiter),
        header_line=known.header_line if header is None else header,
    )


def _words(known: KnownLayout) -> str:
    if known.sheet is not None:
        return f"sheet “{known.sheet}”"
    delimiter = known.delimiter or ","
    name = DELIMITERS.get(delimiter, delimiter).lower()
    return f"{name}-separated, {label_of(known.encoding or UNDECIDED)}"


def _encodings(encoding: str) -> list[Option]:
    known = list(ENCODINGS.items())
    return known if encoding in ENCODINGS else [(encoding, label_of(encoding)), *known]


def _delimiters(delimiter: str) -> list[Option]:
    known = [(files.delimiter_name(one), label) for one, label in DELIMITERS.items()]
    return known if delimiter in DELIMITERS else [(delimiter, delimiter), *known]


def _headers(upload: files.Upload, known: KnownLayout) -> list[Option]:
    """Return the first lines that could be the header row: those without an email address."""
    options = [(NO_HEADER, "No header row: every line is a contact")]
    first = files.first_lines(upload, _LINES_LOOKED_AT)
    lines = [(line, text) for line, text in first if "@" not in text][:_HEADERS_OFFERED]
    chosen = known.header_line or 0
    if chosen and chosen not in [line for line, _ in lines]:
        lines = [*lines, (chosen, ", ".join(files.layout_of(upload).header or ()))]
    return [*options, *((str(line), f"Line {line}: {_shortened(text)}") for line, text in lines)]


def _shortened(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 60 else f"{plain[:59]}…"


def _garbled(noticed: Noticed | None, repair: str, known: KnownLayout) -> Garbled | None:
    if noticed is None:
        return None
    cells: Sequence[str] = list(dict.fromkeys(sample.text for sample in noticed.samples))
    examples = [(cell, repaired(cell, (repair,))) for cell in cells[:3]]
    return Garbled(noticed.count, examples, is_repaired=repair in known.mends)
