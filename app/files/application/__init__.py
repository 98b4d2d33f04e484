"""Public interface of the files room: storing and reading uploads, matching columns, check-ups, deletion, and
the destinations that other rooms register."""

from app.files.application.address_book import AddressBook, Known, address_book, register_address_book
from app.files.application.checkups import checkup_for, fix_addresses, identifier_of, undo_fixes
from app.files.application.choices import carry_choices_over, choices_of, reading_mark, save_choices
from app.files.application.columns import (
    MAPPABLE,
    added_columns,
    carried_answers,
    carried_over,
    has_columns_of,
    may_be_mapped_to,
    remember_mapping,
    remembered_answers,
    suggestion,
)
from app.files.application.consent import problems_of, questions_of
from app.files.application.destinations import (
    Destination,
    DestinationKind,
    FileCommand,
    Notices,
    Remembered,
    TerminalDestination,
    destination_kind,
    destination_kinds,
    file_commands,
    register_command,
    register_destination,
)
from app.files.application.discarding import discard_unused, register_use
from app.files.application.keeping import keep, too_large
from app.files.application.people_count import PeopleCount, new_to_account
from app.files.application.reading import (
    FileGone,
    check_is_there,
    first_lines,
    first_rows,
    kept,
    layout_of,
    newest_uploads,
    notices_of,
    profile_of,
    rows,
    same_file_before,
    sheets_of,
    untouched_rows,
    upload_by_id,
)
from app.files.application.rereading import (
    ReadAnotherWay,
    known_layout,
    read_again,
    refusing_sheets,
    with_repairs,
)
from app.files.application.room import kept_bytes, refuse_without_room, register_kept, storage_limit
from app.files.application.styles import ColumnStyles, styles_of, tags_in
from app.files.domain.columns.choices import FileChoices
from app.files.domain.columns.identify import Identifier
from app.files.infrastructure.tables import Upload

__all__ = [
    "MAPPABLE",
    "AddressBook",
    "ColumnStyles",
    "Destination",
    "DestinationKind",
    "FileChoices",
    "FileCommand",
    "FileGone",
    "Identifier",
    "Known",
    "Notices",
    "PeopleCount",
    "ReadAnotherWay",
    "Remembered",
    "TerminalDestination",
    "Upload",
    "added_columns",
    "address_book",
    "carried_answers",
    "carried_over",
    "carry_choices_over",
    "check_is_there",
    "checkup_for",
    "choices_of",
    "destination_kind",
    "destination_kinds",
    "discard_unused",
    "file_commands",
    "first_lines",
    "first_rows",
    "fix_addresses",
    "has_columns_of",
    "identifier_of",
    "keep",
    "kept",
    "kept_bytes",
    "known_layout",
    "layout_of",
    "may_be_mapped_to",
    "new_to_account",
    "newest_uploads",
    "notices_of",
    "problems_of",
    "profile_of",
    "questions_of",
    "read_again",
    "reading_mark",
    "refuse_without_room",
    "refusing_sheets",
    "register_address_book",
    "register_command",
    "register_destination",
    "register_kept",
    "register_use",
    "remember_mapping",
    "remembered_answers",
    "rows",
    "same_file_before",
    "save_choices",
    "sheets_of",
    "storage_limit",
    "styles_of",
    "suggestion",
    "tags_in",
    "too_large",
    "undo_fixes",
    "untouched_rows",
    "upload_by_id",
    "with_repairs",
]
