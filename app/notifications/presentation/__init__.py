"""The notifications page, the bell on every page, the webhook settings, and the tasks."""

from functools import partial

from flask import Flask

from app.accounts.application import system_emails
from app.notifications.application import email, register_system_email
from app.notifications.application.reading import states_of_emails
from app.notifications.application.telling import EMAILS, MOST_EMAILS, SECONDS
from app.notifications.application.webhook_secrets import register_secrets
from app.notifications.presentation import audit_words, bell, pages, webhook_pages
from app.notifications.presentation import tasks as _tasks  # noqa: F401
from app.platform.attempts import AttemptLimiter


def init(app: Flask) -> None:
    AttemptLimiter(app, EMAILS, MOST_EMAILS, SECONDS)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(webhook_pages.blueprint)
    app.context_processor(bell.on_every_page)
    audit_words.register()
    register_secrets()
    system_emails.register_mailer(partial(email, counts_apart=True), states_of_emails)
    for kind, write in system_emails.system_emails():
        register_system_email(kind, write)
