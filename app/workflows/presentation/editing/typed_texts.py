"""What was typed into a form that can’t be saved any more, because its step is gone: shown to be copied."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import render_template, request

from app.platform import web
from app.platform.errors import MusterError, NotFound
from app.workflows import application as workflows
from app.workflows.domain import Setting, types_named
from app.workflows.presentation.forms import CHOSEN

STEP_TYPE = "step_type"
"""The field of a form that says which type of step, trigger or goal it was made for."""
MOST_TEXTS = 200
_NOT_TYPED = {
    "csrf_token",
    "revision",
    "act",
    "add",
    "added",
    "remove",
    "switch",
    "test",
    "update",
    STEP_TYPE,
}
_PARTS = {"name": "name", "value": "value", "amount": ""}


@dataclass(frozen=True)
class TypedText:
    """A field of a form as it was sent. What `is_chosen` from a list is sent again, but not shown."""

    name: str
    label: str
    text: str
    is_chosen: bool = False


def typed_in_step() -> list[TypedText]:
    """Return what was sent with the form of a step, a trigger or a goal; nothing if no text was."""
    return _if_any(_of_step())


def typed_in_paths() -> list[TypedText]:
    """Return what was sent with the form of a step’s paths; nothing if no text was."""
    return _if_any(_of_paths())


def lost_page(public_id: str, refusal: MusterError, typed: Sequence[TypedText]) -> tuple[str, int]:
    """Return the texts with the reason why they can’t be saved, and the status of a conflict.

    Raises the `refusal` if nothing was typed, and NotFound if the workflow does not exist.
    """
    if not typed:
        raise refusal
    is_sheet = web.is_for("sheet-body")
    html = render_template(
        "workflows/editing/lost_sheet.html" if is_sheet else "workflows/editing/lost.html",
        workflow=workflows.find_workflow(web.actor(), public_id),
        refusal=refusal,
        is_gone=isinstance(refusal, NotFound),
        typed=typed,
        address=request.path,
        is_sheet=is_sheet,
        nav_active="workflows",
    )
    return html, 409


def _of_step() -> Iterator[TypedText]:
    settings = _settings_of(request.form.get(STEP_TYPE, ""))
    for name, text in request.form.items(multi=True):
        base, _, part = name.rpartition("-")
        setting = settings.get(name) or settings.get(base)
        if name in _NOT_TYPED:
            continue
        label = setting.label if setting else name.replace("_", " ").capitalize()
        if setting and setting.name == base and _PARTS.get(part):
            label = f"{label}: {_PARTS[part]}"
        is_chosen = part == "unit" or bool(setting and setting.kind in CHOSEN)
        yield TypedText(name, label[:80], text, is_chosen)


def _of_paths() -> Iterator[TypedText]:
    numbers: dict[str, int] = {}
    for name, text in request.form.items(multi=True):
        what, _, ref = name.partition("-")
        if what in ("name", "percent"):
            number = numbers.setdefault(ref, len(numbers) + 1)
            yield TypedText(name, f"{'Name' if what == 'name' else 'Percent'} of path {number}", text)


def _settings_of(type_: str) -> dict[str, Setting]:
    return {one.name: one for kind in types_named(type_) for one in kind.settings}


def _if_any(found: Iterator[TypedText]) -> list[TypedText]:
    texts = [one for one in found if one.text.strip()][:MOST_TEXTS]
    return texts if any(not one.is_chosen for one in texts) else []
