"""What a workflow is, without a database or a browser: definition, rules, words and drawing."""

from app.contacts.domain.criteria import criteria_words
from app.workflows.domain.copying import copy_definition, fresh_id, new_ids, with_ids
from app.workflows.domain.definition import FORMAT, MAX_STEPS, UnreadableFormat, empty_definition, upgrade
from app.workflows.domain.describe import goals_words, message_names, step_words, trigger_words
from app.workflows.domain.drawing import Drawing, Node, draw
from app.workflows.domain.duration import days
from app.workflows.domain.email_body import render_email_body
from app.workflows.domain.event_fields import message_references
from app.workflows.domain.life_cycle import (
    Status,
    TransitionRefused,
    can_be_edited,
    change,
    refusal,
    takes_people,
)
from app.workflows.domain.merge_tags import MERGE_TAGS, MergeTag, analyse, render_text, sample_context
from app.workflows.domain.needs import (
    INTEGRATIONS,
    deprecated_steps,
    has_deprecated_steps,
    needs,
    step_needs,
    switch_off,
)
from app.workflows.domain.problem import TRIGGER_ID, Problem
from app.workflows.domain.setting import Part, Setting
from app.workflows.domain.steps import ACTIONS, CHANNELS, MESSAGES, STEPS
from app.workflows.domain.summary import Miniature, Summary, miniature, summary
from app.workflows.domain.texts import step_merge_tags, step_texts
from app.workflows.domain.triggers import TRIGGERS
from app.workflows.domain.validation import problems
from app.workflows.domain.walk import Place, find_step, walk
from app.workflows.domain.words import total_days_words

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
