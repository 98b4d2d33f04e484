"""A job's options on the mapping page: new and existing contacts, tags, batch size, start and pace."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, EmailField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from app.bulk_enrollment.domain.options import (
    EXISTING,
    MISSING,
    JobOptions,
    import_problems,
    option_problems,
    start_problem,
)
from app.bulk_enrollment.domain.reading import brings_more
from app.bulk_enrollment.presentation.selection.brakes_form import BrakeFields, brake_values, read_brakes
from app.bulk_enrollment.presentation.selection.when_form import (
    When,
    read_when,
    when_fields,
    when_values,
)
from app.contacts.domain import CONSENT_LABELS, tag_name, tag_problem
from app.files import application as files
from app.platform.clock import now
from app.platform.text.numbers import typed_number


def option_fields() -> type:
    """Return a mixin class of the fields that `files` adds to its form."""

    class OptionFields(BrakeFields, when_fields()):  # type: ignore[misc]
        missing = RadioField(
            "New contacts",
            choices=[SelectChoice("create", "Add new contacts"), SelectChoice("skip", "Skip new contacts")],
        )
        existing = SelectField(
            "Existing contacts",
            choices=[
                SelectChoice("leave", "Don’t change"),
                SelectChoice("fill", "Fill in empty fields"),
                SelectChoice("overwrite", "Overwrite with file data"),
            ],
        )
        consent_basis = SelectField(
            "Legal basis for contacting",
            choices=[
                SelectChoice("", "Choose…"),
                *(SelectChoice(basis.value, label) for basis, label in CONSENT_LABELS.items()),
            ],
        )
        tags = StringField("Tags to add")
        batch_size = StringField("Batch size")
        notify = BooleanField("Email when finished")
        notify_email = EmailField("Email address")

    return OptionFields


def values_of(options: JobOptions, zone: str) -> dict[str, Any]:
    """Return {field: value} to show options that were chosen earlier; `zone` is the account's time zone."""
    return when_values(options, zone) | {
        "missing": options.missing,
        "existing": options.existing,
        "consent_basis": options.consent_basis,
        "tags": ", ".join(options.tags),
        "batch_size": str(options.batch_size) if options.batch_size else "",
        "notify": bool(options.notify_email),
        **({"notify_email": options.notify_email} if options.notify_email else {}),
        **brake_values(options.brakes),
    }


def read_options(
    form: Any, choices: files.FileChoices, is_import: bool, zone: str
) -> tuple[JobOptions, dict[str, str]]:
    """Return the options, and {field: sentence} for errors in them. `zone` is the account's time zone."""
    when = When() if is_import else read_when(form, zone)
    brakes, found = read_brakes(form)
    found |= when.problems
    size = typed_number(form.batch_size.data)
    names = [name for part in (form.tags.data or "").split(",") if (name := tag_name(part))]
    if form.missing.data not in MISSING:
        found["missing"] = "Choose whether to add or skip new contacts."
        if not form.consent_basis.data:
            found["consent_basis"] = "If you add them, choose a legal basis for contacting them, too."
    if problem := next(filter(None, map(tag_problem, names)), None):
        found["tags"] = problem
    notify_email = (form.notify_email.data or "").strip() if form.notify.data else ""
    if form.notify.data and not notify_email:
        found["notify_email"] = "Enter an email address."
    options = JobOptions(
        missing=_one_of(MISSING, form.missing.data),
        existing=_one_of(EXISTING, form.existing.data),
        consent_basis=_one_of(("", *CONSENT_LABELS), form.consent_basis.data)
        if form.missing.data == "create"
        else "",
        tags=tuple(names),
        batch_size=size,
        notify_email=notify_email,
        brakes=brakes,
    )
    if size is None and (form.batch_size.data or "").strip():
        found["batch_size"] = "Enter a whole number, or leave this empty."
    if is_import:
        found = import_problems(options, brings_more=brings_more(choices.mapping)) | found
    options = when.within(options)
    if when.scheduled_at is not None and (problem := start_problem(when.scheduled_at, now())):
        found["start_date"] = problem
    return options, option_problems(options, choices.identifier) | found


def _one_of(allowed: Sequence[Any], given: str | None) -> Any:
    return given if given in allowed else allowed[0]
