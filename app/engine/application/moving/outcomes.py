"""What an effect is given, and what it answers: what becomes of the enrollments at its step."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from app.engine.domain import EndReason, EnrollmentStatus, WaitsFor
from app.engine.infrastructure.positions import Claimed
from app.workflows.domain.definition.parts import Path


@dataclass(frozen=True)
class Setting:
    """Where and when a walk takes place: `time_zone` is the account's, `name` and `public_id` are the
    workflow's, `messages` are the ids of its steps that send one. `may_repeat`: people have been moved to
    other versions, so a step may be reached again that they have passed."""

    account_id: int
    workflow_id: int
    version_id: int
    public_id: str
    name: str
    time_zone: str
    at: datetime
    messages: tuple[str, ...] = ()
    may_repeat: bool = False


People: TypeAlias = Mapping[int, Claimed]
"""{contact id: its enrollment}, by contact id"""


@dataclass(frozen=True)
class Outcome:
    """What becomes of some contacts at a step.

    By default they pass it: into `path` if there is one, with `result` recorded. With `waits_for`, they stay,
    at most until `due_at`; with `end`, their enrollments end.
    """

    contact_ids: Collection[int]
    result: str = ""
    path: Path | None = None
    waits_for: WaitsFor | None = None
    due_at: datetime | None = None
    end: EnrollmentStatus | None = None
    reason: EndReason | None = None
