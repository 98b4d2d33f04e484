"""Text messages wait while their contacts have quiet hours."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from app.accounts import application as accounts
from app.contacts import application as contacts
from app.messaging.application.time_line import note_held
from app.messaging.domain.reasons import Delay
from app.messaging.domain.sms.quiet_hours import QuietHours, QuietNow
from app.messaging.infrastructure import store
from app.messaging.infrastructure.pace import holding
from app.messaging.infrastructure.sms import quiet
from app.platform.database import transaction

AT_ONCE: Final = 500
"""How many messages are looked at together once one has to wait: those of the same workflow often do, too."""


def quiet_now(account_id: int, hours: QuietHours | None, at: datetime) -> QuietNow | None:
    """Return the quiet hours of an account at a moment; None without any."""
    return QuietNow(hours, accounts.worker_actor(account_id).time_zone, at) if hours else None


def hold_quiet(account_id: int, workflow_id: int, ids: Sequence[int], now: QuietNow | None) -> None:
    """Let the due text messages of a workflow wait whose contacts have quiet hours, if one of the messages
    `ids` is among them. Each contact’s timeline says so once, however often the message is looked at
    again."""
    if now is None:
        return
    with transaction():
        if not any(now.until(zone) for zone in quiet.zones_of(account_id, ids)):
            return
        due = quiet.due_texts(account_id, workflow_id, now.at, AT_ONCE)
        ends = {one.id: until for one in due if (until := now.until(one.time_zone))}
        if not ends:
            return
        contacts.hold_many(account_id, store.contacts_of(account_id, sorted(ends)))
        held = holding.delay(account_id, ends, Delay.QUIET_HOURS, now.at)
        waited = {one.id for one in due if one.has_waited}
        note_held(account_id, "quiet", sorted(held - waited), now.at)
