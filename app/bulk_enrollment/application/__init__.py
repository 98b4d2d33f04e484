"""The doors of the room: start a job, and see how far jobs are. Planning, running, control and sweeping are
for the room's own tasks and pages."""

from app.bulk_enrollment.application.report import JobState, job_states
from app.bulk_enrollment.application.start import JobRequest, start_job

__all__ = ["JobRequest", "JobState", "job_states", "start_job"]
