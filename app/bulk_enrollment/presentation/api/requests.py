"""What programs send to start a job, and its translation for the use cases."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, model_validator

from app.accounts.domain import Actor
from app.bulk_enrollment.application.jobs.start import JobRequest
from app.bulk_enrollment.domain import selection as selected
from app.bulk_enrollment.domain.options import JobOptions, import_problems
from app.bulk_enrollment.domain.reading import brings_more
from app.bulk_enrollment.presentation.api.options import BRAKES, NewJobOptions, sent_as
from app.contacts.application import selecting
from app.contacts.domain.criteria import with_full_names
from app.files import application as files
from app.files.domain.columns.choices import FileChoices
from app.platform.api.example_ids import JOB_ID, UPLOAD_ID
from app.platform.api.schemas import (
    CRITERIA,
    FILTER_EXAMPLE,
    SEGMENT_ID,
    Body,
    ContactId,
    check_one_of,
    described,
)
from app.platform.errors import Invalid, NotFound, about, fields_renamed

_LISTED: Final = {"min_length": 1, "max_length": 1_000_000}
_MOST_COLUMNS: Final = 1_000
_MOST_VALUES: Final = 2_000
_LONGEST: Final = 400
_MAPPING: Final = {"Email": "email", "First name": "first_name", "Newsletter": "consent"}

Answer = Literal["yes", "no", "leave-out"]
Basis = Literal["opt_in", "double_opt_in", "customer", "legitimate_interest", "other"]
Name = Annotated[str, Field(max_length=_LONGEST)]
Missing = Literal["skip", "create"]
Existing = Literal["leave", "fill", "overwrite"]
Text = Annotated[str, Field(max_length=320)]

_BASIS = described(
    "Legal basis for contacting new contacts; required if contacts are created.", "opt_in", default=None
)
_MISSING = described("What happens to people who are not contacts yet.", "create")
_EXISTING = described(
    "What happens to existing contacts: `leave` their fields, `fill` empty ones, or `overwrite` them.",
    "leave",
)
_ONLY_WITH = described(
    "Leave out people without a value in this contact field, such as `contact.birthday`.",
    "contact.birthday",
    default=None,
    max_length=_LONGEST,
)


class ConsentAnswers(Body):
    """Answers to the questions about consent of an upload: what values and blank cells mean.

    `yes`: may be contacted, `no`: unsubscribed, `leave-out`: left out, and the contact is not changed.
    """

    values: Annotated[
        dict[Name, Answer],
        described("Answers by value, as in the file.", {"declined": "no"}, max_length=_MOST_VALUES),
    ] = Field(default_factory=dict)
    blank: Annotated[
        dict[Name, Answer],
        described(
            "Answers for blank cells, by column.", {"Newsletter": "leave-out"}, max_length=_MOST_COLUMNS
        ),
    ] = Field(default_factory=dict)
    other_values: Annotated[
        Answer | None,
        described("Answer for all other values, and with `leave-out` for blank cells.", "leave-out"),
    ] = None


class FileBody(Body):
    """The rows of an upload, and how its columns are read."""

    upload_id: Annotated[str, described("ID of the upload.", UPLOAD_ID, max_length=36)]
    mapping: Annotated[
        dict[Name, Name] | None,
        described(
            "Fields by column name or position. Columns that are left out are not used, except those that "
            "certainly say who may be contacted. `ignore`: not used, and not about consent. `custom:LABEL`: "
            "a custom field. `sms_consent`: whether the phone number agrees to text messages. Without a "
            "mapping, columns are used as guessed.",
            _MAPPING,
            max_length=_MOST_COLUMNS,
        ),
    ] = None
    identifier: Annotated[
        Literal["email", "phone", "contact_id"] | None,
        described("What contacts are matched by; without it, the first of these in a column.", "email"),
    ] = None
    dates: Annotated[
        Literal["day_first", "month_first"] | None,
        described("How dates such as 03/04/1990 are read; decided by the column without it.", "day_first"),
    ] = None
    phones: Annotated[
        Literal["international", "national"] | None,
        described(
            "How phone numbers without a + are read; decided by the column without it.", "international"
        ),
    ] = None
    consent: Annotated[ConsentAnswers, described("Answers to the questions about consent in the upload.")] = (
        Field(default_factory=ConsentAnswers)
    )
    corrects: Annotated[
        str | None,
        described("ID of the finished job whose failed rows this file corrects.", JOB_ID, max_length=36),
    ] = None

    def choices(self, upload: files.Upload) -> FileChoices:
        """Return the choices with column positions. Raises Invalid and ConsentUnclear."""
        return files.choices_for(
            upload,
            files.NamedChoices(
                mapping=self.mapping,
                identifier=self.identifier,
                dates=self.dates or "",
                phones=self.phones or "",
                consent_values=self.consent.values,
                consent_blank=self.consent.blank,
                consent_others=self.consent.other_values,
            ),
        )


class CsvSelection(FileBody):
    """The people in an uploaded file."""

    type: Annotated[Literal["csv"], described("An uploaded file.")]
    missing_contacts: Annotated[Missing, _MISSING] = "skip"
    existing_contacts: Annotated[Existing, _EXISTING] = "leave"
    consent_basis: Basis | None = _BASIS
    only_with: str | None = _ONLY_WITH


class ManualSelection(Body):
    """Contacts by ID, or people by email address or phone number: exactly one of the three lists."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"type": "manual", "emails": ["ann@example.com", "ben@example.com"]}]}
    )

    type: Annotated[Literal["manual"], described("A list of people.")]
    contact_ids: Annotated[list[ContactId] | None, described("IDs of contacts.", [1, 2, 3], **_LISTED)] = None
    emails: Annotated[list[Text] | None, described("Email addresses.", ["ann@example.com"], **_LISTED)] = None
    phones: Annotated[list[Text] | None, described("Phone numbers.", ["+49301234567"], **_LISTED)] = None
    missing_contacts: Annotated[Missing, _MISSING] = "skip"
    consent_basis: Basis | None = _BASIS
    only_with: str | None = _ONLY_WITH

    @model_validator(mode="after")
    def _has_one_list(self) -> "ManualSelection":
        check_one_of(self, "contact_ids", "emails", "phones")
        return self

    @property
    def selection(self) -> selected.ManualSelection:
        if self.contact_ids is not None:
            return selected.ManualSelection(tuple(map(str, self.contact_ids)), "contact_id")
        if self.emails is not None:
            return selected.ManualSelection(tuple(self.emails), "email")
        return selected.ManualSelection(tuple(self.phones or ()), "phone")


