"""Whose turn it is to send an account's messages."""

from collections.abc import Collection
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.messaging.infrastructure.tables import SendingTurn
from app.platform.database import BigInt, is_sqlite, session
from app.platform.database.many_rows import execute_built
from app.platform.leases import Interval, moment

_turns = SendingTurn.__table__
REST_SECONDS = 60.0
TURN = Interval(120.0)  # longer than a batch, with one message that takes as long as it may


def take(account_id: int, holder: str) -> bool:
    """Take or keep the turn to send an account's messages; return False if somebody else has it."""
    values = {"of_account": account_id, "by_holder": holder}
    return bool(execute_built(_take(is_sqlite()), values, rowcount=True).rowcount)


def give_back(account_id: int, holder: str) -> None:
    mine = (_turns.c.account_id == account_id, _turns.c.holder == holder)
    session().execute(sa.update(_turns).where(*mine).values(until=None))


def rest(account_id: int, holder: str) -> None:
    """Give the turn back, but let nobody take it for REST_SECONDS."""
    mine = (_turns.c.account_id == account_id, _turns.c.holder == holder)
    session().execute(sa.update(_turns).where(*mine).values(holder="", until=moment(REST_SECONDS)))


def holders() -> set[str]:
    """Return who has a turn, in all accounts."""
    query = sa.select(_turns.c.holder).where(_turns.c.until.is_not(None), _turns.c.holder != "")
    return set(session().scalars(query, execution_options={"cross_account": True}))


def free(holders: Collection[str]) -> None:
    """End the turns of these holders, which are gone."""
    session().execute(
        sa.update(_turns).where(_turns.c.holder.in_(holders)).values(until=None),
        execution_options={"cross_account": True},
    )


@lru_cache
def _take(on_sqlite: bool) -> Any:
    one = _turns.c
    holder = sa.bindparam("by_holder", type_=one.holder.type)
    insert = (sqlite if on_sqlite else postgresql).insert(_turns)
    taken = insert.values(account_id=sa.bindparam("of_account", type_=BigInt), holder=holder, until=TURN.end)
    return taken.on_conflict_do_update(
        index_elements=["account_id"],
        set_={"holder": holder, "until": TURN.end},
        where=sa.or_(one.holder == holder, TURN.is_over(one.until)),
    )
