"""Bulk actions on contacts: add a tag, remove a tag, delete; and the export."""

from typing import Annotated, Any, Literal

from flask import Response, url_for
from pydantic import ConfigDict, model_validator

from app.contacts.application import selecting
from app.contacts.application.selecting import Selected, ShownAction
from app.contacts.application.selecting.selections import MOST_IDS
from app.contacts.domain import MAX_TAG
from app.contacts.domain.criteria import with_full_names
from app.contacts.presentation.api.contacts import blueprint
from app.platform import web
from app.platform.api.operations import operation
from app.platform.api.schemas import (
    CRITERIA,
    FILTER_EXAMPLE,
    SEGMENT_ID,
    Body,
    ContactId,
    Schema,
    check_one_of,
    described,
)
from app.platform.errors import about, fields_renamed

Action = Literal["tag", "untag", "delete"]


class ChosenContacts(Body):
    """Contacts by ID, by filter, or of a segment: exactly one of the three."""

    contact_ids: Annotated[
        list[ContactId] | None, described("IDs of contacts.", [1, 2, 3], min_length=1, max_length=MOST_IDS)
    ] = None
    filter: Annotated[dict[str, Any] | None, CRITERIA] = None
    segment_id: Annotated[int | None, SEGMENT_ID] = None

    @model_validator(mode="after")
    def _has_one(self) -> "ChosenContacts":
        check_one_of(self, "contact_ids", "filter", "segment_id")
        return self

    def select(self) -> Selected:
        """Select the contacts. Raises Invalid, also if there are none, and NotFound."""
        actor = web.actor()
        if self.contact_ids is not None:
            return selecting.select_contacts(actor, self.contact_ids, all_exist=True)
        if self.segment_id is None:
            return selecting.select_matching(actor, with_full_names(self.filter))
        with about("segment_id"):
            segment = selecting.find_segment(actor, self.segment_id)
        return selecting.select_matching(actor, segment.criteria, segment.name)


class NewBulkAction(ChosenContacts):
    """What to do with which contacts."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"action": "tag", "tag": "spring", "filter": FILTER_EXAMPLE},
                {"action": "delete", "contact_ids": [1, 2, 3], "confirmed": 3},
            ]
        }
    )

    action: Annotated[Action, described("`tag`: add a tag, `untag`: remove it, `delete`: delete.", "tag")]
    tag: Annotated[str, described("Name of the tag to add or remove.", "spring", max_length=MAX_TAG)] = ""
    confirmed: Annotated[
        int | None,
        described(
            "To delete: how many contacts may be deleted at most. Without it, the response is 409 with the "
            "code `CONFIRMATION_NEEDED` and their number in `count`.",
            3,
            ge=1,
        ),
    ] = None


class BulkAction(Schema):
    """An action on many contacts. Large ones are done in the background."""

    id: int = described("ID of the action.", 5)
    action: Action = described("What is done.", "tag")
    tag: str | None = described("Name of the tag; null for a deletion.", "spring")
    total: int = described("Number of contacts.", 3214)
    done: int = described("Contacts that are done.", 3214)
    changed: int = described("Contacts that were changed, or deleted.", 3200)
    is_over: bool = described("Whether all of them are done.", True)


class ContactExport(ChosenContacts):
    """Which contacts to export."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"filter": FILTER_EXAMPLE}]})


@blueprint.post("/contacts/bulk-actions")
@operation(
    "Contacts",
    BulkAction,
    status=202,
    permission="contact:manage",
    idempotent=True,
    headers={"Location": "URL of the action."},
    errors=(404,),
    says={409: "A deletion is not confirmed (`CONFIRMATION_NEEDED`), or there are more contacts now."},
)
def create_bulk_action(body: NewBulkAction) -> tuple[BulkAction, int, dict[str, str]]:
    """Tag, untag, or delete many contacts

    The contacts are fixed when the action begins.
    """
    actor, selected = web.actor(), body.select()
    if body.action == "delete":
        action_id = selecting.delete_selection(actor, selected.id, body.confirmed)
    else:
        act = selecting.tag_selection if body.action == "tag" else selecting.untag_selection
        with fields_renamed(lambda name: "tag" if name == "tags" else name):
            action_id = act(actor, selected.id, body.tag)
    place = url_for("api_contacts.get_bulk_action", action_id=action_id)
    return _shown(selecting.action_begun(actor, action_id)), 202, {"Location": place}


@blueprint.get("/contacts/bulk-actions/<int:action_id>")
@operation("Contacts", BulkAction, permission="report:view")
def get_bulk_action(action_id: int) -> BulkAction:
    """Get a bulk action"""
    return _shown(selecting.show_action(web.actor(), action_id))


@blueprint.post("/contacts/export")
@operation(
    "Contacts",
    media_type="text/csv",
    permission="contact:manage",
    headers={"Content-Disposition": "The name of the file."},
    errors=(404,),
    says={200: "The contacts as CSV."},
)
def export_contacts(body: ContactExport) -> Response:
    """Export contacts as CSV

    The file can be imported again as it is. The export is recorded in the activity log.
    """
    exported = selecting.export_selection(web.actor(), body.select().id)
    return web.csv_file(exported.chunks, exported.name)


def _shown(action: ShownAction) -> BulkAction:
    return BulkAction(
        id=action.id,
        action=action.kind,
        tag=action.tag or None,
        total=action.total,
        done=action.done,
        changed=action.changed,
        is_over=action.is_over,
    )
