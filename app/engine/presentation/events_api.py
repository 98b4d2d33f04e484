"""The operation of the API with which other systems report what happened to contacts."""

import json
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from app.contacts.domain import ConsentBasis
from app.contacts.domain.consent import MAX_CONSENT_SOURCE
from app.engine.application import triggers
from app.engine.application.triggers import Answer, GivenEvent, NewContacts
from app.platform import web
from app.platform.addresses.email_keys import MAX_ADDRESS
from app.platform.api.moments import EXAMPLE_MOMENT, Moment
from app.platform.api.operations import blueprint as api_blueprint
from app.platform.api.operations import operation
from app.platform.api.schemas import Body, ContactId, Schema, check_one_of, described

blueprint = api_blueprint("events")

EventType = Literal[triggers.EVENT_TYPES]
BasisName = Literal[tuple(one.value for one in ConsentBasis)]
StatusName = Literal["recorded", "repeated", "unknown_contact", "invalid"]
MAX_DETAILS: Final = 8_000  # characters of JSON
_KEY: Final = "order-1042"
_DATA: Final[dict[str, Any]] = {"product": "Starter course", "amount": 49}
_EVENT: Final[dict[str, Any]] = {
    "id": _KEY,
    "type": "purchase_made",
    "email": "ann@example.com",
    "data": _DATA,
}


def _check_size(data: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(data, ensure_ascii=False)) > MAX_DETAILS:
        raise ValueError(f"Must have at most {MAX_DETAILS:,} characters as JSON.")
    return data


Details = Annotated[dict[str, Any], AfterValidator(_check_size)]


class NewEvent(Body):
    """Something that happened to a contact. Send either the `email` or the `contact_id`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EVENT]})

    id: Annotated[
        str, described("Your ID of the event; one that was recorded is not again.", _KEY, max_length=100)
    ] = ""
    type: Annotated[EventType, described("What happened.", "purchase_made")]
    email: Annotated[
        str | None, described("Email address of the contact.", "ann@example.com", max_length=MAX_ADDRESS)
    ] = None
    contact_id: Annotated[ContactId | None, described("ID of the contact.", None)] = None
    occurred_at: Annotated[
        Moment | None, described("When it happened; now if it is left out.", EXAMPLE_MOMENT)
    ] = None
    data: Annotated[
        Details,
        described(
            "Details, for triggers, filters, and merge tags: `calendar`, `starts_at`, and `location` of"
            " appointments, `product` and `amount` of purchases, `form` of forms, `key` of webhooks.",
            _DATA,
        ),
    ] = Field(default_factory=dict)
    first_name: Annotated[
        str, described("First name, for a contact that is created.", "Ann", max_length=120)
    ] = ""
    last_name: Annotated[
        str, described("Last name, for a contact that is created.", "Lee", max_length=120)
    ] = ""

    @model_validator(mode="after")
    def _names_one_contact(self) -> "NewEvent":
        check_one_of(self, "email", "contact_id")
        return self


class NewEvents(Body):
    """Events to record, and what to do about contacts that don’t exist."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"events": [_EVENT]}]})

    events: Annotated[
        list[NewEvent],
        described("The events.", [_EVENT], min_length=1, max_length=triggers.MOST_AT_ONCE),
    ]
    missing_contacts: Annotated[
        Literal["report", "create"],
        described(
            "`report` unknown contacts, without recording their events, or `create` a contact for each"
            " unknown email address, with the `consent_basis`.",
            "report",
        ),
    ] = "report"
    consent_basis: Annotated[
        BasisName | None, described("Legal basis for contacting the contacts that are created.", None)
    ] = None
    consent_source: Annotated[
        str, described("Where the consent is from.", "Online shop", max_length=MAX_CONSENT_SOURCE)
    ] = ""

    @model_validator(mode="after")
    def _states_basis(self) -> "NewEvents":
        if (self.missing_contacts == "create") is not (self.consent_basis is not None):
            raise ValueError("Send consent_basis if contacts are created, and only then.")
        return self


class EventAnswer(Schema):
    """What became of an event."""

    id: str | None = described("Your ID of the event; null if it has none.", _KEY)
    status: StatusName = described(
        "`recorded`; `repeated` if one with this ID was recorded before; `unknown_contact` and `invalid` if"
        " it was not recorded.",
        "recorded",
    )
    contact_id: int | None = described("ID of the contact; null if it was not recorded.", 42)
    created_contact: bool = described("Whether the contact was created.", False)
    message: str | None = described("Why it was not recorded; null if it was.", None)


class RecordedEvents(Schema):
    """What became of events, in their order."""

    recorded: int = described("Events that were recorded.", 1)
    results: list[EventAnswer] = described("An answer for each event.")


@blueprint.post("/events")
@operation("Events", RecordedEvents, permission="contact:manage", idempotent=True)
def record_events(body: NewEvents) -> RecordedEvents:
    """Record events

    Reports what happened to contacts elsewhere: up to 1,000 events in a request. They are shown in timelines,
    start active workflows whose trigger waits for them, reach goals, and end waits. Contacts who may not be
    contacted are not enrolled. An event with an `id` counts once, whatever becomes of the response.
    """
    basis = body.consent_basis
    new_contacts = NewContacts(ConsentBasis(basis), body.consent_source) if basis else None
    answers = triggers.receive_events(web.actor(), [_given(one) for one in body.events], new_contacts)
    results = [_shape(one, answer) for one, answer in zip(body.events, answers, strict=True)]
    return RecordedEvents(recorded=sum(one.status == "recorded" for one in answers), results=results)


def _given(event: NewEvent) -> GivenEvent:
    return GivenEvent(
        type=event.type,
        id=event.id,
        contact_id=event.contact_id,
        email=event.email or "",
        occurred_at=event.occurred_at,
        data=event.data,
        first_name=event.first_name,
        last_name=event.last_name,
    )


def _shape(event: NewEvent, answer: Answer) -> EventAnswer:
    return EventAnswer(
        id=event.id or None,
        status=answer.status,
        contact_id=answer.contact_id,
        created_contact=answer.is_new_contact,
        message=answer.message or None,
    )
