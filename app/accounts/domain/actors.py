"""Roles, their permissions, and the actor who performs a use case.

The actor is the first argument of every use case. Permissions depend on nothing else.
"""

from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    WORKFLOWS = "workflow:manage"
    TEMPLATES = "template:manage"
    CONTACTS = "contact:manage"
    ACCOUNT = "account:manage"
    REPORTS = "report:view"


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    MARKETER = "marketer"
    VIEWER = "viewer"


ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.ADMIN: frozenset(Permission),
    Role.MARKETER: frozenset(Permission) - {Permission.ACCOUNT},
    Role.VIEWER: frozenset({Permission.REPORTS}),
}


@dataclass(frozen=True)
class Actor:
    """A user, or the system, acting in an account.

    `user_id` is None for background work. `origin` is an IP address, “terminal”, or “worker”. `scopes` limit
    what an API token may do; None without one. An account that `is_suspended` can be
    used only by people who are `of_agency`, so that they can stop or erase something before it goes on.
    """

    account_id: int
    account_name: str
    role: Role
    user_id: int | None = None
    name: str = "Muster"
    email: str = ""
    time_zone: str = "UTC"
    country: str = ""
    origin: str = "worker"
    scopes: frozenset[str] | None = None
    is_suspended: bool = False
    of_agency: bool = False

    def may(self, permission: str) -> bool:
        """Return whether the role, and the token if there is one, has a permission now."""
        if self.is_suspended and not self.of_agency and permission != Permission.REPORTS:
            return False
        return permission in ROLE_PERMISSIONS[self.role] and (
            self.scopes is None or permission in self.scopes
        )
