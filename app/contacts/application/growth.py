"""Growth of an account's contacts and of the consent to contact them, day by day."""

from dataclasses import dataclass
from datetime import date, timedelta

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.contacts.infrastructure.counts import growth as store
from app.platform.clock import now
from app.platform.database import transaction

DAYS = 90


@dataclass(frozen=True)
class DayCounts:
    """Numbers of contacts, and of those who may be contacted, at the end of a day (UTC)."""

    day: date
    contacts: int
    reachable: int


def count_contacts_of_day() -> None:
    """Record the counts of all accounts for today, and those of earlier days at the first time."""
    today = now().date()
    for account_id in store.account_ids():
        is_new = store.latest_day(account_id) is None
        counts = store.counts_before(account_id, today) if is_new else []
        counts.append((today, *store.count_now(account_id)))
        with transaction():
            store.save(account_id, counts)


def growth_of(actor: Actor) -> list[DayCounts]:
    """Return the counts of the last DAYS days on which they changed, and of today; empty before the first
    count. Raises NotAllowed."""
    require(actor, Permission.REPORTS)
    since = now().date() - timedelta(days=DAYS)
    found = [
        DayCounts(max(day, since), *counts) for day, *counts in store.counts_since(actor.account_id, since)
    ]
    return found
