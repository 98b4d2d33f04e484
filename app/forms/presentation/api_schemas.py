"""What programs send and receive about forms."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from app.contacts.domain.own_fields import MAX_FIELDS, MAX_LABEL
from app.forms.application import FormPage, ListedSubmission
from app.forms.application.addresses import form_url
from app.forms.domain.details import (
    MAX_BUTTON,
    MAX_CONSENT_TEXT,
    MAX_FORM_NAME,
    MAX_INTRODUCTION,
    MAX_THANKS,
    MAX_TITLE,
    OPTIONAL,
    OWN,
    REQUIRED,
    STANDARD,
    TEXTS,
)
from app.forms.domain.submissions import SubmissionState
from app.platform.api.schemas import UNCHANGED, Body, Changes, Schema, described

_CREATED: Final = "2026-03-01T09:00:00Z"
_URL: Final = "https://muster.example.com/f/0195f2b0-5c1a-7d3e-9a54-3f2b1c0d9e8f"
_CONSENT: Final = "I agree to receive emails from Agency. I can unsubscribe at any time."
_ASKED: Final[list[Any]] = [{"key": "first_name", "required": False}]

StateName = Literal[tuple(state.value for state in SubmissionState)]

Title = Annotated[str, described("Heading of its page.", "Join us", min_length=1, max_length=MAX_TITLE)]
Introduction = Annotated[
    str, described("Text below the heading.", "One email a month.", max_length=MAX_INTRODUCTION)
]
ConsentText = Annotated[
    str,
    described("What everyone who submits it agrees to.", _CONSENT, min_length=1, max_length=MAX_CONSENT_TEXT),
]
Button = Annotated[str, described("Text of the button; empty: the default.", "Join", max_length=MAX_BUTTON)]
Thanks = Annotated[
    str,
    described(
        "Text after submitting, or after confirming; empty: the default.",
        "Welcome!",
        max_length=MAX_THANKS,
    ),
]
DoubleOptIn = Annotated[
    bool,
    described(
        "Whether people have to confirm their address by email, which needs a mail server and a sender.",
        False,
    ),
]


class FormField(Body):
    """A field that a form asks for, besides the email address, which every form asks for."""

    model_config = ConfigDict(json_schema_extra={"examples": _ASKED})

    key: Annotated[
        str,
        described(
            f"`{'`, `'.join(STANDARD)}`, or `{OWN}` and the `key` of a custom field.",
            "first_name",
            min_length=1,
            max_length=len(OWN) + MAX_LABEL,
        ),
    ]
    required: Annotated[bool, described("Whether people have to fill it in.", False)] = False


Fields = Annotated[
    list[FormField],
    described("What it asks for besides the email address.", _ASKED, max_length=MAX_FIELDS),
]


class Form(Schema):
    """A hosted form, with which people sign up themselves."""

    id: int = described("ID of the form.", 4)
    name: str = described(
        "Name by which workflow triggers refer to the form, in `form`; it can’t be changed.", "Newsletter"
    )
    archived: bool = described("Whether its page is closed.", False)
    url: str = described("Address of its page; only the path if Muster has no public address.", _URL)
    title: str = described("Heading of its page.", "Join us")
    introduction: str = described("Text below the heading.", "One email a month.")
    fields: list[FormField] = described("What it asks for besides the email address.", _ASKED)
    consent_text: str = described("What everyone who submits it agrees to.", _CONSENT)
    button: str = described("Text of the button.", "Join")
    thanks: str = described("Text after submitting, or after confirming.", "Welcome!")
    double_opt_in: bool = described("Whether people have to confirm their address by email.", False)
    submissions: int = described("Number of submissions, not counting those awaiting confirmation.", 128)
    waiting: int = described("Number of submissions awaiting confirmation.", 3)
    created_at: datetime = described("When it was created.", _CREATED)
    updated_at: datetime = described("When it last changed.", _CREATED)
    created_by: int | None = described("ID of the user who created it.", 2)


class NewForm(Body):
    """A form to create."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "Newsletter", "title": "Join us", "fields": _ASKED, "consent_text": _CONSENT}
            ]
        }
    )

    name: Annotated[
        str,
        described(
            "Name by which workflow triggers refer to the form, in `form`; it can’t be changed.",
            "Newsletter",
            min_length=1,
            max_length=MAX_FORM_NAME,
        ),
    ]
    title: Title
    introduction: Introduction = ""
    fields: Fields = Field(default_factory=list)
    consent_text: ConsentText
    button: Button = ""
    thanks: Thanks = ""
    double_opt_in: DoubleOptIn = False


class FormChanges(Changes):
    """Changes of a form. Fields that are not sent stay as they are."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "Get our newsletter"}]})

    title: Title = UNCHANGED
    introduction: Introduction = UNCHANGED
    fields: Fields = UNCHANGED
    consent_text: ConsentText = UNCHANGED
    button: Button = UNCHANGED
    thanks: Thanks = UNCHANGED
    double_opt_in: DoubleOptIn = UNCHANGED


class Submission(Schema):
    """What somebody has entered in a form."""

    id: int = described("ID of the submission.", 311)
    state: StateName = described("`received`, or `waiting` until the person confirms by email.", "received")
    contact_id: int | None = described(
        "ID of the contact; null while it awaits confirmation or once the contact no longer exists.", 42
    )
    email: str = described("The email address.", "ann@example.com")
    answers: dict[str, str] = described(
        "What was entered, by the keys of the fields.", {"email": "ann@example.com", "first_name": "Ann"}
    )
    consent_text: str = described("What the person agreed to, as it was shown.", _CONSENT)
    submitted_at: datetime = described("When it was submitted.", _CREATED)
    confirmed_at: datetime | None = described("When it was confirmed by email.", None)


def typed_in(body: NewForm | FormChanges) -> dict[str, str]:
    """Return the texts that were sent, as use cases read them."""
    typed = {name: text for name in TEXTS if (text := getattr(body, name)) is not None}
    if body.double_opt_in is not None:
        typed["double_opt_in"] = "1" if body.double_opt_in else ""
    return typed


def asked_in(fields: list[FormField]) -> dict[str, str]:
    """Return the fields that were sent, as use cases read them."""
    return {one.key: REQUIRED if one.required else OPTIONAL for one in fields}


def form_shape(one: FormPage) -> Form:
    details = one.details
    return Form(
        id=one.id,
        name=one.name,
        archived=one.is_archived,
        url=form_url(one.public_id),
        title=details.title,
        introduction=details.introduction,
        fields=[FormField(key=field.key, required=field.is_required) for field in details.fields],
        consent_text=details.consent_text,
        button=details.button,
        thanks=details.thanks,
        double_opt_in=details.double_opt_in,
        submissions=one.counts.received,
        waiting=one.counts.waiting,
        created_at=one.created_at,
        updated_at=one.updated_at,
        created_by=one.created_by,
    )


def submission_shape(one: ListedSubmission) -> Submission:
    return Submission(
        id=one.id,
        state=(SubmissionState.WAITING if one.is_waiting else SubmissionState.RECEIVED).value,
        contact_id=one.contact_id,
        email=one.email,
        answers=dict(one.answers),
        consent_text=one.consent_text,
        submitted_at=one.submitted_at,
        confirmed_at=one.confirmed_at,
    )
