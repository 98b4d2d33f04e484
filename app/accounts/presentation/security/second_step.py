"""The second step of signing in: a code of the authenticator app, or a recovery code.

Flask-Security calls `tf_enter` after a right password. Its own second step is not used: it has no lock-out,
and keeps recovery codes readable.
"""

import time
from typing import Any, Final, cast
from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import Security, login_user
from flask_security.tf_plugin import TfPlugin
from flask_security.utils import validate_redirect_url
from wtforms import StringField

from app.accounts.application.security import two_factor
from app.accounts.presentation import lock_out
from app.platform import web

SECONDS: Final = 600  # between the password and the code
_KEY: Final = "second_step"

blueprint = Blueprint("second_step", __name__, url_prefix="/sign-in/code")


class CodeForm(web.ShowingForm):
    code = StringField("Code", render_kw={"maxlength": 40})


class SecondStep(TfPlugin):
    """What Flask-Security asks after a right password, before it signs a user in."""

    def tf_enter(
        self, user: Any, remember_me: bool | None, primary_authn_via: str, next_loc: str | None
    ) -> Any:
        """Return a redirect to the second step; None for users without one.

        The cookie names the user by a mark that every new password replaces.
        """
        session.pop(_KEY, None)
        if not two_factor.is_on(user.id):
            return None
        session[_KEY] = {
            "mark": user.fs_uniquifier,
            "remember": bool(remember_me),
            "next": request.form.get("next") or request.args.get("next", ""),
            "at": int(time.time()),
        }
        return redirect(url_for("second_step.show"), 303)


@blueprint.get("")
@web.public
def show() -> ResponseReturnValue:
    return _page(CodeForm(formdata=None)) if _waiting_user() is not None else _start_again()


@blueprint.post("")
@web.public
def check() -> ResponseReturnValue:
    """Sign the user in if the code is right. It counts as wrong until it is verified. Raises Locked."""
    user, form = _waiting_user(), CodeForm()
    if user is None:
        return _start_again()
    code = str(form.code.data or "")
    if not code.strip():
        form.show({"code": "Enter a code."})
        return _page(form), 422
    attempt = lock_out.begin_second_step(user.email)
    try:
        is_right = two_factor.use_code(user.id, code, request.remote_addr or "")
    except Exception:
        attempt.discard()
        raise
    if not is_right:
        lock_out.note_failure(user.email)
        form.show({"code": "This code isn’t right, or has been used."})
        return _page(form), 422
    attempt.discard()
    step = session.pop(_KEY)
    if user.fs_uniquifier != step["mark"]:  # read anew: the password was changed meanwhile
        return _start_again()
    login_user(user, remember=step["remember"])
    return redirect(step["next"] if _is_own_page(step["next"]) else "/", 303)


def is_well_formed_url(address: str) -> bool:
    """Return False for a URL that does not parse, such as //[, on which Flask-Security would raise."""
    try:
        urlsplit(address)
        validate_redirect_url(address)
    except ValueError:
        return False
    return True


def _waiting_user() -> Any:
    """Return the user who has entered the password in this browser, lately; None without one."""
    step = session.get(_KEY)
    if not isinstance(step, dict) or time.time() - step["at"] > SECONDS:
        return None
    datastore = cast(Security, current_app.extensions["user_security"]).datastore
    user = datastore.find_user(fs_uniquifier=step["mark"])
    return user if user is not None and user.active else None


def _is_own_page(address: str) -> bool:
    """Return whether an address stays here. With two slashes at the beginning of its path it would be another
    site as soon as spaces before them are gone, which the response removes."""
    if not address or not is_well_formed_url(address) or urlsplit(address).path.startswith("//"):
        return False
    return bool(validate_redirect_url(address))


def _page(form: CodeForm) -> str:
    return render_template("accounts/second_step.html", form=form, recovery="recovery" in request.args)


def _start_again() -> ResponseReturnValue:
    session.pop(_KEY, None)
    return redirect(url_for("security.login"), 303)
