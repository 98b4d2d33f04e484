"""The mapping page: column matching, check-up, and the options of the destination."""

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.files import application as files
from app.files.domain.columns.styles import Dates, Phones
from app.files.presentation.column_readings import chosen_styles
from app.files.presentation.consent_form import (
    CONSENT,
    ConsentCard,
    Matching,
    answers_as_fields,
    asked,
    read_consent,
)
from app.files.presentation.destination_pages import DestinationPages, View, routes, with_file
from app.files.presentation.layout_form import is_outdated, shown_layout
from app.files.presentation.mapping_acts import Sent, carry_out
from app.files.presentation.mapping_figures import counted_later, figures_of
from app.files.presentation.mapping_form import (
    columns_of,
    field_choices,
    first_form,
    form_of,
    read_mapping,
    read_opened,
)
from app.platform import web
from app.platform.errors import Conflict, Invalid, LimitReached, MusterError, TooMuch

ROWS_SHOWN: Final = 5
COLUMNS_SHOWN: Final = 40  # in the preview of the first rows


def blueprint_for(kinds: Sequence[files.DestinationKind]) -> Blueprint:
    one = "/<uuid:upload_id>"
    views = [
        (one, "GET", show),
        (one, "POST", decide),
        (one + "/choices", "POST", remember),
        (one + "/checkup", "POST", recount),
        (one + "/consent", "POST", ask_again),
        (one + "/newcomers", "GET", newcomers),
    ]
    return routes("mapping", views, kinds)


def as_seen(view: View) -> View:
    """Pass the view only forms for the current reading of the file. For any other, show the current page and
    ignore the form."""

    @with_file
    def run(pages: DestinationPages, upload: files.Upload) -> ResponseReturnValue:
        return _to_what_is_there(pages, upload) if is_outdated(request.form, upload) else view(pages, upload)

    run.__name__ = view.__name__
    return run


@with_file
def show(pages: DestinationPages, upload: files.Upload) -> ResponseReturnValue:
    return _first_page(pages, upload, files.ReadAnotherWay() if "changed" in request.args else None)


@with_file
def decide(pages: DestinationPages, upload: files.Upload) -> ResponseReturnValue:
    """Handle the page's form. It has several buttons, so that no input is lost whichever is pressed."""
    if is_outdated(request.form, upload):
        return _first_page(pages, upload, files.ReadAnotherWay()), 409
    sent = Sent(pages, upload, form_of(pages.kind)(), _matching(upload))
    _keep_choices(upload, sent.matching)
    refusal: MusterError | None = None
    try:
        answer = carry_out(sent)
        if answer is not None:
            return answer
    except Invalid as wrong:
        fields = wrong.facts.get("fields") or {}
        sent.form.show(fields)
        refusal = None if fields else wrong
    except (Conflict, TooMuch, LimitReached) as wrong:
        refusal = wrong
    status = web.status_of(refusal) if refusal else 422 if sent.form.errors else 200
    opened = request.form.getlist("opened") + request.form.getlist("open")
    identifier = sent.form.identifier.data
    page = _page(sent.pages, upload, sent.form, sent.matching, identifier, sent.styles, refusal, opened)
    return page, status


@with_file
def remember(pages: DestinationPages, upload: files.Upload) -> ResponseReturnValue:
    """Store the current choices, so that a reload shows them again."""
    if not is_outdated(request.form, upload):
        _keep_choices(upload)
    elif web.is_htmx():
        return _to_what_is_there(pages, upload)
    return "", 204  # sent while leaving the page, so there is nothing to show


@as_seen
def recount(pages: DestinationPages, upload: files.Upload) -> ResponseReturnValue:
    """Return the check-up for the current choices without storing anything."""
    matching = _matching(upload)
    figures = figures_of(
        upload, matching, request.form.get("identifier"), chosen_styles(request.form, matching.mapping)
    )
    return render_template("files/_checkup.html", pages=pages, upload=upload, **figures)


@as_seen
def ask_again(pages: DestinationPages, upload: files.Upload) -> ResponseReturnValue:
    """Return the consent questions for the current choices."""
    card = ConsentCard(_matching(upload), request.form)
    return render_template("files/_consent_questions.html", pages=pages, upload=upload, consent=card)


