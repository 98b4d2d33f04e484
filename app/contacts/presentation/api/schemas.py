"""Contacts in the terms of the API: what programs send and receive."""

import json
from datetime import datetime
from typing import Annotated, Any, Final, Literal, cast

from pydantic import ConfigDict, Field, create_model

from app.contacts.application import PlainContact, TaggedContact
from app.contacts.domain import FIELDS, MAX_TAG, ConsentBasis, Status, birthday_input
from app.contacts.domain.consent import MAX_CONSENT_SOURCE, SmsConsentStatus
from app.contacts.domain.fields import CUSTOM_LIMIT
from app.contacts.presentation.filters import MAX_LENGTH
from app.platform.api.schemas import FILTER_EXAMPLE, Body, PageQuery, Schema, described

_MOST_TAGS: Final = 50
_MOST_CUSTOM: Final = 500
_AT: Final = "2026-03-01T09:00:00Z"
_BIRTHDAY: Final = "YYYY-MM-DD, or --MM-DD without a year."

StatusName = Literal["active", "bounced", "unsubscribed", "blocked"]
SmsConsentName = Literal["yes", "no", "unknown"]
BasisName = Literal["opt_in", "double_opt_in", "customer", "legitimate_interest", "other"]


class ContactConsent(Schema):
    """Why the contact may be contacted."""

    basis: str | None = described("Legal basis for contacting.", "opt_in")
    source: str | None = described("Where the consent is from.", "Sign-up form")
    at: datetime | None = described("Since when.", _AT)


class ContactSmsConsent(Schema):
    """What the contact’s phone number says about text messages."""

    status: SmsConsentName = described(
        "`yes` if it has agreed, `no` if it has opted out; `unknown` is not a yes.", "yes"
    )
    source: str | None = described("How it has said so.", "Checkbox at checkout")
    at: datetime | None = described("When it has said so.", _AT)


class StoppedTopic(Schema):
    """A topic that the contact opted out of."""

    topic: str = described("Key of the topic, as in `GET /topics`.", "newsletter")
    source: str = described("How the contact opted out.", "Unsubscribe link in “News”")
    at: datetime = described("When the contact opted out.", _AT)


class Contact(Schema):
    """A contact. Only contacts with the status `active` are enrolled and receive messages."""

    id: int = described("ID of the contact.", 42)
    email: str | None = described("Email address.", "ann@example.com")
    phone: str | None = described("Phone number with country code.", "+49301234567")
    first_name: str | None = described("First name.", "Ann")
    last_name: str | None = described("Last name.", "Lee")
    company: str | None = described("Company.", "Lee Ltd")
    city: str | None = described("City.", "Bristol")
    country: str | None = described("Country.", "GB")
    birthday: Annotated[str | None, described(f"Birthday: {_BIRTHDAY}", "1990-04-23")]
    time_zone: str | None = described("Time zone; null if it is the account’s.", "Europe/London")
    status: StatusName = described("Whether the contact may be contacted.", "active")
    status_at: datetime | None = described("When the status last changed.", None)
    tags: list[str] = described("Names of the tags.", ["lead"])
    custom: dict[str, Any] = described(
        "Values of custom fields by key, as in `GET /contact-fields`.", {"shoe_size": "42"}
    )
    consent: ContactConsent = described("Why the contact may be contacted.")
    sms_consent: ContactSmsConsent = described("What the phone number says about text messages.")
    stopped_topics: list[StoppedTopic] = described("Topics that the contact opted out of, latest first.")
    created_at: datetime = described("When the contact was added.", _AT)
    updated_at: datetime = described("When the contact last changed.", _AT)


def _listed(name: str, field: Any) -> Any:
    default = {} if name == "id" else {"default": None}
    return described(field.description, *(field.examples or ()), **default)


ListedContact: Any = create_model(
    "ListedContact",
    __base__=Schema,
    __doc__="A contact in a list. With the parameter `fields`, it has only those and its `id`.",
    **cast(
        Any, {name: (field.annotation, _listed(name, field)) for name, field in Contact.model_fields.items()}
    ),
)


def contact_of(known: TaggedContact) -> Contact:
    """Return a contact in the terms of the API."""
    return Contact(**values_of(known))


def values_of(known: TaggedContact | PlainContact) -> dict[str, Any]:
    """Return {field: value} of a contact."""
    contact, tags, said, stopped = known
    return {
        "id": contact.id,
        "email": contact.email,
        "phone": contact.phone,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "company": contact.company,
        "city": contact.city,
        "country": contact.country,
        "birthday": birthday_input(contact.birthday) if contact.birthday else None,
        "time_zone": contact.time_zone,
        "status": contact.status,
        "status_at": contact.status_at,
        "tags": [tag.name for tag in tags],
        "custom": contact.custom or {},
        "consent": {
            "basis": contact.consent_basis,
            "source": contact.consent_source,
            "at": contact.consent_at,
        },
        "sms_consent": {
            "status": SmsConsentStatus.of(said.is_given if said else None).value,
            "source": (said.source or None) if said else None,
            "at": said.at if said else None,
        },
        "stopped_topics": [one._asdict() for one in stopped],
        "created_at": contact.created_at,
        "updated_at": contact.updated_at,
    }


