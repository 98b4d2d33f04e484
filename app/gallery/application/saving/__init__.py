"""Saving a workflow as a template (T-09), without the personal data of contacts (T-10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.gallery.application.custom import checked_details, create_template
from app.gallery.application.library.new_version import save_new_version
from app.gallery.application.merging.taking import dismiss_template_update
from app.gallery.application.reading import TemplateDetails
from app.gallery.application.saving.choices import SavingDraft, chosen_kinds, keys_meant
from app.gallery.application.soundness import checked_definition
from app.gallery.domain.categories import CUSTOM
from app.gallery.domain.details import MAX_NAME, Details
from app.gallery.domain.sanitizing import (
    Business,
    Choices,
    Known,
    Report,
    Value,
    asked_about,
    asked_pairs,
    sanitized,
    texts_of,
)
from app.gallery.infrastructure import contact_values, queries
from app.platform.database import transaction
from app.platform.errors import Conflict, Invalid
from app.platform.text.words import counted
from app.workflows import application as workflows
from app.workflows.domain import Definition, OffPart, off_parts, switch_on
from app.workflows.infrastructure.tables import Workflow


@dataclass(frozen=True)
class SavingReview:
    """A workflow with what saving it as a template would replace.

    `off` are the parts of the workflow that are switched off. `fingerprint` changes with the workflow, with
    what is found in it, and with what the account lacks, but not with what the user decides. `problem` is why
    the result would not be a valid template, None if it is one.
    """

    workflow: Workflow
    draft: SavingDraft
    report: Report
    off: Sequence[OffPart]
    fingerprint: str
    problem: Invalid | None

    @property
    def to_switch_on(self) -> list[OffPart]:
        """The parts that are off while the account lacks what they need."""
        return [part for part in self.off if part.lacks]


@dataclass(frozen=True)
class SavedTemplate:
    """The template that was created or changed, with the report on what was replaced. `is_changed` is False
    if the template has these steps already."""

    details: TemplateDetails
    report: Report
    is_changed: bool = True


class NotReviewed(Conflict):
    """The workflow, or what is found in it, is not what the user has reviewed."""

    def __init__(self) -> None:
        super().__init__(
            "CONFLICT",
            "What will be replaced has changed since you opened this page. Review it, then save.",
        )


def review_saving(actor: Actor, workflow_id: str, draft: SavingDraft | None = None) -> SavingReview:
    """Return what saving a workflow as a template would replace. Changes nothing.

    Without a `draft`, its details are those of the workflow. Raises NotFound, and Invalid with `fields` for
    details that no template can have, and if a choice can't be understood.
    """
    accounts.require(actor, Permission.TEMPLATES)
    accounts.require(actor, Permission.REPORTS)
    workflow = workflows.find_workflow(actor, workflow_id)
    return _reviewed(actor, workflow, draft)


def save_as_template(
    actor: Actor,
    workflow_id: str,
    draft: SavingDraft,
    *,
    note: str = "",
    new_fields: bool = False,
    same_name: bool = False,
    seen: str | None = None,
) -> SavedTemplate:
    """Save a workflow, as it is edited now, as a template of the account, or as a new version of one.

    `seen` is the fingerprint of the review that the user has confirmed; None skips that, for programs.

    Raises NotFound, NotReviewed, Conflict (CONFIRMATION_NEEDED with `confirm`: keep_contact_values or
    same_name), Invalid (INVALID_TEMPLATE with `problems` for secrets), and the same as `create_template` and
    `save_new_version`.
    """
    review = review_saving(actor, workflow_id, draft)
    report = review.report
    _refuse_secrets(report)
    if seen is not None and seen != review.fingerprint:
        raise NotReviewed
    if report.kept_of_contacts and not draft.keeps_contact_values:
        raise _unconfirmed(report.kept_of_contacts)
    if draft.into is not None:
        with transaction():
            changed, is_changed = save_new_version(
                actor, draft.into, report.document, seen=draft.into_version, note=note, new_fields=new_fields
            )
            if review.workflow.template_id == changed.card.id and actor.may(Permission.WORKFLOWS):
                dismiss_template_update(actor, workflow_id, changed.card.version)  # it has what is new
        return SavedTemplate(changed, report, is_changed)
    name = _line(report.details["name"])
    if not same_name and queries.has_own_named(actor.account_id, name):
        raise Conflict(
            "CONFIRMATION_NEEDED",
            f"You already have a template named “{name}”. Use this name anyway?",
            name=name,
            confirm="same_name",
        )
    details = create_template(
        actor,
        name=name,
        definition=report.document,
        description=report.details["description"],
        category=draft.category,
        tags=[report.details[_tag(number)] for number in range(len(review.draft.tags))],
        note=note,
        new_fields=new_fields,
        source={"workflow": review.workflow.public_id, "replaced": len(report.replaced)},
    )
    return SavedTemplate(details, report)


def _reviewed(actor: Actor, workflow: Workflow, given: SavingDraft | None) -> SavingReview:
    category = workflow.template_category or CUSTOM
    draft = SavingDraft(None, category=category) if given is None else _checked(given)
    details = {
        "name": _line(workflow.name[:MAX_NAME] if draft.name is None else draft.name),
        "description": _line(workflow.description if draft.description is None else draft.description),
    }
    details |= {_tag(number): tag for number, tag in enumerate(draft.tags)}
    details = details if draft.into is None else {}
    off, chosen = off_parts(workflow.parsed, workflows.available(actor.account_id)), chosen_kinds(draft)
    lacking = [part.id for part in off if part.lacks]
    definition = switch_on(workflow.parsed, lacking) if draft.switches_on else workflow.parsed
    known, business = _known(actor, definition, details), _business(actor)
    report = sanitized(definition, details, known, business, Choices(chosen=chosen))
    if draft.keep or draft.replace:
        keep, replace = (keys_meant(texts, report, actor.country) for texts in (draft.keep, draft.replace))
        report = sanitized(definition, details, known, business, Choices(keep, replace, chosen))
    # A form begins with the details of the workflow as they are after sanitizing.
    found = report.fingerprint(with_details=draft.name is not None)
    seen = " ".join((workflow.public_id, str(workflow.revision), found, *lacking))
    fingerprint = sha256(seen.encode()).hexdigest()[:16]
    return SavingReview(workflow, draft, report, off, fingerprint, _problem(actor, report))


def _checked(draft: SavingDraft) -> SavingDraft:
    """Return a draft without duplicate tags. Raises Invalid, with `fields`, for what would take long to
    examine, and what can't be saved."""
    tags = list({tag.lower(): tag for tag in map(_line, draft.tags)}.values())
    name, description = "-" if draft.name is None else draft.name, draft.description or ""
    checked_details(Details.tidied(name=name, category=draft.category, description=description, tags=tags))
    return replace(draft, tags=tags)


