"""Pages of the contacts room."""

from flask import Flask

from app.contacts.application import answer_files, count_contacts_of_day
from app.contacts.application.selecting import register_storage
from app.contacts.domain import may_be_contacted
from app.contacts.domain.names import title_of
from app.contacts.presentation import audit_words, field_pages, finding, pages, topic_pages
from app.contacts.presentation import tasks as _tasks  # noqa: F401
from app.contacts.presentation.lists import (
    action_pages,
    filter_page,
    list_page,  # noqa: F401
    segment_pages,
    selection_pages,
)
from app.platform.clock import every
from app.platform.text.formats import short_date

every(3600)(count_contacts_of_day)


def init(app: Flask) -> None:
    app.add_template_filter(title_of, "contact_title")
    app.add_template_filter(short_date, "short_date")
    app.add_template_filter(may_be_contacted, "may_be_contacted")
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(field_pages.blueprint)
    app.register_blueprint(topic_pages.blueprint)
    app.register_blueprint(filter_page.blueprint)
    app.register_blueprint(segment_pages.blueprint)
    app.register_blueprint(selection_pages.blueprint)
    app.register_blueprint(action_pages.blueprint)
    audit_words.register()
    finding.register_provider()
    segment_pages.register()
    action_pages.register()
    answer_files()
    register_storage()
