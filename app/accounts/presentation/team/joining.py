"""The page of an invitation, for whoever has its link: join as a new user, or as the user who is signed in.

Looking at the page changes nothing, because mail filters fetch links.
"""

from typing import Final

from flask import Blueprint, Flask, Response, flash, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_security import hash_password, login_user
from wtforms import EmailField, PasswordField, StringField

from app.accounts.application.team import accepting
from app.accounts.application.team.accepting import FoundInvitation
from app.accounts.domain import Actor
from app.accounts.domain.input import MAX_NAME_LENGTH
from app.accounts.domain.team import INVITATION_LIFETIME, a_role
from app.accounts.infrastructure import queries
from app.accounts.presentation.request_guard import also_without_account
from app.accounts.presentation.sub_accounts import KEY
from app.platform import web
from app.platform.attempts import AttemptLimiter, count_or_refuse
from app.platform.errors import Conflict, Invalid, NotFound

blueprint = Blueprint("invitations", __name__, url_prefix="/invitations/<token>")
blueprint.after_request(web.keep_address_private)

UNKNOWN, JOINING = "unknown invitations", "joining"
MOST_UNKNOWN: Final = 30
MOST_JOINING: Final = 20
SECONDS: Final = 10 * 60


def init(app: Flask) -> None:
    AttemptLimiter(app, UNKNOWN, MOST_UNKNOWN, SECONDS)
    AttemptLimiter(app, JOINING, MOST_JOINING, SECONDS)
    app.register_blueprint(blueprint)


class JoinForm(web.ShowingForm):
    email = EmailField("Email address", render_kw={"readonly": True})
    name = StringField("Your name", render_kw={"maxlength": MAX_NAME_LENGTH})
    password = PasswordField("Password")


def _unknown(refusal: NotFound) -> str:
    return render_template("accounts/invitation_ended.html", found=None, refusal=refusal)


_limit_unknown = web.limit_unknown(UNKNOWN, _unknown)


@blueprint.get("")
@web.public
@also_without_account
@_limit_unknown
def show(token: str) -> ResponseReturnValue:
    return _page(token, accepting.find_invitation(token))


@blueprint.post("")
@web.public
@_limit_unknown
def join(token: str) -> ResponseReturnValue:
    """Create a user and sign them in."""
    count_or_refuse(JOINING, request.remote_addr)
    form = JoinForm()
    try:
        joined = accepting.accept_as_new_user(
            token,
            name=form.name.data or "",
            password=form.password.data or "",
            hash_password=hash_password,
            origin=request.remote_addr or "",
        )
    except Conflict:
        return _page(token, accepting.find_invitation(token))
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        found = accepting.find_invitation(token)
        form.email.data = found.email
        return _page(token, found, form, 422)
    login_user(queries.user(joined.user_id or 0))
    return _welcome(joined)


@blueprint.post("/proof")
@web.public
@also_without_account
@_limit_unknown
def prove(token: str) -> ResponseReturnValue:
    """Email a link to the invited address: this one was shown to somebody else."""
    count_or_refuse(JOINING, request.remote_addr)
    try:
        found = accepting.email_proof(token)
    except Conflict:
        return _page(token, accepting.find_invitation(token))
    return _page(token, found, was_sent=True)


@blueprint.post("/acceptance")
@web.public
@also_without_account
@_limit_unknown
def accept(token: str) -> ResponseReturnValue:
    """Let the user who is signed in join."""
    count_or_refuse(JOINING, request.remote_addr)
    if not current_user.is_authenticated:
        return web.send_to(url_for("security.login", next=url_for("invitations.show", token=token)))
    try:
        user_id, origin = int(current_user.id), request.remote_addr or ""
        return _welcome(accepting.accept_as(user_id, token, origin=origin))
    except Conflict:
        return _page(token, accepting.find_invitation(token))


def _welcome(joined: Actor) -> ResponseReturnValue:
    session[KEY] = joined.account_id
    session.pop("csrf_token", None)  # forms that are open in other tabs were made for another account
    flash(f"Welcome to {joined.account_name}.", "success")
    return web.send_to("/")


def _page(
    token: str,
    found: FoundInvitation,
    form: JoinForm | None = None,
    status: int = 200,
    *,
    was_sent: bool = False,
) -> Response:
    if not found.is_open:
        days = INVITATION_LIFETIME.days
        return Response(render_template("accounts/invitation_ended.html", found=found, days=days), 410)
    page = render_template(
        "accounts/invitation.html",
        found=found,
        as_role=a_role(found.role),
        token=token,
        form=form or JoinForm(formdata=None, email=found.email),
        was_sent=was_sent,
        user=current_user if current_user.is_authenticated else None,
    )
    return Response(page, status)
