"""Text messages that are due while their contacts have quiet hours."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.contacts.infrastructure.tables import Contact
from app.messaging.domain.reasons import Delay
from app.messaging.infrastructure.due import is_planned
from app.messaging.infrastructure.tables import Message
from app.platform.database import is_sqlite
from app.platform.database.many_rows import execute_built, id_param, moment_param, off_index
from app.platform.database.short_reads import in_ids

_messages, _contacts = Message.__table__, Contact.__table__
_THEIRS = sa.and_(_contacts.c.account_id == _messages.c.account_id, _contacts.c.id == _messages.c.contact_id)


class DueText(NamedTuple):
    """A text message that is due, the time zone of its contact, and whether it has waited before."""

    id: int
    time_zone: str | None
    has_waited: bool


def zones_of(account_id: int, ids: Sequence[int]) -> list[str | None]:
    """Return the time zones that the contacts of these messages have, each once."""
    given = {"of_account": account_id, "ids": ids}
    return list(execute_built(_zones(is_sqlite()), given).scalars())


def due_texts(account_id: int, workflow_id: int, at: datetime, limit: int) -> list[DueText]:
    """Return the text messages of a workflow that are due, those first that have been for longest."""
    given = {"of_account": account_id, "of_workflow": workflow_id, "at": at, "most": limit}
    return [
        DueText(row.id, row.time_zone, row.answer == Delay.QUIET_HOURS)
        for row in execute_built(_due(), given)
    ]


@lru_cache
def _zones(on_sqlite: bool) -> sa.Select[Any]:
    one = _messages.c
    mine = (off_index(one.account_id, on_sqlite) == id_param("of_account"), in_ids(one.id, "ids", on_sqlite))
    return (
        sa.select(_contacts.c.time_zone)
        .join_from(_messages, _contacts, _THEIRS)
        .where(*mine, _contacts.c.account_id == id_param("of_account"))
        .distinct()
    )


@lru_cache
def _due() -> sa.Select[Any]:
    one = _messages.c
    return (
        sa.select(one.id, _contacts.c.time_zone, one.answer)
        .join_from(_messages, _contacts, _THEIRS)
        .where(
            one.account_id == id_param("of_account"),
            _contacts.c.account_id == id_param("of_account"),
            one.workflow_id == id_param("of_workflow"),
            is_planned("sms"),
            one.due_at <= moment_param("at"),
        )
        .order_by(one.due_at)
        .limit(sa.bindparam("most", type_=sa.Integer))
    )
