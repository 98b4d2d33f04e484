"""The workflow model in pure Python: definition, step types, checks, message texts and drawing."""

from app.workflows.domain.checks.added_by_hand import AddedByHand, NeededValue, added_by_hand
from app.workflows.domain.checks.incoming import incoming
from app.workflows.domain.checks.needs import deprecated_steps, needs, switch_off, switch_on
from app.workflows.domain.checks.problem import Problem
from app.workflows.domain.checks.readiness import OffPart, brought_by, off_parts
from app.workflows.domain.checks.validation import problems
from app.workflows.domain.copy_names import copy_name
from app.workflows.domain.definition import (
    FORMAT,
    MAX_STEPS,
    TRIGGER_ID,
    Definition,
    Step,
    UnreadableFormat,
    WholePath,
    copy_definition,
    days,
    longest_path,
    new_ids,
    parse,
    references,
    shortest_path,
    upgrade,
    with_ids,
)
from app.workflows.domain.drawing.describe import (
    beginning_words,
    goals_words,
    message_names,
    names_in,
    start_words,
    step_words,
    trigger_words,
)
from app.workflows.domain.drawing.drawing import Drawing, Node, draw
from app.workflows.domain.drawing.summary import Miniature, Summary, live_channels, miniature, summary
from app.workflows.domain.example import EXAMPLE
from app.workflows.domain.life_cycle import Sort, Status, can_be_edited, deletion_refusal, refusal
from app.workflows.domain.messages.email_body import render_email_body
from app.workflows.domain.messages.merge_tags import (
    MERGE_TAGS,
    MergeTag,
    analyse,
    render_text,
    sample_context,
)
from app.workflows.domain.steps import GOALS, STEPS, TRIGGERS, channels, types_named
from app.workflows.domain.types.declarations import Names
from app.workflows.domain.types.setting import Setting
from app.workflows.domain.types.words import with_labels

__all__ = [
    "EXAMPLE",
    "FORMAT",
    "GOALS",
    "MAX_STEPS",
    "MERGE_TAGS",
    "STEPS",
    "TRIGGERS",
    "TRIGGER_ID",
    "AddedByHand",
    "Definition",
    "Drawing",
    "MergeTag",
    "Miniature",
    "Names",
    "NeededValue",
    "Node",
    "OffPart",
    "Problem",
    "Setting",
    "Sort",
    "Status",
    "Step",
    "Summary",
    "UnreadableFormat",
    "WholePath",
    "added_by_hand",
    "analyse",
    "beginning_words",
    "brought_by",
    "can_be_edited",
    "channels",
    "copy_definition",
    "copy_name",
    "days",
    "deletion_refusal",
    "deprecated_steps",
    "draw",
    "goals_words",
    "incoming",
    "live_channels",
    "longest_path",
    "message_names",
    "miniature",
    "names_in",
    "needs",
    "new_ids",
    "off_parts",
    "parse",
    "problems",
    "references",
    "refusal",
    "render_email_body",
    "render_text",
    "sample_context",
    "shortest_path",
    "start_words",
    "step_words",
    "summary",
    "switch_off",
    "switch_on",
    "trigger_words",
    "types_named",
    "upgrade",
    "with_ids",
    "with_labels",
]
