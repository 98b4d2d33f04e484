"""Page that saves a workflow as a template, and shows before what will be replaced."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.gallery import application as gallery
from app.gallery.application import NotReviewed, SavedTemplate, SavingDraft, SavingReview
from app.gallery.application.library import own
from app.gallery.application.library.new_version import VersionedByOthers
from app.gallery.domain.categories import CUSTOM
from app.gallery.domain.sanitizing import Passage, Place, Report, Value
from app.gallery.presentation.saving.forms import KINDS, VERSION, Chosen, SavingForm, form_of
from app.platform import web
from app.platform.errors import Invalid, MusterError, NotAllowed, NotFound
from app.platform.text.words import counted

CONTEXT = 120  # characters of unchanged text that are shown on either side of what was found
MOST_VALUES = 1_000
MOST_TEXT = 2_000
WORDS = ("markdown", "text", "plain")
GROUPS = (
    ("personal", "Personal data", "Replaced unless you keep it."),
    ("business", "Your business", "Each account that uses the template fills in its own details."),
    (
        "possible",
        "Possible names",
        "These match contacts, but may be ordinary words or places. Tick those that should be replaced.",
    ),
    ("chosen", "Added by you", "Replaced wherever they are found."),
)

blueprint = Blueprint("template_saving", __name__, url_prefix="/workflows/<public_id>/template")


@blueprint.get("")
def show(public_id: str) -> ResponseReturnValue:
    """Show what would be replaced. `into` is a template of the account to save a new version of."""
    actor = web.actor()
    review, into = gallery.review_saving(actor, public_id), request.args.get("into", "")
    cards = own.own_template_cards(actor, [into, review.workflow.template_id])
    return _page(review, form_of(review, cards, into), [])


@blueprint.post("")
def save(public_id: str) -> ResponseReturnValue:
    """Save the template. With another button than that to save, show the page with the choices made."""
    actor, form = web.actor(), SavingForm()
    form.validate()
    chosen = form.chosen()
    draft = form.draft(chosen)
    is_saved = request.form.get("act", "save") == "save" and "remove" not in request.form
    try:
        if not is_saved or form.new_text.errors:
            status = 422 if form.new_text.errors else 200
            return _page(gallery.review_saving(actor, public_id, draft), form, chosen), status
        saved = gallery.save_as_template(
            actor,
            public_id,
            draft,
            note="" if draft.into is None else form.note.data or "",
            new_fields=True,
            same_name=bool(form.same_name.data) and form.same_name.data == form.name.data,
            seen=form.seen.data or "",
        )
    except (NotFound, NotAllowed):
        raise
    except MusterError as error:
        fields = error.facts.get("fields", {}) if isinstance(error, Invalid) else {}
        form.show(fields)
        status = web.status_of(error)
        review = gallery.review_saving(actor, public_id, _without_wrong(draft, fields))
        return _page(review, form, chosen, error), status
    flash(_saying(saved, is_version=draft.into is not None), "success" if saved.is_changed else "info")
    return web.send_to(url_for("gallery.show", public_id=saved.details.card.public_id))


def _saying(saved: SavedTemplate, *, is_version: bool) -> str:
    card, replaced = saved.details.card, len(saved.report.replaced)
    if not saved.is_changed:
        return f"Nothing was saved: version {card.version} of “{card.name}” already has these steps."
    words = f" {counted(replaced, 'value')} replaced." if replaced else ""
    return f"“{card.name}” is saved as {f'version {card.version}' if is_version else 'a template'}.{words}"


def _without_wrong(draft: SavingDraft, fields: Mapping[str, str]) -> SavingDraft | None:
    """Return what of a draft can still be shown: without details or choices that are wrong."""
    if "chosen" in fields:
        return None
    if fields:
        return replace(draft, name=None, description=None, category=CUSTOM, tags=())
    return draft


def _page(
    review: SavingReview, form: SavingForm, chosen: list[Chosen], error: MusterError | None = None
) -> str:
    report = review.report
    form.seen.data = review.fingerprint
    values = report.values[:MOST_VALUES]
    cards = own.own_template_cards(web.actor(), [form.into_id(), review.workflow.template_id])
    form.offer(cards, is_overtaken=isinstance(error, VersionedByOthers))
    form.asked_switches_on.data = "1" if review.to_switch_on else ""
    form.listed.data = " ".join(one.id for one in values if one.group != "chosen")
    confirm = error.facts.get("confirm") if error else None
    is_about_fields = isinstance(error, Invalid) and bool(error.facts.get("fields"))
    return render_template(
        "gallery/saving/page.html",
        review=review,
        workflow=review.workflow,
        report=report,
        form=form,
        chosen=chosen,
        has_own=bool(cards) or form.kind.data == VERSION,
        kinds=KINDS,
        groups=_groups(values),
        stay_off=[one for one in review.off if not one.lacks],
        passages=[(one.place, _shortened(one)) for one in report.passages],
        others=_others(report),
        most_text=MOST_TEXT,
        error=None if is_about_fields else error,
        confirm=confirm,
        is_new_review=isinstance(error, NotReviewed | VersionedByOthers),
        nav_active="workflows",
    )


def _others(report: Report) -> list[Place]:
    """Return the other texts that people have written, without those that have a secret."""
    secret = {one.place.pointer for one in report.secrets}
    return [one for one in report.others if one.mode in WORDS and one.part_id and one.pointer not in secret]


def _groups(values: tuple[Value, ...]) -> list[tuple[str, str, str, list[Value]]]:
    """Return (name, title, hint, values) of the groups that have values."""
    found = [(*group, [one for one in values if one.group == group[0]]) for group in GROUPS]
    return [group for group in found if group[3]]


def _shortened(passage: Passage) -> list[dict[str, Any]]:
    """Return the segments of a passage, with long parts that do not change shortened in the middle."""
    last = len(passage.segments) - 1
    shown = []
    for at, one in enumerate(passage.segments):
        text = one.text
        if not one.key and len(text) > 2 * CONTEXT + 20:
            before = text[:CONTEXT].rstrip() if at else ""
            after = text[-CONTEXT:].lstrip() if at < last else ""
            text = f"{before} … {after}"
        shown.append({"text": text, "key": one.key, "new": one.new})
    return shown
