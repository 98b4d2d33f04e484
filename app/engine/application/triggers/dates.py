"""Dates of contacts start active workflows (E-20): birthdays, anniversaries, and dates in custom fields, each
at a time of day in the contact's time zone.

The clock sends a task every minute, which looks at what has become due since the last time. After up to a day
without the clock, what was due meanwhile is made up for; what is older is noted as missed. An enrollment
remembers its occasion, so that a repeated task enrolls nobody twice.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from app.accounts.domain.regions import is_zone
from app.contacts import application as contacts
from app.engine.application.triggers.entering import criteria_of, enter
from app.engine.domain.due import YEARLY
from app.engine.domain.occasions import Occasion, anniversary_spans, birthdays, occasions
from app.engine.infrastructure import dates
from app.platform import queue
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.database.many_rows import id_list
from app.platform.errors import Invalid
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from app.workflows.application import Triggered

DATE_TASK: Final = "engine.enroll_on_dates"
CATCH_UP: Final = timedelta(hours=24)
MARGIN: Final = timedelta(minutes=2)  # an occasion between the activation and the first look is not lost
MOST_MISSED, AT_ONCE, FIRST_YEAR = 60, 5_000, 2000
BIRTHDAY: Final = "contact.birthday"


def wake_dates() -> None:
    """Send a task for each account with active workflows that dates start. What happens while a workflow is
    not active is not made up for."""
    for account_id, workflow_id in dates.idle_watches():
        with acting_for(account_id), transaction():
            dates.stop_watching(account_id, workflow_id)
    queue.send_all(DATE_TASK, [(account_id,) for account_id in workflows.accounts_with_dates()])


def enroll_on_dates(account_id: int, at: datetime | None = None) -> None:
    """Enroll the contacts whose date has come since the last look, in all workflows of the account. If it has
    to stop, the next look begins where this one did."""
    at = at or now()
    for one in workflows.triggered(account_id):
        if queue.should_stop():
            return
        kind = one.trigger.kind
        if kind and (field := kind.starts_on(one.trigger.config)):
            _look(account_id, one, field, at)


def _look(account_id: int, one: Triggered, field: str, at: datetime) -> None:
    with transaction():
        since = dates.watch(account_id, one.target.workflow_id, at - MARGIN)
    own = contacts.zone_of(account_id).key
    others = [zone for zone in dates.zones(account_id) if zone != own and is_zone(zone)]
    missed: set[str] = set()
    for zone in (None, *others):
        for occasion in occasions(one.trigger.config, zone or own, since, at):
            if occasion.moment < at - CATCH_UP:
                missed.add(occasion.day.isoformat())
                continue
            found = _whose(account_id, one, field, occasion, zone or own, at)
            if not _enroll(account_id, one, occasion, _in_zone(found, zone, others), at):
                return
    with transaction():
        known = dates.missed_days(account_id, one.target.workflow_id) if missed else []
        days = sorted({*known, *missed})[-MOST_MISSED:] if missed else None
        dates.advance(account_id, one.target.workflow_id, since, at, days)


def _whose(account_id: int, one: Triggered, field: str, occasion: Occasion, zone: str, at: datetime) -> Any:
    """Select the contacts who pass the filters and whose date falls on the day of the occasion; None if that
    cannot be answered, such as for a custom field that has been deleted."""
    criteria = criteria_of(one.trigger)
    rules = [criteria] if criteria else []
    if field not in YEARLY:
        rules.append({"field": field, "op": "equals", "value": occasion.day.isoformat()})
    try:
        found = contacts.resolve_filter(account_id, {"all": rules}, at) if rules else None
    except Invalid:
        return None
    people = dates.everybody(account_id) if found is None else found
    if field == BIRTHDAY:
        return people.where(dates.born_on(birthdays(occasion.day)))
    if field in YEARLY:
        return people.where(dates.added_in(anniversary_spans(occasion.day, zone, FIRST_YEAR)))
    return people


def _in_zone(people: Any, zone: str | None, others: Collection[str]) -> Sequence[int]:
    return [] if people is None else dates.ids_of(people, dates.in_zone(zone, others))


def _enroll(account_id: int, one: Triggered, occasion: Occasion, ids: Sequence[int], at: datetime) -> bool:
    """Enroll contacts, in pieces; return False if the task has to stop before all are."""
    for first in range(0, len(ids), AT_ONCE):
        if queue.should_stop():
            return False
        piece = ids[first : first + AT_ONCE]
        with transaction():
            if not workflows.active_among(account_id, [one.target.workflow_id]):
                return True
            contacts.hold_many(account_id, id_list(piece), to_change=True)
            enter(account_id, one.target, piece, at, occasion=occasion.day)
    return True
