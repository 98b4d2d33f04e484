"""What programs send to try a template or a workflow, and what they receive."""

from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field

from app.engine.application import trial
from app.gallery.application.trying import TriedTemplate
from app.platform.api.example_ids import TEMPLATE_ID, WORKFLOW_ID
from app.platform.api.moments import Moment
from app.platform.api.schemas import Options, Schema, described
from app.workflows.domain.messages.rendering import Rendered

START: Final = "2026-03-02T09:00:00Z"
CHOICE: Final[dict[str, Any]] = {"value": "clicked", "label": "Clicked"}
MESSAGE: Final[dict[str, Any]] = {
    "subject": "Thanks for your interest, Anna",
    "preheader": "",
    "html": "<p>Hi Anna,</p>",
    "text": "",
}
STEP: Final[dict[str, Any]] = {
    "id": "hello",
    "number": 1,
    "title": "Send email",
    "detail": "Thanks for your interest, [First name]",
    "at": START,
    "note": "",
    "is_skipped": False,
    "message": MESSAGE,
    "choices": [],
    "chosen": None,
}

StepId = Annotated[str, Field(max_length=64)]
ChoiceValue = Annotated[str, Field(max_length=trial.MAX_CHOICE)]


class TrialOptions(Options):
    """Whom a template or a workflow is tried with, and how."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"contact": "ann@example.com"}]})

    contact: Annotated[
        str,
        described(
            "Name, email address, or ID of a contact. Defaults to the newest who can be contacted.",
            "ann@example.com",
            max_length=trial.MAX_CONTACT,
        ),
    ] = ""
    sample: bool = described("Use a sample contact instead.", True, default=False)
    start: Annotated[Moment | None, described("When the contact starts. Defaults to now.", START)] = None
    choices: Annotated[
        dict[StepId, ChoiceValue],
        described(
            "Which path to follow from steps with `choices`: {ID of the step: value of the choice}.",
            {"asks": "clicked"},
            max_length=100,
        ),
    ] = Field(default_factory=dict)


class TrialMessage(Schema):
    """A message as the contact would get it."""

    model_config = ConfigDict(json_schema_extra={"examples": [MESSAGE]})

    subject: str = Field(description="Subject of an email; empty for an SMS.")
    preheader: str = Field(description="Text that mail programs show next to the subject.")
    html: str = Field(description="Content of an email, safe to display; empty for an SMS.")
    text: str = Field(description="Content as plain text.")


class TrialChoice(Schema):
    """A path that can be followed from a step."""

    model_config = ConfigDict(json_schema_extra={"examples": [CHOICE]})

    value: str = Field(description="What to send in `choices`.")
    label: str = Field(description="What it is, in words.")


class TrialStep(Schema):
    """A step that the contact comes to."""

    model_config = ConfigDict(json_schema_extra={"examples": [STEP]})

    id: str = Field(description="ID of the step.")
    number: int = Field(description="Its number, in reading order.")
    title: str = Field(description="What it does, in words.")
    detail: str = Field(description="More about what it does; may be empty.")
    at: datetime = Field(description="When the contact comes to it.")
    note: str = Field(description="More about it, such as why it is skipped; may be empty.")
    is_skipped: bool = Field(description="Whether it is skipped.")
    message: TrialMessage | None = Field(description="The message that it sends; null without one.")
    choices: list[TrialChoice] = Field(description="The paths to choose from; empty without any.")
    chosen: str | None = described("The one that was taken; null without choices.", "clicked")


class TrialPath(Schema):
    """The longest or the shortest way through the steps, whoever the contact is."""

    days: int = described("Its length in days.", 14)
    messages: int = described("How many messages there are.", 5)
    weekend_messages: int = described("How many of them leave on a weekend.", 1)
    ends_at: datetime = described("When it ends.", "2026-03-16T09:00:00Z")


class _Trial(Schema):
    contact_id: int | None = described("ID of the contact; null for a sample contact.", 42)
    contact: str = described("Name of the contact.", "Ann Lee")
    is_contactable: bool = described("Whether they can be contacted. If not, they aren’t enrolled.", True)
    is_filtered_out: bool = described("Whether the trigger’s filters leave them out.", False)
    time_zone: str = described("Time zone of the contact, or that of the account.", "Europe/London")
    starts_at: datetime = described("When the contact starts.", START)
    ends_at: datetime = described("When they come to the end.", "2026-03-16T09:00:00Z")
    messages: int = described("How many messages they would get.", 5)
    weekend_messages: int = described("How many of them leave on a weekend.", 1)
    is_complete: bool = described("Whether all steps up to the end are here.", True)
    steps: list[TrialStep] = Field(description="The steps that the contact comes to.")
    longest_path: TrialPath = Field(description="If events that steps wait for never happen.")
    shortest_path: TrialPath = Field(description="If they happen at once.")


class TemplateTrial(_Trial):
    """What a template would do with one contact. Nothing was created or sent."""

    template_id: str = described("ID of the template.", TEMPLATE_ID)
    version: int = described("Version of the template.", 3)


class WorkflowTrial(_Trial):
    """What a workflow, as it is edited now, would do with one contact. Nothing was recorded or sent."""

    workflow_id: str = described("ID of the workflow.", WORKFLOW_ID)


def template_trial_shape(tried: TriedTemplate, run: trial.Trial) -> TemplateTrial:
    common = _common(tried.paths, run)
    return TemplateTrial(template_id=tried.template.public_id, version=tried.template.version, **common)


def workflow_trial_shape(public_id: str, paths: trial.PathsThrough, run: trial.Trial) -> WorkflowTrial:
    return WorkflowTrial(workflow_id=public_id, **_common(paths, run))


def _common(paths: trial.PathsThrough, run: trial.Trial) -> dict[str, Any]:
    return {
        "contact_id": run.contact_id or None,
        "contact": run.contact,
        "is_contactable": run.is_contactable,
        "is_filtered_out": run.is_filtered_out,
        "time_zone": run.zone,
        "starts_at": paths.starts_at,
        "ends_at": run.ends_at,
        "messages": run.messages,
        "weekend_messages": run.weekend_messages,
        "is_complete": run.is_complete,
        "steps": [_step(one) for one in run.steps],
        "longest_path": _path(paths.longest),
        "shortest_path": _path(paths.shortest),
    }


def _step(one: trial.TrialStep) -> TrialStep:
    return TrialStep(
        id=one.id,
        number=one.number,
        title=one.title,
        detail=one.detail,
        at=one.at,
        note=one.note,
        is_skipped=one.is_skipped,
        message=_message(one.message) if one.message else None,
        choices=[TrialChoice(value=way.value, label=way.label) for way in one.choices],
        chosen=one.chosen if one.choices else None,
    )


def _message(shown: Rendered) -> TrialMessage:
    return TrialMessage(subject=shown.subject, preheader=shown.preheader, html=shown.html, text=shown.text)


def _path(path: trial.PathFigures) -> TrialPath:
    return TrialPath(
        days=path.days,
        messages=path.messages,
        weekend_messages=path.weekend_messages,
        ends_at=path.ends_at,
    )
