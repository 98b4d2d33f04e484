"""Pages and tasks of messages, and Settings > Email."""

from flask import Flask

from app.contacts import application as contacts
from app.messaging import application as messaging
from app.messaging.application import doctor
from app.messaging.application.mailbox.settings import CHECKS, MOST_CHECKS
from app.messaging.application.sending_domains import checks as domain_checks
from app.messaging.application.servers import connected
from app.messaging.application.servers.server_tests import MOST_TESTS, SECONDS, TESTS
from app.messaging.application.sms import settings as sms_settings
from app.messaging.application.time_line import WORDS, describe_events
from app.messaging.presentation import (
    audit_words,
    domain_pages,
    mail_pages,
    mailbox_pages,
    outbox_pages,
    tasks,
    tracking_pages,
    unsubscribe_pages,
)
from app.messaging.presentation.providers import hooks as mail_hooks
from app.messaging.presentation.providers import pages as provider_pages
from app.messaging.presentation.sms import hooks as sms_hooks
from app.messaging.presentation.sms import pages as sms_pages
from app.platform.attempts import AttemptLimiter

__all__ = ["init", "tasks"]


def init(app: Flask) -> None:
    AttemptLimiter(app, TESTS, MOST_TESTS, SECONDS)
    AttemptLimiter(app, CHECKS, MOST_CHECKS, SECONDS)
    AttemptLimiter(app, domain_checks.CHECKS, domain_checks.MOST_CHECKS, domain_checks.SECONDS)
    AttemptLimiter(app, sms_settings.TESTS, MOST_TESTS, SECONDS)
    app.register_blueprint(mail_hooks.blueprint)
    app.register_blueprint(mail_pages.blueprint)
    app.register_blueprint(domain_pages.blueprint)
    app.register_blueprint(mailbox_pages.blueprint)
    app.register_blueprint(outbox_pages.blueprint)
    app.register_blueprint(provider_pages.blueprint)
    app.register_blueprint(sms_pages.blueprint)
    app.register_blueprint(sms_hooks.blueprint)
    app.register_blueprint(tracking_pages.blueprint)
    audit_words.register()
    connected.register()
    doctor.register()
    unsubscribe_pages.init(app)
    messaging.register_removal()
    contacts.register_events(WORDS, describe_events)
