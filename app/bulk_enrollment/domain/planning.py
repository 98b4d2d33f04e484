"""Which jobs are planned, and when. What planning may do next depends on the state of the plan
(`infrastructure.conditions.plan_states`)."""

from app.bulk_enrollment.domain.job import JobStatus

SMALL_JOB = 1_000  # rows; planned in less than a second, so it need not wait for another job of its account

PLANNABLE = frozenset({JobStatus.DRAFT, JobStatus.PENDING, JobStatus.VALIDATING})
