"""Is the database there, and is it of this version? If it is empty or older, it can be brought up."""

from functools import lru_cache

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import upgrade
from sqlalchemy.exc import SQLAlchemyError

from app.platform.database import MIGRATIONS, session


def database_answers() -> bool:
    try:
        return session().scalar(sa.text("SELECT 1")) == 1
    except SQLAlchemyError:
        session().rollback()
        return False


def migrations_are_applied() -> bool:
    context = MigrationContext.configure(session().connection())
    return set(context.get_current_heads()) == _newest_migrations()


@lru_cache(maxsize=1)
def _newest_migrations() -> frozenset[str]:
    """Read once: a page that anybody may ask for should not read files each time."""
    return frozenset(ScriptDirectory(str(MIGRATIONS)).get_heads())


def bring_up_to_date() -> None:
    """Run the migrations that are missing."""
    session().rollback()
    upgrade(directory=str(MIGRATIONS))
