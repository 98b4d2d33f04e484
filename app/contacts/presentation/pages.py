"""Pages of a contact. The list is in `lists`."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.contacts import application as contacts
from app.contacts.application import topics
from app.contacts.domain import CONSENT_LABELS, ConsentBasis, birthday_input
from app.contacts.presentation.forms import (
    ContactForm,
    NewContactForm,
    ReactivationForm,
    SmsConsentForm,
    TagForm,
    contact_form,
)
from app.contacts.presentation.time_line import jobs_of, lines_of, stating_file, stating_source
from app.platform import web
from app.platform.errors import Conflict, Invalid
from app.platform.ids import HIGHEST_ID
from app.platform.text.formats import short_date

blueprint = Blueprint("contacts", __name__, url_prefix="/contacts")

ONE = f"/<int(max={HIGHEST_ID}):contact_id>"


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    actor = web.actor()
    form = contact_form(NewContactForm, contacts.own_fields(actor), email=request.args.get("email", ""))
    return render_template("contacts/new.html", form=form, nav_active="contacts")


@blueprint.post("")
def add() -> ResponseReturnValue:
    actor = web.actor()
    form = contact_form(NewContactForm, contacts.own_fields(actor))
    facts: dict[str, Any] = {}
    if form.validate():
        try:
            contact_id = contacts.add_contact(
                actor,
                form.given,
                custom=form.own,
                tags=form.tag_names,
                consent_basis=ConsentBasis(form.consent_basis.data),
                consent_source=form.consent_source.data or "",
                agrees_to_sms=True if (form.sms_source.data or "").strip() else None,
                sms_source=form.sms_source.data or "",
            )
        except (Invalid, Conflict) as wrong:
            facts = _show(form, wrong)
        else:
            flash("Contact added.", "success")
            return web.send_to(_page(contact_id))
    return render_template("contacts/new.html", form=form, nav_active="contacts", **facts), 422


@blueprint.get(ONE)
def show(contact_id: int) -> ResponseReturnValue:
    return _show_card(contact_id)


@blueprint.get(f"{ONE}/edit")
def edit(contact_id: int) -> ResponseReturnValue:
    actor = web.actor()
    contact = contacts.contact_card(actor, contact_id).contact
    values = {key: getattr(contact, key) or "" for key in ContactForm().given}
    values["birthday"] = birthday_input(contact.birthday) if contact.birthday else ""
    form = contact_form(ContactForm, contacts.own_fields(actor), own_values=contact.custom, **values)
    return render_template("contacts/edit.html", form=form, contact=contact, nav_active="contacts")


@blueprint.post(ONE)
def change(contact_id: int) -> ResponseReturnValue:
    actor = web.actor()
    form = contact_form(ContactForm, contacts.own_fields(actor))
    form.validate()
    try:
        contacts.change_contact(actor, contact_id, form.given, form.own)
    except (Invalid, Conflict) as wrong:
        facts = _show(form, wrong)
        contact = contacts.contact_card(actor, contact_id).contact
        return render_template(
            "contacts/edit.html", form=form, contact=contact, nav_active="contacts", **facts
        ), 422
    flash("Changes saved.", "success")
    return web.send_to(_page(contact_id))


@blueprint.post(f"{ONE}/tags")
def add_tag(contact_id: int) -> ResponseReturnValue:
    form = TagForm()
    try:
        contacts.tag_contact(web.actor(), contact_id, form.name.data or "")
    except Invalid as wrong:
        form.show({"name": wrong.message})
        return _show_card(contact_id, tag_form=form), 422
    return web.send_to(f"{_page(contact_id)}#tags")


@blueprint.post(f"{ONE}/tags/<int(max={HIGHEST_ID}):tag_id>/removal")
def remove_tag(contact_id: int, tag_id: int) -> ResponseReturnValue:
    contacts.untag_contact(web.actor(), contact_id, tag_id)
    return web.send_to(f"{_page(contact_id)}#tags")


@blueprint.post(f"{ONE}/unsubscription")
def unsubscribe(contact_id: int) -> ResponseReturnValue:
    contacts.unsubscribe(web.actor(), contact_id)
    flash("Unsubscribed. They won’t receive any more messages.", "success")
    return web.send_to(_page(contact_id))


@blueprint.get(f"{ONE}/erasure")
def ask_to_erase(contact_id: int) -> ResponseReturnValue:
    """Show what erasing the contact will do."""
    preview = contacts.erasure_preview(web.actor(), contact_id)
    return render_template("contacts/erasure.html", preview=preview, nav_active="contacts")


@blueprint.post(f"{ONE}/erasure")
def erase(contact_id: int) -> ResponseReturnValue:
    contacts.erase_contact(web.actor(), contact_id)
    flash("Contact erased. Jobs and uploaded files are being cleaned.", "success")
    return web.send_to(url_for("contacts.index"))


@blueprint.post(f"{ONE}/reactivation")
def reactivate(contact_id: int) -> ResponseReturnValue:
    form = ReactivationForm()
    try:
        contacts.reactivate(web.actor(), contact_id, form.reason.data or "")
    except Invalid as wrong:
        form.show({"reason": wrong.message})
        return _show_card(contact_id, reactivation_form=form), 422
    flash("Resubscribed. They can receive messages again.", "success")
    return web.send_to(_page(contact_id))


@blueprint.post(f"{ONE}/sms-consent")
def agree_to_sms(contact_id: int) -> ResponseReturnValue:
    form = SmsConsentForm()
    try:
        contacts.set_sms_consent(web.actor(), contact_id, True, form.sms_source.data or "")
    except Invalid as wrong:
        form.show({"sms_source": wrong.message})
        return _show_card(contact_id, sms_form=form), 422
    flash("Saved. They can get text messages.", "success")
    return web.send_to(_page(contact_id))


@blueprint.post(f"{ONE}/sms-refusal")
def refuse_sms(contact_id: int) -> ResponseReturnValue:
    contacts.set_sms_consent(web.actor(), contact_id, False, "")
    flash("Saved. They won’t get any more text messages.", "success")
    return web.send_to(_page(contact_id))


@blueprint.post(f"{ONE}/topics")
def resume_topic(contact_id: int) -> ResponseReturnValue:
    topics.resume_topic(web.actor(), contact_id, request.form.get("topic", ""))
    flash("Topic resumed. They’ll get emails about it again.", "success")
    return web.send_to(_page(contact_id))


def _show_card(contact_id: int, **forms: Any) -> str:
    actor = web.actor()
    card = contacts.contact_card(actor, contact_id)
    basis = card.contact.consent_basis
    files = contacts.job_names(actor, jobs_of(card))
    given = {
        "tag_form": TagForm(formdata=None),
        "reactivation_form": ReactivationForm(formdata=None),
        "sms_form": SmsConsentForm(formdata=None),
    } | forms
    return render_template(
        "contacts/contact.html",
        card=card,
        contact=card.contact,
        lines=lines_of(card, contacts.descriptions_of(actor, card.events), files),
        stating_file=stating_file(card, files),
        stating_source=stating_source(card),
        panels=contacts.panels_of(actor, contact_id),
        birthday=short_date(card.contact.birthday) if card.contact.birthday else None,
        consent=CONSENT_LABELS[ConsentBasis(basis)] if basis in set(ConsentBasis) else basis,
        all_tags=contacts.tags_to_choose(actor),
        nav_active="contacts",
        **given,
    )


def _show(form: Any, wrong: Invalid | Conflict) -> dict[str, Any]:
    """Attach an error to its form field; for a taken address, return a link to the contact that has it."""
    if isinstance(wrong, Invalid):
        form.show(wrong.facts.get("fields", {}))
        if not form.errors:
            form.show({"tags": wrong.message})
        return {}
    form.show({"email": wrong.message})
    other = wrong.facts.get("contact_id")
    return {"other_url": _page(other)} if other else {}


def _page(contact_id: int) -> str:
    return url_for("contacts.show", contact_id=contact_id)
