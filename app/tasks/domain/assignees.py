"""Who a task is for: a person, everyone with a role, or anyone."""

from dataclasses import dataclass
from typing import Final

from app.accounts.domain import Role
from app.platform.ids import number_of

ROLE_WORDS: Final = {
    Role.OWNER: "The owner",
    Role.ADMIN: "Administrators",
    Role.MARKETER: "Marketers",
    Role.VIEWER: "Viewers",
}
_ROLE, _USER = "role:", "user:"


@dataclass(frozen=True)
class Assignee:
    """A person or a role, or neither: anyone."""

    role: Role | None = None
    user_id: int | None = None

    @property
    def key(self) -> str:
        """The value of a form's choice: “user:12”, “role:marketer”, or empty for anyone."""
        if self.user_id is not None:
            return f"{_USER}{self.user_id}"
        return f"{_ROLE}{self.role.value}" if self.role else ""

    @classmethod
    def of(cls, key: str) -> "Assignee | None":
        """Return the assignee of a `key`; None if it is not one."""
        if not key:
            return ANYONE
        if key.startswith(_USER):
            user_id = number_of(key.removeprefix(_USER))
            return cls(user_id=user_id) if user_id else None
        roles = {f"{_ROLE}{role.value}": role for role in Role}
        return cls(role=roles[key]) if key in roles else None


ANYONE: Final = Assignee()
