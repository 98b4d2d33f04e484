"""Audit log sentences of the files room."""

from typing import Final

from app.activity import application as activity
from app.activity.application import AuditWords, Facts, Subject
from app.platform.text.words import counted


def _rows(facts: Facts) -> str:
    return f"with {counted(facts['rows'], 'row')}" if isinstance(facts.get("rows"), int) else ""


_AUDIT_SENTENCES: Final = {"file_uploaded": "uploaded {it}", "file_deleted": "deleted {it}"}


def register() -> None:
    words = AuditWords(
        _AUDIT_SENTENCES,
        subjects={"upload": Subject("the file ", "a file", "enrollments")},
        details={"file_uploaded": _rows},
        kinds={"enrollments": "Enrollments and imports"},
    )
    activity.register_words("files", words)
