"""Operations of the API on the program's own sign-in."""

from flask import Blueprint

from app.accounts.domain import Permission
from app.platform import web
from app.platform.api.operations import blueprint as api_blueprint
from app.platform.api.operations import operation
from app.platform.api.schemas import Schema, described

blueprint: Blueprint = api_blueprint("accounts")


class Me(Schema):
    """Who a token acts for, where, and what it may do."""

    user_id: int | None = described("ID of the user.", 1)
    name: str = described("Name of the user.", "Alice")
    email: str = described("Email address of the user.", "alice@example.com")
    account_id: int = described("ID of the account.", 1)
    account_name: str = described("Name of the account.", "Agency")
    time_zone: str = described("Time zone of the account.", "Europe/Berlin")
    role: str = described("Role of the user in the account.", "owner")
    scopes: list[str] = described(
        "Permissions that both the token and the role have.", ["workflow:manage", "report:view"]
    )


@blueprint.get("/me")
@operation("Sign-in", Me)
def get_me() -> Me:
    """Get the user and account of the token"""
    actor = web.actor()
    return Me(
        user_id=actor.user_id,
        name=actor.name,
        email=actor.email,
        account_id=actor.account_id,
        account_name=actor.account_name,
        time_zone=actor.time_zone,
        role=actor.role.value,
        scopes=[permission.value for permission in Permission if actor.may(permission)],
    )
