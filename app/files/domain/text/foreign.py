"""Recognition of files that are not tables, by their first bytes and regardless of their names."""

from __future__ import annotations

import re

from app.files.domain.text.unreadable import UnreadableFile

_SAVE_AS_CSV = "Open it in the program that created it, save it as CSV, and upload that file."

_KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG\r\n", "image", "This is an image"),
    (b"\xff\xd8\xff", "image", "This is an image"),
    (b"GIF87a", "image", "This is an image"),
    (b"GIF89a", "image", "This is an image"),
    (b"II*\0", "image", "This is an image"),
    (b"MM\0*", "image", "This is an image"),
    (b"8BPS", "image", "This is an image"),
    (b"%PDF", "pdf", "This is a PDF"),
    (b"{\\rtf", "document", "This is a text document"),
    (b"\x1f\x8b", "archive", "This is a compressed file"),
    (b"BZh", "archive", "This is a compressed file"),
    (b"7z\xbc\xaf\x27\x1c", "archive", "This is a compressed file"),
    (b"Rar!\x1a\x07", "archive", "This is a compressed file"),
    (b"\xfd7zXZ\0", "archive", "This is a compressed file"),
    (b"\x28\xb5\x2f\xfd", "archive", "This is a compressed file"),
    (b"SQLite format 3\0", "database", "This is a database"),
)
_LOOK_FOR_THE_LIST = "Look for the list itself, and save it as CSV."
_UNPACK = "Unzip it and upload the CSV file inside."
_HOW = {"archive": _UNPACK, "image": _LOOK_FOR_THE_LIST, "pdf": _LOOK_FOR_THE_LIST}
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_EXCEL = (b"[Content_Types].xml", b"xl/", b"_rels/")
_OTHER_SHEETS = (b"opendocument.spreadsheet", b"Index/Document.iwa", b"Index.zip", b"xl/workbook.bin")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MARKUP = re.compile(
    rb"<(?:!doctype|!--|html|head|body|table|script|meta|\?xml|svg|div|p)[\s>/-]", re.IGNORECASE
)


def refuse_foreign(head: bytes) -> None:
    """Raise UnreadableFile if the first bytes belong to something other than a table."""
    for signature, code, what in _KINDS:
        if head.startswith(signature):
            raise UnreadableFile(code, f"{what}, not a contact file. {_HOW.get(code, _SAVE_AS_CSV)}")
    is_webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    if is_webp or head[4:12] in (b"ftypheic", b"ftypavif", b"ftypmif1"):
        raise UnreadableFile("image", f"This is an image, not a contact file. {_LOOK_FOR_THE_LIST}")
    if head.startswith(_ZIP):
        _refuse_zip(head)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        _refuse_old_office(head)
    _refuse_other_text(head)


def is_workbook(head: bytes) -> bool:
    """Return whether the file, if not refused, is an archive that may contain worksheets."""
    return head.startswith(_ZIP)


def _refuse_zip(head: bytes) -> None:
    if any(name in head for name in _OTHER_SHEETS):
        raise UnreadableFile(
            "workbook",
            "This is a spreadsheet from another program. Save it as an Excel workbook (.xlsx) or as CSV "
            "UTF-8 and upload that file.",
        )
    if not any(name in head for name in _EXCEL):
        raise UnreadableFile("archive", f"This is a zip archive, not a contact file. {_UNPACK}")


def _refuse_old_office(head: bytes) -> None:
    if _ENCRYPTED in head:
        raise UnreadableFile(
            "encrypted_workbook",
            "This workbook is protected with a password. Remove the password, or save it as CSV UTF-8, "
            "and upload that file.",
        )
    raise UnreadableFile(
        "workbook",
        "This is an older Office file (.xls or .doc). Save it as an Excel workbook (.xlsx) or as CSV UTF-8 "
        "and upload that file.",
    )


def _refuse_other_text(head: bytes) -> None:
    start = head[:4096].replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe \t\r\n")
    if _MARKUP.match(start):
        raise UnreadableFile(
            "html",
            "This is a web page, not a contact file. The download may have required a sign-in. "
            "Download the export again and check that it opens as a table.",
        )
    if start[:15].upper().startswith(b"BEGIN:VCARD"):
        raise UnreadableFile(
            "vcard", "These are vCards. Export the contacts as CSV instead, and upload that file."
        )
    if re.match(rb"[\[{]\s*(?:[\[{]\s*)?\"", start):
        raise UnreadableFile(
            "json", "This is a JSON file. Export the contacts as CSV instead, and upload that file."
        )
