"""The database: tables' columns, the engine, sessions, and transactions."""

from app.platform.database.columns import (
    IDS_NOT_REUSED,
    AnySelect,
    Authored,
    BigInt,
    Json,
    UtcDateTime,
    key_text,
)
from app.platform.database.engine import db, init, is_sqlite
from app.platform.database.failures import is_timeout, is_transient
from app.platform.database.transactions import (
    after_commit,
    before_commit,
    forget_snapshot,
    kept_in_transaction,
    limit_statements,
    one_after_another,
    one_snapshot,
    others_wait_to_write,
    session,
    takes_writes,
    transaction,
)

__all__ = [
    "IDS_NOT_REUSED",
    "AnySelect",
    "Authored",
    "BigInt",
    "Json",
    "UtcDateTime",
    "after_commit",
    "before_commit",
    "db",
    "forget_snapshot",
    "init",
    "is_sqlite",
    "is_timeout",
    "is_transient",
    "kept_in_transaction",
    "key_text",
    "limit_statements",
    "one_after_another",
    "one_snapshot",
    "others_wait_to_write",
    "session",
    "takes_writes",
    "transaction",
]
