"""Contacts in the terms of the API: what programs send and receive."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, create_model

from app.contacts.application import TaggedContact
from app.contacts.domain import FIELDS, MAX_TAG, ConsentBasis, Status, birthday_input
from app.contacts.domain.consent import MAX_CONSENT_SOURCE
from app.contacts.domain.fields import CUSTOM_LIMIT
from app.contacts.presentation.filters import MAX_LENGTH
from app.platform.api.schemas import Body, PageQuery, Schema

_MOST_TAGS: Final = 50
_MOST_CUSTOM: Final = 500
_BIRTHDAY: Final = "YYYY-MM-DD, or --MM-DD without a year."

StatusName = Literal["active", "bounced", "unsubscribed", "blocked"]
BasisName = Literal["opt_in", "double_opt_in", "customer", "legitimate_interest", "other"]


class ContactConsent(Schema):
    """Why the contact may be contacted: the legal basis, where it is from, and since when."""

    basis: str | None
    source: str | None
    at: datetime | None


class Contact(Schema):
    """A contact. Only contacts with the status `active` are enrolled and receive messages.

    `custom` is {key of the custom field: value}.
    """

    id: int
    email: str | None
    phone: str | None
    first_name: str | None
    last_name: str | None
    company: str | None
    city: str | None
    country: str | None
    birthday: Annotated[str | None, Field(description=_BIRTHDAY)]
    status: str
    status_at: datetime | None
    tags: list[str]
    custom: dict[str, Any]
    consent: ContactConsent
    created_at: datetime
    updated_at: datetime


ListedContact: Any = create_model(
    "ListedContact",
    __base__=Schema,
    __doc__="A contact in a list. With the parameter `fields`, it has only those and its `id`.",
    **{
        name: (field.annotation, ... if name == "id" else None)
        for name, field in Contact.model_fields.items()
    },
)


def contact_of(known: TaggedContact) -> Contact:
    """Return a contact in the terms of the API."""
    return Contact(**values_of(known))


def values_of(known: TaggedContact) -> dict[str, Any]:
    """Return {field: value} of a contact."""
    contact, tags = known
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
        "status": contact.status,
        "status_at": contact.status_at,
        "tags": [tag.name for tag in tags],
        "custom": contact.custom or {},
        "consent": ContactConsent(
            basis=contact.consent_basis, source=contact.consent_source, at=contact.consent_at
        ),
        "created_at": contact.created_at,
        "updated_at": contact.updated_at,
    }


class ContactQuery(PageQuery):
    """Filters of the list; all that are given must be met."""

    q: Annotated[
        str, Field(max_length=254, description="Start of a name, an email address, or a phone number.")
    ] = ""
    status: StatusName | None = None
    tag: Annotated[str, Field(max_length=MAX_TAG, description="Name of a tag.")] = ""
    filter: Annotated[
        str,
        Field(
            max_length=MAX_LENGTH,
            description="Conditions as JSON, in the language of filters, such as "
            '`{"all": [{"field": "city", "op": "equals", "value": "Bristol"}]}`.',
        ),
    ] = ""
    fields: Annotated[
        str,
        Field(max_length=400, description="Fields to return, separated by commas; all of them without it."),
    ] = ""


def _text(key: str, description: str | None = None) -> Any:
    return Field(default=None, max_length=FIELDS[key].limit, description=description)


Tags = Annotated[list[Annotated[str, Field(max_length=MAX_TAG)]], Field(max_length=_MOST_TAGS)]
CustomValue = Annotated[str, Field(max_length=CUSTOM_LIMIT)]


class ContactFields(Body):
    """Fields of a contact as text. An email address or a phone number is required."""

    email: str | None = _text("email")
    phone: str | None = _text("phone", "Without a country code, it is a number of the account’s country.")
    first_name: str | None = _text("first_name")
    last_name: str | None = _text("last_name")
    company: str | None = _text("company")
    city: str | None = _text("city")
    country: str | None = _text("country")
    birthday: str | None = _text("birthday", _BIRTHDAY)
    custom: Annotated[
        dict[str, CustomValue | None],
        Field(max_length=_MOST_CUSTOM, description="{key of the custom field: value}."),
    ] = Field(default_factory=dict)

    @property
    def given(self) -> dict[str, str]:
        """The standard fields that were sent; null is blank."""
        return {key: getattr(self, key) or "" for key in FIELDS if key in self.model_fields_set}

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

    tags: Tags = Field(default_factory=list)
    consent_basis: Annotated[BasisName, Field(description="Legal basis for contacting.")]
    consent_source: Annotated[str, Field(max_length=MAX_CONSENT_SOURCE)] = ""

    @property
    def basis(self) -> ConsentBasis:
        return ConsentBasis(self.consent_basis)


class ContactChanges(ContactFields):
    """Changes of a contact. Fields that are not sent stay as they are; null clears a field.

    `status` unsubscribes or resubscribes the contact. Resubscribing needs a `reason`, which is recorded as
    the source of consent.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"city": "Bristol", "add_tags": ["customer"], "remove_tags": ["lead"]}]
        }
    )

    add_tags: Tags = Field(default_factory=list)
    remove_tags: Tags = Field(default_factory=list)
    status: Literal["active", "unsubscribed"] | None = None
    reason: Annotated[str, Field(max_length=MAX_CONSENT_SOURCE)] = ""

    @property
    def wanted_status(self) -> Status | None:
        return Status(self.status) if self.status else None
