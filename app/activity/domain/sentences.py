"""Audit entries as sentences: “Alice activated the workflow Win-back”.

An entry has an `action`, a `subject`, and `facts`; `facts["name"]` is the subject's name at that time. An
action without a phrase below is shown with its identifier.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, Protocol

from app.platform.formats import number
from app.platform.words import counted

Facts = Mapping[str, Any]


class Entry(Protocol):
    """The attributes of an audit entry that a sentence uses."""

    action: str
    subject: str
    subject_id: str
    user_name: str
    facts: dict[str, Any]


class Kind(NamedTuple):
    """An option of the filter, covering one or more subjects."""

    label: str
    subjects: tuple[str, ...]


class Subject(NamedTuple):
    """Wording of a subject with and without a name, and the URL of its page ("" if it has none)."""

    named: str
    unnamed: str
    page: str = ""


class Sentence(NamedTuple):
    """A sentence in parts: `who`, `before`, `name` (linked to `url`, if any), `after`."""

    who: str
    before: str
    name: str
    url: str
    after: str

    @property
    def text(self) -> str:
        return f"{self.who} {self.before}{self.name}{self.after}"


KINDS: Final[dict[str, Kind]] = {
    "workflows": Kind("Workflows", ("workflow",)),
    "templates": Kind("Templates", ("template",)),
    "enrollments": Kind("Enrollments and imports", ("job", "upload")),
    "contacts": Kind("Contacts", ("contact",)),
    "account": Kind("Account and team", ("account", "user")),
}

SUBJECTS: Final[dict[str, Subject]] = {
    "workflow": Subject("the workflow ", "a workflow", "/workflows/{id}"),
    "template": Subject("the template ", "a template", "/templates/{id}"),
    "job": Subject("the enrollment in ", "an enrollment", "/enrollments/{id}"),
    "import": Subject("the import of ", "an import", "/enrollments/{id}"),
    "upload": Subject("the file ", "a file"),
    "contact": Subject("the contact ", "a contact", "/contacts/{id}"),
    "account": Subject("the account ", "the account"),
    "user": Subject("", "a person"),
}

# {it} is replaced with the subject.
ACTIONS: Final[dict[str, str]] = {
    "account_created": "set up {it}",
    "account_changed": "updated {it}",
    "sample_data_added": "added sample data to {it}",
    "limits_changed": "updated the limits of {it}",
    "sub_account_created": "created {it}",
    "business_details_changed": "updated the business details of {it}",
    "person_added": "added {it}",
    "profile_changed": "updated the profile of {it}",
    "contact_created": "added {it}",
    "contact_changed": "updated {it}",
    "contact_unsubscribed": "unsubscribed {it}",
    "contact_reactivated": "resubscribed {it}",
    "contact_tag_added": "tagged {it}",
    "contact_tag_removed": "removed a tag from {it}",
    "workflow_renamed": "renamed {it}",
    "workflow_edited": "edited a step in {it}",
    "workflow_activated": "activated {it}",
    "workflow_paused": "paused {it}",
    "workflow_archived": "archived {it}",
    "template_cloned": "created a workflow from {it}",
    "file_uploaded": "uploaded {it}",
    "job_started": "started {it}",
    "job_cancelled": "canceled {it}",
    "job_paused": "paused {it}",
    "job_resumed": "resumed {it}",
    "job_finished": "finished {it}",
    "to_do_dismissed": "dismissed the to-do of {it}",
    "to_do_restored": "restored the to-do of {it}",
    "job_downloaded": "downloaded rows from {it}",
}


def sentence_of(entry: Entry, name_today: str = "") -> Sentence:
    """Return the entry as a sentence. `name_today` is used if the entry does not hold the subject's name."""
    facts = entry.facts
    words = ACTIONS.get(entry.action) or entry.action.replace("_", " ") + " {it}"
    before, _, after = words.partition("{it}")
    subject = SUBJECTS.get("import" if _is_import(facts) else entry.subject)
    if subject is None:
        return Sentence(entry.user_name, before.rstrip(), "", "", "")
    name = str(facts.get("name") or name_today)
    url = subject.page.format(id=entry.subject_id) if subject.page else ""
    more = _DETAILS[entry.action](facts) if entry.action in _DETAILS else ""
    lead = subject.named if name else ""
    if lead and not url:
        name = f"“{name}”"  # not linked, so quote it
    return Sentence(
        entry.user_name, before + lead, name or subject.unnamed, url, after + (f" {more}" if more else "")
    )


