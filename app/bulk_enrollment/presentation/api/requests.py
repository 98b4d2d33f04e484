"""What programs send to start a job, and its translation for the use cases."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, model_validator

from app.accounts.domain import Actor
from app.bulk_enrollment.application.jobs.start import JobRequest
from app.bulk_enrollment.domain.job import LARGEST_ASKED, SMALLEST_ASKED
from app.bulk_enrollment.domain.options import JobOptions, import_problems
from app.bulk_enrollment.domain.reading import TAGS
from app.bulk_enrollment.domain.selection import (
    FileSelection,
    FilterSelection,
    ManualSelection,
    Selection,
)
from app.bulk_enrollment.presentation.api.brakes import BRAKES, BrakesBody, sent_as
from app.bulk_enrollment.presentation.api.timing import DripBody, Moment, Zone
from app.contacts.domain import MAX_TAG, tag_name, tag_problem
from app.contacts.domain.criteria import with_full_names
from app.files import application as files
from app.files.domain.columns.choices import FileChoices
from app.platform.api.schemas import Body
from app.platform.errors import Invalid, NotFound
from app.platform.ids import HIGHEST_ID

_MOST_LISTED: Final = 1_000_000
_MOST_COLUMNS: Final = 1_000
_MOST_VALUES: Final = 2_000
_MOST_TAGS: Final = 50
_LONGEST: Final = 400
_UPLOAD: Final = "018f4e2a-7c1b-7d3e-9a54-3f2b1c0d9e8f"

Answer = Literal["yes", "no", "leave-out"]
Basis = Literal["opt_in", "double_opt_in", "customer", "legitimate_interest", "other"]
Name = Annotated[str, Field(max_length=_LONGEST)]
Missing = Literal["skip", "create"]
Existing = Literal["leave", "fill", "overwrite"]
Text = Annotated[str, Field(max_length=320)]
ContactId = Annotated[int, Field(ge=1, le=HIGHEST_ID)]
Tags = Annotated[list[Annotated[str, Field(max_length=MAX_TAG)]], Field(max_length=_MOST_TAGS)]

_BASIS = Field(default=None, description="Legal basis for contacting; required if contacts are created.")
_MISSING = Field(description="What happens to people who are not contacts yet.")
_EXISTING = Field(description="What happens to the fields of existing contacts.")


class ConsentAnswers(Body):
    """Answers to the questions about consent of an upload: what values and blank cells mean.

    `yes`: may be contacted, `no`: unsubscribed, `leave-out`: left out, and the contact is not changed.
    """

    values: Annotated[
        dict[Name, Answer], Field(max_length=_MOST_VALUES, description="{value as in the file: answer}.")
    ] = Field(default_factory=dict)
    blank: Annotated[
        dict[Name, Answer],
        Field(max_length=_MOST_COLUMNS, description="{column: answer for its blank cells}."),
    ] = Field(default_factory=dict)
    other_values: Annotated[
        Answer | None,
        Field(description="Answer for all other values, and with `leave-out` for blank cells."),
    ] = None


class FileBody(Body):
    """The rows of an upload, and how its columns are read."""

    upload_id: Annotated[str, Field(max_length=36)]
    mapping: Annotated[
        dict[Name, Name] | None,
        Field(
            max_length=_MOST_COLUMNS,
            description="{column name or position: field}. Columns that are left out are not used, except "
            "those that certainly say who may be contacted. `ignore`: not used, and not about consent. "
            "`custom:LABEL`: a custom field. Without a mapping, columns are used as guessed.",
        ),
    ] = None
    identifier: Annotated[
        Literal["email", "phone", "contact_id"] | None,
        Field(description="What contacts are matched by; the first of these that a column holds."),
    ] = None
    dates: Annotated[
        Literal["day_first", "month_first"] | None,
        Field(description="How dates such as 03/04/1990 are read; decided by the column."),
    ] = None
    phones: Annotated[
        Literal["international", "national"] | None,
        Field(description="How phone numbers without a + are read; decided by the column."),
    ] = None
    consent: ConsentAnswers = Field(default_factory=ConsentAnswers)
    corrects: Annotated[
        str | None,
        Field(max_length=36, description="Id of the finished job whose failed rows this file corrects."),
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

    type: Literal["csv"]
    missing_contacts: Annotated[Missing, _MISSING] = "skip"
    existing_contacts: Annotated[Existing, _EXISTING] = "leave"
    consent_basis: Basis | None = _BASIS


class ManualBody(Body):
    """Contacts by id, or people by email address or phone number: exactly one of the three lists."""

    type: Literal["manual"]
    contact_ids: Annotated[list[ContactId], Field(max_length=_MOST_LISTED)] | None = None
    emails: Annotated[list[Text], Field(max_length=_MOST_LISTED)] | None = None
    phones: Annotated[list[Text], Field(max_length=_MOST_LISTED)] | None = None
    missing_contacts: Annotated[Missing, _MISSING] = "skip"
    consent_basis: Basis | None = _BASIS

    @model_validator(mode="after")
    def _has_one_list(self) -> "ManualBody":
        if len([one for one in (self.contact_ids, self.emails, self.phones) if one is not None]) != 1:
            raise ValueError("Send exactly one of contact_ids, emails, and phones.")
        return self

    @property
    def selection(self) -> ManualSelection:
        if self.contact_ids is not None:
            return ManualSelection(tuple(map(str, self.contact_ids)), "contact_id")
        if self.emails is not None:
            return ManualSelection(tuple(self.emails), "email")
        return ManualSelection(tuple(self.phones or ()), "phone")


class FilterBody(Body):
    """Contacts that meet a filter: conditions `{field, op, value}` in groups `all` or `any`."""

    type: Literal["filter"]
    filter: dict[str, Any]


class Options(Body):
    """Options of a job."""

    batch_size: Annotated[
        int | None,
        Field(ge=SMALLEST_ASKED, le=LARGEST_ASKED, description="Rows per batch; automatic without it."),
    ] = None
    tags: Annotated[Tags, Field(description="Tags to add to everyone who is enrolled.")] = Field(
        default_factory=list
    )
    scheduled_at: Annotated[Moment | None, Field(description="When to start; at once without it.")] = None
    time_zone: Annotated[Zone | None, Field(description="Time zone in which the start is shown.")] = None
    notify_email: Annotated[
        str | None, Field(max_length=254, description="Address that gets an email when the job is over.")
    ] = None
    drip: Annotated[DripBody | None, Field(description="Spread the people over time.")] = None
    brakes: BrakesBody = Field(default_factory=BrakesBody)


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
                        "upload_id": _UPLOAD,
                        "mapping": {"Email": "email"},
                        "missing_contacts": "create",
                        "existing_contacts": "leave",
                        "consent_basis": "opt_in",
                    }
                },
                {
                    "selection": {
                        "type": "filter",
                        "filter": {"all": [{"field": "tags", "op": "has_any", "value": ["lead"]}]},
                    }
                },
            ]
        }
    )

    selection: Annotated[CsvSelection | ManualBody | FilterBody, Field(discriminator="type")]
    options: Options = Field(default_factory=Options)


class NewImport(FileBody):
    """A file to import into the contacts, without enrolling anybody."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"upload_id": _UPLOAD, "mapping": {"Email": "email"}, "consent_basis": "opt_in"}]
        }
    )

    missing_contacts: Annotated[Missing, _MISSING] = "create"
    existing_contacts: Annotated[Existing, _EXISTING] = "leave"
    consent_basis: Basis | None = _BASIS
    options: Options = Field(default_factory=Options)


