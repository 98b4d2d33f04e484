"""Enrollments: statuses, sources, what they wait for, and why they ended."""

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

    HAPPENED is what it gets when the event happens that it has waited for.
    """

    TIME = "time"
    EVENT = "event"
    HAPPENED = "happened"
    MESSAGE = "message"


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


SKIPPED, TIMEOUT = "skipped", "timeout"
"""Results of passing a step: it did nothing, or what it waited for did not happen. The result of a fork is
the id of the path."""

UNDER_WAY = (EnrollmentStatus.HELD, EnrollmentStatus.ACTIVE)

SOURCES = {"bulk_enrollment": "Bulk enrollment", "workflow": "Another workflow"}
