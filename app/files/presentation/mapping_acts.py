"""Actions of the buttons on the mapping page."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final
from uuid import uuid4

from flask import request
from flask.typing import ResponseReturnValue

from app.files import application as files
from app.files.domain.columns.identify import SECOND_EMAIL
from app.files.domain.columns.styles import Dates, Phones
from app.files.domain.reading.layout import KnownLayout
from app.files.domain.text.garbled import REPAIRS
from app.files.presentation.column_readings import chosen_styles
from app.files.presentation.consent_form import CONSENT, Matching, asked
from app.files.presentation.destination_pages import DestinationPages
from app.files.presentation.layout_form import read_layout
from app.files.presentation.mapping_form import read_choices
from app.platform import web


@dataclass
class Sent:
    """A submitted mapping form. Actions may change it, and the page then shows the changes."""

    pages: DestinationPages
    upload: files.Upload
    form: Any
    matching: Matching

    @property
    def styles(self) -> tuple[Dates, Phones]:
        return chosen_styles(request.form, self.matching.mapping)


def carry_out(sent: Sent) -> ResponseReturnValue | None:
    """Run the pressed button's action; None means to show the page again.

    A button's value is the name of an action and, after a colon, its argument. Names unknown here are passed
    to the destination.
    """
    if "open" in request.form:
        return None
    name, _, about = request.form.get("act", "check").partition(":")
    if name in _ACTS:
        return _ACTS[name](sent, about)
    changed = sent.pages.destination.act(name)
    if changed is not None:
        sent.pages = replace(sent.pages, destination=changed.with_upload(sent.upload))
    return None


def _check(sent: Sent, _about: str) -> ResponseReturnValue | None:
    found = _read(sent)
    if found is None:
        return None
    return web.send_to(sent.pages.destination.check(sent.upload, *found))


def _start(sent: Sent, _about: str) -> ResponseReturnValue | None:
    found = _read(sent)
    if found is None:
        return None
    idempotency_key = sent.form.once.data or uuid4().hex
    return web.send_to(sent.pages.destination.start(sent.upload, *found, idempotency_key))


def _read(sent: Sent) -> tuple[files.FileChoices, Any] | None:
    """Return (choices, options), or None if there are problems, which are then shown in the form."""
    choices = read_choices(sent.form, sent.upload, sent.matching, sent.styles)
    options, found = sent.pages.destination.read(sent.form, sent.upload, choices)
    problems = files.problems_of(sent.upload, choices) | found
    sent.form.show(problems)
    return None if problems else (choices, options)


def _fix_addresses(sent: Sent, _about: str) -> None:
    files.fix_addresses(web.actor(), sent.upload.public_id, sent.matching.mapping)


def _undo_fixes(sent: Sent, _about: str) -> None:
    files.undo_fixes(web.actor(), sent.upload.public_id)


def _use_second_email(sent: Sent, position: str) -> None:
    if position in {str(at) for at in range(len(sent.upload.layout["columns"]))}:
        sent.matching = asked(
            sent.upload, sent.matching.mapping | {position: SECOND_EMAIL}, sent.matching.answers
        )


def _read_as_chosen(sent: Sent, _about: str) -> ResponseReturnValue:
    return _read_again(sent, read_layout(request.form, sent.upload))


def _read_header_as_row(sent: Sent, _about: str) -> ResponseReturnValue:
    return _read_again(sent, replace(files.known_layout(sent.upload), header_line=0))


def _repair(repair: str, sent: Sent, _about: str) -> ResponseReturnValue:
    return _read_again(sent, files.with_repairs(sent.upload, *files.known_layout(sent.upload).mends, repair))


def _undo_repair(repair: str, sent: Sent, _about: str) -> ResponseReturnValue:
    others = {*files.known_layout(sent.upload).mends} - {repair}
    return _read_again(sent, files.with_repairs(sent.upload, *others))


def _read_again(sent: Sent, known: KnownLayout) -> ResponseReturnValue:
    """Read the file another way and carry the column choices over."""
    again = files.read_again(web.actor(), sent.upload.public_id, known)
    files.carry_choices_over(web.actor(), sent.upload, again, forget=CONSENT)
    return web.send_to(sent.pages.mapping_url(again.public_id))


_ACTS: Final[dict[str, Callable[[Sent, str], ResponseReturnValue | None]]] = {
    "check": _check,
    "start": _start,
    "fix-addresses": _fix_addresses,
    "undo-fixes": _undo_fixes,
    "second": _use_second_email,
    "reread": _read_as_chosen,
    "first-row": _read_header_as_row,
    **{f"repair-{repair}": partial(_repair, repair) for repair in REPAIRS},
    **{f"unrepair-{repair}": partial(_undo_repair, repair) for repair in REPAIRS},
}
