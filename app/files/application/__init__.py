"""The doors of the room: keep a file, read it again, know its columns, check it up, forget it."""

from app.files.application.checkups import checkup_for, identifier_of, mend_addresses, undo_mends
from app.files.application.choices import choices_of, reading_mark, save_choices, take_choices
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
from app.files.application.consent import questions_of
from app.files.application.discarding import discard_unused, register_use
from app.files.application.keeping import keep, too_large
from app.files.application.reading import (
    FileGone,
    check_is_there,
    first_lines,
    first_rows,
    kept,
    layout_of,
    notices_of,
    profile_of,
    rows,
    same_file_before,
    sheets_of,
    untouched_rows,
    upload_by_id,
)
from app.files.application.rereading import read_again, told_of, with_mends
from app.files.application.room import kept_bytes, refuse_without_room, register_kept, storage_limit
from app.files.application.styles import ColumnStyles, styles_of, tags_in
from app.files.infrastructure.tables import Upload

__all__ = [
    "MAPPABLE",
    "ColumnStyles",
    "FileGone",
    "Upload",
    "added_columns",
    "carried_answers",
    "carried_over",
    "check_is_there",
    "checkup_for",
    "choices_of",
    "discard_unused",
    "first_lines",
    "first_rows",
    "has_columns_of",
    "identifier_of",
    "keep",
    "kept",
    "kept_bytes",
    "layout_of",
    "may_be_mapped_to",
    "mend_addresses",
    "notices_of",
    "profile_of",
    "questions_of",
    "read_again",
    "reading_mark",
    "refuse_without_room",
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
    "take_choices",
    "told_of",
    "too_large",
    "undo_mends",
    "untouched_rows",
    "upload_by_id",
    "with_mends",
]
