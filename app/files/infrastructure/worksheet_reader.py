"""Extracts a worksheet as text, as a separate program with limited memory and time.

A workbook is an untrusted zip archive of XML; whatever it does to the parsing library, only this process
ends. Run as `worksheet_reader.py FILE MOST_ROWS [SHEET]`; FILE is gzipped. The output starts with a line of
JSON, `{"sheets": [{"name", "rows"}], "sheet"}` or `{"refused": code}`, followed by the rows as CSV, each
ended by the record separator. Imports nothing of the application.
"""

import csv
import datetime
import gzip
import io
import json
import posixpath
import re
import resource
import signal
import sys
import zipfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, TextIO
from xml.etree import ElementTree  # nosec B405 # see _parsed
from xml.parsers import expat

import python_calamine

ROW_END = "\x1e"
MEMORY = 1024 * 1024 * 1024
SECONDS = 60  # CPU time
ALIVE_SECONDS = 90  # wall-clock time: the library can deadlock when memory runs out
MOST_PARTS = 2_000
MOST_UNPACKED = 600 * 1024 * 1024
SUSPICIOUS_SIZE = 20 * 1024 * 1024
SUSPICIOUS_RATIO = 300
LOOKED_AT = 100
MAX_ADDRESS_CELL = 320  # characters of a cell that are searched
NOTES_AROUND = 100  # lines above and below the table that do not count as rows
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.\w\w+")
# A number format with leading zeros, such as 00000, 000-00-0000, or "KD-"0000, after a locale like [$-407].
_ZEROS = re.compile(r'(?:\[\$[^\]]*\])?((?:0|[-/() +]|\\.|"[^"]*")+)')
_PIECE = re.compile(r'0|\\.|"[^"]*"|.')
MAX_ZEROS = 40


class Refused(Exception):
    """The workbook is refused; the text is a code, whose message is in `worksheets`."""


