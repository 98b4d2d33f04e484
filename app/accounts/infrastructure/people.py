"""Flask-Security's view of our people: it reads and writes users through our one door."""

from flask_security import SQLAlchemyUserDatastore

from app.accounts.infrastructure.tables import User
from app.platform.database import db, transaction


class People(SQLAlchemyUserDatastore):
    """What Flask-Security changes by itself, such as an outdated password hash, is committed here."""

    def commit(self) -> None:
        with transaction():
            pass


def people() -> People:
    """The store that Flask-Security is given. It has no roles: a membership decides what one may do."""
    return People(db, User, None)
