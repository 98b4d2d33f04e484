"""Pages and tasks of messages."""

from flask import Flask

from app.messaging import application as messaging
from app.messaging.presentation import tasks

__all__ = ["init", "tasks"]


def init(app: Flask) -> None:
    messaging.register_removal()