def enrollment_of(actor: Actor, workflow_id: str, body: NewJob) -> JobRequest:
    """Return the job to start. Raises Invalid, NotFound, and ConsentUnclear."""
    given, selection, corrects = body.selection, _selection_of(actor, body.selection), None
    options = _options(actor, body.options)
    if isinstance(given, CsvSelection):
        corrects = given.corrects
        options |= {"existing": given.existing_contacts}
    if not isinstance(given, FilterBody):
        options |= _for_new_contacts(given.missing_contacts, given.consent_basis)
    return JobRequest(selection, JobOptions(**options), workflow_id, corrects=corrects)


def import_of(actor: Actor, body: NewImport) -> JobRequest:
    """Return the import to start. Raises Invalid, NotFound, and ConsentUnclear."""
    selection = _file_selection(actor, body)
    options = JobOptions(
        existing=body.existing_contacts,
        **_options(actor, body.options),
        **_for_new_contacts(body.missing_contacts, body.consent_basis),
    )
    has_tags = TAGS in selection.mapping.values()
    if problems := import_problems(options, has_tags=has_tags):
        raise Invalid("VALIDATION_ERROR", problems["missing"], fields=problems)
    return JobRequest(selection, options, corrects=body.corrects)


@contextmanager
def named_as_sent(prefix: str) -> Iterator[None]:
    """Name the fields of an Invalid error as the body does; `prefix` precedes those of the selection."""
    try:
        yield
    except Invalid as wrong:
        fields = wrong.facts.get("fields")
        if not fields:
            raise
        facts = wrong.facts | {"fields": {_sent_as(name, prefix): text for name, text in fields.items()}}
        raise Invalid(wrong.code, wrong.message, **facts) from None


_OF_OPTIONS: Final = ("batch_size", "tags", "scheduled_at", "time_zone", "notify_email")
_NAMES: Final = {"missing": "missing_contacts", "existing": "existing_contacts", "entries": "type"}


def _sent_as(name: str, prefix: str) -> str:
    first, dot, rest = name.partition(".")
    if first in _OF_OPTIONS:
        return f"options.{name}"
    if first in BRAKES:
        return sent_as(first)
    if first.startswith("drip_"):
        return f"options.drip.{first.removeprefix('drip_')}"
    return f"{prefix}{_NAMES.get(first, first)}{dot}{rest}"


def _selection_of(actor: Actor, given: CsvSelection | ManualBody | FilterBody) -> Selection:
    if isinstance(given, CsvSelection):
        return _file_selection(actor, given)
    if isinstance(given, ManualBody):
        return given.selection
    return FilterSelection(with_full_names(given.filter))


def _file_selection(actor: Actor, given: FileBody) -> FileSelection:
    upload = files.kept(actor.account_id, given.upload_id)
    if upload is None:
        raise NotFound("NOT_FOUND", "This upload doesn’t exist, or has expired. Upload the file again.")
    return FileSelection.of(upload.public_id, given.choices(upload))


def _options(actor: Actor, given: Options) -> dict[str, Any]:
    names = tuple(map(tag_name, given.tags))
    if problem := next(filter(None, map(tag_problem, names)), None):
        raise Invalid("VALIDATION_ERROR", problem, fields={"tags": problem})
    return {
        "batch_size": given.batch_size,
        "tags": names,
        "scheduled_at": given.scheduled_at,
        "time_zone": given.time_zone or (actor.time_zone if given.scheduled_at or given.drip else ""),
        "notify_email": (given.notify_email or "").strip(),
        "drip": given.drip.drip(actor.time_zone) if given.drip else None,
        "brakes": given.brakes.brakes,
    }


def _for_new_contacts(missing: Missing, basis: Basis | None) -> Mapping[str, Any]:
    return {"missing": missing, "consent_basis": (basis or "") if missing == "create" else ""}
