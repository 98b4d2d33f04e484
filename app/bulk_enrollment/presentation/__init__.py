"""Pages, tasks, commands and file destinations of bulk enrollment."""

from flask import Flask

from app.bulk_enrollment.application import doctor
from app.bulk_enrollment.application.records import erasing
from app.bulk_enrollment.presentation.control import approvals, pace_changes, stopping, timing
from app.bulk_enrollment.presentation.fixing import pages as fixing
from app.bulk_enrollment.presentation.fixing import retries
from app.bulk_enrollment.presentation.jobs import check, commands, undo
from app.bulk_enrollment.presentation.jobs import tasks as _tasks  # noqa: F401
from app.bulk_enrollment.presentation.records import finding, notices, report_page, row_page
from app.bulk_enrollment.presentation.report import (
    audit_words,
    downloads,
    event_streams,
    job_pages,
    panels,
    running_jobs,
    to_dos,
    verification,
)
from app.bulk_enrollment.presentation.selection import choosing, destinations, selected_contacts


def init(app: Flask) -> None:
    app.register_blueprint(choosing.blueprint)
    app.register_blueprint(selected_contacts.blueprint)
    app.register_blueprint(job_pages.blueprint)
    app.register_blueprint(job_pages.imports)
    app.register_blueprint(stopping.blueprint)
    app.register_blueprint(event_streams.blueprint)
    app.register_blueprint(approvals.blueprint)
    app.register_blueprint(downloads.blueprint)
    app.register_blueprint(report_page.blueprint)
    app.register_blueprint(row_page.blueprint)
    app.register_blueprint(to_dos.blueprint)
    app.register_blueprint(running_jobs.blueprint)
    app.register_blueprint(check.blueprint)
    app.register_blueprint(fixing.blueprint)
    app.register_blueprint(retries.blueprint)
    app.register_blueprint(undo.blueprint)
    app.register_blueprint(verification.blueprint)
    app.register_blueprint(timing.blueprint)
    app.register_blueprint(pace_changes.blueprint)
    app.context_processor(running_jobs.on_every_page)
    audit_words.register()
    doctor.register()
    notices.register()
    panels.register()
    row_page.register()
    finding.register_provider()
    erasing.register()
    destinations.register()
    selected_contacts.register()
    commands.register(app)
