"""Queries for users and accounts. Sign-in has no account yet, so some cross accounts.

The statements of every request are built once: building one takes longer than running it.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.infrastructure.tables import Account, Membership, User
from app.platform.database import session
from app.platform.database.many_rows import id_param
from app.platform.database.page_reads import read_once
from app.platform.database.short_reads import read_built
from app.platform.ids import number_of

_CROSS_ACCOUNT = {"cross_account": True}


def installation_is_new() -> bool:
    """Return True if no user exists yet."""
    return (
        session().scalar(sa.select(sa.func.count()).select_from(sa.select(User.id).limit(1).subquery())) == 0
    )


def user_by_email(email: str) -> User | None:
    return session().scalar(sa.select(User).where(User.email == email))


def user(user_id: int) -> User:
    return session().get_one(User, user_id)


@read_once
def account_of(user_id: int, account_id: int | None) -> tuple[Account, str] | None:
    """Return (account, role) of an account that a user can access, or of the first one if `account_id` is
    None: one without a parent, if there is any.

    Members of an agency have the same role in its sub-accounts, unless they have one of their own there.
    """
    query = _first_account_of() if account_id is None else _account_of()
    given = {"of_user": user_id} | ({} if account_id is None else {"wanted": account_id})
    row = session().execute(query, given, execution_options=_CROSS_ACCOUNT).first()
    return (row[0], row[1]) if row else None


@lru_cache
def _account_of() -> sa.Select[Account, str]:
    return _first_account_of().where(Account.id == id_param("wanted"))


@lru_cache
def _first_account_of() -> sa.Select[Account, str]:
    return (
        sa.select(Account, Membership.role)
        .join(
            Membership,
            sa.or_(Membership.account_id == Account.id, Membership.account_id == Account.parent_id),
        )
        .where(Membership.user_id == id_param("of_user"))
        .order_by(Account.parent_id.isnot(None), Account.id, Membership.account_id != Account.id)
        .limit(1)
    )


def accounts_of(
    user_id: int, search: str, after: int | None, limit: int
) -> Sequence[tuple[int, str, bool, str]]:
    """Return (id, name, whether it is a sub-account, role) of up to `limit` accounts that a user can access
    and whose names contain `search`: those without a parent first, then by name, from the one that follows
    the account `after`."""
    role = sa.func.coalesce(_role(user_id, Account.id), _role(user_id, Account.parent_id))
    is_below = Account.parent_id.isnot(None)
    query = sa.select(Account.id, Account.name, is_below, role).where(*_accessible(user_id, search))
    last = _account_of_page(user_id, after) if after is not None else None
    if last is not None:
        is_later = sa.or_(Account.name > last.name, sa.and_(Account.name == last.name, Account.id > last.id))
        query = query.where(is_below, is_later) if last.parent_id else query.where(sa.or_(is_below, is_later))
    rows = session().execute(
        query.order_by(is_below, Account.name, Account.id).limit(limit), execution_options=_CROSS_ACCOUNT
    )
    return [(row[0], row[1], bool(row[2]), row[3]) for row in rows]


def _role(user_id: int, account_id: Any) -> sa.ScalarSelect[str]:
    query = sa.select(Membership.role).where(
        Membership.user_id == user_id, Membership.account_id == account_id
    )
    return query.limit(1).correlate(Account).scalar_subquery()


def _account_of_page(user_id: int, account_id: int) -> Account | None:
    query = sa.select(Account).where(Account.id == account_id, *_accessible(user_id, ""))
    return session().scalar(query, execution_options=_CROSS_ACCOUNT)


def count_accounts_of(user_id: int, search: str) -> int:
    """Return how many accounts a user can access whose names contain `search`."""
    query = sa.select(sa.func.count()).select_from(Account).where(*_accessible(user_id, search))
    return session().scalars(query, execution_options=_CROSS_ACCOUNT).one()


def _accessible(user_id: int, search: str) -> list[sa.ColumnElement[bool]]:
    of_user = sa.select(Membership.account_id).where(Membership.user_id == user_id)
    found = [sa.or_(Account.id.in_(of_user), Account.parent_id.in_(of_user))]
    return [*found, Account.name.icontains(search, autoescape=True)] if search else found


@read_once
def account(account_id: int) -> Account | None:
    return session().get(Account, account_id)


@read_once
def sub_accounts_of(account_id: int) -> Sequence[int]:
    """Return the ids of the accounts below an agency."""
    return [row[0] for row in read_built(_sub_accounts_of(), {"of_account": account_id}, cross_account=True)]


@lru_cache
def _sub_accounts_of() -> sa.Select[int]:
    one = Account.__table__.c
    return sa.select(one.id).where(one.parent_id == id_param("of_account"))


def sub_accounts(account_id: int, search: str, after: int | None, limit: int) -> Sequence[tuple[int, str]]:
    """Return (id, name) of up to `limit` accounts below an agency whose names contain `search`, by name, from
    the one that follows the account `after`."""
    query = sa.select(Account.id, Account.name).where(Account.parent_id == account_id)
    if search:
        query = query.where(Account.name.icontains(search, autoescape=True))
    if after is not None:
        last = sa.select(Account.name).where(Account.id == after, Account.parent_id == account_id)
        name = last.scalar_subquery()
        query = query.where(sa.or_(Account.name > name, sa.and_(Account.name == name, Account.id > after)))
    rows = session().execute(query.order_by(Account.name, Account.id).limit(limit))
    return [(row[0], row[1]) for row in rows]


def names_of_sub_accounts(account_id: int, ids: Sequence[int]) -> dict[int, str]:
    """Return {id: name} of those of the accounts that are below an agency."""
    query = sa.select(Account.id, Account.name).where(Account.parent_id == account_id, Account.id.in_(ids))
    return {row[0]: row[1] for row in session().execute(query)}


def count_sub_accounts(account_id: int) -> int:
    """Return the number of accounts below an agency."""
    query = sa.select(sa.func.count()).select_from(Account).where(Account.parent_id == account_id)
    return session().scalars(query).one()


def name_of_parent(account_id: int) -> str | None:
    """Return the name of an account’s agency; None if it has none."""
    one = aliased(Account)
    query = sa.select(Account.name).join(one, one.parent_id == Account.id).where(one.id == account_id)
    return session().scalar(query)


def first_account() -> Account | None:
    return session().scalar(sa.select(Account).order_by(Account.id).limit(1))


def accounts_called(name_or_id: str, limit: int) -> Sequence[Account]:
    """Return up to `limit` accounts with this exact name or this id."""
    is_called = sa.or_(Account.name == name_or_id, Account.id == (number_of(name_or_id) or 0))
    return session().scalars(sa.select(Account).where(is_called).order_by(Account.id).limit(limit)).all()


def owner_of(account_id: int) -> tuple[User, str] | None:
    """Return (user, role) of the owner of an account or of its agency.

    Falls back to the oldest membership if there is no owner; None if there are no members.
    """
    row = (
        session()
        .execute(
            sa.select(User, Membership.role)
            .join(Membership, Membership.user_id == User.id)
            .join(
                Account,
                sa.or_(Membership.account_id == Account.id, Membership.account_id == Account.parent_id),
            )
            .where(Account.id == account_id)
            .order_by(sa.case((Membership.role == "owner", 0), else_=1), Membership.id)
            .limit(1),
            execution_options=_CROSS_ACCOUNT,
        )
        .first()
    )
    return (row[0], row[1]) if row else None


def user_names(ids: Iterable[int | None]) -> dict[int, str]:
    """Return {user id: name}."""
    wanted = {one for one in ids if one}
    query = sa.select(User.id, User.name).where(User.id.in_(wanted))
    return {row[0]: row[1] for row in session().execute(query)} if wanted else {}


@read_once
def owner_name(account_id: int) -> str:
    """Return the name of the first owner of an account itself, not of its agency; empty without one."""
    query = sa.select(User.name).join(Membership, Membership.user_id == User.id)
    is_owner = (Membership.account_id == account_id, Membership.role == "owner", User.active)
    return session().scalar(query.where(*is_owner).order_by(Membership.id).limit(1)) or ""


class Teammate(NamedTuple):
    """A member of an account or of its agency. `approval_emails`: whether they want an email when a job waits
    for their approval."""

    user_id: int
    name: str
    email: str
    approval_emails: bool


def people_of(account_id: int, roles: Sequence[str]) -> Sequence[Teammate]:
    """Return the active members of an account or of its agency with one of the roles, in the order of their
    names."""
    rows = session().execute(
        sa.select(User.id, User.name, User.email, User.approval_emails)
        .join(Membership, Membership.user_id == User.id)
        .join(
            Account,
            sa.or_(Membership.account_id == Account.id, Membership.account_id == Account.parent_id),
        )
        .where(Account.id == account_id, Membership.role.in_(roles), User.active)
        .order_by(User.name, User.id)
        .distinct(),
        execution_options=_CROSS_ACCOUNT,
    )
    return [Teammate(*row) for row in rows]
