"""Operations of the API on templates as files."""

from collections.abc import Mapping

from flask import Blueprint, Response

from app.gallery.application.library import transfer
from app.gallery.presentation.api_schemas import TemplateWithDefinition, template_with_definition
from app.gallery.presentation.library.answers import YAML, file_answer
from app.gallery.presentation.library.api_schemas import TemplateImport
from app.platform import web
from app.platform.api.conditional import etag_of
from app.platform.api.operations import PREFIX, operation
from app.platform.api.operations import blueprint as api_blueprint

TAG = "Workflow templates"

blueprint: Blueprint = api_blueprint("template_library")


@blueprint.get("/workflow-templates/<public_id>/export")
@operation(
    TAG,
    permission="report:view",
    media_type=YAML,
    headers={"Content-Disposition": "The name of the file."},
    says={200: "The template as YAML."},
)
def export_template(public_id: str) -> Response:
    """Export a template as a file

    The latest version. The file can be imported here and in other installations.
    """
    return file_answer(transfer.export_template(web.actor(), public_id))


@blueprint.post("/workflow-templates/import")
@operation(
    TAG,
    TemplateWithDefinition,
    status=201,
    permission="template:manage",
    idempotent=True,
    headers={"ETag": "Version of the template, for `If-Match`.", "Location": "URL of the template."},
)
def import_template(body: TemplateImport) -> tuple[TemplateWithDefinition, int, Mapping[str, str]]:
    """Import a template from a file

    The template belongs to the account. Importing a file twice creates two templates.

    Errors: `INVALID_FILE` for a file that isn’t a template, or one of a newer version of Muster;
    `INVALID_TEMPLATE` with `problems`, and with `new_fields` if it uses contact fields that don’t exist;
    `TEMPLATE_LIMIT_REACHED`.
    """
    made = transfer.import_template(
        web.actor(), body.file.encode(), name=body.name, new_fields=body.new_fields
    )
    location = f"{PREFIX}/workflow-templates/{made.card.public_id}"
    headers = {"ETag": etag_of(made.card.public_id, made.card.version), "Location": location}
    return template_with_definition(made), 201, headers
