"""JSON representations of templates and clones, for the command line and the API."""

from typing import Any

from app.gallery.application import ListedTemplate


def template_shape(template: ListedTemplate) -> dict[str, Any]:
    """Return a template without its definition."""
    card = template.card
    return {
        "id": card.public_id,
        "key": card.key,
        "name": card.name,
        "description": card.description,
        "category": card.category,
        "tags": list(card.tags),
        "is_system": card.is_system,
        "is_shared": card.is_shared,
        "shared_by": card.shared_by,
        "version": card.version,
        "needs": list(card.needs),
        "missing": list(card.missing(template.available)),
        "steps": card.steps,
        "days": card.days,
        "channels": list(card.channels),
        "times_used": template.times_used,
        "completion_rate": template.completion_rate,
        "created_at": card.created_at,
        "updated_at": card.updated_at,
        "created_by": card.created_by,
    }


def clone_shape(workflow: Any, template_id: str) -> dict[str, Any]:
    """Return the result of a clone; `switched_off` holds the names of disabled steps."""
    return {
        "workflow_id": workflow.public_id,
        "name": workflow.name,
        "status": workflow.status,
        "template_id": template_id,
        "template_version": workflow.template_version,
        "switched_off": [step.name for step in workflow.parsed.all_steps if not step.enabled],
    }
