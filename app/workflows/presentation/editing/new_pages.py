"""The page to create a workflow without a template."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts.application import require
from app.accounts.domain import Permission
from app.platform import web
from app.platform.errors import Invalid, LimitReached
from app.workflows import application as workflows
from app.workflows.presentation.forms import NewWorkflowForm

blueprint = Blueprint("new_workflows", __name__, url_prefix="/workflows/new")


@blueprint.get("")
def show() -> ResponseReturnValue:
    require(web.actor(), Permission.WORKFLOWS)
    return _page(NewWorkflowForm(formdata=None))


@blueprint.post("")
def create() -> ResponseReturnValue:
    form = NewWorkflowForm()
    name = form.name.data or ""
    try:
        same_name = bool(form.same_name.data) and form.same_name.data == name
        workflow = workflows.create_blank(web.actor(), name, same_name)
    except Invalid as wrong:
        form.show({"name": wrong.message})
        return _page(form), 422
    except workflows.SameName as taken:
        return _page(form, taken), 409
    except LimitReached as refusal:
        return _page(form, refusal), web.status_of(refusal)
    flash("Workflow created. Now add its steps.", "success")
    return web.send_to(url_for("workflows.show", public_id=workflow.public_id))


def _page(form: NewWorkflowForm, refusal: workflows.SameName | LimitReached | None = None) -> str:
    return render_template(
        "workflows/editing/new.html",
        form=form,
        refusal=refusal,
        is_taken=isinstance(refusal, workflows.SameName),
        nav_active="workflows",
    )
