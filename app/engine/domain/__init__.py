"""Statuses and sources of enrollments."""

from enum import StrEnum


class EnrollmentStatus(StrEnum):
    HELD = "held"
    ACTIVE = "active"
    COMPLETED = "completed"
    GOAL_REACHED = "goal_reached"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


UNDER_WAY = (EnrollmentStatus.HELD, EnrollmentStatus.ACTIVE)

SOURCES = {"bulk_enrollment": "Bulk enrollment"}
