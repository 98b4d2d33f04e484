"""Growth of an account's contacts and of the consent to contact them, day by day."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.contacts.infrastructure.counts import growth as store
from app.platform.clock import now
from app.platform.database import transaction

DAYS = 90
COUNTED = 10_000
"""So many contacts are counted at once; the numbers of larger accounts are those of the last hour."""


@dataclass(frozen=True)
class DayCounts:
    """Numbers of contacts, and of those who may be contacted, at the end of a day (UTC)."""

    day: date
    contacts: int
    reachable: int


class Counted(StrEnum):
    """When contacts were counted; AT_LEAST: there are more, and nobody has counted them yet."""

    NOW = "now"
    HOURLY = "hourly"
    AT_LEAST = "at least"


@dataclass(frozen=True)
class ContactTotals:
    """Numbers of contacts, and of those who may be contacted."""

    contacts: int
    reachable: int
    counted: Counted = Counted.NOW


def count_contacts_of_day() -> None:
    """Record the counts of all accounts for today, and those of earlier days at the first time."""
    today = now().date()
    for account_id in store.account_ids():
        is_new = store.latest_day(account_id) is None
        counts = store.counts_before(account_id, today) if is_new else []
        counts.append((today, *store.count_now(account_id)))
        with transaction():
            store.save(account_id, counts)


def totals_of(actor: Actor) -> ContactTotals:
    """Return how many contacts the account has, which takes no longer for more of them. Raises NotAllowed."""
    require(actor, Permission.REPORTS)
    contacts, reachable = store.count_few(actor.account_id, COUNTED + 1)
    if contacts <= COUNTED:
        return ContactTotals(contacts, reachable)
    latest = store.latest_counts(actor.account_id)
    if latest is None or latest[0] <= COUNTED:
        return ContactTotals(COUNTED, 0, Counted.AT_LEAST)
    return ContactTotals(*latest, Counted.HOURLY)


def growth_of(actor: Actor) -> list[DayCounts]:
    """Return the counts of the last DAYS days on which they changed, and of today; empty before the first
    count. Raises NotAllowed."""
    require(actor, Permission.REPORTS)
    since = now().date() - timedelta(days=DAYS)
    found = [
        DayCounts(max(day, since), *counts) for day, *counts in store.counts_since(actor.account_id, since)
    ]
    return found
