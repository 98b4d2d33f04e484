"""Public interface of the activity room.

`record` writes the audit log, `record_contact` and `record_many` write contact timelines, `read_log` returns
a page of the log, and `register_names` lets other rooms resolve the names of subjects.
"""

from app.activity.application.reading import (
    LogFilter,
    LogPage,
    count_entries,
    people_in_log,
    read_log,
    register_names,
)
from app.activity.application.recording import ActorLike, record, record_contact, record_many

__all__ = [
    "ActorLike",
    "LogFilter",
    "LogPage",
    "count_entries",
    "people_in_log",
    "read_log",
    "record",
    "record_contact",
    "record_many",
    "register_names",
]
