"""Reads and writes of an account's rules for sending."""

from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.messaging.domain.pace.brakes import BrakeLimits
from app.messaging.domain.pace.frequency import Beyond, FrequencyCap
from app.messaging.infrastructure.pace.tables import SendingRules
from app.platform.database import session
from app.platform.database.many_rows import execute_built, id_param

_rules = SendingRules.__table__


def cap_of(account_id: int) -> FrequencyCap | None:
    """Return an account's frequency cap; None without one."""
    return _read(execute_built(_cap(), {"of_account": account_id}).one_or_none())


def hold_cap(account_id: int) -> FrequencyCap | None:
    """Return an account's frequency cap, and let nobody else take messages to sending until the transaction
    ends; None without one, and then nobody has to wait."""
    return _read(execute_built(_held_cap(), {"of_account": account_id}).one_or_none())


def is_paused(account_id: int) -> bool:
    """Return whether somebody has paused all sending."""
    return bool(execute_built(_paused(), {"of_account": account_id}).scalar())


def limits_of(account_id: int) -> BrakeLimits:
    """Return when workflows of an account stop."""
    row = execute_built(_limits(), {"of_account": account_id}).one_or_none()
    return BrakeLimits(*row) if row else BrakeLimits()


def save(account_id: int, values: dict[str, Any], user_id: int | None) -> None:
    """Change an account's rules."""
    known = session().scalar(
        sa.select(SendingRules).where(SendingRules.account_id == account_id),
        execution_options={"populate_existing": True},
    )
    if known is None:
        known = SendingRules(account_id=account_id, created_by=user_id)
        session().add(known)
        session().flush()  # a new row has defaults, also where the values are None
    for name, value in values.items():
        setattr(known, name, value)
    session().flush()


def _read(row: Any) -> FrequencyCap | None:
    if row is None or row.cap_messages is None:
        return None
    return FrequencyCap(row.cap_messages, row.cap_days, Beyond.SKIP if row.cap_skips else Beyond.WAIT)


@lru_cache
def _paused() -> sa.Select[Any]:
    return sa.select(_rules.c.sending_paused).where(_of_account())


@lru_cache
def _limits() -> sa.Select[Any]:
    one = _rules.c
    return sa.select(one.brake_bounces, one.brake_complaints, one.brake_growth).where(_of_account())


@lru_cache
def _cap() -> sa.Select[Any]:
    one = _rules.c
    return sa.select(one.cap_messages, one.cap_days, one.cap_skips).where(_of_account())


@lru_cache
def _held_cap() -> sa.Select[Any]:
    return _cap().where(_rules.c.cap_messages.is_not(None)).with_for_update()


def _of_account() -> sa.ColumnElement[bool]:
    is_own: sa.ColumnElement[bool] = _rules.c.account_id == id_param("of_account")
    return is_own
