"""Activity page."""

from flask import Flask, url_for

from app.activity import application as activity
from app.activity.application import AuditWords, Subject
from app.activity.presentation import pages


def init(app: Flask) -> None:
    app.register_blueprint(pages.blueprint)
    log = Subject("", "the activity log", "account", lambda _id: url_for("activity.index"))
    words = AuditWords({"activity_exported": "exported {it}"}, subjects={"activity_log": log})
    activity.register_words("activity", words)
