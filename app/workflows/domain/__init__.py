"""What a workflow is, without a database or a browser: definition, rules, words and drawing."""

from app.contacts.domain.criteria import criteria_words
from app.workflows.domain.checks.needs import (
    INTEGRATIONS,
    deprecated_steps,
    has_deprecated_steps,
    needs,
    step_needs,
    switch_off,
)
from app.workflows.domain.checks.problem import TRIGGER_ID, Problem
from app.workflows.domain.checks.validation import problems
from app.workflows.domain.definition.copying import copy_definition, fresh_id, new_ids, with_ids
from app.workflows.domain.definition.document import (
    FORMAT,
    MAX_STEPS,
    UnreadableFormat,
    empty_definition,
    upgrade,
)
from app.workflows.domain.definition.duration import days
from app.workflows.domain.definition.texts import step_merge_tags, step_texts
from app.workflows.domain.definition.walk import Place, find_step, walk
from app.workflows.domain.drawing.describe import goals_words, message_names, step_words, trigger_words
from app.workflows.domain.drawing.drawing import Drawing, Node, draw
from app.workflows.domain.drawing.summary import Miniature, Summary, miniature, summary
from app.workflows.domain.event_fields import message_references
from app.workflows.domain.life_cycle import (
    Status,
    TransitionRefused,
    can_be_edited,
    change,
    refusal,
    takes_people,
)
from app.workflows.domain.messages.email_body import render_email_body
from app.workflows.domain.messages.merge_tags import (
    MERGE_TAGS,
    MergeTag,
    analyse,
    render_text,
    sample_context,
)
from app.workflows.domain.steps.setting import Part, Setting
from app.workflows.domain.steps.triggers import TRIGGERS
from app.workflows.domain.steps.types import ACTIONS, CHANNELS, MESSAGES, STEPS
from app.workflows.domain.steps.words import total_days_words

__all__ = [
    "ACTIONS",
    "CHANNELS",
    "FORMAT",
    "INTEGRATIONS",
    "MAX_STEPS",
    "MERGE_TAGS",
    "MESSAGES",
    "STEPS",
    "TRIGGERS",
    "TRIGGER_ID",
    "Drawing",
    "MergeTag",
    "Miniature",
    "Node",
    "Part",
    "Place",
    "Problem",
    "Setting",
    "Status",
    "Summary",
    "TransitionRefused",
    "UnreadableFormat",
    "analyse",
    "can_be_edited",
    "change",
    "copy_definition",
    "criteria_words",
    "days",
    "deprecated_steps",
    "draw",
    "empty_definition",
    "find_step",
    "fresh_id",
    "goals_words",
    "has_deprecated_steps",
    "message_names",
    "message_references",
    "miniature",
    "needs",
    "new_ids",
    "problems",
    "refusal",
    "render_email_body",
    "render_text",
    "sample_context",
    "step_merge_tags",
    "step_needs",
    "step_texts",
    "step_words",
    "summary",
    "switch_off",
    "takes_people",
    "total_days_words",
    "trigger_words",
    "upgrade",
    "walk",
    "with_ids",
]
