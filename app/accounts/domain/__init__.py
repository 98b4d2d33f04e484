"""Rules of the accounts room: roles and permissions, input validation, time zones and countries."""

from app.accounts.domain.actors import ROLE_PERMISSIONS, Actor, Permission, Role

__all__ = ["ROLE_PERMISSIONS", "Actor", "Permission", "Role"]
