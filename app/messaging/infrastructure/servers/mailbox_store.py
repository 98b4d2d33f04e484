"""Reads and writes of accounts' mailboxes, and of whose turn it is to read one."""

from typing import Any

import sqlalchemy as sa

from app.messaging.infrastructure.servers.tables import Mailbox
from app.platform.claims.leases import Interval, moment
from app.platform.clock import now
from app.platform.database import session
from app.platform.database.account_rows import delete_row, row_of, save_row

TURN = Interval(300.0)  # longer than a turn may take
LONGEST_WAIT = Interval(6 * 3600.0)
_PLAIN = {"synchronize_session": False}


def mailbox_of(account_id: int) -> Mailbox | None:
    return row_of(Mailbox, account_id)


def save(account_id: int, values: dict[str, Any], user_id: int | None) -> None:
    """Create the account's mailbox, or change it. Whoever reads it meanwhile writes nothing anymore."""
    known = mailbox_of(account_id)
    ended: dict[str, Any] = (
        {"turn": known.turn + 1, "next_at": None, "failure": "", "failures": 0} if known else {}
    )
    save_row(Mailbox, account_id, values | ended, user_id)


def start_anew(account_id: int) -> None:
    """Forget what was read, because the emails of another mailbox have other numbers."""
    _change(Mailbox.account_id == account_id, uid_validity=None, last_uid=0)


def delete(account_id: int) -> None:
    delete_row(Mailbox, account_id)


def accounts_due(most: int) -> list[int]:
    """Return accounts whose mailbox is to be read, those first that have waited longest."""
    query = sa.select(Mailbox.account_id).where(LONGEST_WAIT.is_over(Mailbox.next_at))
    query = query.order_by(Mailbox.read_at.asc().nulls_first()).limit(most)
    return list(session().scalars(query, execution_options={"cross_account": True}))


def take_turn(account_id: int) -> Mailbox | None:
    """Return the mailbox for whoever may read it now; None if somebody does, or it is not time yet."""
    due = (Mailbox.account_id == account_id, LONGEST_WAIT.is_over(Mailbox.next_at))
    changed = _change(*due, turn=Mailbox.turn + 1, next_at=TURN.end)
    return mailbox_of(account_id) if changed else None


def keep_place(account_id: int, turn: int, validity: int, last_uid: int) -> bool:
    """Keep up to where a mailbox was read; return False if the turn is over."""
    return _change(*_turn(account_id, turn), uid_validity=validity, last_uid=last_uid, next_at=TURN.end)


def end_turn(account_id: int, turn: int, wait: float, failure: str = "") -> None:
    """Let nobody read for `wait` seconds. Keep why it failed, if it did."""
    failures = Mailbox.failures + 1 if failure else 0
    values: dict[str, Any] = {"next_at": moment(wait), "failure": failure, "failures": failures}
    if not failure:
        values["read_at"] = now()
    _change(*_turn(account_id, turn), **values)


def _turn(account_id: int, turn: int) -> tuple[sa.ColumnElement[bool], ...]:
    return Mailbox.account_id == account_id, Mailbox.turn == turn


def _change(*where: sa.ColumnElement[bool], **values: Any) -> bool:
    statement = sa.update(Mailbox).where(*where).values(**values)
    done: Any = session().execute(statement, execution_options=_PLAIN)
    return bool(done.rowcount)
