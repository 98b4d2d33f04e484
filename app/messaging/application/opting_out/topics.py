"""Emails about topics that their contacts have stopped: they are skipped, and the contacts go on."""

from collections.abc import Sequence
from datetime import datetime

from app.contacts import application as contacts
from app.contacts.application import topics as own_topics
from app.messaging.application.sources import Settled, source
from app.messaging.application.time_line import note_held
from app.messaging.domain.states import State
from app.messaging.infrastructure import message_counts, store, topics
from app.messaging.infrastructure.pace import holding
from app.platform.database import transaction


def why_skipped(topic: str) -> str:
    """Return why an email about a topic with this name is skipped."""
    return f"Skipped because the contact opted out of emails about “{topic}”."


def skip_stopped(account_id: int, ids: Sequence[int], at: datetime) -> None:
    """Skip those of these planned messages whose topics were stopped."""
    with transaction():
        found = topics.stopped_among(account_id, ids)
        if not found:
            return
        contacts.hold_many(account_id, store.contacts_of(account_id, [one.id for one in found]))
        names = own_topics.topic_names(account_id)
        skipped: set[int] = set()
        for key in sorted({one.topic for one in found}):
            about_it = [one.id for one in found if one.topic == key]
            skipped |= holding.skip(account_id, about_it, why_skipped(names.get(key, key)), at)
        message_counts.count_new(account_id, sorted(skipped))
        note_held(account_id, "unwanted", sorted(skipped), at)
        settled = [
            Settled(one.enrollment_id, one.step_id, one.visit, State.SKIPPED)
            for one in found
            if one.id in skipped
        ]
        if settled:
            source().settled(account_id, settled, at)
