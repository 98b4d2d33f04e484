"""The operation of the API on what a template needs."""

from flask import Blueprint

from app.gallery.application.readiness.reading import template_readiness
from app.gallery.presentation.api import TAG
from app.gallery.presentation.readiness.api_schemas import TemplateReadiness, readiness_shape
from app.platform import web
from app.platform.api.operations import blueprint as api_blueprint
from app.platform.api.operations import operation

blueprint: Blueprint = api_blueprint("template_readiness")


@blueprint.get("/workflow-templates/<public_id>/readiness")
@operation(TAG, TemplateReadiness, permission="report:view")
def get_template_readiness(public_id: str) -> TemplateReadiness:
    """Get what a template needs

    Integrations, contact fields, tags, and business details that it uses, and whether the account has them.
    The `name` of a field and of a suggestion can be sent as `fields` when the template is cloned.
    """
    return readiness_shape(template_readiness(web.actor(), public_id))
