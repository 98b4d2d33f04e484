"""Queries and writes of two-factor authentication."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from app.accounts.infrastructure.tables import RecoveryCode, TwoFactor
from app.platform.database import session

_PLAIN = {"synchronize_session": False}


def of_user(user_id: int) -> TwoFactor | None:
    query = sa.select(TwoFactor).where(TwoFactor.user_id == user_id)
    return session().scalar(query, execution_options={"populate_existing": True})


def is_on(user_id: int) -> bool:
    """Flushes nothing: at sign-in, a renewed password hash waits to be written."""
    query = sa.select(TwoFactor.user_id).where(TwoFactor.user_id == user_id)
    return session().scalar(query, execution_options={"autoflush": False}) is not None


def count_recovery_codes(user_id: int) -> int:
    query = sa.select(sa.func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user_id)
    return session().scalars(query).one()


def add(user_id: int, secret: str, last_counter: int, at: datetime) -> None:
    session().add(TwoFactor(user_id=user_id, secret=secret, last_counter=last_counter, turned_on_at=at))
    session().flush()


def use_counter(user_id: int, counter: int, turned_on_at: datetime) -> bool:
    """Note the period of a code; return False if it, or a newer one, has been used meanwhile, or the secret
    was replaced."""
    changed = session().execute(
        sa.update(TwoFactor)
        .where(
            TwoFactor.user_id == user_id,
            TwoFactor.last_counter < counter,
            TwoFactor.turned_on_at == turned_on_at,
        )
        .values(last_counter=counter)
        .returning(TwoFactor.user_id),
        execution_options=_PLAIN,
    )
    return changed.first() is not None


def use_recovery_code(user_id: int, code_hash: str) -> bool:
    """Delete a recovery code; return whether there was one."""
    used = session().execute(
        sa.delete(RecoveryCode)
        .where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == code_hash)
        .returning(RecoveryCode.id),
        execution_options=_PLAIN,
    )
    return used.first() is not None


def replace_recovery_codes(user_id: int, hashes: Sequence[str]) -> None:
    _delete_recovery_codes(user_id)
    session().add_all(RecoveryCode(user_id=user_id, code_hash=one) for one in hashes)
    session().flush()


def remove(user_id: int) -> bool:
    """Delete the secret and the recovery codes; return whether there was a secret."""
    _delete_recovery_codes(user_id)
    removed = session().execute(
        sa.delete(TwoFactor).where(TwoFactor.user_id == user_id).returning(TwoFactor.user_id),
        execution_options=_PLAIN,
    )
    return removed.first() is not None


def _delete_recovery_codes(user_id: int) -> None:
    session().execute(
        sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id), execution_options=_PLAIN
    )
