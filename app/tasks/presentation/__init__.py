"""Pages of notes and tasks, and their parts of a contact's page."""

from flask import Flask

from app.contacts import application as contacts
from app.tasks import application as tasks
from app.tasks.application.time_line import WORDS
from app.tasks.presentation import audit_words, note_pages, panels, task_pages
from app.tasks.presentation.due_words import due_words


def init(app: Flask) -> None:
    app.add_template_filter(due_words, "due_words")
    app.register_blueprint(task_pages.blueprint)
    app.register_blueprint(note_pages.blueprint)
    contacts.register_panel("notes", panels.notes)
    contacts.register_panel("tasks", panels.tasks_card)
    contacts.register_events(WORDS, tasks.describe_events)
    tasks.register_removal()
    audit_words.register()
