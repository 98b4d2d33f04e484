"""Pages and tasks of messages."""

from flask import Flask

from app.messaging import application as messaging
from app.messaging.presentation import tasks, unsubscribe_pages

__all__ = ["init", "tasks"]


def init(app: Flask) -> None:
    unsubscribe_pages.init(app)
    messaging.register_removal()
