"""Brakes (E-25): the switch for all sending, and what stops a workflow until a person lets it go on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.messaging.application.sources import source
from app.messaging.domain.pace.brakes import (
    DAYS_LOOKED_AT,
    USUAL_DAYS,
    Brake,
    BrakeLimits,
    Reason,
    brake_for,
    most_on_a_day,
    read_limits,
)
from app.messaging.infrastructure.pace import brakes, rules
from app.platform.database import transaction
from app.platform.errors import Invalid


@dataclass(frozen=True)
class Stopped:
    """A workflow that has stopped by itself."""

    workflow_id: int
    brake: Brake
    at: datetime


def brake_limits(actor: Actor) -> BrakeLimits:
    """Return when workflows of the account stop."""
    accounts.require(actor, Permission.REPORTS)
    return rules.limits_of(actor.account_id)


def change_brakes(actor: Actor, typed: Mapping[str, str]) -> None:
    """Set when workflows stop: bounces and complaints in percent, and growth; empty ones are no limit. Raises
    Invalid with `fields`."""
    accounts.require(actor, Permission.ACCOUNT)
    wanted = read_limits(typed)
    if isinstance(wanted, dict):
        raise Invalid.in_fields(wanted)
    with transaction():
        accounts.lock(actor.account_id)
        if rules.limits_of(actor.account_id) != wanted:
            values = {f"brake_{name}": value for name, value in asdict(wanted).items()}
            rules.save(actor.account_id, values, actor.user_id)
            activity.record(actor, "brakes_changed", "sending", actor.account_id, **asdict(wanted))


def stopped_workflows(actor: Actor) -> list[Stopped]:
    """Return the workflows that have stopped by themselves, the latest first."""
    accounts.require(actor, Permission.REPORTS)
    found = [(row, brakes.brake_in(row)) for row in brakes.stopped(actor.account_id)]
    return [
        Stopped(row.workflow_id, brake, row.stopped_at) for row, brake in found if brake and row.stopped_at
    ]


def brake_of(actor: Actor, workflow_id: int) -> Brake | None:
    """Return why a workflow has stopped; None if it has not."""
    accounts.require(actor, Permission.REPORTS)
    row = brakes.row_of(actor.account_id, workflow_id)
    return brakes.brake_in(row) if row else None


def is_paused(account_id: int) -> bool:
    """Return whether somebody has paused all sending of an account."""
    return rules.is_paused(account_id)


def count_sent(account_id: int, workflow_id: int, messages: int, at: datetime) -> None:
    """Count messages that a workflow has sent, in the caller's transaction."""
    if messages:
        brakes.count_sent(account_id, workflow_id, at.date(), messages)


def most_now(account_id: int, workflow_id: int, at: datetime) -> int | None:
    """Return how many messages a workflow may send today; None for any number. If there are none left, it
    stops until a person says that more is right."""
    limits, today = rules.limits_of(account_id), at.date()
    if limits.growth is None:
        return None
    sent, largest = brakes.sent_on(account_id, workflow_id, today, today - timedelta(days=USUAL_DAYS))
    most = most_on_a_day(largest, limits)
    if most is None:
        return None
    row = brakes.row_of(account_id, workflow_id) if sent >= most else None
    if row is not None and row.allowed_on == today:
        return None
    if sent >= most:
        _stop(account_id, workflow_id, Brake(Reason.SURGE, {"messages": sent, "largest": largest}), at)
        return 0
    return most - sent


def look(account_id: int, workflow_id: int, at: datetime) -> None:
    """Stop a workflow if too many of its latest messages were returned or marked as spam. What happened
    before a person let it go on does not count."""
    row = brakes.row_of(account_id, workflow_id)
    since = at - timedelta(days=DAYS_LOOKED_AT)
    if row is not None and row.counts_from is not None:
        since = max(since, row.counts_from)
    results = brakes.results_of(account_id, workflow_id, since)
    brake = brake_for(results, rules.limits_of(account_id))
    if brake is not None:
        _stop(account_id, workflow_id, brake, at)


def release(account_id: int, workflow_id: int, at: datetime) -> None:
    """A person has activated a workflow: it goes on, and sends any number today if that was the reason."""
    row = brakes.row_of(account_id, workflow_id)
    if row is None or row.reason is None:
        return
    allowed_on = at.date() if row.reason == Reason.SURGE else row.allowed_on
    brakes.save(account_id, workflow_id, reason=None, facts=None, counts_from=at, allowed_on=allowed_on)


def _stop(account_id: int, workflow_id: int, brake: Brake, at: datetime) -> None:
    with transaction():
        if source().stop(account_id, workflow_id, brake.sentence):
            values = {"reason": brake.reason.value, "facts": dict(brake.facts), "stopped_at": at}
            brakes.save(account_id, workflow_id, **values)
