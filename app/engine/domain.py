"""The states of an enrollment: a contact being in a workflow."""

from enum import StrEnum


class EnrollmentStatus(StrEnum):
    HELD = "held"
    ACTIVE = "active"
    COMPLETED = "completed"
    GOAL_REACHED = "goal_reached"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


UNDER_WAY = (EnrollmentStatus.HELD, EnrollmentStatus.ACTIVE)

LABELS = {
    EnrollmentStatus.HELD: "Waiting to begin",
    EnrollmentStatus.ACTIVE: "Under way",
    EnrollmentStatus.COMPLETED: "Finished",
    EnrollmentStatus.GOAL_REACHED: "Goal reached",
    EnrollmentStatus.FAILED: "Stopped by an error",
    EnrollmentStatus.WITHDRAWN: "Taken out",
}

SOURCES = {"bulk_enrollment": "Bulk enrollment"}
