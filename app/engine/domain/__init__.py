"""Enrollments: statuses, sources, what they wait for, and why they ended."""

from collections.abc import Mapping
from enum import StrEnum


class EnrollmentStatus(StrEnum):
    HELD = "held"
    ACTIVE = "active"
    COMPLETED = "completed"
    GOAL_REACHED = "goal_reached"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class WaitsFor(StrEnum):
    """What an active enrollment waits for at its step. Without it, the step has not begun.

    HAPPENED is what it gets when the event happens that it has waited for. ANSWER is that of other software.
    """

    TIME = "time"
    EVENT = "event"
    HAPPENED = "happened"
    MESSAGE = "message"
    ANSWER = "answer"


class EndReason(StrEnum):
    """Why an enrollment ended before the last step."""

    STOPPED = "stopped"
    GOAL = "goal"
    UNDONE = "undone"
    DELETED = "deleted"
    ERASED = "erased"
    OPTED_OUT = "opted_out"
    LEFT = "left"
    TAKEN_OUT = "taken_out"
    OTHER_WORKFLOW = "other_workflow"
    ARCHIVED = "archived"
    DATE_PASSED = "date_passed"
    CRITERIA = "criteria"
    MESSAGE = "message"
    REQUEST = "request"
    STEP_REMOVED = "step_removed"


END_WORDS: Mapping[str, str] = {
    EndReason.STOPPED: "stop step reached",
    EndReason.UNDONE: "enrollment undone",
    EndReason.DELETED: "contact deleted",
    EndReason.ERASED: "contact erased",
    EndReason.OPTED_OUT: "no longer accepts messages",
    EndReason.LEFT: "unsubscribed from it",
    EndReason.TAKEN_OUT: "removed by hand",
    EndReason.OTHER_WORKFLOW: "removed by a workflow",
    EndReason.ARCHIVED: "workflow archived",
    EndReason.DATE_PASSED: "date already passed",
    EndReason.CRITERIA: "conditions can’t be evaluated",
    EndReason.MESSAGE: "message couldn’t be sent",
    EndReason.REQUEST: "webhook request failed",
    EndReason.STEP_REMOVED: "step removed from the workflow",
}
"""Reasons as they are shown beside the status, which says the others."""

REMOVED = "removed_from_workflow"
"""The kind of events in timelines that say that the contact was removed; their text is the reason."""

TRIGGERED = "triggered"
"""The kind of events in timelines that say that a trigger enrolled the contact."""

SKIPPED, TIMEOUT = "skipped", "timeout"
"""Results of passing a step: it did nothing, or what it waited for did not happen. The result of a fork is
the id of the path."""

UNDER_WAY = (EnrollmentStatus.HELD, EnrollmentStatus.ACTIVE)

BY_WORKFLOW, BY_TRIGGER = "workflow", "trigger"
"""Sources of enrollments besides jobs."""

SOURCES = {"bulk_enrollment": "Bulk enrollment", BY_WORKFLOW: "Another workflow", BY_TRIGGER: "Trigger"}