class ContactQuery(PageQuery):
    """Filters of the list; all that are given must be met."""

    q: Annotated[
        str,
        described("Start of a name, an email address, or a phone number.", "ann", max_length=254),
    ] = ""
    status: Annotated[StatusName | None, described("Only contacts with this status.", "active")] = None
    tag: Annotated[str, described("Only contacts with this tag.", "lead", max_length=MAX_TAG)] = ""
    filter: Annotated[
        str,
        described(
            "Conditions `{field, op, value}` in groups `all` or `any`, as JSON.",
            json.dumps(FILTER_EXAMPLE),
            max_length=MAX_LENGTH,
        ),
    ] = ""
    fields: Annotated[
        str,
        described(
            "Fields to return, separated by commas; all of them without it.", "email,tags", max_length=400
        ),
    ] = ""


def _text(key: str, text: str, example: str) -> Any:
    return described(text, example, default=None, max_length=FIELDS[key].limit)


TagName = Annotated[str, Field(max_length=MAX_TAG)]
Tags = Annotated[list[TagName], Field(max_length=_MOST_TAGS)]
CustomValue = Annotated[str, Field(max_length=CUSTOM_LIMIT)]


class ContactFields(Body):
    """Fields of a contact as text. An email address or a phone number is required."""

    email: str | None = _text("email", "Email address.", "ann@example.com")
    phone: str | None = _text(
        "phone", "Without a country code, it is a number of the account’s country.", "+49301234567"
    )
    first_name: str | None = _text("first_name", "First name.", "Ann")
    last_name: str | None = _text("last_name", "Last name.", "Lee")
    company: str | None = _text("company", "Company.", "Lee Ltd")
    city: str | None = _text("city", "City.", "Bristol")
    country: str | None = _text("country", "Name or code of a country.", "GB")
    birthday: str | None = _text("birthday", f"Birthday: {_BIRTHDAY}", "1990-04-23")
    time_zone: str | None = _text("time_zone", "Name of a time zone (IANA).", "Europe/London")
    custom: Annotated[
        dict[str, CustomValue | None],
        described(
            "Values of custom fields by key, as in `GET /contact-fields`.",
            {"shoe_size": "42"},
            max_length=_MOST_CUSTOM,
        ),
    ] = Field(default_factory=dict)
    sms_consent: Annotated[
        Literal["yes", "no"] | None,
        described(
            "Whether the phone number agrees to text messages: `yes` needs an `sms_source`. It stays as it is"
            " if this is left out.",
            "yes",
        ),
    ] = None
    sms_source: Annotated[
        str,
        described(
            "How they agreed to text messages; recorded as proof of consent.",
            "Checkbox at checkout",
            max_length=MAX_CONSENT_SOURCE,
        ),
    ] = ""

    @property
    def given(self) -> dict[str, str]:
        """The standard fields that were sent; null is blank."""
        return {key: getattr(self, key) or "" for key in FIELDS if key in self.model_fields_set}

    @property
    def agrees_to_sms(self) -> bool | None:
        return None if self.sms_consent is None else self.sms_consent == "yes"

    @property
    def own(self) -> dict[str, str]:
        return {key: value or "" for key, value in self.custom.items()}


class NewContact(ContactFields):
    """A contact to add, and why it may be contacted."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "email": "ann@example.com",
                    "first_name": "Ann",
                    "last_name": "Lee",
                    "tags": ["lead"],
                    "consent_basis": "opt_in",
                    "consent_source": "Sign-up form",
                }
            ]
        }
    )

    tags: Annotated[Tags, described("Names of tags; those that don’t exist are created.", ["lead"])] = Field(
        default_factory=list
    )
    consent_basis: Annotated[BasisName, described("Legal basis for contacting.", "opt_in")]
    consent_source: Annotated[
        str, described("Where the consent is from.", "Sign-up form", max_length=MAX_CONSENT_SOURCE)
    ] = ""

    @property
    def basis(self) -> ConsentBasis:
        return ConsentBasis(self.consent_basis)


class ContactChanges(ContactFields):
    """Changes of a contact. Fields that are not sent stay as they are; null clears a field."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"city": "Bristol", "add_tags": ["customer"], "remove_tags": ["lead"]}]
        }
    )

    add_tags: Annotated[Tags, described("Names of tags to add.", ["customer"])] = Field(default_factory=list)
    remove_tags: Annotated[Tags, described("Names of tags to remove.", ["lead"])] = Field(
        default_factory=list
    )
    status: Annotated[
        Literal["active", "unsubscribed"] | None,
        described("`unsubscribed`, or `active` to resubscribe, which needs a `reason`.", "unsubscribed"),
    ] = None
    reason: Annotated[
        str,
        described(
            "How they asked to be contacted again; recorded as the source of consent.",
            "Asked by phone",
            max_length=MAX_CONSENT_SOURCE,
        ),
    ] = ""

    @property
    def wanted_status(self) -> Status | None:
        return Status(self.status) if self.status else None
