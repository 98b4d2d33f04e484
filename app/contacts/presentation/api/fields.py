"""Custom fields of contacts."""

from typing import Annotated, Final, Literal, cast

from flask import url_for
from pydantic import ConfigDict, Field

from app.contacts.application import custom_fields
from app.contacts.application.custom_fields import ListedField
from app.contacts.domain.own_fields import MAX_CHOICE, MAX_CHOICES, MAX_LABEL, OwnKind
from app.contacts.presentation.api.contacts import blueprint
from app.platform import web
from app.platform.api.conditional import etag_of, raise_if_changed
from app.platform.api.operations import operation
from app.platform.api.schemas import UNCHANGED, Body, Changes, Page, Schema, described
from app.platform.errors import about
from app.platform.ids import HIGHEST_ID

TAG: Final = "Contact fields"
_ETAG: Final = {"ETag": "Identifies this version of the field, for `If-Match`."}
_BUSY: Final = {409: "The values of the field are being changed. Try again in a minute."}
_USED: Final = {409: "Workflows, segments, or jobs use the field, or its values are being changed."}

Kind = Literal[tuple(kind.value for kind in OwnKind)]
Task = Literal["convert", "merge", "delete"]
Label = Annotated[str, described("Name of the field.", "T-shirt size", min_length=1, max_length=MAX_LABEL)]
Choices = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=MAX_CHOICE)]],
    described("Values to choose from, of the kind `choice`.", ["S", "M", "L"], max_length=MAX_CHOICES),
]


class ContactField(Schema):
    """A custom field. Contacts have its value under `key` in `custom`."""

    id: int = described("ID of the field.", 12)
    key: str = described("Name of the field in `custom`; it never changes.", "t_shirt_size")
    label: str = described("Name of the field for people.", "T-shirt size")
    kind: Kind = described("Kind of its values.", "choice")
    choices: list[str] = described("Values to choose from; empty for other kinds.", ["S", "M", "L"])
    task: Task | None = described("What is being done to the values of all contacts; null: nothing.", None)


class NewContactField(Body):
    """A custom field to create."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"label": "T-shirt size", "kind": "choice", "choices": ["S", "M", "L"]}]
        }
    )

    label: Label
    kind: Annotated[Kind, described("Kind of its values.", "choice")] = OwnKind.TEXT.value
    choices: Choices = Field(default_factory=list)


class ContactFieldChanges(Changes):
    """Changes of a custom field. Fields that are not sent stay as they are."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"label": "Shirt size"}]})

    label: Label = UNCHANGED
    kind: Annotated[Kind, described("Kind of its values, which are converted.", "text")] = UNCHANGED
    choices: Choices = UNCHANGED


class FieldMerge(Body):
    """The field that another one is merged into."""

    into: Annotated[
        int,
        described(
            "ID of the field that stays. Where it has a value, that one stays.", 13, ge=1, le=HIGHEST_ID
        ),
    ]


Result = tuple[ContactField, int, dict[str, str]]


@blueprint.get("/contact-fields")
@operation(TAG, Page[ContactField], permission="report:view")
def list_contact_fields() -> Page[ContactField]:
    """List custom fields

    All custom fields of the account, by label, on one page.
    """
    return Page(data=[_shown(one) for one in custom_fields.field_list(web.actor())], next_cursor=None)


@blueprint.post("/contact-fields")
@operation(
    TAG,
    ContactField,
    status=201,
    permission="contact:manage",
    idempotent=True,
    headers=_ETAG | {"Location": "URL of the field."},
    says={
        409: "A field with this name is being deleted. Try again in a minute.",
        429: "The rate limit, or the limit of fields (`FIELD_LIMIT_REACHED`), is reached.",
    },
)
def create_contact_field(body: NewContactField) -> Result:
    """Create a custom field"""
    field_id = custom_fields.create_field(web.actor(), body.label, body.kind, body.choices)
    shown, _, headers = _result(field_id)
    place = url_for("api_contacts.get_contact_field", field_id=field_id)
    return shown, 201, headers | {"Location": place}


@blueprint.get("/contact-fields/<int:field_id>")
@operation(TAG, ContactField, permission="report:view", headers=_ETAG)
def get_contact_field(field_id: int) -> Result:
    """Get a custom field"""
    found = custom_fields.find_field(web.actor(), field_id)
    return _shown(found), 200, {"ETag": _etag(found)}


@blueprint.patch("/contact-fields/<int:field_id>")
@operation(TAG, ContactField, permission="contact:manage", conditional=True, headers=_ETAG, says=_BUSY)
def update_contact_field(field_id: int, body: ContactFieldChanges) -> Result:
    """Change a custom field

    With another kind, the values of all contacts are converted in the background; those that don’t fit stay
    as they are.
    """
    custom_fields.edit_field(
        web.actor(), field_id, body.label, body.kind, body.choices, check=_raise_if_changed
    )
    return _result(field_id)


@blueprint.post("/contact-fields/<int:field_id>/merge")
@operation(TAG, ContactField, status=202, permission="contact:manage", says=_USED)
def merge_contact_field(field_id: int, body: FieldMerge) -> tuple[ContactField, int]:
    """Merge a custom field into another one

    Moves the values of all contacts to the other field in the background, and deletes this one then. The
    response is the field that stays.
    """
    custom_fields.find(web.actor(), field_id)
    with about("into"):
        custom_fields.find(web.actor(), body.into)
    custom_fields.merge_fields(web.actor(), field_id, body.into)
    return _result(body.into)[0], 202


@blueprint.delete("/contact-fields/<int:field_id>")
@operation(TAG, status=204, permission="contact:manage", conditional=True, says=_USED)
def delete_contact_field(field_id: int) -> None:
    """Delete a custom field

    Also deletes its values, in the background.
    """
    custom_fields.delete_field(web.actor(), field_id, check=_raise_if_changed)


def _result(field_id: int) -> Result:
    """Return a field that the actor has changed. Reading it needs no further scope."""
    found = custom_fields.find(web.actor(), field_id)
    return _shown(found), 200, {"ETag": _etag(found)}


def _shown(one: ListedField) -> ContactField:
    return ContactField(
        id=one.id,
        key=one.field.key,
        label=one.field.label,
        kind=one.field.kind.value,
        choices=list(one.field.choices),
        task=cast(Task | None, one.task or None),
    )


def _etag(one: ListedField) -> str:
    return etag_of(_shown(one).model_dump_json())


def _raise_if_changed(one: ListedField) -> None:
    raise_if_changed(_etag(one))
