"""The rules of people and accounts: who may do what, what may be typed, which places there are."""

from app.accounts.domain.actors import ROLE_PERMISSIONS, Actor, Permission, Role

__all__ = ["ROLE_PERMISSIONS", "Actor", "Permission", "Role"]
