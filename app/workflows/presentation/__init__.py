"""The pages of workflows."""

from flask import Flask

from app.integrations import application as integrations
from app.workflows import application as workflows
from app.workflows.domain import STEPS, channels
from app.workflows.domain.types.declarations import Look
from app.workflows.presentation import (
    audit_words,
    field_uses,
    finding,
    keeping_pages,
    life_pages,
    pages,
    step_pages,
    trying_pages,
)
from app.workflows.presentation.editing import (
    condition_pages,
    new_pages,
    paths_pages,
    presence_pages,
    structure_pages,
    trigger_goal_pages,
    undo_pages,
)


def init(app: Flask) -> None:
    for module in (
        life_pages,
        keeping_pages,
        condition_pages,
        new_pages,
        paths_pages,
        presence_pages,
        structure_pages,
        trigger_goal_pages,
        undo_pages,
        step_pages,
        trying_pages,
    ):
        app.register_blueprint(module.blueprint)
    app.register_blueprint(pages.blueprint)
    integrations.register_users(workflows.service_uses)
    audit_words.register()
    field_uses.register()
    finding.register_provider()
    app.add_template_filter(STEPS.get, "step_type")
    app.add_template_filter(channel_look)


def channel_look(name: str) -> Look:
    """Return the icon and tone of a channel, from the first step type that uses it."""
    found = channels().get(name)
    return found.look if found else Look("info")
