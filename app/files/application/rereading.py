"""Reading an upload another way: a different encoding, delimiter, header row, or worksheet, or other repairs.

Row numbers depend on how a file is read. An upload that is in use therefore stays as it is, and the other
reading becomes a new upload of the same bytes.
"""

from dataclasses import fields, replace
from typing import Any

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.files.application.discarding import is_in_use
from app.files.application.keeping import read_into, refused
from app.files.application.reading import kept, layout_of, sheets_of
from app.files.application.room import refuse_without_room
from app.files.domain import UnreadableFile
from app.files.domain.consent.remarks import names_refusers
from app.files.domain.reading.layout import KnownLayout
from app.files.domain.text.delimiters import DELIMITERS
from app.files.domain.text.encodings import ENCODINGS, UNDECIDED
from app.files.domain.text.garbled import REPAIRS
from app.files.infrastructure import storage, store
from app.files.infrastructure.tables import Upload
from app.platform.database import transaction
from app.platform.errors import Conflict, Invalid, NotFound
from app.platform.ids import new_public_id

_READ = ("rows", "header_fingerprint", "layout", "noticed", "profile", "evidence", "checkup")


class ReadAnotherWay(Conflict):
    """The choices for the columns were made for another reading of the file."""

    def __init__(self) -> None:
        super().__init__(
            "CONFLICT",
            "This file was changed to be read another way after you opened this page. "
            "Check how its columns are matched, then continue.",
        )


def known_layout(upload: Upload) -> KnownLayout:
    """Return how the upload is currently read."""
    layout = layout_of(upload)
    return KnownLayout(
        encoding=None if layout.is_sheet else layout.encoding,
        delimiter=None if layout.is_sheet else layout.delimiter,
        header_line=layout.header_line or 0,
        sheet=layout.sheet,
        mends=layout.mends,
    )


def refusing_sheets(upload: Upload) -> list[str]:
    """Return the names of other worksheets whose names say that their people must not be contacted."""
    chosen = known_layout(upload).sheet
    names = [str(one["name"]) for one in sheets_of(upload)]
    return [name for name in names if name != chosen and names_refusers(name, is_file=True)]


def read_again(actor: Actor, public_id: str, known: KnownLayout) -> Upload:
    """Read the file as `known`; return the same upload, or a new one if the upload is in use.

    Raises NotAllowed, NotFound, Invalid if the file cannot be read this way, TooMuch for too many rows, and
    LimitReached or NoSpace if there is no room for another extracted text.
    """
    accounts.require(actor, Permission.CONTACTS)
    upload = kept(actor.account_id, public_id)
    if upload is None:
        raise NotFound("NOT_FOUND", "This upload is no longer available. Choose the file again.")
    before = known_layout(upload)
    if known == before:
        return upload
    _check(known, before)
    refuse_without_room(actor.account_id, 0)
    other = _copy(actor, upload)
    storage.link(upload.account_id, upload.public_id, other.public_id)
    try:
        read_into(actor, other, known)
        return _settle(actor, upload, other, _changed(before, known_layout(other)))
    except BaseException as failure:
        storage.remove(other.account_id, other.public_id)
        if isinstance(failure, UnreadableFile):
            raise refused(failure) from failure
        raise


def with_repairs(upload: Upload, *mends: str) -> KnownLayout:
    """Return how the upload is read with only these repairs."""
    return replace(known_layout(upload), mends=tuple(name for name in REPAIRS if name in mends))


def _copy(actor: Actor, upload: Upload) -> Upload:
    return Upload(
        account_id=upload.account_id,
        created_by=actor.user_id,
        public_id=new_public_id(),
        file_name=upload.file_name,
        size=upload.size,
        sha256=upload.sha256,
        mends={},
        choices={},
    )


def _changed(before: KnownLayout, after: KnownLayout) -> list[str]:
    """Return the names of what is read in another way."""
    names = [field.name for field in fields(KnownLayout)]
    return [name for name in names if getattr(before, name) != getattr(after, name)]


def _settle(actor: Actor, upload: Upload, other: Upload, changed: list[str]) -> Upload:
    """Store the new reading: in place unless the upload is in use."""
    with transaction():
        accounts.lock(actor.account_id)
        in_use = is_in_use(upload)
        read_anew = other if in_use else upload
        activity.record(
            actor,
            "file_reread",
            "upload",
            read_anew.public_id,
            name=upload.file_name,
            changed=changed,
            rows=other.rows,
        )
        if in_use:
            return store.add(other)
        values: dict[str, Any] = {name: getattr(other, name) for name in _READ}
        same = other.layout["columns"] == upload.layout["columns"]
        store.change(upload, **values, mends=upload.mends if same else {})
    storage.take_sheet(upload.account_id, other.public_id, upload.public_id)
    storage.remove(other.account_id, other.public_id)
    return upload


def _check(known: KnownLayout, before: KnownLayout) -> None:
    wrong = None
    if (known.sheet is None) != (before.sheet is None):
        wrong = "This file has no worksheets."
    elif known.encoding not in (None, UNDECIDED, *ENCODINGS):
        wrong = "Choose one of the encodings in the list."
    elif known.delimiter not in (None, before.delimiter, *DELIMITERS):
        wrong = "Choose one of the delimiters in the list."
    if wrong:
        raise Invalid("VALIDATION_ERROR", wrong)
