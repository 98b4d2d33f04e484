"""Signing secrets of accounts."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa

from app.deliveries.infrastructure.tables import SigningSecret
from app.platform.database import session
from app.platform.database.upserts import insert_into

_NO_PREVIOUS: Final = {"previous_salt": None, "previous_secret": "", "previous_until": None}


def secret_of(account_id: int) -> SigningSecret | None:
    query = sa.select(SigningSecret).where(SigningSecret.account_id == account_id)
    return session().scalar(query, execution_options={"populate_existing": True})


def create(account_id: int, salt: str, secret: str) -> None:
    """Create the account's secret, unless it has one."""
    insert = insert_into(SigningSecret.__table__).values(account_id=account_id, salt=salt, secret=secret)
    session().execute(insert.on_conflict_do_nothing())


def replace(account_id: int, salt: str, secret: str, previous_until: datetime, at: datetime) -> None:
    """Replace the secret; the one so far stays valid until then."""
    one = SigningSecret.__table__.c
    values = {
        "previous_salt": one.salt,
        "previous_secret": one.secret,
        "previous_until": previous_until,
        "salt": salt,
        "secret": secret,
        "shown_at": at,
    }
    session().execute(_change(account_id).values(**values))


def mark_shown(account_id: int, at: datetime) -> bool:
    """Mark the secret as shown; return False if it was already."""
    one = SigningSecret.__table__.c
    shown = _change(account_id).where(one.shown_at.is_(None)).values(shown_at=at).returning(one.account_id)
    return session().execute(shown).first() is not None


def end_previous(account_id: int) -> bool:
    """End the validity of the previous secret; return False if there was none."""
    one = SigningSecret.__table__.c
    ended = _change(account_id).where(one.previous_salt.is_not(None)).returning(one.account_id)
    return session().execute(ended.values(**_NO_PREVIOUS)).first() is not None


def discard_previous(at: datetime) -> None:
    """Delete the previous secrets of all accounts that aren't valid anymore at that moment."""
    table = SigningSecret.__table__
    past = sa.update(table).where(table.c.previous_until <= at).values(**_NO_PREVIOUS)
    session().execute(past, execution_options={"cross_account": True})


def _change(account_id: int) -> sa.Update:
    table = SigningSecret.__table__
    return sa.update(table).where(table.c.account_id == account_id)
