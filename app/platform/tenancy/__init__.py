"""Tenant isolation: every statement on an account's data must be bound to one account."""

from app.platform.tenancy.isolation import (
    AccountOwned,
    Reach,
    Scope,
    ScopedSession,
    WrongAccount,
    act_for,
    acting_for,
    checked_rows,
    guard,
    is_owned,
    know,
    own,
)

__all__ = [
    "AccountOwned",
    "Reach",
    "Scope",
    "ScopedSession",
    "WrongAccount",
    "act_for",
    "acting_for",
    "checked_rows",
    "guard",
    "is_owned",
    "know",
    "own",
]
