"""Files that are no table of text, whatever their name says: recognised by their first bytes."""

from __future__ import annotations

import re

from app.files.domain.unreadable import UnreadableFile

_SAVE_AS_CSV = "Open it in the program that made it and save it as CSV, then upload that file."

_KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG\r\n", "image", "This is a picture"),
    (b"\xff\xd8\xff", "image", "This is a picture"),
    (b"GIF87a", "image", "This is a picture"),
    (b"GIF89a", "image", "This is a picture"),
    (b"II*\0", "image", "This is a picture"),
    (b"MM\0*", "image", "This is a picture"),
    (b"8BPS", "image", "This is a picture"),
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
_UNPACK = "Unpack it and upload the CSV file that is in it."
_HOW = {"archive": _UNPACK, "image": _LOOK_FOR_THE_LIST, "pdf": _LOOK_FOR_THE_LIST}
_SHEETS = (b"[Content_Types].xml", b"xl/", b"opendocument.spreadsheet", b"Index/Document.iwa", b"Index.zip")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MARKUP = re.compile(
    rb"<(?:!doctype|!--|html|head|body|table|script|meta|\?xml|svg|div|p)[\s>/-]", re.IGNORECASE
)


def refuse_foreign(head: bytes) -> None:
    """Raises UnreadableFile when the first bytes are those of something that is no table of text."""
    for signature, code, what in _KINDS:
        if head.startswith(signature):
            raise UnreadableFile(code, f"{what}, not a contact file. {_HOW.get(code, _SAVE_AS_CSV)}")
    is_webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    if is_webp or head[4:12] in (b"ftypheic", b"ftypavif", b"ftypmif1"):
        raise UnreadableFile("image", f"This is a picture, not a contact file. {_LOOK_FOR_THE_LIST}")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        _refuse_zip(head)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        _refuse_old_office(head)
    _refuse_other_text(head)


def _refuse_zip(head: bytes) -> None:
    if any(name in head for name in _SHEETS):
        raise UnreadableFile(
            "workbook",
            "This is a spreadsheet workbook. Choose File, Save as, CSV UTF-8 in your spreadsheet program "
            "and upload the file that it writes.",
        )
    raise UnreadableFile("archive", f"This is a zip archive, not a contact file. {_UNPACK}")


def _refuse_old_office(head: bytes) -> None:
    if _ENCRYPTED in head:
        raise UnreadableFile(
            "encrypted_workbook",
            "This workbook is protected with a password. Open it, choose Save as, CSV UTF-8, "
            "and upload the file that it writes.",
        )
    raise UnreadableFile(
        "workbook",
        "This is an older or password-protected Office file. Open it, choose Save as, CSV UTF-8, "
        "and upload the file that it writes.",
    )


def _refuse_other_text(head: bytes) -> None:
    start = head[:4096].replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe \t\r\n")
    if _MARKUP.match(start):
        raise UnreadableFile(
            "html",
            "This is a web page, not a contact file: perhaps the download needed a sign-in. "
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
