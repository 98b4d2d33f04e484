"""Wording of the audit entries of workflows."""

from typing import Final

from flask import url_for

from app.activity import application as activity
from app.activity.application import AuditWords, Facts, Kind, Subject


def _page(public_id: str) -> str:
    return url_for("workflows.show", public_id=public_id)


def _former_name(facts: Facts) -> str:
    return f"(formerly “{facts['before']}”)" if facts.get("before") else ""


def _source(facts: Facts) -> str:
    return f"(a copy of “{facts['source_name']}”)" if facts.get("source_name") else ""


def _reason(facts: Facts) -> str:
    return f"({facts['reason']})" if facts.get("reason") else ""


_AUDIT_SENTENCES: Final = {
    "workflow_created": "created {it}",
    "workflow_renamed": "renamed {it}",
    "workflow_edited": "edited a step in {it}",
    "trigger_changed": "changed the trigger of {it}",
    "workflow_step_added": "added a step to {it}",
    "workflow_step_moved": "moved a step in {it}",
    "workflow_step_copied": "duplicated a step in {it}",
    "workflow_step_deleted": "deleted a step from {it}",
    "workflow_steps_switched_on": "switched on steps in {it}",
    "workflow_paths_changed": "changed the paths of a step in {it}",
    "workflow_goals_changed": "changed the goals of {it}",
    "workflow_edit_undone": "undid an edit of {it}",
    "workflow_edit_redone": "redid an edit of {it}",
    "workflow_redefined": "changed the steps of {it}",
    "workflow_activated": "activated {it}",
    "workflow_email_tested": "sent themselves a test email of {it}",
    "workflow_paused": "paused {it}",
    "workflow_archived": "archived {it}",
    "workflow_restored": "restored {it}",
    "workflow_deleted": "deleted {it}",
    "workflow_duplicated": "duplicated {it}",
}


def register() -> None:
    words = AuditWords(
        _AUDIT_SENTENCES,
        subjects={"workflow": Subject("the workflow ", "a workflow", "workflows", _page)},
        details={
            "workflow_renamed": _former_name,
            "workflow_paused": _reason,
            "workflow_duplicated": _source,
        },
        kinds={"workflows": Kind("Workflows", "All workflow activity")},
    )
    activity.register_words("workflows", words)
