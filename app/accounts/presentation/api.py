"""Operations of the API on the program's own sign-in."""

from flask import Blueprint

from app.accounts.domain import Permission
from app.platform import web
from app.platform.api.operations import blueprint as api_blueprint
from app.platform.api.operations import operation
from app.platform.api.schemas import Schema

blueprint: Blueprint = api_blueprint("accounts")


class Me(Schema):
    """Who a token acts for, where, and what it may do."""

    user_id: int | None
    name: str
    email: str
    account_id: int
    account_name: str
    time_zone: str
    role: str
    scopes: list[str]


@blueprint.get("/me")
@operation("Sign-in", Me)
def get_me() -> Me:
    """Get the user and account of the token

    `scopes` are the permissions that both the token and the role of its user have.
    """
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
