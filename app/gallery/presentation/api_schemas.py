"""What programs send and receive about workflow templates."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from app.gallery.application import MAX_NOTE, TemplateDetails
from app.gallery.domain.browsing import SORTS
from app.gallery.domain.categories import CATEGORY_KEYS, CUSTOM
from app.gallery.domain.details import MAX_DESCRIPTION, MAX_NAME, MAX_TAG, MAX_TAGS
from app.gallery.presentation.shapes import template_shape
from app.platform.api.schemas import UNCHANGED, Body, Changes, Options, PageQuery, Schema
from app.workflows.domain import EXAMPLE, STEPS
from app.workflows.domain.life_cycle import MAX_WORKFLOW_NAME

RECOMMENDED: Final = "recommended"

CategoryKey = Literal[CATEGORY_KEYS]  # type: ignore[valid-type]
StepType = Literal[tuple(step.type for step in STEPS)]  # type: ignore[valid-type]
Sort = Literal[tuple(sort or RECOMMENDED for sort in SORTS)]  # type: ignore[valid-type]

Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
Description = Annotated[str, Field(max_length=MAX_DESCRIPTION)]
Tags = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=MAX_TAG)]],
    Field(max_length=MAX_TAGS, description="Saved in lowercase and without duplicates."),
]
Note = Annotated[str, Field(max_length=MAX_NOTE, description="What this version is about.")]
NewFields = Annotated[
    bool,
    Field(description="Accept contact fields that don’t exist yet. Cloning the template creates them."),
]
Definition = Annotated[
    dict[str, Any],
    Field(description="Trigger, steps, and goals. The format is the same in workflows.", examples=[EXAMPLE]),
]

TEMPLATE: Final = {
    "id": "01936b1c-6f0e-7c3a-9d52-0d4b8e1f7a01",
    "key": "new-lead-welcome",
    "name": "New lead welcome",
    "description": "Answers new leads within minutes and follows up twice.",
    "category": "lead_nurturing",
    "tags": ["email", "sms"],
    "is_system": True,
    "is_shared": False,
    "version": 3,
    "needs": ["sms"],
    "missing": ["sms"],
    "steps": 9,
    "days": 14,
    "channels": ["email", "sms"],
    "times_used": 12,
    "completion_rate": None,
    "created_at": "2026-01-15T08:00:00Z",
    "updated_at": "2026-02-20T08:00:00Z",
    "created_by": None,
}
VERSION: Final = {
    "version": 3,
    "note": "Shorter second email.",
    "is_current": True,
    "created_at": "2026-02-20T08:00:00Z",
    "created_by": None,
}


class TemplateQuery(PageQuery):
    """Which templates to list, and in which order."""

    category: Annotated[CategoryKey | None, Field(description="Only templates of this category.")] = None
    q: Annotated[
        str,
        Field(
            max_length=200,
            description="Words to search for in name, description, tags, and steps. Typos are forgiven.",
        ),
    ] = ""
    tag: Annotated[str, Field(max_length=MAX_TAG, description="Only templates with this tag.")] = ""
    step: Annotated[StepType | None, Field(description="Only templates with a step of this type.")] = None
    sort: Annotated[
        Sort, Field(description="`recommended` puts the best matches first if there is a `q`.")
    ] = RECOMMENDED


class Template(Schema):
    """A workflow template."""

    model_config = ConfigDict(json_schema_extra={"examples": [TEMPLATE]})

    id: str
    key: str | None = Field(description="Stable name of a system template.")
    name: str
    description: str
    category: CategoryKey
    tags: list[str]
    is_system: bool = Field(description="Whether it comes with Muster, so that it can’t be changed.")
    is_shared: bool
    version: int
    needs: list[str] = Field(description="Integrations that it uses.")
    missing: list[str] = Field(description="Those of them that the account lacks.")
    steps: int
    days: int = Field(description="Days from the first to the last step on the longest path.")
    channels: list[str]
    times_used: int
    completion_rate: float | None = Field(
        description="Share of enrollments that reached a goal or the end; null while too few are known."
    )
    created_at: datetime
    updated_at: datetime
    created_by: int | None = Field(description="ID of the user who created it.")


class TemplateWithDefinition(Template):
    """A workflow template with its definition."""

    model_config = ConfigDict(json_schema_extra={"examples": [TEMPLATE | {"definition": EXAMPLE}]})

    definition: Definition


class TemplateCategory(Schema):
    """A category of templates, and the number of templates in it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "key": "lead_nurturing",
                    "label": "Lead nurturing",
                    "description": "Turn inquiries into conversations, and conversations into customers.",
                    "count": 5,
                }
            ]
        }
    )

    key: CategoryKey
    label: str
    description: str
    count: int


class TemplateVersion(Schema):
    """A version of a template. Versions never change."""

    model_config = ConfigDict(json_schema_extra={"examples": [VERSION]})

    version: int
    note: str
    is_current: bool
    created_at: datetime
    created_by: int | None


class TemplateVersionWithDefinition(TemplateVersion):
    """A version of a template with its definition."""

    model_config = ConfigDict(json_schema_extra={"examples": [VERSION | {"definition": EXAMPLE}]})

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
        Description | None, Field(description="Defaults to that of the workflow, if there is one.")
    ] = None
    category: CategoryKey = CUSTOM
    tags: Tags = Field(default_factory=list)
    definition: Definition | None = None
    workflow_id: Annotated[str | None, Field(max_length=36)] = None
    note: Note = ""
    new_fields: NewFields = False

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if (self.definition is None) == (self.workflow_id is None):
            raise ValueError("Send either definition or workflow_id.")
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
    category: CategoryKey = UNCHANGED
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
        str | None, Field(max_length=MAX_WORKFLOW_NAME, description="Defaults to the template’s name.")
    ] = None
    switch_off_missing: bool = Field(
        default=False,
        description="Switch off the steps whose integration isn’t connected (`MISSING_INTEGRATION`).",
    )
    same_name: bool = Field(
        default=False, description="Accept a name that another workflow has (`CONFIRMATION_NEEDED`)."
    )


class Clone(Schema):
    """The draft workflow that was created from a template. `switched_off` names its disabled steps."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "workflow_id": "01936b1c-9a41-7d10-8b0c-52f6a7c3e902",
                    "name": "Spring leads",
                    "status": "draft",
                    "template_id": TEMPLATE["id"],
                    "template_version": 3,
                    "switched_off": ["Step 3, Send SMS"],
                }
            ]
        }
    )

    workflow_id: str
    name: str
    status: str
    template_id: str
    template_version: int
    switched_off: list[str]


def template_with_definition(details: TemplateDetails) -> TemplateWithDefinition:
    return TemplateWithDefinition(**template_shape(details), definition=details.definition.document)
