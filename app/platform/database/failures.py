"""Which failures of statements pass by themselves."""

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError

from app.platform.errors import Unavailable


def is_transient(error: Exception) -> bool:
    """Return whether the same statements may succeed later.

    True for broken connections, locks and timeouts; false for invalid values, for example.
    """
    if isinstance(error, Unavailable | sa.exc.TimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or isinstance(error, OperationalError | sa.exc.InterfaceError)


def is_timeout(error: Exception) -> bool:
    """Return whether the database canceled a statement because of a timeout."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", "") in ("57014", "55P03")
