"""The page of a form, also for frames in pages of other sites, and the page that confirms what was entered.

Both are open to everyone, programs included. There is neither a session nor a CSRF token: nothing that a
browser knows about its user entitles to anything here. Looking at the page that confirms changes nothing,
because mail filters fetch links.
"""

from collections.abc import Callable
from functools import wraps
from typing import Final

from flask import Blueprint, Flask, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from app.forms.application import public
from app.forms.application.addresses import PATH
from app.forms.application.public import Confirmation, PublicForm
from app.forms.presentation.form_style import style_of
from app.forms.presentation.inputs import PageForm, asked_inputs, page_form
from app.platform import web
from app.platform.attempts import AttemptLimiter, attempt_limiter, count_or_refuse
from app.platform.errors import Invalid, LimitReached, NotFound, Unavailable
from app.platform.ids import new_public_id

blueprint = Blueprint("public_forms", __name__, url_prefix=f"{PATH}/<public_id>")
blueprint.after_request(web.keep_address_private)

BY_NETWORK, BY_FORM, UNKNOWN = "form submissions", "submissions of a form", "unknown forms"
MOST_BY_NETWORK: Final = 30
MOST_BY_FORM: Final = 1_000
MOST_UNKNOWN: Final = 60
SECONDS: Final = 10 * 60
BUSY: Final = "Too many people are using this form right now. Please try again in a few minutes."

View = Callable[..., ResponseReturnValue]


def init(app: Flask) -> None:
    AttemptLimiter(app, BY_NETWORK, MOST_BY_NETWORK, SECONDS)
    AttemptLimiter(app, BY_FORM, MOST_BY_FORM, SECONDS)
    AttemptLimiter(app, UNKNOWN, MOST_UNKNOWN, SECONDS)
    app.register_blueprint(blueprint)


def _no_form(refusal: LimitReached | NotFound | Unavailable) -> str:
    """Return a page that says why there is no form."""
    return render_template("forms/unknown.html", refusal=refusal, is_embedded=_is_embedded())


_limit_unknown = web.limit_unknown(UNKNOWN, _no_form)


def _for_frames(view: View) -> View:
    """Let websites that embed a form show the page, whatever it says."""

    @wraps(view)
    def framed(**given: str) -> ResponseReturnValue:
        try:
            answer = make_response(view(**given))
        except (LimitReached, Unavailable) as refusal:
            answer = Response(_no_form(refusal), web.status_of(refusal))
            if wait := refusal.facts.get("retry_after"):
                answer.headers["Retry-After"] = str(wait)
        return web.for_frames(answer)

    return framed


@blueprint.get("")
@web.skip_authentication
@_for_frames
@_limit_unknown
def show(public_id: str) -> ResponseReturnValue:
    form = public.open_form(public_id)
    return _page(form, page_form(form, new_public_id()))


@blueprint.post("")
@web.skip_authentication
@web.csrf.exempt
@_for_frames
@_limit_unknown
def submit(public_id: str) -> ResponseReturnValue:
    form = public.open_form(public_id)
    inputs = page_form(form, new_public_id())
    try:
        _count(form)
        if not inputs.is_trapped:
            agrees, once, read = inputs["agrees"].data, inputs.once.data or "", inputs.read.data or ""
            public.submit(form, inputs.given, bool(agrees), once, read)
    except Invalid as wrong:
        inputs.read.data = form.consent_mark
        inputs.show(wrong.facts["fields"])
        return _page(form, inputs, 422)
    except (LimitReached, Unavailable) as refusal:
        return _page(form, inputs, web.status_of(refusal), refusal.message)
    address = str(inputs["email"].data or "").strip()
    return render_template("forms/thanks.html", form=form, is_embedded=_is_embedded(), address=address)


@blueprint.get("/style.css")
@web.skip_authentication
@_limit_unknown
def style(public_id: str) -> ResponseReturnValue:
    """Serve the account's color: strict policies allow no style in the page itself."""
    return Response(style_of(public.color_of_form(public_id)), mimetype="text/css")


@blueprint.get("/logo")
@web.skip_authentication
@_limit_unknown
def logo(public_id: str) -> ResponseReturnValue:
    return web.logo_image(*public.logo_of_form(public_id))


@blueprint.get("/confirmations/<token>")
@web.skip_authentication
@_limit_unknown
def ask_to_confirm(public_id: str, token: str) -> ResponseReturnValue:
    return _confirmation(public.confirmation_of(public_id, token))


@blueprint.post("/confirmations/<token>")
@web.skip_authentication
@web.csrf.exempt
@_limit_unknown
def confirm(public_id: str, token: str) -> ResponseReturnValue:
    return _confirmation(public.confirm(public_id, token))


def _count(form: PublicForm) -> None:
    """Count a submission. Raises LimitReached."""
    count_or_refuse(BY_NETWORK, request.remote_addr)
    if isinstance(attempt_limiter(BY_FORM).begin([f"form:{form.id}"]), int):
        raise LimitReached("RATE_LIMITED", BUSY)


def _is_embedded() -> bool:
    return "embed" in request.args


def _page(form: PublicForm, inputs: PageForm, status: int = 200, refusal: str = "") -> Response:
    shown = render_template(
        "forms/page.html",
        form=form,
        inputs=inputs,
        asked=asked_inputs(form, inputs),
        is_embedded=_is_embedded(),
        refusal=refusal,
    )
    return Response(shown, status)


def _confirmation(found: Confirmation) -> str:
    return render_template("forms/confirmation.html", found=found, form=found.form, is_embedded=False)
