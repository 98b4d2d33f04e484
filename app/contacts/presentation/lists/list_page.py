"""The contact list, and the choice of its columns."""

from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from app.contacts import application as contacts
from app.contacts.application import selecting
from app.contacts.domain import Status
from app.contacts.presentation.lists.list_query import ListQuery, filter_text, list_query
from app.contacts.presentation.pages import blueprint
from app.platform import web
from app.platform.errors import Invalid
from app.platform.ids import number_of
from app.platform.text.words import counted

SMALLEST_ESTIMATE = 100  # contacts


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Show the list; for htmx requests while typing, only the part that changes."""
    query = list_query(web.actor(), request.args)
    facts = _list_facts(query)
    status = 422 if facts["filter_problems"] else 200
    if web.is_for("contact-list"):
        part = render_template("contacts/_contact_list.html", **facts)
        return part, status, {"HX-Replace-Url": query.url()}
    return render_template("contacts/index.html", **facts, **_page_facts(query)), status


@blueprint.get("/columns")
def columns() -> ResponseReturnValue:
    actor = web.actor()
    query = list_query(actor, request.args)
    chosen = {column.key for column in selecting.list_columns(actor)}
    return render_template(
        "contacts/columns.html",
        query=query,
        available=selecting.available_columns(actor),
        chosen=chosen,
        nav_active="contacts",
    )


@blueprint.post("/columns")
def set_columns() -> ResponseReturnValue:
    actor = web.actor()
    query = list_query(actor, request.form)
    selecting.choose_columns(actor, None if "usual" in request.form else request.form.getlist("column"))
    flash("Columns saved.", "success")
    return web.send_to(query.url())


def show_list(query: ListQuery, refusal: Invalid) -> ResponseReturnValue:
    """Show the list again because an action on it was refused."""
    facts = _list_facts(query)
    return render_template("contacts/index.html", refusal=refusal, **facts, **_page_facts(query)), 422


def count_words(count: int, *, about: bool = False, more: bool = False) -> str:
    """“3,214 contacts”, “about 31,200 contacts”, “10,000+ contacts”; “few contacts” for an estimate that is
    too small to be a number."""
    if more:
        return f"{count:,}+ contacts"
    if about and count < SMALLEST_ESTIMATE:
        return "few contacts"
    return f"about {counted(count, 'contact')}" if about else counted(count, "contact")


def _list_facts(query: ListQuery) -> dict[str, Any]:
    actor = web.actor()
    listing, problems = contacts.NOBODY, query.filter.problems
    if not problems:
        try:
            listing = contacts.find_contacts(
                actor, query.search, after=_place("after"), before=_place("before")
            )
        except Invalid as wrong:
            problems = wrong.facts["problems"]
    document = query.document
    facts: dict[str, Any] = {
        "query": query,
        "search": query.search,
        "listing": listing,
        "columns": selecting.list_columns(actor),
        "filter_problems": problems,
        "words": count_words(listing.count, about=listing.about, more=listing.more),
        "sort": query.sort or ("" if query.text else "-added"),
        "sort_url": query.without("sort").url(),
        "target_title": query.use.title(actor, query.target) if query.use else "",
        "uses": [] if query.use else selecting.uses_for(actor),
    }
    if document is not None and not problems:
        facts["filter_words"] = contacts.filter_words(actor.account_id, document)
        facts["unfiltered_url"] = query.without("filter", "segment").url()
        facts["edit_url"] = query.without("filter").url("contact_filter.build", filter=filter_text(document))
        facts["document_text"] = filter_text(document)
    if listing.previous is not None:
        facts["previous_url"] = query.url(before=listing.previous)
    if listing.next is not None:
        facts["next_url"] = query.url(after=listing.next)
    return facts


def _page_facts(query: ListQuery) -> dict[str, Any]:
    return {
        "tags": contacts.tags_to_choose(web.actor()),
        "statuses": list(Status),
        "filter_url": query.url("contact_filter.build"),
        "nav_active": "contacts",
    }


def _place(name: str) -> int | None:
    """Return the contact id in a query parameter, if it is valid."""
    return number_of(request.args.get(name, ""))
