"""Listing, adding, reading, and changing contacts."""

from flask import Response, url_for

from app.contacts import application as contacts
from app.contacts.application import ContactChange, Search, TaggedContact
from app.contacts.domain import Status
from app.contacts.domain.criteria import with_full_names
from app.contacts.presentation.api.schemas import (
    Contact,
    ContactChanges,
    ContactQuery,
    ListedContact,
    NewContact,
    contact_of,
    values_of,
)
from app.contacts.presentation.filters import chosen_filter
from app.platform import web
from app.platform.api.conditional import etag_of, raise_if_changed
from app.platform.api.operations import blueprint as api_blueprint
from app.platform.api.operations import operation
from app.platform.api.paging import page_of_documents, read_cursor, write_cursor
from app.platform.api.schemas import Page
from app.platform.errors import Invalid

blueprint = api_blueprint("contacts")

_ETAG = {"ETag": "Identifies this version of the contact, for `If-Match`."}
_PLACE = {"Location": "URL of the contact."}


@blueprint.get("/contacts")
@operation("Contacts", Page[ListedContact], permission="report:view", headers={"Link": "The next page."})
def list_contacts(query: ContactQuery) -> Response:
    """List contacts

    The newest come first; with `q`, the best matches.
    """
    wanted = _fields(query.fields)
    cursor = read_cursor(query.cursor, int)
    page = contacts.list_contacts(web.actor(), _search(query), cursor[0] if cursor else None, query.limit)
    items = [values_of(known) for known in page.contacts]
    if wanted:
        items = [{name: item[name] for name in item if name in wanted} for item in items]
    return page_of_documents(items, write_cursor(page.next) if page.next is not None else None)


@blueprint.post("/contacts")
@operation(
    "Contacts",
    Contact,
    status=201,
    permission="contact:manage",
    idempotent=True,
    headers=_PLACE | _ETAG,
    says={409: "Another contact has this email address: `contact_id`."},
)
def create_contact(body: NewContact) -> tuple[Contact, int, dict[str, str]]:
    """Add a contact

    If another contact has this email address, the response is 409 with its `contact_id`.
    """
    actor = web.actor()
    contacts.check_keys(actor.account_id, body.own)
    contact_id = contacts.add_contact(
        actor,
        body.given,
        consent_basis=body.basis,
        consent_source=body.consent_source,
        custom=body.own,
        tags=body.tags,
        agrees_to_sms=body.agrees_to_sms,
        sms_source=body.sms_source,
    )
    made = contact_of(contacts.tagged(actor.account_id, contact_id))
    place = url_for("api_contacts.get_contact", contact_id=contact_id)
    return made, 201, {"Location": place, "ETag": _etag(made)}


@blueprint.get("/contacts/<int:contact_id>")
@operation("Contacts", Contact, permission="report:view", headers=_ETAG)
def get_contact(contact_id: int) -> tuple[Contact, int, dict[str, str]]:
    """Get a contact"""
    found = contact_of(contacts.show_contact(web.actor(), contact_id))
    return found, 200, {"ETag": _etag(found)}


@blueprint.patch("/contacts/<int:contact_id>")
@operation(
    "Contacts",
    Contact,
    permission="contact:manage",
    conditional=True,
    headers=_ETAG,
    says={409: "Another contact has this email address: `contact_id`; or the contact can’t be resubscribed."},
)
def update_contact(contact_id: int, body: ContactChanges) -> tuple[Contact, int, dict[str, str]]:
    """Change a contact

    All changes are made, or none. With `If-Match`, they are only made to the version that you have read.
    """
    change = ContactChange(
        given=body.given,
        custom=body.own,
        add_tags=body.add_tags,
        remove_tags=body.remove_tags,
        status=body.wanted_status,
        reason=body.reason,
        agrees_to_sms=body.agrees_to_sms,
        sms_source=body.sms_source,
    )
    changed = contact_of(contacts.edit_contact(web.actor(), contact_id, change, _raise_if_changed))
    return changed, 200, {"ETag": _etag(changed)}


@blueprint.delete("/contacts/<int:contact_id>")
@operation(
    "Contacts",
    status=204,
    permission="contact:manage",
    conditional=True,
    says={409: "A job that is not over names the contact."},
)
def erase_contact(contact_id: int) -> None:
    """Erase a contact

    Deletes what is known about the person everywhere, also in the rows of jobs and in uploaded files, whose
    figures stay right. It can’t be undone.
    """
    contacts.erase_contact(web.actor(), contact_id, check=_raise_if_changed)


def _raise_if_changed(known: TaggedContact) -> None:
    raise_if_changed(_etag(contact_of(known)))


def _etag(contact: Contact) -> str:
    return etag_of(contact.model_dump_json())


def _search(query: ContactQuery) -> Search:
    chosen = chosen_filter(query.filter)
    if chosen.problems:
        problem = chosen.problems[0]
        raise Invalid("VALIDATION_ERROR", f"filter: {problem}", fields={"filter": problem})
    return Search(
        text=query.q.strip(),
        status=Status(query.status) if query.status else None,
        tag=query.tag.strip(),
        filter=with_full_names(chosen.document),
    )


def _fields(text: str) -> frozenset[str]:
    """Return the names in `fields`, and the id; empty for all. Raises Invalid."""
    names = {name for part in text.split(",") if (name := part.strip())}
    unknown = sorted(names - set(Contact.model_fields))
    if unknown:
        sentence = (
            f"The field “{unknown[0]}” doesn’t exist. The fields are {', '.join(Contact.model_fields)}."
        )
        raise Invalid("VALIDATION_ERROR", f"fields: {sentence}", fields={"fields": sentence})
    return frozenset(names | {"id"}) if names else frozenset()
