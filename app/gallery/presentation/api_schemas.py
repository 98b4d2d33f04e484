"""What programs send and receive about workflow templates."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from app.gallery.application import MAX_NOTE, TemplateDetails
from app.gallery.domain.browsing import SORTS
from app.gallery.domain.categories import CATEGORY_KEYS, CUSTOM
from app.gallery.domain.details import MAX_DESCRIPTION, MAX_NAME, MAX_TAG, MAX_TAGS
from app.gallery.presentation.shapes import template_shape
from app.platform.api.example_ids import TEMPLATE_ID, WORKFLOW_ID
from app.platform.api.schemas import (
    UNCHANGED,
    Body,
    Changes,
    Options,
    PageQuery,
    Schema,
    check_one_of,
    described,
)
from app.workflows.domain import EXAMPLE, STEPS
from app.workflows.domain.life_cycle import MAX_WORKFLOW_NAME

RECOMMENDED: Final = "recommended"

CategoryKey = Literal[CATEGORY_KEYS]
StepType = Literal[tuple(step.type for step in STEPS)]
Sort = Literal[tuple(sort or RECOMMENDED for sort in SORTS)]

Name = Annotated[
    str, described("Name of the template.", "Spring fair follow-up", min_length=1, max_length=MAX_NAME)
]
Description = Annotated[
    str, described("What it is for.", "Thanks leads from the fair.", max_length=MAX_DESCRIPTION)
]
Category = Annotated[CategoryKey, described("Category of the template.", "lead_nurturing")]
Tags = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=MAX_TAG)]],
    described("Tags; saved in lowercase and without duplicates.", ["fair"], max_length=MAX_TAGS),
]
Note = Annotated[str, described("What this version is about.", "Shorter second email.", max_length=MAX_NOTE)]
NewFields = Annotated[
    bool,
    described("Accept contact fields that don’t exist yet. Cloning the template creates them.", False),
]
FieldName = Annotated[str, Field(min_length=1, max_length=80)]
Definition = Annotated[
    dict[str, Any],
    described("Trigger, steps, and goals. The format is the same in workflows.", EXAMPLE),
]


class TemplateQuery(PageQuery):
    """Which templates to list, and in which order."""

    category: Annotated[
        CategoryKey | None, described("Only templates of this category.", "lead_nurturing")
    ] = None
    q: Annotated[
        str,
        described(
            "Words to search for in name, description, tags, and steps. Typos are forgiven.",
            "welcome",
            max_length=200,
        ),
    ] = ""
    tag: Annotated[str, described("Only templates with this tag.", "email", max_length=MAX_TAG)] = ""
    step: Annotated[
        StepType | None,
        described("Only templates with a step of this type.", EXAMPLE["steps"][0]["type"]),
    ] = None
    sort: Annotated[
        Sort,
        described(
            "Order; `recommended` puts the best matches first if there is a `q`, and `completed` the highest "
            "completion rates.",
            RECOMMENDED,
        ),
    ] = RECOMMENDED


class Template(Schema):
    """A workflow template."""

    id: str = described("ID of the template.", TEMPLATE_ID)
    key: str | None = described(
        "Stable name of a system template; null for the account’s own.", "new-lead-welcome"
    )
    name: str = described("Name of the template.", "New lead welcome")
    description: str = described("What it is for.", "Answers new leads within minutes and follows up twice.")
    category: CategoryKey = described("Category of the template.", "lead_nurturing")
    tags: list[str] = described("Tags of the template.", ["email", "sms"])
    is_system: bool = described("Whether it comes with Muster, so that it can’t be changed.", True)
    is_shared: bool = described("Whether an agency shares it with sub-accounts.", False)
    shared_by: str | None = described(
        "Name of the agency that shares it with the account; null for the account’s own.", None
    )
    version: int = described("Number of the latest version.", 3)
    needs: list[str] = described("Integrations that it uses.", ["sms"])
    missing: list[str] = described("Those of them that the account lacks.", ["sms"])
    steps: int = described("Number of steps.", 9)
    days: int = described("Days from the first to the last step on the longest path.", 14)
    channels: list[str] = described("Integrations through which it sends messages.", ["email", "sms"])
    times_used: int = described(
        "How many workflows have been created from it; of a system template, in all accounts.", 12
    )
    completion_rate: float | None = described(
        "Share of enrollments that reached a goal or the end, in workflows that the account and its"
        " sub-accounts have made from it; null below 20 enrollments.",
        0.62,
    )
    created_at: datetime = described("When it was created.", "2026-01-15T08:00:00Z")
    updated_at: datetime = described("When it last changed.", "2026-02-20T08:00:00Z")
    created_by: int | None = described("ID of the user who created it.", None)


class TemplateWithDefinition(Template):
    """A workflow template with its definition."""

    definition: Definition


class TemplateCategory(Schema):
    """A category of templates, and the number of templates in it."""

    key: CategoryKey = described("Name of the category, for the filter.", "lead_nurturing")
    label: str = described("Name of the category for people.", "Lead nurturing")
    description: str = described(
        "What its templates are for.", "Turn inquiries into conversations, and conversations into customers."
    )
    count: int = described("Number of templates.", 5)


class TemplateVersion(Schema):
    """A version of a template. Versions never change."""

    version: int = described("Number of the version, from 1.", 3)
    note: str = described("What the version is about.", "Shorter second email.")
    is_current: bool = described("Whether it is the latest version.", True)
    created_at: datetime = described("When it was created.", "2026-02-20T08:00:00Z")
    created_by: int | None = described("ID of the user who created it.", None)


class TemplateVersionWithDefinition(TemplateVersion):
    """A version of a template with its definition."""

    definition: Definition


class NewTemplate(Body):
    """A template to create, either from `definition` or from the workflow with the ID `workflow_id`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Spring fair follow-up",
                    "description": "Thanks leads from the fair and asks what they need.",
                    "category": "lead_nurturing",
                    "tags": ["fair", "email"],
                    "definition": EXAMPLE,
                }
            ]
        }
    )

    name: Name
    description: Annotated[
        Description | None,
        described("What it is for. Defaults to that of the workflow, if there is one.", "Thanks leads."),
    ] = None
    category: Category = CUSTOM
    tags: Tags = Field(default_factory=list)
    definition: Annotated[
        dict[str, Any] | None,
        described("Trigger, steps, and goals, in the same format as in workflows.", EXAMPLE),
    ] = None
    workflow_id: Annotated[
        str | None,
        described(
            "ID of a workflow to take the definition from.",
            WORKFLOW_ID,
            max_length=36,
        ),
    ] = None
    note: Note = ""
    new_fields: NewFields = False

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        check_one_of(self, "definition", "workflow_id")
        return self


