"""Wording of the audit entries of sample data, which has no pages."""

from flask import Flask

from app.activity import application as activity
from app.activity.application import AuditWords


def init(_app: Flask) -> None:
    words = AuditWords({"sample_data_added": "added sample data to {it}"})
    activity.register_words("sample_data", words)
