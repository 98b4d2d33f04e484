"""Segments: filters that are saved under a name."""

from datetime import datetime
from typing import Annotated, Any, Final

from flask import url_for
from pydantic import ConfigDict

from app.contacts.application import selecting
from app.contacts.domain.criteria import with_full_names
from app.contacts.domain.names import MAX_NAME
from app.contacts.presentation.api.contacts import blueprint
from app.platform import web
from app.platform.api.conditional import etag_of, raise_if_changed
from app.platform.api.operations import operation
from app.platform.api.schemas import (
    CRITERIA,
    FILTER_EXAMPLE,
    UNCHANGED,
    Body,
    Changes,
    Page,
    Schema,
    described,
)

_ETAG: Final = {"ETag": "Identifies this version of the segment, for `If-Match`."}
_TAKEN: Final = {409: "Another segment has this name."}
_STORED: Final = {"all": [{"field": "contact.tags", "op": "has_any", "value": ["lead"]}]}

Name = Annotated[str, described("Name of the segment.", "Leads in Berlin", min_length=1, max_length=MAX_NAME)]

Filter = Annotated[dict[str, Any], CRITERIA]


class Segment(Schema):
    """A filter that is saved under a name. A job takes its ID in a selection of the type `filter`."""

    id: int = described("ID of the segment.", 7)
    name: str = described("Name of the segment.", "Leads in Berlin")
    filter: dict[str, Any] = described("The conditions, with the full names of the fields.", _STORED)
    created_at: datetime = described("When it was saved.", "2026-03-01T09:00:00Z")
    updated_at: datetime = described("When it last changed.", "2026-03-01T09:00:00Z")


class NewSegment(Body):
    """A filter to save under a name."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Leads in Berlin", "filter": FILTER_EXAMPLE}]}
    )

    name: Name
    filter: Filter


class SegmentChanges(Changes):
    """Changes of a segment. Fields that are not sent stay as they are."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Leads in Potsdam"}]})

    name: Name = UNCHANGED
    filter: Filter = UNCHANGED


Result = tuple[Segment, int, dict[str, str]]


@blueprint.get("/segments")
@operation("Segments", Page[Segment], permission="report:view")
def list_segments() -> Page[Segment]:
    """List segments

    All segments of the account, by name, on one page: there are 500 at most.
    """
    found = [_shown(one) for one in selecting.list_segments(web.actor())]
    return Page(data=found, next_cursor=None)


@blueprint.post("/segments")
@operation(
    "Segments",
    Segment,
    status=201,
    permission="contact:manage",
    idempotent=True,
    headers=_ETAG | {"Location": "URL of the segment."},
    says=_TAKEN | {429: "The rate limit, or the limit of segments (`SEGMENT_LIMIT_REACHED`), is reached."},
)
def create_segment(body: NewSegment) -> Result:
    """Save a segment"""
    made = selecting.save_segment(web.actor(), body.name, with_full_names(body.filter))
    shown, _, headers = _result(made)
    return shown, 201, headers | {"Location": url_for("api_contacts.get_segment", segment_id=made.id)}


@blueprint.get("/segments/<int:segment_id>")
@operation("Segments", Segment, permission="report:view", headers=_ETAG)
def get_segment(segment_id: int) -> Result:
    """Get a segment"""
    return _result(selecting.find_segment(web.actor(), segment_id))


@blueprint.patch("/segments/<int:segment_id>")
@operation("Segments", Segment, permission="contact:manage", conditional=True, headers=_ETAG, says=_TAKEN)
def update_segment(segment_id: int, body: SegmentChanges) -> Result:
    """Change a segment

    Jobs that have started keep the people that they found.
    """
    changed = selecting.change_segment(
        web.actor(),
        segment_id,
        name=body.name,
        criteria=with_full_names(body.filter) if body.filter is not None else None,
        check=_raise_if_changed,
    )
    return _result(changed)


@blueprint.delete("/segments/<int:segment_id>")
@operation("Segments", status=204, permission="contact:manage", conditional=True)
def delete_segment(segment_id: int) -> None:
    """Delete a segment

    Its contacts stay.
    """
    selecting.delete_segment(web.actor(), segment_id, check=_raise_if_changed)


def _result(segment: Any) -> Result:
    return _shown(segment), 200, {"ETag": _etag(segment)}


def _shown(segment: Any) -> Segment:
    return Segment(
        id=segment.id,
        name=segment.name,
        filter=segment.criteria,
        created_at=segment.created_at,
        updated_at=segment.updated_at,
    )


def _etag(segment: Any) -> str:
    return etag_of(_shown(segment).model_dump_json())


def _raise_if_changed(segment: Any) -> None:
    raise_if_changed(_etag(segment))