class TemplateChange(Changes):
    """New values for a template. Leave out what should stay as it is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "Spring fair follow-up, short", "note": "One email instead of two."}]
        }
    )

    name: Name = UNCHANGED
    description: Description = UNCHANGED
    category: Category = UNCHANGED
    tags: Tags = UNCHANGED
    definition: Definition = UNCHANGED
    note: Note = ""
    new_fields: NewFields = False


class CloneOptions(Options):
    """How to create the workflow."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Spring leads", "switch_off_missing": True}]}
    )

    name: Annotated[
        str | None,
        described(
            "Name of the workflow. Defaults to the template’s name.",
            "Spring leads",
            max_length=MAX_WORKFLOW_NAME,
        ),
    ] = None
    switch_off_missing: bool = described(
        "Switch off the steps whose integration isn’t connected (`MISSING_INTEGRATION`).", True, default=False
    )
    same_name: bool = described(
        "Accept a name that another workflow has (`CONFIRMATION_NEEDED`).", True, default=False
    )
    fields: Annotated[
        dict[FieldName, FieldName],
        described(
            "Contact fields of the account to use instead of those of the template: {field of the template:"
            " field of the account}, by key or full name. See the readiness of the template.",
            {"birthday": "dob"},
            max_length=100,
        ),
    ] = Field(default_factory=dict)


class Clone(Schema):
    """The draft workflow that was created from a template."""

    workflow_id: str = described("ID of the workflow.", WORKFLOW_ID)
    name: str = described("Name of the workflow.", "Spring leads")
    status: str = described("Status of the workflow.", "draft")
    template_id: str = described("ID of the template.", TEMPLATE_ID)
    template_version: int = described("Version of the template.", 3)
    switched_off: list[str] = described("Names of its disabled steps.", ["Step 3, Send SMS"])


def template_with_definition(details: TemplateDetails) -> TemplateWithDefinition:
    return TemplateWithDefinition(**template_shape(details), definition=details.definition.document)
