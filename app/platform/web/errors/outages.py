"""Map failures of the database, the disk, and the queue to expected errors with a message for people."""

import sqlalchemy as sa
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from app.platform import disk
from app.platform.errors import MusterError, NoSpace, Unavailable

NOT_REACHED = "Muster can’t reach its database right now. Try again in a moment."
TOO_SLOW = "The database took too long to answer. Try again in a moment."
BUSY = "The database is very busy. Try again in a moment."
NOT_WRITABLE = (
    "The database is read-only right now. Tell your administrator. Everything saved before is safe."
)
NO_DISK = (
    "The server can’t write to its disk right now. Tell your administrator. Everything saved before is safe."
)
NO_QUEUE = "The background queue isn’t responding right now. Try again in a moment."

# Keys are prefixes of PostgreSQL's SQLSTATE codes, or names of SQLite's errors.
_SENTENCES = {
    "08": NOT_REACHED,
    "25006": NOT_WRITABLE,  # read-only standby
    "40": BUSY,  # ended to let others go on
    "53": NOT_REACHED,
    "55P03": BUSY,
    "57014": TOO_SLOW,
    "57P": NOT_REACHED,
    "SQLITE_BUSY": BUSY,
    "SQLITE_LOCKED": BUSY,
    "SQLITE_CANTOPEN": NOT_REACHED,
    "SQLITE_IOERR": NOT_WRITABLE,
    "SQLITE_READONLY": NOT_WRITABLE,
}
_FULL = ("53100", "SQLITE_FULL")


def expected_error(error: BaseException) -> MusterError | None:
    """Return Unavailable or NoSpace for a failure of database, disk, or queue; None for any other error."""
    if isinstance(error, sa.exc.TimeoutError):  # the connection pool is exhausted
        return Unavailable("UNAVAILABLE", BUSY)
    if isinstance(error, OSError):
        return _of_the_disk(error)
    if isinstance(error, RedisError):
        return Unavailable("UNAVAILABLE", NO_QUEUE)
    if not isinstance(error, DBAPIError):
        return None
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None) or ""
    if code.startswith(_FULL):
        return NoSpace()
    for beginning, sentence in _SENTENCES.items():
        if code.startswith(beginning):
            return Unavailable("UNAVAILABLE", sentence)
    is_lost = error.connection_invalidated or (not code and isinstance(error, sa.exc.OperationalError))
    return Unavailable("UNAVAILABLE", NOT_REACHED) if is_lost else None


def _of_the_disk(error: OSError) -> MusterError | None:
    if error.errno in disk.FULL_ERRNOS:
        return NoSpace()
    return Unavailable("UNAVAILABLE", NO_DISK) if error.errno in disk.UNWRITABLE_ERRNOS else None
