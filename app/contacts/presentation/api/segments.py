"""Listing segments."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict

from app.contacts import application as contacts
from app.contacts.presentation.api.contacts import blueprint
from app.platform import web
from app.platform.api.operations import operation
from app.platform.api.schemas import Page, Schema


class Segment(Schema):
    """A filter that is saved under a name. A job takes `filter` as its selection of the type `filter`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 7,
                    "name": "Leads in Berlin",
                    "filter": {"all": [{"field": "contact.tags", "op": "has_any", "value": ["lead"]}]},
                    "created_at": "2026-03-01T09:00:00Z",
                    "updated_at": "2026-03-01T09:00:00Z",
                }
            ]
        }
    )

    id: int
    name: str
    filter: dict[str, Any]
    created_at: datetime
    updated_at: datetime


@blueprint.get("/segments")
@operation("Contacts", Page[Segment], permission="report:view")
def list_segments() -> Page[Segment]:
    """List segments

    All segments of the account, by name, on one page: there are 500 at most.
    """
    found = [
        Segment(
            id=one.id,
            name=one.name,
            filter=one.criteria,
            created_at=one.created_at,
            updated_at=one.updated_at,
        )
        for one in contacts.list_segments(web.actor())
    ]
    return Page(data=found, next_cursor=None)