@with_file
def newcomers(_pages: DestinationPages, upload: files.Upload) -> ResponseReturnValue:
    """Return the count of new people in a large file, requested by the page after it has loaded."""
    return render_template("files/_newcomers.html", newcomers=counted_later(upload, request.args))


def _to_what_is_there(pages: DestinationPages, upload: files.Upload) -> ResponseReturnValue:
    """Redirect to the page for the current reading, with a message that it was changed."""
    return web.send_to(pages.mapping_url(upload.public_id, changed="1"))


def _first_page(pages: DestinationPages, upload: files.Upload, refusal: MusterError | None = None) -> str:
    """Return the page with earlier choices: those of this user here, or those the destination remembers."""
    fields = files.choices_of(web.actor(), upload, forget=CONSENT)
    if fields is not None:
        sent: MultiDict[str, str] = MultiDict(fields)
        form = form_of(pages.kind)(formdata=sent)
        form.once.data = first_form(pages.kind, {}).once.data
        matching = read_consent(sent, upload, read_mapping(sent, len(upload.layout["columns"])))
        styles = chosen_styles(sent, matching.mapping)
        opened = sent.getlist("opened")
        return _page(pages, upload, form, matching, form.identifier.data, styles, refusal, opened)
    known = pages.destination.remembered(upload, request.args)
    if known is not None:
        chosen = known.choices
        form = first_form(pages.kind, {"identifier": chosen.identifier, **known.values})
        matching = asked(upload, chosen.mapping, chosen.answers)
        return _page(pages, upload, form, matching, chosen.identifier, (chosen.dates, chosen.phones), refusal)
    matching = asked(
        upload, files.mapping_as_guessed(upload), files.remembered_answers(upload.account_id, upload)
    )
    return _page(pages, upload, None, matching, None, ("", ""), refusal)


def _page(
    pages: DestinationPages,
    upload: files.Upload,
    form: Any,
    matching: Matching,
    identifier: str | None,
    styles: tuple[Dates, Phones],
    refusal: MusterError | None = None,
    opened: Sequence[str] = (),
) -> str:
    """Render the whole page; `form` is None if nothing was chosen yet."""
    actor, destination = web.actor(), pages.destination
    figures = figures_of(upload, matching, identifier, styles)
    if form is None:
        values = destination.first_values(figures["newcomers"])
        form = first_form(pages.kind, {"identifier": figures["identifier"], **values})
    positions = read_opened(opened, len(upload.layout["columns"]))
    guesses = files.suggestion(actor.account_id, upload)
    return render_template(
        "files/mapping.html",
        pages=pages,
        destination=destination,
        upload=upload,
        layout=files.layout_of(upload),
        form=form,
        how=shown_layout(upload),
        opened=positions,
        columns=columns_of(guesses, matching.mapping, files.address_book().own_fields(actor), positions),
        choices=field_choices(),
        first=files.first_rows(upload, ROWS_SHOWN),
        columns_shown=COLUMNS_SHOWN,
        notices=destination.notices(upload, refusal),
        options=destination.options(form, figures["newcomers"]),
        earlier=files.same_file_before(actor.account_id, upload),
        refusal=refusal,
        nav_active=destination.place,
        consent=ConsentCard(matching),
        **figures,
    )


def _keep_choices(upload: files.Upload, matching: Matching | None = None) -> None:
    fields = {
        name: values
        for name, values in request.form.lists()
        if name not in ("csrf_token", "once", "act", "open") and not name.startswith("layout-")
    }
    if "open" in request.form:
        fields["opened"] = [*fields.get("opened", []), *request.form.getlist("open")]
    if matching is not None:
        fields |= answers_as_fields(matching)
    files.save_choices(web.actor(), upload, fields)


def _matching(upload: files.Upload) -> Matching:
    """Read the mapping and consent answers from the form."""
    mapping = read_mapping(request.form, len(upload.layout["columns"]))
    return read_consent(request.form, upload, mapping)