def _known(actor: Actor, definition: Definition, details: Mapping[str, str]) -> Known:
    """Return which of the candidates in the texts are values of contacts."""
    account_id, texts = actor.account_id, texts_of(definition, details)
    asked = asked_about(texts, actor.country)
    first_names = contact_values.first_names_among(account_id, asked.names)
    last_names = contact_values.last_names_among(account_id, asked.names)
    is_in_texts = asked.index.has
    companies = contact_values.companies_where(account_id, is_in_texts)
    return Known(
        emails=contact_values.emails_among(account_id, asked.emails),
        phones=contact_values.phones_among(account_id, asked.phones),
        first_names=first_names,
        last_names=last_names,
        pairs=contact_values.pairs_among(account_id, asked_pairs(asked, first_names, last_names)),
        companies=frozenset(companies),
        shared_companies=frozenset(name for name, is_shared in companies.items() if is_shared),
        cities=contact_values.cities_where(account_id, is_in_texts),
        birthdays=contact_values.birthdays_among(account_id, asked.days),
        custom=contact_values.custom_values_among(account_id, asked.values, is_in_texts),
        fixed=contact_values.fixed_values_among(account_id, asked.fixed),
    )


def _business(actor: Actor) -> Business:
    texts = accounts.business_details(actor.account_id).texts
    return Business(
        name=actor.account_name,
        phone=texts["phone"],
        postal_address=texts["postal_address"],
        links={name: texts[name] for name in ("website", "booking_link", "review_link") if texts[name]},
        country=actor.country,
    )


def _problem(actor: Actor, report: Report) -> Invalid | None:
    try:
        checked_definition(actor, report.document, new_fields=True)
    except Invalid as problem:
        return problem
    return None


def _refuse_secrets(report: Report) -> None:
    if report.secrets:
        first = report.secrets[0]
        raise Invalid(
            "INVALID_TEMPLATE",
            f"This workflow can’t be saved as a template. {first.place.part_name}: {first.place.label}: "
            f"{first.sentence}",
            problems=[
                {
                    "step": one.place.part_id,
                    "name": one.place.part_name,
                    "field": one.place.field,
                    "message": f"{one.place.label}: {one.sentence}",
                }
                for one in report.secrets
            ],
        )


def _unconfirmed(kept: Sequence[Value]) -> Conflict:
    return Conflict(
        "CONFIRMATION_NEEDED",
        f"The template would still have {counted(len(kept), 'value')} of your contacts, such as "
        f"“{kept[0].shown}”. Keep them anyway?",
        confirm="keep_contact_values",
        values=[one.shown for one in kept],
    )


def _line(text: str) -> str:
    return " ".join(text.split())


def _tag(number: int) -> str:
    return f"tag {number + 1}"
