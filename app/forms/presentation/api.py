"""Operations of the API on hosted forms and what was entered in them."""

from typing import Any, Final

from flask import url_for

from app.forms import application as forms
from app.forms.application import FormPage
from app.forms.presentation.api_schemas import (
    Form,
    FormChanges,
    FormField,
    NewForm,
    Submission,
    asked_in,
    form_shape,
    submission_shape,
    typed_in,
)
from app.platform import web
from app.platform.api.conditional import etag_of, raise_if_changed
from app.platform.api.operations import blueprint as api_blueprint
from app.platform.api.operations import operation
from app.platform.api.paging import page_of, read_cursor, write_cursor
from app.platform.api.schemas import Page, PageQuery
from app.platform.errors import Invalid

TAG: Final = "Forms"
_ETAG: Final = {"ETag": "Identifies this version of the form, for `If-Match`."}
_COUNTS: Final = {"submissions", "waiting"}

blueprint = api_blueprint("forms")

Result = tuple[Form, int, dict[str, str]]


@blueprint.get("/forms")
@operation(TAG, Page[Form], permission="report:view")
def list_forms() -> Page[Form]:
    """List forms

    Returns all forms on one page, by name, archived forms last.
    """
    return Page(data=[form_shape(one) for one in forms.list_forms(web.actor())], next_cursor=None)


@blueprint.post("/forms")
@operation(
    TAG,
    Form,
    status=201,
    permission="contact:manage",
    idempotent=True,
    headers=_ETAG | {"Location": "URL of the form."},
    says={429: "The rate limit or the maximum number of forms (`LIMIT_REACHED`) has been reached."},
)
def create_form(body: NewForm) -> Result:
    """Create a form

    The form’s page is available immediately, at `url`. Workflow triggers refer to the form by its name, in
    `form`.
    """
    made = forms.create_form(web.actor(), body.name, typed_in(body), _asked(body.fields) or {})
    shown, _, headers = _result(made)
    return shown, 201, headers | {"Location": url_for("api_forms.get_form", form_id=made.id)}


@blueprint.get("/forms/<int:form_id>")
@operation(TAG, Form, permission="report:view", headers=_ETAG)
def get_form(form_id: int) -> Result:
    """Get a form"""
    return _result(forms.find_form(web.actor(), form_id))


@blueprint.patch("/forms/<int:form_id>")
@operation(TAG, Form, permission="contact:manage", conditional=True, headers=_ETAG)
def update_form(form_id: int, body: FormChanges) -> Result:
    """Change a form

    Submissions keep the consent text of their time. `fields` replaces all fields.
    """
    asked = _asked(body.fields)
    return _result(forms.change_form(web.actor(), form_id, typed_in(body), asked, check=_raise_if_changed))


@blueprint.post("/forms/<int:form_id>/archive")
@operation(TAG, Form, permission="contact:manage", headers=_ETAG)
def archive_form(form_id: int) -> Result:
    """Archive a form

    Closes the form’s page and keeps its submissions. Has no effect on an archived form.
    """
    return _result(forms.archive_form(web.actor(), form_id))


@blueprint.post("/forms/<int:form_id>/restore")
@operation(TAG, Form, permission="contact:manage", headers=_ETAG)
def restore_form(form_id: int) -> Result:
    """Restore an archived form

    Reopens the form’s page. Has no effect on an open form.
    """
    return _result(forms.restore_form(web.actor(), form_id))


@blueprint.get("/forms/<int:form_id>/submissions")
@operation(TAG, Page[Submission], permission="report:view", headers={"Link": "The next page."})
def list_submissions(form_id: int, query: PageQuery) -> Any:
    """List the submissions of a form

    Newest first. Submissions that aren’t confirmed within seven days are deleted.
    """
    cursor = read_cursor(query.cursor, str)
    page = forms.submissions_of_form(
        web.actor(), form_id, before=cursor[0] if cursor else "", limit=query.limit
    )
    items = [submission_shape(one) for one in page.shown]
    return page_of(items, write_cursor(page.older) if page.older else None)


def _asked(fields: list[FormField] | None) -> dict[str, str] | None:
    """Return the fields that were sent. Raises Invalid for one that doesn’t exist, or that is sent twice."""
    if fields is None:
        return None
    known, seen = forms.askable_fields(web.actor().account_id), set[str]()
    wrong: dict[str, str] = {}
    for place, one in enumerate(fields):
        if one.key == "email":
            wrong[f"fields.{place}.key"] = "Every form asks for the email address. List other fields only."
        elif one.key not in known:
            wrong[f"fields.{place}.key"] = "This field doesn’t exist."
        elif one.key in seen:
            wrong[f"fields.{place}.key"] = "This field is listed more than once."
        seen.add(one.key)
    if wrong:
        raise Invalid.in_fields(wrong)
    return asked_in(fields)


def _result(form: FormPage) -> Result:
    return form_shape(form), 200, {"ETag": _etag(form)}


def _etag(form: FormPage) -> str:
    return etag_of(form_shape(form).model_dump_json(exclude=_COUNTS))


def _raise_if_changed(form: FormPage) -> None:
    raise_if_changed(_etag(form))
