"""Public interface of the activity room.

`record` writes the audit log; `record_contact`, `record_own_wish`, `record_many`, `record_each`, and
`record_texts` write contact timelines; `read_log` returns a page of the log, `export_log` a file, and
`first_entry_since` who changed something. Rooms register the words of their entries with `register_words`,
and the names of their subjects with `register_names`.
"""

from app.activity.application.exporting import Export, Exporter, export_log
from app.activity.application.reading import (
    LogFilter,
    LogPage,
    actions_in_log,
    count_entries,
    first_entry_since,
    people_in_log,
    read_log,
    register_names,
)
from app.activity.application.recording import (
    ActorLike,
    forget_contact,
    forget_contacts,
    record,
    record_contact,
    record_each,
    record_many,
    record_own_wish,
    record_texts,
    redact_texts,
)
from app.activity.application.words import (
    filter_actions,
    filter_kinds,
    register_words,
    registered_words,
    sentence_of,
)
from app.activity.domain.sentences import AuditWords, Facts, Kind, Sentence, Subject, counted_in

__all__ = [
    "ActorLike",
    "AuditWords",
    "Export",
    "Exporter",
    "Facts",
    "Kind",
    "LogFilter",
    "LogPage",
    "Sentence",
    "Subject",
    "actions_in_log",
    "count_entries",
    "counted_in",
    "export_log",
    "filter_actions",
    "filter_kinds",
    "first_entry_since",
    "forget_contact",
    "forget_contacts",
    "people_in_log",
    "read_log",
    "record",
    "record_contact",
    "record_each",
    "record_many",
    "record_own_wish",
    "record_texts",
    "redact_texts",
    "register_names",
    "register_words",
    "registered_words",
    "sentence_of",
]