def _is_import(facts: Facts) -> bool:
    outcomes = facts.get("outcomes")
    imported = isinstance(outcomes, Mapping) and not _IMPORTED.isdisjoint(outcomes)
    return facts.get("kind") == "import" or imported


_IMPORTED: Final = frozenset({"CREATED", "UPDATED", "UNCHANGED"})


def _rows(facts: Facts) -> str:
    return f"with {counted(facts['rows'], 'row')}" if isinstance(facts.get("rows"), int) else ""


def _end(facts: Facts) -> str:
    outcomes = facts.get("outcomes") or {}
    done = sum(outcomes.get(code, 0) for code in SUCCESSES)
    if facts.get("status") == "failed":
        return "(failed: the file couldn’t be read)"
    if facts.get("status") == "cancelled":
        return f"(canceled, {number(done)} succeeded)"
    failed = sum(outcomes.get(code, 0) for code in FAILURES)
    return f"({number(done)} succeeded, {number(failed)} failed)" if failed else f"({number(done)} succeeded)"


SUCCESSES: Final = ("ENROLLED", "CREATED", "UPDATED", "UNCHANGED")
FAILURES: Final = (
    "VALIDATION_ERROR",
    "WORKFLOW_INACTIVE",
    "WORKFLOW_NOT_FOUND",
    "ENROLLMENT_ERROR",
    "DATABASE_ERROR",
    "TIMEOUT_ERROR",
)


def _is_renamed(facts: Facts) -> bool:
    return bool(facts.get("workflow_name")) and facts["workflow_name"] != facts.get("name")


def _changed(facts: Facts) -> str:
    labels = {"booking_link": "booking page", "review_link": "review page"}
    changed = (labels.get(one, one.replace("_", " ")) for one in facts.get("changed", []))
    return ": " + ", ".join(changed)


def _limits(facts: Facts) -> str:
    """“(people per enrollment: 50,000; workflows: default)”."""
    limits = facts.get("limits")
    if not isinstance(limits, Mapping):
        return ""
    words = [
        f"{LIMITS.get(name, name)}: {number(value) if isinstance(value, int) else 'default'}"
        for name, value in limits.items()
    ]
    return f"({'; '.join(words)})"


LIMITS: Final = {
    "workflows": "workflows",
    "unfinished_jobs": "unfinished jobs",
    "contacts_per_job": "people per enrollment",
    "import_rows": "rows per import",
    "running_batches": "batches at a time",
}


_DETAILS: Final[dict[str, Callable[[Facts], str]]] = {
    "file_uploaded": _rows,
    "template_cloned": lambda facts: f"named “{facts['workflow_name']}”" if _is_renamed(facts) else "",
    "workflow_renamed": lambda facts: f"(formerly “{facts['before']}”)" if facts.get("before") else "",
    "job_started": _rows,
    "job_finished": _end,
    "profile_changed": lambda facts: f"({', '.join(facts.get('changed', []))})",
    "person_added": lambda facts: f"as {facts['role']}" if facts.get("role") else "",
    "contact_tag_added": lambda facts: f"with “{facts.get('tag', '')}”",
    "contact_tag_removed": lambda facts: f"(“{facts.get('tag', '')}”)",
    "contact_reactivated": lambda facts: f"(reason: {facts['reason']})" if facts.get("reason") else "",
    "limits_changed": lambda facts: _limits(facts),
    "business_details_changed": lambda facts: f"({_changed(facts)[2:]})" if facts.get("changed") else "",
    "account_changed": lambda facts: f"({_changed(facts)[2:]})" if facts.get("changed") else "",
}