class FilterSelection(Body):
    """Contacts that meet a filter, given as such or as a saved segment: one of the two."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"type": "filter", "filter": FILTER_EXAMPLE}]})

    type: Annotated[Literal["filter"], described("Contacts that meet conditions.")]
    filter: Annotated[dict[str, Any] | None, CRITERIA] = None
    segment_id: Annotated[int | None, SEGMENT_ID] = None
    only_with: str | None = _ONLY_WITH

    @model_validator(mode="after")
    def _has_one_filter(self) -> "FilterSelection":
        check_one_of(self, "filter", "segment_id")
        return self


class NewJob(Body):
    """A job to start: whom to enroll, and options."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "selection": {"type": "manual", "emails": ["ann@example.com", "ben@example.com"]},
                    "options": {"tags": ["spring"]},
                },
                {
                    "selection": {
                        "type": "csv",
                        "upload_id": UPLOAD_ID,
                        "mapping": {"Email": "email"},
                        "missing_contacts": "create",
                        "existing_contacts": "leave",
                        "consent_basis": "opt_in",
                    }
                },
                {
                    "selection": {
                        "type": "filter",
                        "filter": FILTER_EXAMPLE,
                    }
                },
            ]
        }
    )

    selection: Annotated[
        CsvSelection | ManualSelection | FilterSelection,
        Field(discriminator="type", description="Whom to enroll; `type` says how they are selected."),
    ]
    options: Annotated[NewJobOptions, described("How to enroll them.")] = Field(default_factory=NewJobOptions)


