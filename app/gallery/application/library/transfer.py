"""Templates as files (T-20): export of any template that the account sees, and import with a check before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.gallery.application.custom import create_template
from app.gallery.application.reading import TemplateDetails, find_template
from app.gallery.application.soundness import checked_definition
from app.gallery.domain.template_file import (
    MAX_FILE,
    TemplateFile,
    UnreadableTemplate,
    key_of,
    parse_template,
    template_text,
)
from app.gallery.infrastructure import queries
from app.platform.database import transaction
from app.platform.errors import Invalid
from app.workflows import application as workflows
from app.workflows.domain import Summary, summary


@dataclass(frozen=True)
class ExportedFile:
    """A template as a file."""

    name: str
    text: str


@dataclass(frozen=True)
class FileReport:
    """What a template file contains, and what importing it would run into.

    `problems` are {step, name, field, message}, with which it can't be imported; there is no summary then.
    `missing` are integrations that its steps need, `new_fields` the labels of contact fields that don't
    exist; cloning the template creates those.
    """

    file: TemplateFile
    problems: list[dict[str, Any]]
    summary: Summary | None = None
    missing: tuple[str, ...] = ()
    new_fields: Sequence[str] = ()


def export_template(actor: Actor, public_id: str) -> ExportedFile:
    """Return the latest version of a template as a file. Raises NotFound."""
    accounts.require(actor, Permission.REPORTS)
    template = find_template(actor, public_id)
    file = TemplateFile(
        key=template.key or key_of(template.name),
        name=template.name,
        category=template.category,
        description=template.description,
        tags=tuple(template.tags),
        definition=queries.current_definition(template).document,
    )
    version = template.version
    with transaction():
        activity.record(
            actor, "template_exported", "template", public_id, name=template.name, version=version
        )
    return ExportedFile(f"{file.key}.yaml", template_text(file))


def check_file(actor: Actor, content: bytes) -> FileReport:
    """Return what a file contains, without importing it. Raises Invalid (INVALID_FILE) if it is not a
    template, or one of a newer format."""
    accounts.require(actor, Permission.TEMPLATES)
    file = _read(content)
    try:
        sound = checked_definition(actor, file.definition, new_fields=True, any_workflow=True)
    except Invalid as wrong:
        return FileReport(file, wrong.facts["problems"])
    definition = sound.definition
    return FileReport(
        file,
        problems=[],
        summary=summary(definition),
        missing=workflows.missing_services(actor.account_id, definition),
        new_fields=workflows.missing_fields(actor.account_id, definition),
    )


def import_template(
    actor: Actor, content: bytes, *, name: str | None = None, new_fields: bool = False
) -> TemplateDetails:
    """Create a template of the account from a file, under another name if `name` is given.

    Raises Invalid (INVALID_FILE), and what `create_template` raises.
    """
    accounts.require(actor, Permission.TEMPLATES)
    file = _read(content)
    file = file if name is None else replace(file, name=name)
    return create_template(
        actor,
        name=file.name,
        definition=file.definition,
        description=file.description,
        category=file.category,
        tags=file.tags,
        note="Imported from a file.",
        new_fields=new_fields,
        any_workflow=True,
        is_imported=True,
    )


def _read(content: bytes) -> TemplateFile:
    if len(content) > MAX_FILE:
        raise _unreadable("The file is too large. A template can have at most 1 MB.")
    try:
        return parse_template(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _unreadable("This isn’t a template file: it isn’t text in UTF-8.") from None
    except UnreadableTemplate as problem:
        raise _unreadable(str(problem)) from None


def _unreadable(sentence: str) -> Invalid:
    return Invalid("INVALID_FILE", sentence, fields={"file": sentence})
