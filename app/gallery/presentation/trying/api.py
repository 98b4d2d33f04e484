"""The operations of the API that try a template or a workflow with a contact, in the same way.

Trying a workflow is the work of the engine; its operation is here because it answers in the terms of trying a
template, which the engine, being below this room, can't import.
"""

from flask import Blueprint

from app.engine.application import trial
from app.gallery import application as gallery
from app.gallery.presentation.api import TAG
from app.gallery.presentation.trying.api_schemas import (
    TemplateTrial,
    TrialOptions,
    WorkflowTrial,
    template_trial_shape,
    workflow_trial_shape,
)
from app.platform import web
from app.platform.api.operations import blueprint as api_blueprint
from app.platform.api.operations import operation
from app.workflows import application as workflows

blueprint: Blueprint = api_blueprint("template_trials")


@blueprint.post("/workflow-templates/<public_id>/trial")
@operation(TAG, TemplateTrial, permission="report:view")
def try_template(public_id: str, body: TrialOptions) -> TemplateTrial:
    """Try a template

    Returns when each step would happen for a contact, and what each message would say. Nothing is created,
    and nothing is sent.

    Errors: `VALIDATION_ERROR` with `fields` if there is no such contact, or with `matches` if there are
    several.
    """
    actor = web.actor()
    tried = gallery.template_to_try(actor, public_id, trial.checked_start(body.start))
    run = gallery.try_template(actor, tried, body.contact, is_sample=body.sample, chosen=body.choices)
    return template_trial_shape(tried, run)


@blueprint.post("/workflows/<public_id>/trial")
@operation("Workflows", WorkflowTrial, permission="report:view")
def try_workflow(public_id: str, body: TrialOptions) -> WorkflowTrial:
    """Try a workflow

    Walks a contact through the steps as they are edited now, with waits skipped: when each step would happen,
    and what each message would say. Nothing is recorded, and nothing is sent.

    Errors: `VALIDATION_ERROR` with `fields` if there is no such contact, or with `matches` if there are
    several.
    """
    actor, start = web.actor(), trial.checked_start(body.start)
    workflow = workflows.find_workflow(actor, public_id)
    run = trial.try_out(actor, public_id, body.contact, body.choices, start, is_sample=body.sample)
    return workflow_trial_shape(public_id, trial.paths_through(actor, workflow.parsed, start), run)
