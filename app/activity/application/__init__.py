"""The doors of the room: `record` for what a person did, `record_contact` and `record_many` for what
happened to contacts, `read_log` for whoever wants to know, `register_names` for rooms that know better."""

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
