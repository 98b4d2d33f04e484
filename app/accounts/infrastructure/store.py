"""Writes of users, accounts, memberships, sessions, and business details."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from app.accounts.infrastructure.tables import Account, Business, Membership, SignIn, User
from app.platform.database import is_sqlite, session

# Arbitrary key of the advisory lock; nothing else uses it.
FIRST_OWNER_LOCK = 7_301_442_118


def lock_first_owner() -> None:
    """Serialize the creation of the first owner until the transaction ends. SQLite has one writer anyway."""
    if not is_sqlite():
        session().execute(sa.select(sa.func.pg_advisory_xact_lock(FIRST_OWNER_LOCK)))


def lock_account(account_id: int) -> None:
    """Lock the account's row until the transaction ends, and read it anew: others may have changed it while
    the lock was waited for. SQLite ignores FOR UPDATE; it has one writer."""
    query = sa.select(Account).where(Account.id == account_id).with_for_update()
    session().scalar(query, execution_options={"populate_existing": True})


def add_account(name: str, kind: str, time_zone: str, country: str, parent_id: int | None = None) -> Account:
    account = Account(name=name, kind=kind, time_zone=time_zone, country=country, parent_id=parent_id)
    session().add(account)
    session().flush()
    return account


def change_account(account: Account, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(account, name, value)
    session().flush()


def add_user(email: str, name: str, password_hash: str) -> User:
    user = User(email=email, name=name, password=password_hash, fs_uniquifier=uuid4().hex)
    session().add(user)
    session().flush()
    return user


def change_user(user: User, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(user, name, value)
    session().flush()


def renew_mark(user_id: int, mark: str) -> bool:
    """Replace `fs_uniquifier` if it is still `mark`; return whether it was. Whoever holds `mark` checked what
    isn't valid anymore."""
    changed = session().execute(
        sa.update(User)
        .where(User.id == user_id, User.fs_uniquifier == mark)
        .values(fs_uniquifier=uuid4().hex)
        .returning(User.id),
        execution_options={"synchronize_session": "fetch"},
    )
    return changed.first() is not None


def has_mark(user_id: int, mark: str) -> bool:
    """Return whether a user's `fs_uniquifier` is still `mark`, and keep it so until the transaction ends."""
    query = sa.select(User.id).where(User.id == user_id, User.fs_uniquifier == mark).with_for_update()
    return session().scalar(query, execution_options={"autoflush": False}) is not None


def replace_password(user_id: int, mark: str, password_hash: str) -> bool:
    """Set the password if `fs_uniquifier` is still `mark`, and replace that, too; return whether it was."""
    values = {"password": password_hash, "fs_uniquifier": uuid4().hex}
    changed = session().execute(
        sa.update(User)
        .where(User.id == user_id, User.fs_uniquifier == mark)
        .values(values)
        .returning(User.id)
    )
    return changed.first() is not None


def add_membership(account_id: int, user_id: int, role: str) -> None:
    session().add(Membership(account_id=account_id, user_id=user_id, role=role))
    session().flush()


def add_sign_in(
    user_id: int,
    mark: str,
    token_hash: str,
    started_at: datetime,
    expires_at: datetime,
    address: str,
    user_agent: str,
) -> bool:
    """Add a session, and note on the user that there was one: it stays known after the session is gone.

    Return False if `fs_uniquifier` is not `mark` anymore, or the user was deactivated: the caller rolls back.
    """
    session().add(
        SignIn(
            user_id=user_id,
            token_hash=token_hash,
            started_at=started_at,
            last_seen_at=started_at,
            expires_at=expires_at,
            address=address,
            user_agent=user_agent,
        )
    )
    session().flush()
    noted = session().execute(
        sa.update(User)
        .where(User.id == user_id, User.fs_uniquifier == mark, User.active)
        .values(last_sign_in_at=started_at, updated_at=User.updated_at)
        .returning(User.id),
        execution_options={"synchronize_session": False},
    )
    return noted.first() is not None


def note_seen(sign_in_id: int, at: datetime, address: str) -> None:
    session().execute(
        sa.update(SignIn).where(SignIn.id == sign_in_id).values(last_seen_at=at, address=address),
        execution_options={"synchronize_session": False},
    )


def end_sign_in(token_hash: str) -> None:
    _delete_sign_ins(SignIn.token_hash == token_hash)


def end_sign_in_of(user_id: int, sign_in_id: int) -> bool:
    """Delete one session of a user; return whether there was one."""
    return bool(_delete_sign_ins(SignIn.user_id == user_id, SignIn.id == sign_in_id))


def end_sign_ins_of(user_id: int, except_hash: str) -> list[tuple[datetime, datetime]]:
    """Delete all sessions of a user except one; return when each would have expired, and was last seen."""
    ended = _delete_sign_ins(SignIn.user_id == user_id, SignIn.token_hash != except_hash)
    return [(one.expires_at, one.last_seen_at or one.started_at) for one in ended]


def discard_expired_sign_ins(at: datetime) -> int:
    return len(_delete_sign_ins(SignIn.expires_at <= at))


def _delete_sign_ins(*conditions: sa.ColumnElement[bool]) -> Sequence[Any]:
    """Delete sessions; return their times."""
    times = (SignIn.expires_at, SignIn.last_seen_at, SignIn.started_at)
    return (
        session()
        .execute(
            sa.delete(SignIn).where(*conditions).returning(*times),
            execution_options={"synchronize_session": False},
        )
        .all()
    )


def save_business(account_id: int, values: dict[str, Any]) -> None:
    """Insert or update the account's business details."""
    known = session().get(Business, account_id)
    if known is None:
        known = Business(account_id=account_id)
        session().add(known)
    for name, value in values.items():
        setattr(known, name, value)
    session().flush()
