"""Turns of tasks: one at a time does an account's work of some kind. A turn is a lease in a table with
`account_id`, `holder`, and `until`; without a holder, nobody has a turn until then."""

from collections.abc import Collection
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.platform.claims.leases import Interval, moment
from app.platform.database import is_sqlite, session
from app.platform.database.many_rows import constant, execute_built, id_param
from app.platform.database.short_reads import read_built
from app.platform.database.upserts import insert_into


class Turns:
    """The turns in a table, each of which lasts `interval`."""

    def __init__(self, table: Any, interval: Interval) -> None:
        self._table, self._interval = table, interval

    def take(self, account_id: int, holder: str) -> bool:
        """Take or keep the turn of an account; return False if somebody else has it."""
        values = {"of_account": account_id, "by_holder": holder}
        statement = _take(self._table, self._interval, is_sqlite())
        return bool(execute_built(statement, values, rowcount=True).rowcount)

    def give_back(self, account_id: int, holder: str) -> None:
        session().execute(self._of(account_id, holder).values(until=None))

    def rest(self, account_id: int, holder: str, seconds: float) -> None:
        """Give the turn back, but let nobody take it for a while."""
        session().execute(self._of(account_id, holder).values(holder="", until=moment(seconds)))

    def holders(self) -> set[str]:
        """Return who has a turn, in all accounts."""
        return {row[0] for row in read_built(_holders(self._table), {}, cross_account=True)}

    def free(self, holders: Collection[str]) -> None:
        """End the turns of these holders, which are gone."""
        session().execute(
            sa.update(self._table).where(self._table.c.holder.in_(holders)).values(until=None),
            execution_options={"cross_account": True},
        )

    def _of(self, account_id: int, holder: str) -> sa.Update:
        one = self._table.c
        return sa.update(self._table).where(one.account_id == account_id, one.holder == holder)


@lru_cache
def _holders(table: Any) -> sa.Select[Any]:
    one = table.c
    return sa.select(one.holder).where(one.until.is_not(None), one.holder != constant(""))


@lru_cache
def _take(table: Any, interval: Interval, on_sqlite: bool) -> Any:
    one = table.c
    holder = sa.bindparam("by_holder", type_=one.holder.type)
    insert = insert_into(table, on_sqlite)
    values = {"account_id": id_param("of_account"), "holder": holder, "until": interval.end}
    return insert.values(**values).on_conflict_do_update(
        index_elements=["account_id"],
        set_={"holder": holder, "until": interval.end},
        where=sa.or_(one.holder == holder, interval.is_over(one.until)),
    )
