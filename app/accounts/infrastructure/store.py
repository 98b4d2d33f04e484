"""Writing people and accounts."""

from uuid import uuid4

from app.accounts.infrastructure.tables import Account, Membership, User
from app.platform.database import session


def add_account(name: str, kind: str, time_zone: str, country: str, parent_id: int | None = None) -> Account:
    account = Account(name=name, kind=kind, time_zone=time_zone, country=country, parent_id=parent_id)
    session().add(account)
    session().flush()
    return account


def add_user(email: str, name: str, password_hash: str) -> User:
    user = User(email=email, name=name, password=password_hash, fs_uniquifier=uuid4().hex)
    session().add(user)
    session().flush()
    return user


def add_membership(account_id: int, user_id: int, role: str) -> None:
    session().add(Membership(account_id=account_id, user_id=user_id, role=role))
    session().flush()
