"""Which role may do what (P-04)."""

import pytest

from app.accounts.application import require
from app.accounts.domain import Actor, Permission, Role
from app.platform.errors import NotAllowed


def actor(role: Role) -> Actor:
    return Actor(account_id=1, account_name="Agency", role=role)


def test_owner_and_admin_may_do_everything() -> None:
    for role in (Role.OWNER, Role.ADMIN):
        for permission in Permission:
            require(actor(role), permission)


def test_a_marketer_may_do_everything_but_change_the_account() -> None:
    allowed = {permission for permission in Permission if actor(Role.MARKETER).may(permission)}
    assert allowed == set(Permission) - {Permission.ACCOUNT}


def test_a_viewer_may_only_look() -> None:
    require(actor(Role.VIEWER), Permission.REPORTS)
    for permission in set(Permission) - {Permission.REPORTS}:
        with pytest.raises(NotAllowed) as refusal:
            require(actor(Role.VIEWER), permission)
        assert "viewer" in refusal.value.message
        assert refusal.value.facts == {"permission": permission.value}
