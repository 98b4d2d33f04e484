"""Worksheets as text: extracted from the workbook once, by a separate process, and stored next to it.

The text is then read like any text file, in the same order, with the same row numbers, and in little
memory.
"""

import json
import subprocess
import sys
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from app.files.domain.text.unreadable import UnreadableFile
from app.files.infrastructure import storage
from app.platform.settings import current

_READER: Final = Path(__file__).with_name("worksheet_reader.py")
_BLOCK: Final = 1024 * 1024
# The reader inherits no environment variables: no secrets, and no Rust backtraces, which deadlock when memory
# runs out.
_ENVIRONMENT: Final = {"RUST_BACKTRACE": "0", "LC_ALL": "C.UTF-8"}
_SAVE_AGAIN: Final = (
    "Open it, save it again as an Excel workbook (.xlsx) or as CSV UTF-8, and upload that file."
)
_REFUSALS: Final = {
    "password": "This workbook is protected with a password. Remove the password, or save it as CSV UTF-8.",
    "macros": "This workbook contains macros. Save it as a workbook without macros (.xlsx) or as CSV UTF-8.",
    "word": "This is a Word document, not a contact file. Copy the list into a spreadsheet and upload that.",
    "no_workbook": f"This isn’t an Excel workbook (.xlsx). {_SAVE_AGAIN}",
    "damaged": f"This workbook is damaged or incomplete. {_SAVE_AGAIN}",
    "archive": f"This workbook has an unusual structure and wasn’t opened. {_SAVE_AGAIN}",
    "too_large": "This workbook is too large to read. Save the sheet as CSV UTF-8 and upload that file.",
    "empty": "The workbook has no rows.",
    "no_sheet": "The workbook has no sheet with that name.",
}


@dataclass(frozen=True)
class Sheets:
    """The nonempty worksheets, as {name, rows}, and the one that was read."""

    found: list[dict[str, Any]]
    sheet: str


def read_sheet(account_id: int, public_id: str, sheet: str | None = None) -> Sheets:
    """Extract and store the text of a worksheet: of `sheet`, or of the one that looks most like contacts.

    The text may be as large as an uploaded text file. Raises UnreadableFile for a workbook that cannot be
    read, is too large, takes too long, or is not a workbook.
    """
    most, room = current().max_workbook_rows, current().max_upload_bytes
    command = [sys.executable, "-I", str(_READER), "/dev/stdin", str(most)]
    with ExitStack() as until, storage.local(account_id, public_id) as workbook:
        process = subprocess.Popen(
            command + ([sheet] if sheet is not None else []),
            stdin=workbook,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
        )
        until.callback(_end, process)
        output = cast(BinaryIO, process.stdout)
        facts = json.loads(output.readline() or b'{"refused": "too_large"}')
        if "refused" in facts:
            raise _refusal(facts["refused"], most)
        with storage.new_sheet(account_id, public_id) as text:
            while block := output.read(_BLOCK):
                room -= len(block)
                if room < 0:
                    raise _refusal("too_large", most)
                text.write(block)
            if process.wait() != 0:
                raise _refusal("too_large", most)
    return Sheets(facts["sheets"], facts["sheet"])


def opened(account_id: int, public_id: str, sheet: str) -> BinaryIO:
    """Open the text of a worksheet, extracting it again if it is missing. Raises UnreadableFile."""
    try:
        return storage.opened_sheet(account_id, public_id)
    except FileNotFoundError:
        read_sheet(account_id, public_id, sheet)
    return storage.opened_sheet(account_id, public_id)


def _end(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        process.kill()
    process.wait()
    cast(BinaryIO, process.stdout).close()


def _refusal(code: str, most: int) -> UnreadableFile:
    sentence = _REFUSALS.get(code)
    if sentence is None:
        sentence = (
            f"An Excel workbook can have at most {most:,} rows; this one has more. "
            "Save the sheet as CSV UTF-8 and upload that file."
        )
    return UnreadableFile(code if code == "empty" else f"workbook_{code}", sentence)
