"""Pages of tasks: the list, one task, and those of a contact."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.domain import Permission
from app.contacts import application as contacts
from app.platform import web
from app.platform.errors import Invalid
from app.platform.ids import HIGHEST_ID, number_of
from app.tasks import application as tasks
from app.tasks.application import TaskChange, TaskQuery
from app.tasks.application.reading import MOST_COUNTED
from app.tasks.presentation.forms import TaskForm, form_of, sent_task_form

blueprint = Blueprint("tasks", __name__)

ONE = f"/tasks/<int(max={HIGHEST_ID}):task_id>"
_LABELS = {"open": "Open", "overdue": "Overdue", "today": "Due today", "later": "Later", "done": "Done"}


@blueprint.get("/tasks")
def index() -> ResponseReturnValue:
    query = _query(request.args)
    found = tasks.task_list(web.actor(), query, after=_id("after"), before=_id("before"))
    return render_template(
        "tasks/index.html",
        found=found,
        query=query,
        tabs=[_tab(view, query, found.counts) for view in tasks.VIEWS],
        everyone_url=_address(query, is_mine=False),
        mine_url=_address(query, is_mine=True),
        previous_url=found.previous and _address(query, before=found.previous),
        next_url=found.next and _address(query, after=found.next),
        nav_active="tasks",
    )


@blueprint.post(f"/contacts/<int(max={HIGHEST_ID}):contact_id>/tasks")
def create(contact_id: int) -> ResponseReturnValue:
    actor = web.actor()
    form = sent_task_form(actor)
    try:
        tasks.create_task(actor, contact_id, **form.values(actor))
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        contact = contacts.show_contact(actor, contact_id).contact
        return render_template("tasks/new.html", contact=contact, task_form=form, nav_active="contacts"), 422
    return web.send_to(_card(contact_id))


@blueprint.get(ONE)
def show(task_id: int) -> ResponseReturnValue:
    actor = web.actor()
    shown = tasks.show_task(actor, task_id)
    return _page(shown, form_of(actor, shown) if actor.may(Permission.CONTACTS) else None)


@blueprint.post(ONE)
def change(task_id: int) -> ResponseReturnValue:
    actor = web.actor()
    shown = tasks.show_task(actor, task_id)
    form = sent_task_form(actor, shown)

    def save() -> None:
        tasks.change_task(actor, task_id, TaskChange(**form.values(actor)))

    url = url_for("tasks.show", task_id=task_id)
    return web.saved(form, save, lambda: _page(shown, form), url, "Changes saved.")


@blueprint.post(f"{ONE}/completion")
def complete(task_id: int) -> ResponseReturnValue:
    tasks.complete_task(web.actor(), task_id)
    return _changed(task_id)


@blueprint.post(f"{ONE}/reopening")
def reopen(task_id: int) -> ResponseReturnValue:
    tasks.reopen_task(web.actor(), task_id)
    return _changed(task_id)


@blueprint.post(f"{ONE}/removal")
def remove(task_id: int) -> ResponseReturnValue:
    contact_id = tasks.delete_task(web.actor(), task_id)
    flash("Task deleted.", "success")
    return web.send_to(_card(contact_id))


def _changed(task_id: int) -> ResponseReturnValue:
    """Answer htmx with the task as it is now, which keeps its place in the list, and a form with the page
    that it was on."""
    shown = tasks.show_task(web.actor(), task_id)
    query, back = _query(request.form), request.form.get("back")
    if web.is_htmx():
        return render_template("tasks/_task_answer.html", one=shown, query=query, back=back)
    if back == "list":
        return web.send_to(_address(query))
    return web.send_to(_card(shown.contact.id))


def _page(shown: Any, form: TaskForm | None) -> str:
    return render_template("tasks/task.html", shown=shown, task_form=form, nav_active="tasks")


def _query(given: Any) -> TaskQuery:
    """Parse the view, the filter and the contact of a list; invalid ones are ignored."""
    view = given.get("view", "")
    return TaskQuery(
        view if view in tasks.VIEWS else "open",
        is_mine=given.get("mine") == "1",
        contact_id=number_of(given.get("contact", "")),
    )


def _tab(view: str, query: TaskQuery, counts: Any) -> dict[str, Any]:
    count = counts.get(view)
    return {
        "text": _LABELS[view],
        "url": _address(query, view=view),
        "count": f"{MOST_COUNTED:,}+" if count == MOST_COUNTED else count,
        "active": view == query.view,
    }


def _address(query: TaskQuery, **changes: Any) -> str:
    view, is_mine = changes.pop("view", query.view), changes.pop("is_mine", query.is_mine)
    return url_for(
        "tasks.index",
        view=None if view == "open" else view,
        mine=1 if is_mine else None,
        contact=query.contact_id,
        **changes,
    )


def _id(name: str) -> int | None:
    return number_of(request.args.get(name, ""))


def _card(contact_id: int) -> str:
    return f"{url_for('contacts.show', contact_id=contact_id)}#tasks"
