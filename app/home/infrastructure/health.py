"""Is the database there, and is it of this version? If it is empty or older, it can be brought up."""

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app.platform.database import session, takes_writes
from app.platform.schema_version import MIGRATIONS, is_up_to_date

WRITER_WAIT_SECONDS = 3.0


def database_answers() -> bool:
    """Whether it can be read and written. Our own workers hold a lock for a second at most."""
    try:
        is_read = session().scalar(sa.text("SELECT 1")) == 1
    except SQLAlchemyError:
        session().rollback()
        return False
    return is_read and takes_writes(WRITER_WAIT_SECONDS)


def migrations_are_applied() -> bool:
    return is_up_to_date(session().connection())


def bring_up_to_date() -> None:
    """Run the migrations that are missing."""
    from flask_migrate import upgrade  # 11 MB and a fifth of a second, for the few who migrate

    session().rollback()
    upgrade(directory=str(MIGRATIONS))
