"""What programs send and receive about notes and tasks."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, model_validator

from app.accounts.domain import Role
from app.platform.api.moments import EXAMPLE_MOMENT, Moment
from app.platform.api.schemas import UNCHANGED, Body, Changes, PageQuery, Schema, described
from app.platform.ids import HIGHEST_ID
from app.tasks.application import VIEWS, Assignee
from app.tasks.domain import MAX_NOTE, MAX_TASK_NOTES, MAX_TITLE

RoleName = Literal[tuple(role.value for role in Role)]
ViewName = Literal[VIEWS]
_CREATED: Final = "2026-02-26T09:00:00Z"

Text = Annotated[str, described("The note.", "Asked for a quote.", min_length=1, max_length=MAX_NOTE)]
Title = Annotated[
    str, described("What there is to do.", "Call about the quote", min_length=1, max_length=MAX_TITLE)
]
Details = Annotated[
    str, described("Details of the task.", "Ask about the budget.", max_length=MAX_TASK_NOTES)
]
DueAt = Annotated[Moment, Field(description="When it is due.")]
ForRole = Annotated[RoleName | None, described("Who it is for: everyone with this role.", "marketer")]
ForUser = Annotated[int | None, described("ID of the team member whom it is for.", 1, ge=1, le=HIGHEST_ID)]


class Note(Schema):
    """A note about a contact."""

    id: int = described("ID of the note.", 7)
    contact_id: int = described("ID of the contact.", 42)
    text: str = described("The note.", "Asked for a quote.")
    created_at: datetime = described("When it was written.", _CREATED)
    updated_at: datetime = described("When it last changed.", _CREATED)
    created_by: int | None = described("ID of its author; null if a workflow wrote it.", 1)


class NewNote(Body):
    """A note to write."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "Asked for a quote."}]})

    text: Text


class Task(Schema):
    """A task about a contact. Without a `role` and a `user_id`, it is for anyone."""

    id: int = described("ID of the task.", 9)
    contact_id: int = described("ID of the contact.", 42)
    title: str = described("What there is to do.", "Call about the quote")
    notes: str = described("Details of the task.", "Ask about the budget.")
    due_at: datetime = described("When it is due.", EXAMPLE_MOMENT)
    role: RoleName | None = described("Who it is for: everyone with this role.", "marketer")
    user_id: int | None = described("ID of the team member whom it is for.", None)
    done: bool = described("Whether it is done.", False)
    done_at: datetime | None = described("When it was done.", None)
    done_by: int | None = described("ID of the team member who did it.", None)
    created_at: datetime = described("When it was created.", _CREATED)
    updated_at: datetime = described("When it last changed.", _CREATED)
    created_by: int | None = described("ID of who created it; null if a workflow did.", 1)


class TaskListQuery(PageQuery):
    """Which tasks to list."""

    view: Annotated[
        ViewName,
        described("`open` or `done` ones; open ones that are `overdue`, due `today`, or `later`.", "today"),
    ] = "open"
    mine: Annotated[bool, described("Only those for the token’s user or for anyone.", True)] = False


class _ForOne(Body):
    """Fields that say who a task is for, of which one may be sent."""

    role: ForRole = None
    user_id: ForUser = None

    @model_validator(mode="after")
    def _is_for_one(self) -> "_ForOne":
        if self.role is not None and self.user_id is not None:
            raise ValueError("Send a role or a user_id, not both.")
        return self

    @property
    def assignee(self) -> Assignee:
        return Assignee(Role(self.role) if self.role else None, self.user_id)


class NewTask(_ForOne):
    """A task to create. Without a `role` and a `user_id`, it is for anyone."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"title": "Call about the quote", "due_at": EXAMPLE_MOMENT, "role": "marketer"}]
        }
    )

    title: Title
    due_at: DueAt
    notes: Details = ""


class TaskChanges(Changes):
    """Changes of a task. Fields that are not sent stay as they are."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"done": True}]})

    title: Title = UNCHANGED
    notes: Details = UNCHANGED
    due_at: DueAt = UNCHANGED
    done: Annotated[bool, described("Whether it is done.", True)] = UNCHANGED


def note_of(row: Any) -> Note:
    """Return a note in the terms of the API."""
    return Note(
        id=row.id,
        contact_id=row.contact_id,
        text=row.text,
        created_at=row.created_at,
        updated_at=row.updated_at,
        created_by=row.created_by,
    )


def task_of(row: Any) -> Task:
    """Return a task in the terms of the API."""
    return Task(
        id=row.id,
        contact_id=row.contact_id,
        title=row.title,
        notes=row.notes,
        due_at=row.due_at,
        role=row.for_role,
        user_id=row.for_user_id,
        done=row.done_at is not None,
        done_at=row.done_at,
        done_by=row.done_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
        created_by=row.created_by,
    )