class NewImport(FileBody):
    """A file to import into the contacts, without enrolling anybody."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"upload_id": UPLOAD_ID, "mapping": {"Email": "email"}, "consent_basis": "opt_in"}]
        }
    )

    missing_contacts: Annotated[Missing, _MISSING] = "create"
    existing_contacts: Annotated[Existing, _EXISTING] = "leave"
    consent_basis: Basis | None = _BASIS
    options: Annotated[NewJobOptions, described("How to import it.")] = Field(default_factory=NewJobOptions)


def enrollment_of(actor: Actor, workflow_id: str, body: NewJob) -> JobRequest:
    """Return the job to start. Raises Invalid, NotFound, and ConsentUnclear."""
    given, selection, corrects = body.selection, _selection_of(actor, body.selection), None
    options = body.options.chosen(actor) | {"only_with": given.only_with or ""}
    if isinstance(given, CsvSelection):
        corrects = given.corrects
        options |= {"existing": given.existing_contacts}
    if not isinstance(given, FilterSelection):
        options |= _for_new_contacts(given.missing_contacts, given.consent_basis)
    return JobRequest(selection, JobOptions(**options), workflow_id, corrects=corrects)


def import_of(actor: Actor, body: NewImport) -> JobRequest:
    """Return the import to start. Raises Invalid, NotFound, and ConsentUnclear."""
    selection = _file_selection(actor, body)
    options = JobOptions(
        existing=body.existing_contacts,
        **body.options.chosen(actor),
        **_for_new_contacts(body.missing_contacts, body.consent_basis),
    )
    if problems := import_problems(options, brings_more=brings_more(selection.mapping)):
        raise Invalid("VALIDATION_ERROR", problems["missing"], fields=problems)
    return JobRequest(selection, options, corrects=body.corrects)


def named_as_sent(prefix: str, options: str = "options.") -> AbstractContextManager[None]:
    """Name the fields of an error as the body does; `prefix` precedes those of the selection, `options` those
    of the options."""
    return fields_renamed(lambda name: _sent_as(name, prefix, options))


_OF_OPTIONS: Final = ("batch_size", "tags", "scheduled_at", "time_zone", "notify_email")
_NAMES: Final = {"missing": "missing_contacts", "existing": "existing_contacts", "entries": "type"}


def _sent_as(name: str, prefix: str, options: str) -> str:
    first, dot, rest = name.partition(".")
    if first in _OF_OPTIONS:
        return f"{options}{name}"
    if first in BRAKES:
        return f"{options}brakes.{sent_as(first)}"
    if first.startswith("drip_"):
        return f"{options}drip.{first.removeprefix('drip_')}"
    return f"{prefix}{_NAMES.get(first, first)}{dot}{rest}"


def _selection_of(
    actor: Actor, given: CsvSelection | ManualSelection | FilterSelection
) -> selected.Selection:
    if isinstance(given, CsvSelection):
        return _file_selection(actor, given)
    if isinstance(given, ManualSelection):
        return given.selection
    if given.segment_id is None:
        return selected.FilterSelection(with_full_names(given.filter))
    with about("segment_id"):
        segment = selecting.find_segment(actor, given.segment_id)
    return selected.FilterSelection(segment.criteria, name=segment.name)


def _file_selection(actor: Actor, given: FileBody) -> selected.FileSelection:
    upload = files.kept(actor.account_id, given.upload_id)
    if upload is None:
        sentence = "This upload doesn’t exist, or has expired. Upload the file again."
        raise NotFound("NOT_FOUND", sentence, fields={"upload_id": sentence})
    return selected.FileSelection.of(upload.public_id, given.choices(upload))


def _for_new_contacts(missing: Missing, basis: Basis | None) -> Mapping[str, Any]:
    return {"missing": missing, "consent_basis": (basis or "") if missing == "create" else ""}
