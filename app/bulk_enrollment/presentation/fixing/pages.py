"""The page on which users fix rows of a finished job.

Each request saves what was typed; a change of a cell saves its row, where JavaScript is on.
"""

import re
from typing import Any, Final

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.bulk_enrollment.application.fixing import editing, sheet
from app.bulk_enrollment.application.report import shown_jobs as report
from app.bulk_enrollment.domain.outcomes import FIXABLE
from app.bulk_enrollment.domain.permissions import permission_for
from app.bulk_enrollment.domain.retrying import SameError
from app.bulk_enrollment.presentation.fixing.retries import run_again
from app.platform import web
from app.platform.errors import Invalid
from app.platform.text.numbers import whole_number
from app.platform.text.words import counted

blueprint = Blueprint("fixing", __name__, url_prefix="/enrollments/<public_id>/fix")

LABELS: Final = {"open": "To fix", "ready": "Fixed", "left_out": "Left out"}
_CELL: Final = re.compile(r"cell-(\d{1,10})-(\d{1,5})")
_MOST: Final = 2**31 - 1
_FOR_GROUPS: Final = {
    "fix": (editing.fix_all, "Fixed {}. Run them when you’re done."),
    "unfix": (editing.take_fix_back, "Took the fix of {} back."),
    "leave-all": (editing.leave_all_out, "Left {} out."),
}


@blueprint.get("")
def show(public_id: str) -> ResponseReturnValue:
    state, after = _state(), _number(request.args.get("after", ""))
    page = editing.fixing_page(web.actor(), public_id, state, after)
    why_not = sheet.why_not_fixed(page.job)
    shown = report.show_job(web.actor(), public_id)
    template = "bulk_enrollment/_fixing.html" if web.is_htmx() else "bulk_enrollment/fixing.html"
    return render_template(
        template,
        nav_active="contacts" if shown.job.kind == "import" else "enrollments",
        tabs=_tabs(public_id, page, state),
        next_url=page.on and _url(public_id, state, after=page.on),
        first_url=_url(public_id, state) if after else None,
        why_not=why_not,
        **_facts(public_id, page, shown, state),
    )


@blueprint.post("/sheet")
def open_sheet(public_id: str) -> ResponseReturnValue:
    """Make the rows editable, and show them."""
    sheet.open_sheet(web.actor(), public_id)
    return web.send_to(url_for("fixing.show", public_id=public_id))


@blueprint.post("")
def change(public_id: str) -> ResponseReturnValue:
    """Save the rows of the form, then do what its button says."""
    act = request.form.get("act", "save")
    if act in _FOR_GROUPS:
        return _change_group(public_id, act)
    rows = editing.save_edits(web.actor(), public_id, _typed(), _left_out())
    if act == "run":
        return run_again(public_id, only_fixed=True)
    if web.is_htmx():
        changed = _number(request.form.get("changed", ""))
        return _saved_row(public_id, [row for row in rows if row.number == changed])
    wrong = sum(1 for row in rows if row.state == "open" and row.is_changed)
    if wrong:
        flash(f"Saved. {counted(wrong, 'row still needs', 'rows still need')} fixing.", "warning")
    else:
        flash("Saved.", "success")
    after = _number(request.form.get("next" if act == "next" else "after", ""))
    return web.send_to(_url(public_id, _state(), after=after))


def _saved_row(public_id: str, rows: list[editing.EditedRow]) -> str:
    """Return the row that was changed, and the figures around the table."""
    state = _state()
    page = editing.fixing_page(web.actor(), public_id, state)
    return render_template(
        "bulk_enrollment/_fixing_saved.html",
        saved=rows,
        tabs=_tabs(public_id, page, state),
        **_facts(public_id, page, report.show_job(web.actor(), public_id), state),
    )


def _change_group(public_id: str, act: str) -> ResponseReturnValue:
    change_all, words = _FOR_GROUPS[act]
    rows = change_all(web.actor(), public_id, _group())
    if rows:
        flash(words.format(counted(rows, "row")), "success")
    else:
        flash("These rows have already been changed.", "info")
    return web.send_to(_url(public_id, "open"))


def _facts(public_id: str, page: editing.FixingPage, shown: report.ShownJob, state: str) -> dict[str, Any]:
    return {
        "page": page,
        "shown": shown,
        "state": state,
        "may_change": web.actor().may(permission_for(shown.job.kind)),
        "action": url_for("fixing.change", public_id=public_id),
        "after": _number(request.values.get("after", "")),
    }


def _tabs(public_id: str, page: editing.FixingPage, state: str) -> list[dict[str, Any]]:
    return [
        {
            "text": label,
            "count": page.counts.get(name, 0),
            "url": _url(public_id, name),
            "active": name == state,
        }
        for name, label in LABELS.items()
    ]


def _url(public_id: str, state: str, **place: int) -> str:
    given: dict[str, Any] = {name: value for name, value in place.items() if value}
    return url_for("fixing.show", public_id=public_id, state=state if state != "open" else None, **given)


def _state() -> str:
    state = request.values.get("state", "")
    return state if state in LABELS else "open"


def _number(text: str) -> int:
    return whole_number(text, _MOST) or 0


def _typed() -> dict[int, dict[str, str]]:
    """Return {row number: {column position: text}} of the rows in the form."""
    found: dict[int, dict[str, str]] = {}
    for text in request.form.getlist("row")[: 2 * editing.PAGE]:
        if row := _number(text):
            found[row] = {}
    for name, text in request.form.items():
        if (cell := _CELL.fullmatch(name)) and (row := _number(cell[1])) in found:
            found[row][cell[2]] = text.replace("\0", "")
    return found


def _left_out() -> set[int]:
    return {row for text in request.form.getlist("leave")[: 2 * editing.PAGE] if (row := _number(text))}


def _group() -> SameError:
    """Return the rows that the button of a group is about. Raises Invalid."""
    outcome = _number(request.form.get("outcome", ""))
    if outcome not in FIXABLE:
        raise Invalid("VALIDATION_ERROR", "These rows don’t exist.")
    detail, repair = request.form.get("detail", "")[:200], request.form.get("repair", "")[:80]
    return SameError(outcome, detail or None, repair or None)
