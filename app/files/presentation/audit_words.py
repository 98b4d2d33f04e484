"""Audit log sentences of the files room."""

from typing import Final

from app.activity import application as activity
from app.activity.application import AuditWords, Facts, Kind, Subject
from app.platform.text.words import counted, joined


def _rows(facts: Facts) -> str:
    return f"with {counted(facts['rows'], 'row')}" if isinstance(facts.get("rows"), int) else ""


def _fixed(facts: Facts) -> str:
    return f"({counted(facts['rows'], 'row')})"


def _reread(facts: Facts) -> str:
    """Say what was changed, and how many rows the file has now."""
    changed = [_READING[name] for name in facts["changed"] if name in _READING]
    rows = f"now {counted(facts['rows'], 'row')}"
    return f"({joined(changed)}; {rows})" if changed else f"({rows})"


_READING: Final = {
    "encoding": "encoding",
    "delimiter": "delimiter",
    "header_line": "header row",
    "sheet": "sheet",
    "mends": "repaired characters",
}
_AUDIT_SENTENCES: Final = {
    "file_uploaded": "uploaded {it}",
    "file_reread": "changed how {it} is read",
    "addresses_fixed": "fixed email addresses in {it}",
    "address_fixes_undone": "undid the fixes of email addresses in {it}",
    "file_deleted": "deleted {it}",
}


def register() -> None:
    words = AuditWords(
        _AUDIT_SENTENCES,
        subjects={"upload": Subject("the file ", "a file", "enrollments")},
        details={"file_uploaded": _rows, "file_reread": _reread, "addresses_fixed": _fixed},
        kinds={"enrollments": Kind("Enrollments and imports", "All enrollment and import activity")},
    )
    activity.register_words("files", words)
