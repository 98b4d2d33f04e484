"""Public interface of bulk enrollment: start a job, and read the progress of jobs.

Planning, running, control and sweeping are for the room's own tasks and pages.
"""

from app.bulk_enrollment.application.jobs.start import JobRequest, start_job
from app.bulk_enrollment.application.report.job_states import JobState, job_states

__all__ = ["JobRequest", "JobState", "job_states", "start_job"]
