"""Users of a running installation besides its owner."""

from flask import Flask

from app.accounts.application import add_person, terminal_actor
from app.accounts.domain import Role
from tests.services.browsing import OWNER


def add_user(app: Flask, name: str, role: Role) -> str:
    """Add somebody to the account of the owner, with the owner's password; return the email address."""
    from flask_security import hash_password

    email = f"{name.lower()}@example.com"
    with app.app_context():
        add_person(
            terminal_actor(None),
            email=email,
            password=OWNER["password"],
            hash_password=hash_password,
            name=name,
            role=role,
        )
    return email
