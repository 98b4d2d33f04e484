"""Operations of the API on templates as files, and on sharing them."""

from collections.abc import Mapping

from flask import Blueprint, Response

from app.gallery.application.library import sharing, transfer
from app.gallery.presentation.api import TAG
from app.gallery.presentation.api_schemas import TemplateWithDefinition, template_with_definition
from app.gallery.presentation.library.answers import YAML, file_answer
from app.gallery.presentation.library.api_schemas import (
    NewShare,
    RecipientQuery,
    ShareQuery,
    TemplateImport,
    TemplateRecipient,
    TemplateSharing,
    recipient_shape,
    sharing_shape,
)
from app.platform import web
from app.platform.api.conditional import etag_of
from app.platform.api.operations import PREFIX, operation
from app.platform.api.operations import blueprint as api_blueprint
from app.platform.api.paging import page_of, read_cursor, write_cursor
from app.platform.api.schemas import Page
from app.platform.errors import fields_renamed

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


@blueprint.get("/workflow-templates/<public_id>/share")
@operation(
    TAG,
    Page[TemplateRecipient],
    permission="report:view",
    headers={"Link": "The next page."},
    errors=(409,),
)
def list_template_recipients(
    public_id: str, query: RecipientQuery
) -> tuple[Page[TemplateRecipient], int, dict[str, str]]:
    """List who a template is shared with

    All sub-accounts by name, with whether they see the template and what they have created from it. Only for
    the agency’s own templates (`TEMPLATE_READ_ONLY`).
    """
    [after] = read_cursor(query.cursor, int) or [None]
    found = sharing.recipients_of(
        web.actor(), public_id, search=" ".join(query.q.split()), after=after, limit=query.limit
    )
    cursor = write_cursor(found.next) if found.next is not None else None
    return page_of([recipient_shape(one) for one in found.rows], cursor)


@blueprint.post("/workflow-templates/<public_id>/share")
@operation(TAG, TemplateSharing, permission="template:manage", errors=(409,))
def share_template(public_id: str, body: NewShare) -> TemplateSharing:
    """Share a template with sub-accounts

    Sub-accounts can preview and clone it, but not change it. Sharing it again changes nothing.

    Errors: `TEMPLATE_READ_ONLY` for system templates; `CONFLICT` if the account isn’t an agency; `NOT_FOUND`
    for an account that isn’t a sub-account; `INVALID_TEMPLATE` with `problems` if it has a secret.
    """
    return sharing_shape(sharing.share_template(web.actor(), public_id, body.account_ids))


@blueprint.delete("/workflow-templates/<public_id>/share")
@operation(TAG, None, status=204, permission="template:manage", errors=(409,))
def unshare_template(public_id: str, query: ShareQuery) -> None:
    """Stop sharing a template

    Workflows that sub-accounts have created from it stay.

    Errors: `TEMPLATE_READ_ONLY`; `NOT_FOUND`; `CONFLICT` for a single sub-account if the template is shared
    with all.
    """
    ids = None if query.account_id is None else [query.account_id]
    with fields_renamed(lambda _name: "account_id"):
        sharing.unshare_template(web.actor(), public_id, ids)