def main(path: str, most_rows: int, wanted: str | None) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends the process, even inside the library
    signal.alarm(ALIVE_SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    out = io.TextIOWrapper(
        sys.stdout.buffer, encoding="utf-8", errors="replace", newline="", write_through=False
    )
    try:
        with gzip.open(path, "rb") as packed:
            content = io.BytesIO(packed.read())
        check_archive(content)
        facts, rows = choose(content, most_rows, wanted)
    except Refused as refusal:
        print(json.dumps({"refused": str(refusal)}), file=out, flush=True)
        return
    except python_calamine.PasswordError:
        print(json.dumps({"refused": "password"}), file=out, flush=True)
        return
    except (
        python_calamine.CalamineError,
        zipfile.BadZipFile,
        ElementTree.ParseError,
        expat.ExpatError,
        OSError,
        ValueError,
        KeyError,
        EOFError,
    ):
        print(json.dumps({"refused": "damaged"}), file=out, flush=True)
        return
    except MemoryError:
        print(json.dumps({"refused": "too_large"}), file=out, flush=True)
        return
    print(json.dumps(facts), file=out)
    write_rows(rows, out)
    out.flush()


def check_archive(content: io.BytesIO) -> None:
    """Raise Refused for an archive that no spreadsheet program writes, before anything is unpacked."""
    with zipfile.ZipFile(content) as archive:
        parts = archive.infolist()
        names = [part.filename for part in parts]
        if "xl/workbook.xml" not in names:
            raise Refused("word" if "word/document.xml" in names else "no_workbook")
        if any(
            name.lower().endswith(("vbaproject.bin", ".bin.rels")) or "macrosheets/" in name for name in names
        ):
            raise Refused("macros")
        if len(parts) > MOST_PARTS or len(set(names)) < len(names):
            raise Refused("archive")
        if any(
            name.startswith(("/", "\\")) or ".." in re.split(r"[\\/]", name) or ":" in name for name in names
        ):
            raise Refused("archive")
        if any(part.flag_bits & 1 for part in parts):
            raise Refused("password")
        if sum(part.file_size for part in parts) > MOST_UNPACKED or any(map(is_bomb, parts)):
            raise Refused("too_large")
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                with archive.open(part) as stream:
                    start = stream.read(4096)
                if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                    raise Refused("archive")
    content.seek(0)


def is_bomb(part: zipfile.ZipInfo) -> bool:
    return part.file_size > SUSPICIOUS_SIZE and part.file_size > SUSPICIOUS_RATIO * max(1, part.compress_size)


def choose(content: io.BytesIO, most_rows: int, wanted: str | None) -> tuple[dict[str, Any], list[list[Any]]]:
    """Return the worksheets and the rows of the wanted one, or of the one that looks most like contacts.

    Raises Refused.
    """
    workbook = python_calamine.CalamineWorkbook.from_filelike(content)
    visible = python_calamine.SheetVisibleEnum.Visible
    sheets = [
        sheet for sheet in workbook.sheets_metadata if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    shown = [sheet.name for sheet in sheets if sheet.visible == visible] or [sheet.name for sheet in sheets]
    facts: list[dict[str, Any]] = []
    best: tuple[tuple[int, int], str, list[list[Any]]] | None = None
    for name in shown:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.end is None:
            continue
        if sheet.end[0] > 4 * most_rows + 10_000:
            raise Refused("rows")
        rows = sheet.to_python(skip_empty_area=False)
        filled = sum(any(cell != "" for cell in row) for row in rows)
        if not filled:
            continue
        facts.append({"name": name, "rows": filled})
        fit = (sum(has_address(row) for row in rows[:LOOKED_AT]), filled)
        if name == wanted or (wanted is None and (best is None or fit > best[0])):
            best = (fit, name, rows)
    if best is None:
        raise Refused("empty" if not facts else "no_sheet")
    if best[0][1] > most_rows + NOTES_AROUND:
        raise Refused("rows")
    show_leading_zeros(content, best[1], best[2])
    return {"sheets": facts, "sheet": best[1]}, best[2]


def show_leading_zeros(content: io.BytesIO, name: str, rows: list[list[Any]]) -> None:
    """Convert numbers that the sheet displays with leading zeros, such as postal codes, to text.

    The library returns values only, so number formats are read from the workbook, and from its cells only if
    such a format is used: about a second per 800,000 cells, nothing for nearly all workbooks.
    """
    with zipfile.ZipFile(content) as archive:
        styles = styles_with_zeros(archive)
        if styles:
            with archive.open(path_of_sheet(archive, name)) as stream:
                apply_styles(stream, styles, rows)


def styles_with_zeros(archive: zipfile.ZipFile) -> dict[str, list[str]]:
    """Return {cell style number: parts of its format} for formats with leading zeros."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    root = _parsed(archive.read("xl/styles.xml"))
    formats: dict[str, list[str]] = {}
    for one in root.iterfind("{*}numFmts/{*}numFmt"):
        found = _ZEROS.fullmatch(one.get("formatCode", "").split(";")[0])
        if found and 1 < found[1].count("0") <= MAX_ZEROS:
            formats[one.get("numFmtId", "")] = _PIECE.findall(found[1])
    cells = enumerate(root.iterfind("{*}cellXfs/{*}xf"))
    return {str(at): formats[one.get("numFmtId", "")] for at, one in cells if one.get("numFmtId") in formats}


def path_of_sheet(archive: zipfile.ZipFile, name: str) -> str:
    """Return the path of the sheet in the archive. Raises KeyError."""
    book = _parsed(archive.read("xl/workbook.xml"))
    wanted = next(one for one in book.iterfind("{*}sheets/{*}sheet") if one.get("name") == name)
    number = next(value for key, value in wanted.items() if key.endswith("}id"))
    links = _parsed(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {one.get("Id"): one.get("Target", "") for one in links}
    return posixpath.normpath(posixpath.join("/xl", targets[number])).lstrip("/")


def apply_styles(stream: Any, styles: dict[str, list[str]], rows: list[list[Any]]) -> None:
    """Format the cells of `rows` (starting at A1) that have one of the styles."""
    row = column = -1

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column
        tag = tag.rpartition(":")[2]
        if tag == "row":
            row, column = int(attributes.get("r", row + 2)) - 1, -1
        elif tag == "c":
            place = attributes.get("r")
            column = column_of(place) if place else column + 1
            pieces = styles.get(attributes.get("s", ""))
            if pieces and row < len(rows) and column < len(rows[row]):
                rows[row][column] = as_shown(rows[row][column], pieces)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _PlainTree().doctype
    parser.ParseFile(stream)


class _PlainTree(ElementTree.TreeBuilder):
    """Refuses declarations, which could define entities, wherever and in whatever encoding they are."""

    def doctype(self, *_declared: object) -> None:
        raise Refused("archive")


def _parsed(content: bytes) -> ElementTree.Element:
    parser = ElementTree.XMLParser(target=_PlainTree())  # nosec B314
    return ElementTree.fromstring(content, parser)  # nosec B314


def column_of(place: str) -> int:
    """Return the column index of a cell reference: AB12 -> 27."""
    number = 0
    for letter in place.rstrip("0123456789"):
        number = number * 26 + ord(letter) - 64
    return number - 1


def as_shown(cell: Any, pieces: list[str]) -> Any:
    """Format a whole number with a format of zeros and literals; return other values unchanged."""
    if not isinstance(cell, float) or not cell.is_integer() or not 0 <= cell < 1e15:
        return cell
    digits = str(int(cell)).zfill(pieces.count("0"))
    shown: list[str] = []
    for piece in reversed(pieces):
        if piece == "0":
            shown.append(digits[-1])
            digits = digits[:-1]
        else:
            shown.append(piece.strip('"') if piece[0] == '"' else piece[-1])
    first = len(shown) - next(at for at, piece in enumerate(pieces) if piece == "0")
    shown.insert(first, digits)  # extra digits go before the format's first zero
    return "".join(reversed(shown))


def has_address(row: Iterable[Any]) -> bool:
    texts = (cell[:MAX_ADDRESS_CELL] for cell in row if isinstance(cell, str))
    return any("@" in text and _ADDRESS.search(text) for text in texts)


def write_rows(rows: list[list[Any]], out: TextIO) -> None:
    writer = csv.writer(out, lineterminator="\r\n" + ROW_END)  # so that cells with line breaks are quoted
    while rows and not any(cell != "" for cell in rows[-1]):
        rows.pop()
    for row in rows:
        writer.writerow(texts(row))


def texts(row: list[Any]) -> Iterator[str]:
    """Yield the cells as displayed, without trailing empty ones."""
    end = len(row)
    while end and row[end - 1] == "":
        end -= 1
    for cell in row[:end]:
        yield cell.replace(ROW_END, " ") if isinstance(cell, str) else text_of(cell)


def text_of(cell: Any) -> str:
    """Format a value: numbers without exponent or `.0`, dates and times as in ISO 8601, durations as
    h:mm:ss."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < 1e18:
            return str(int(cell))
        return f"{Decimal(f'{cell:.15g}'):f}"
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, (datetime.date, datetime.time)):
        return cell.isoformat()
    if isinstance(cell, datetime.timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(cell)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None)
