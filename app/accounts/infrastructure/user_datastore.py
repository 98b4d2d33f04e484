"""Datastore through which Flask-Security reads and writes users."""

from typing import Any, cast

from flask_security import SQLAlchemyUserDatastore

from app.accounts.infrastructure import store
from app.accounts.infrastructure.tables import User
from app.platform.database import db, transaction


class UserDatastore(SQLAlchemyUserDatastore):
    """Commit Flask-Security's own changes, such as rehashed passwords, through `transaction`."""

    def commit(self) -> None:
        """Write the changes, but not a renewed hash of a password that was replaced meanwhile."""
        with transaction() as session:
            for user in [one for one in session.dirty if isinstance(one, User)]:
                if not store.has_mark(user.id, user.fs_uniquifier):
                    session.refresh(user)


def user_datastore() -> UserDatastore:
    """Return a datastore without roles; permissions come from memberships."""
    return UserDatastore(db, User, cast(Any, None))
