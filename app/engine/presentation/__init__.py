"""Pages and panels about enrollments."""

from flask import Flask

from app.contacts import application as contacts
from app.engine import application as engine
from app.engine.application.moving import overdue
from app.engine.domain import REMOVED, TRIGGERED
from app.engine.presentation import audit_words, commands, notices, pages, panels, trial_pages, version_pages
from app.engine.presentation import tasks as _tasks  # noqa: F401
from app.engine.presentation.analytics import pages as analytics
from app.tasks import application as tasks
from app.workflows import application as workflows


def init(app: Flask) -> None:
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(version_pages.blueprint)
    app.register_blueprint(trial_pages.blueprint)
    app.register_blueprint(analytics.blueprint)
    commands.register(app)
    audit_words.register()
    overdue.register_check()
    notices.register()
    workflows.register_people_count(engine.people_under_way)
    workflows.register_people_left(engine.people_left)
    workflows.register_step_notes(engine.step_notes)
    workflows.register_panel("brake", panels.brake, place="top")
    workflows.register_panel("versions", panels.versions, place="top")
    workflows.register_panel("people", panels.figures, place="top")
    tasks.register_workflow_names(panels.workflow_links)
    contacts.register_panel("enrollments", panels.enrollments)
    contacts.register_events([engine.LEFT, engine.CAME_BACK], panels.describe_leaving)
    contacts.register_events([REMOVED], panels.removals)
    contacts.register_events([TRIGGERED], panels.entries)
    ending = contacts.Consequence(engine.withdraw_deleted, engine.foresee_withdrawal)
    contacts.register_deletion("enrollments", ending)
    engine.register_terms()
    engine.register_reactions()
    engine.register_eraser()
    engine.register_listener()
    engine.register_triggers()
    engine.register_receiver()
    engine.register_source()
    engine.register_delivery_source()
    engine.register_leaving()
    engine.register_archival()
    engine.register_brakes()
