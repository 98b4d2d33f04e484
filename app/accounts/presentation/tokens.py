"""Settings > API tokens: create, list, and revoke tokens."""

from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from app.accounts.application.api_tokens import create_token, list_tokens, revoke_token
from app.accounts.domain.api_tokens import MAX_TOKEN_NAME, SCOPES
from app.accounts.presentation.security.current_password import asks_password, check_if_asked
from app.platform import web
from app.platform.errors import Invalid, LimitReached
from app.platform.ids import number_of

blueprint = Blueprint("tokens", __name__, url_prefix="/settings/tokens")

LIFETIMES = [
    SelectChoice("30", "30 days"),
    SelectChoice("90", "90 days"),
    SelectChoice("365", "One year"),
    SelectChoice("", "No expiration"),
]


class TokenForm(web.ShowingForm):
    name = StringField("Name", render_kw={"maxlength": MAX_TOKEN_NAME})
    scopes = SelectMultipleField(
        "What it can do",
        choices=[SelectChoice(scope.value, words) for scope, words in SCOPES.items()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    days = SelectField("Expires", choices=LIFETIMES, default="90")
    password = PasswordField("Current password")


@blueprint.get("")
def index() -> ResponseReturnValue:
    return _page(TokenForm(formdata=None))


@blueprint.post("")
def create() -> ResponseReturnValue:
    """Create a token; its text is on the response page only, and never in a URL or cookie."""
    form = TokenForm()
    days = number_of(form.days.data or "")
    try:
        check_if_asked(form.password.data)
        made, text = create_token(
            web.actor(), name=form.name.data or "", scopes=form.scopes.data or [], days=days
        )
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return _page(form), 422
    except LimitReached as full:
        form.show({"name": full.message})
        return _page(form), 429
    return _page(TokenForm(formdata=None), made=made, text=text)


@blueprint.post("/<int:token_id>/revocation")
def revoke(token_id: int) -> ResponseReturnValue:
    name = revoke_token(web.actor(), token_id)
    flash(f"Token “{name}” revoked. Programs that use it are signed out.", "success")
    return web.send_to(url_for("tokens.index"))


def _page(form: TokenForm, **facts: Any) -> str:
    return render_template(
        "accounts/tokens.html",
        form=form,
        tokens=list_tokens(web.actor()),
        asks_password=asks_password(),
        scopes={scope.value: words for scope, words in SCOPES.items()},
        nav_active="settings",
        **facts,
    )
