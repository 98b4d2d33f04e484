"""Topics of marketing emails: created and renamed by users, stopped by contacts."""

from app.contacts.application.topics.settings import (
    ShownTopic,
    archive_topic,
    create_topic,
    find_topic,
    list_topics,
    rename_topic,
    restore_topic,
    topic_names,
)
from app.contacts.application.topics.stops import (
    StoppedTopic,
    open_topics,
    resume_topic,
    stop_topics,
    stopped_topics,
    take_back_stops,
)

__all__ = [
    "ShownTopic",
    "StoppedTopic",
    "archive_topic",
    "create_topic",
    "find_topic",
    "list_topics",
    "open_topics",
    "rename_topic",
    "restore_topic",
    "resume_topic",
    "stop_topics",
    "stopped_topics",
    "take_back_stops",
    "topic_names",
]
