"""Operation of the API that saves a workflow as a template."""

from typing import Annotated, Any, Literal

from flask import Blueprint
from pydantic import ConfigDict, Field

from app.gallery import application as gallery
from app.gallery.application import MAX_CHOSEN, MAX_CHOSEN_TEXT, SavedTemplate, SavingDraft
from app.gallery.domain.categories import CUSTOM
from app.gallery.domain.sanitizing import CHOOSABLE, Value
from app.gallery.presentation.api import ETAG, TAG
from app.gallery.presentation.api_schemas import (
    Category,
    Description,
    Name,
    NewFields,
    Note,
    Tags,
    TemplateWithDefinition,
    template_with_definition,
)
from app.platform import web
from app.platform.api.conditional import etag_of, raise_if_changed
from app.platform.api.example_ids import WORKFLOW_ID
from app.platform.api.operations import PREFIX, operation
from app.platform.api.operations import blueprint as api_blueprint
from app.platform.api.schemas import Body, Schema, described
from app.platform.errors import about, fields_renamed

MAX_TEXTS = 200

ChosenKind = Literal[tuple(kind.name for kind in CHOOSABLE)]
Text = Annotated[str, Field(min_length=1, max_length=500)]
ChosenText = Annotated[str, Field(min_length=1, max_length=MAX_CHOSEN_TEXT)]

blueprint: Blueprint = api_blueprint("saving")


class WhatToReplace(Body):
    """What saving the steps of a workflow replaces, and what it keeps."""

    note: Note = ""
    new_fields: NewFields = False
    keep: Annotated[
        list[Text],
        described(
            "Texts to keep although they would be replaced, as they are in the workflow.",
            ["info@example.org"],
            max_length=MAX_TEXTS,
        ),
    ] = Field(default_factory=list)
    keep_contact_values: bool = described(
        "Accept that `keep` has values of contacts (`CONFIRMATION_NEEDED`).", False, default=False
    )
    replace: Annotated[
        list[Text],
        described(
            "Texts to replace although they would be kept, such as names that are also ordinary words.",
            ["Rose"],
            max_length=MAX_TEXTS,
        ),
    ] = Field(default_factory=list)
    also_replace: Annotated[
        dict[ChosenText, ChosenKind],
        described(
            "Further texts to replace, each with what it is.", {"Hall 7": "other"}, max_length=MAX_CHOSEN
        ),
    ] = Field(default_factory=dict)
    switch_on_missing: bool = described(
        "Switch on in the template the trigger, steps, and goals that are off in the workflow while the"
        " account lacks an integration or a link that they need. Others stay off.",
        True,
        default=True,
    )

    def draft(self, **details: Any) -> SavingDraft:
        return SavingDraft(
            keep=self.keep,
            replace=self.replace,
            chosen=self.also_replace,
            keeps_contact_values=self.keep_contact_values,
            switches_on=self.switch_on_missing,
            **details,
        )


class WorkflowAsTemplate(WhatToReplace):
    """How to save a workflow as a template."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Spring fair follow-up",
                    "category": "lead_nurturing",
                    "tags": ["fair"],
                    "replace": ["Rose"],
                    "also_replace": {"Hall 7": "other"},
                }
            ]
        }
    )

    name: Name
    description: Annotated[
        Description | None, described("What it is for. Defaults to that of the workflow.", "Thanks leads.")
    ] = None
    category: Category = CUSTOM
    tags: Tags = Field(default_factory=list)
    same_name: bool = described(
        "Accept a name that another template has (`CONFIRMATION_NEEDED`).", True, default=False
    )


class WorkflowAsVersion(WhatToReplace):
    """Which workflow becomes the new version of a template, and how."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"workflow_id": WORKFLOW_ID, "note": "A shorter wait."}]}
    )

    workflow_id: str = described("ID of the workflow.", WORKFLOW_ID, max_length=64)


class ReplacementPlace(Schema):
    """Where a value was found."""

    step: str = described("ID of the step or goal, `trigger`, or empty for the template.", "welcome")
    name: str = described("Name of the step.", "Step 1, Send email")
    field: str = described("Name of the setting.", "body")


