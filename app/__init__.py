"""Muster: workflow templates and bulk enrollment for marketers.

`create_app` is the only place that knows every room.
"""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.platform.database.connections import Process
    from app.platform.settings import Settings


OBJECTS_BEFORE_COLLECTION = 10_000
"""A request or a batch makes thousands of objects, hardly any of them in cycles. Looking for those as often
as Python does by default, after 700 objects, takes a sixth of all time."""


@contextmanager
def _rare_garbage_collection() -> Iterator[None]:
    """Load without looking for garbage, which takes a third of the time. Loaded objects live as long as the
    process, so later collections, which are rare, pass over them, too."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(OBJECTS_BEFORE_COLLECTION)
        if was_enabled:
            gc.enable()


@_rare_garbage_collection()
def create_app(settings: "Settings | None" = None, process: "Process" = "command") -> "Flask":
    """Create the Flask app with `settings`, or with those of the environment. `process` is what it runs in.

    Rooms are imported inside this function, so that importing a part of `app`, such as its settings, stays
    fast. Raises SystemExit if a setting is invalid.
    """
    from app.accounts import presentation as accounts
    from app.activity import presentation as activity
    from app.bulk_enrollment import presentation as bulk_enrollment
    from app.contacts import presentation as contacts
    from app.deliveries import presentation as deliveries
    from app.engine import presentation as engine
    from app.files import presentation as files
    from app.forms import presentation as forms
    from app.gallery import presentation as gallery
    from app.home import presentation as home
    from app.integrations import presentation as integrations
    from app.messaging import presentation as messaging
    from app.notifications import presentation as notifications
    from app.platform import database, logs, metrics, queue, tracing, web
    from app.platform.web.every_request import SynchronousFlask
    from app.sample_data import presentation as sample_data
    from app.tasks import presentation as tasks
    from app.workflows import presentation as workflows

    logs.configure()
    settings = settings or _settings_of_environment()
    app = SynchronousFlask(__name__)
    app.extensions["settings"] = settings
    web.init(app, settings, accounts.guard)
    database.init(app, settings, process)
    queue.init(app, settings.queue_url)
    metrics.init(app, process)
    tracing.init(app, settings, process)
    accounts.init(app, settings)
    activity.init(app)
    integrations.init(app)
    notifications.init(app)
    contacts.init(app)
    tasks.init(app)
    messaging.init(app)
    forms.init(app)
    workflows.init(app)
    deliveries.init(app)
    engine.init(app)
    gallery.init(app)
    bulk_enrollment.init(app)
    sample_data.init(app)
    home.init(app)
    files.init(app)  # after the rooms that offer destinations for files
    if process in ("web", "command"):
        _add_api(app)
    return app


def _add_api(app: "Flask") -> None:
    """Register the operations of the JSON API. Others do without it, and without importing Pydantic."""
    from app.accounts.presentation import api as accounts
    from app.accounts.presentation import api_reference
    from app.bulk_enrollment.presentation import api as bulk_enrollment
    from app.bulk_enrollment.presentation.report import event_stream_api as job_events
    from app.contacts.presentation import api as contacts
    from app.engine.presentation import api as engine
    from app.engine.presentation import events_api as events
    from app.engine.presentation.analytics import api as analytics
    from app.files.presentation import api as files
    from app.forms.presentation import api as forms
    from app.gallery.presentation import api as gallery
    from app.gallery.presentation import results_api as template_results
    from app.gallery.presentation.library import api as template_library
    from app.gallery.presentation.readiness import api as template_readiness
    from app.gallery.presentation.saving import api as template_saving
    from app.gallery.presentation.trying import api as template_trials
    from app.messaging.presentation import api as messaging
    from app.platform.api import document
    from app.tasks.presentation import api as tasks
    from app.workflows.presentation import api as workflows

    rooms = accounts, workflows, engine, events, gallery, files, contacts, messaging, forms, tasks
    templates = template_library, template_readiness, template_saving, template_trials, template_results
    for room in (*rooms, *templates, bulk_enrollment, job_events, analytics):
        app.register_blueprint(room.blueprint)
    app.register_blueprint(document.blueprint)
    app.register_blueprint(api_reference.blueprint)


def _settings_of_environment() -> "Settings":
    from app.platform.settings import SettingError, Settings

    try:
        return Settings.from_environment(os.environ)
    except SettingError as wrong:
        raise SystemExit(f"Muster cannot start: {wrong}") from None
