"""The operation of the API that tries a template with a contact."""

from flask import Blueprint

from app.engine.application import trial
from app.gallery import application as gallery
from app.gallery.presentation.api import TAG
from app.gallery.presentation.trying.api_schemas import TemplateTrial, TrialOptions, trial_shape
from app.platform import web
from app.platform.api.operations import blueprint as api_blueprint
from app.platform.api.operations import operation

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
    return trial_shape(tried, run)