class Replacement(Schema):
    """A value that was found in the workflow."""

    text: str = described("The value, as it is in the workflow.", "Nora Lindqvist")
    kind: str = described("What it is.", "full_name")
    of_contact: bool = described("Whether a contact has it.", True)
    replaced: bool = described(
        "Whether it was replaced. Possible names are not, unless `replace` says so.", True
    )
    becomes: list[str] = described(
        "What is in its place; an empty text if it was removed.", ["{{ contact.full_name }}"]
    )
    places: list[ReplacementPlace] = described("Where it was found.")


class SavedWorkflowTemplate(TemplateWithDefinition):
    """The template that a workflow was saved as, or as whose new version."""

    replacements: list[Replacement] = described("What was found in the workflow, and what replaces it.")


@blueprint.post("/workflows/<public_id>/save-as-template")
@operation(
    TAG,
    SavedWorkflowTemplate,
    status=201,
    permission="template:manage",
    idempotent=True,
    headers=ETAG | {"Location": "URL of the template."},
    errors=(409,),
)
def save_as_template(
    public_id: str, body: WorkflowAsTemplate
) -> tuple[SavedWorkflowTemplate, int, dict[str, str]]:
    """Save a workflow as a template

    Email addresses, phone numbers, and values of contacts are replaced by merge tags or placeholders, in the
    details of the template, too; business details are replaced by their merge tags. `replacements` says what
    was found. Steps that are off because the account lacks an integration are on in the template, unless
    `switch_on_missing` is false. Also needs the scope `report:view`, because it reads the workflow and looks
    for its contacts.

    Errors: `INVALID_TEMPLATE` with `problems` if it has a secret such as an API key, or would not run;
    `CONFIRMATION_NEEDED` for values of contacts in `keep`, and if another template has the name;
    `VALIDATION_ERROR` with `fields`; `TEMPLATE_LIMIT_REACHED`.
    """
    actor = web.actor()
    details = {"name": body.name, "description": body.description}
    draft = body.draft(**details, category=body.category, tags=body.tags)
    with fields_renamed(lambda name: "also_replace" if name == "chosen" else name):
        saved = gallery.save_as_template(
            actor, public_id, draft, note=body.note, new_fields=body.new_fields, same_name=body.same_name
        )
    card = saved.details.card
    headers = {
        "ETag": etag_of(card.public_id, card.version),
        "Location": f"{PREFIX}/workflow-templates/{card.public_id}",
    }
    return _shown(saved), 201, headers


@blueprint.post("/workflow-templates/<public_id>/versions")
@operation(
    TAG,
    SavedWorkflowTemplate,
    permission="template:manage",
    conditional=True,
    headers=ETAG,
    errors=(409,),
)
def create_template_version(
    public_id: str, body: WorkflowAsVersion
) -> tuple[SavedWorkflowTemplate, int, dict[str, str]]:
    """Save a workflow as a new version of a template

    The template gets the steps of the workflow and keeps its name, description, category, and tags; what is
    personal is replaced as when a workflow is saved as a template. No version is created if nothing differs.
    Also needs the scope `report:view`.

    Errors: `TEMPLATE_READ_ONLY` for system templates; `INVALID_TEMPLATE` with `problems`;
    `CONFIRMATION_NEEDED` for values of contacts in `keep`; `CONFLICT` if somebody else saves a version at the
    same moment; `VALIDATION_ERROR` with `fields`.
    """
    actor = web.actor()
    card = gallery.template_details(actor, public_id).card
    raise_if_changed(etag_of(card.public_id, card.version))
    draft = body.draft(name=None, into=public_id, into_version=card.version)
    with about("workflow_id"), fields_renamed(lambda name: "also_replace" if name == "chosen" else name):
        saved = gallery.save_as_template(
            actor, body.workflow_id, draft, note=body.note, new_fields=body.new_fields
        )
    changed = saved.details.card
    return _shown(saved), 200, {"ETag": etag_of(changed.public_id, changed.version)}


def _shown(saved: SavedTemplate) -> SavedWorkflowTemplate:
    facts: dict[str, Any] = dict(template_with_definition(saved.details))
    return SavedWorkflowTemplate(**facts, replacements=list(map(_replacement, saved.report.values)))


def _replacement(value: Value) -> Replacement:
    return Replacement(
        text=value.shown,
        kind=value.kind.name,
        of_contact=value.of_contact,
        replaced=value.is_replaced,
        becomes=list(value.becomes),
        places=[
            ReplacementPlace(step=place.part_id, name=place.part_name, field=place.field)
            for place in value.places
        ],
    )
