"""Operations of the API on workflow templates."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response

from app.gallery import application as gallery
from app.gallery.application import Place
from app.gallery.application.versions import restore_version
from app.gallery.domain.browsing import GalleryQuery
from app.gallery.presentation.api_preview import TemplatePreview, template_preview
from app.gallery.presentation.api_schemas import (
    RECOMMENDED,
    Clone,
    CloneOptions,
    NewTemplate,
    Template,
    TemplateCategory,
    TemplateChange,
    TemplateQuery,
    TemplateVersion,
    TemplateVersionWithDefinition,
    TemplateWithDefinition,
    template_with_definition,
)
from app.gallery.presentation.shapes import clone_shape, template_shape
from app.platform import web
from app.platform.api.conditional import etag_of, raise_if_changed
from app.platform.api.operations import PREFIX, operation
from app.platform.api.operations import blueprint as api_blueprint
from app.platform.api.paging import page_of, page_of_documents, read_cursor, write_cursor
from app.platform.api.schemas import Page, PageQuery
from app.platform.errors import about
from app.platform.ids import new_public_id

TAG = "Workflow templates"
ETAG = {"ETag": "Version of the template, for `If-Match`."}
LINK = {"Link": "The next page."}

Result = tuple[TemplateWithDefinition, int, Mapping[str, str]]

blueprint: Blueprint = api_blueprint("gallery")


@blueprint.get("/workflow-templates")
@operation(TAG, Page[Template], permission="report:view", headers=LINK)
def list_templates(query: TemplateQuery) -> Response:
    """List templates

    System templates and the account’s own. The definition of a template is in its details.
    """
    asked = GalleryQuery(
        text=" ".join(query.q.split()),
        category=query.category or "",
        tag=" ".join(query.tag.lower().split()),
        step=query.step or "",
        sort="" if query.sort == RECOMMENDED else query.sort,
    )
    after = read_cursor(query.cursor, str, int)
    found, next_place = gallery.list_templates(
        web.actor(), asked, limit=query.limit, after=Place(*after) if after else None
    )
    cursor = write_cursor(*next_place) if next_place else None
    return page_of_documents([template_shape(template) for template in found], cursor)


@blueprint.get("/workflow-templates/categories")
@operation(TAG, Page[TemplateCategory], permission="report:view")
def list_template_categories() -> tuple[Page[TemplateCategory], int, dict[str, str]]:
    """List categories

    All categories on one page, with the number of templates in each.
    """
    shown = [
        TemplateCategory(
            key=category.key, label=category.label, description=category.description, count=count
        )
        for category, count in gallery.template_categories(web.actor())
    ]
    return page_of(shown, None)


@blueprint.post("/workflow-templates")
@operation(
    TAG,
    TemplateWithDefinition,
    status=201,
    permission="template:manage",
    idempotent=True,
    headers=ETAG | {"Location": "URL of the template."},
    errors=(404,),
)
def create_template(body: NewTemplate) -> Result:
    """Create a template

    From a definition, or from a workflow as it is edited now, without the personal data in it: see
    `POST /workflows/{id}/save-as-template`, which says what it has replaced, and has the same default for
    steps that are off. That also needs the scope `report:view`. The template belongs to the account.

    Errors: `INVALID_TEMPLATE` with `problems`, and with `new_fields` if it uses contact fields that don’t
    exist; `VALIDATION_ERROR` with `fields`; `WORKFLOW_NOT_FOUND`; `TEMPLATE_LIMIT_REACHED`.
    """
    details = body.model_dump(include={"name", "category", "tags"})
    given = body.model_dump(include={"note", "new_fields"})
    if body.workflow_id is not None:
        draft = gallery.SavingDraft(description=body.description, **details)
        with about("workflow_id"):
            saved = gallery.save_as_template(web.actor(), body.workflow_id, draft, same_name=True, **given)
        made = saved.details
    else:
        made = gallery.create_template(
            web.actor(),
            definition=body.definition,
            description=body.description or "",
            **details,
            **given,
        )
    shown, _, headers = _shown(made)
    return shown, 201, {**headers, "Location": f"{PREFIX}/workflow-templates/{shown.id}"}


@blueprint.get("/workflow-templates/<public_id>")
@operation(TAG, TemplateWithDefinition, permission="report:view", headers=ETAG)
def get_template(public_id: str) -> Result:
    """Get a template"""
    return _shown(gallery.template_details(web.actor(), public_id))


@blueprint.patch("/workflow-templates/<public_id>")
@operation(
    TAG,
    TemplateWithDefinition,
    permission="template:manage",
    conditional=True,
    headers=ETAG,
    errors=(409,),
)
def update_template(public_id: str, body: TemplateChange) -> Result:
    """Change a template

    Creates a new version, unless nothing differs. Workflows that were created from earlier versions stay as
    they are.

    Errors: `TEMPLATE_READ_ONLY` for system templates; `INVALID_TEMPLATE` with `problems`, and with
    `new_fields` if it uses contact fields that don’t exist; `VALIDATION_ERROR` with `fields`.
    """
    changes = gallery.TemplateChanges(
        name=body.name,
        description=body.description,
        category=body.category,
        tags=body.tags,
        definition=body.definition,
    )
    changed = gallery.update_template(
        web.actor(), public_id, changes, note=body.note, new_fields=body.new_fields, check=_check_version
    )
    return _shown(changed)


@blueprint.delete("/workflow-templates/<public_id>")
@operation(TAG, None, status=204, permission="template:manage", conditional=True, errors=(409,))
def delete_template(public_id: str) -> None:
    """Delete a template

    Workflows that were created from it stay. System templates can’t be deleted (`TEMPLATE_READ_ONLY`).
    """
    gallery.delete_template(web.actor(), public_id, check=_check_version)


@blueprint.get("/workflow-templates/<public_id>/preview")
@operation(TAG, TemplatePreview, permission="report:view")
def preview_template(public_id: str) -> TemplatePreview:
    """Preview a template

    Trigger, steps, and goals in order and in words, with messages as a sample contact would get them. `html`
    is safe to display.
    """
    return template_preview(gallery.template_details(web.actor(), public_id))


@blueprint.post("/workflow-templates/<public_id>/clone")
@operation(
    TAG,
    Clone,
    status=201,
    permission="workflow:manage",
    idempotent=True,
    headers={"Location": "URL of the workflow."},
    errors=(409,),
)
def clone_template(public_id: str, body: CloneOptions) -> tuple[Clone, int, dict[str, str]]:
    """Clone a template

    Creates a draft workflow from the latest version. Nothing is sent until it is activated. Contact fields
    that don’t exist are created, unless `fields` names others to use.

    Errors: `MISSING_INTEGRATION` with `missing` and `steps`, unless `switch_off_missing` is true;
    `VALIDATION_ERROR` with `fields` for a contact field that can’t be used;
    `CONFIRMATION_NEEDED` if another workflow has the name; `WORKFLOW_LIMIT_REACHED`; `INVALID_TEMPLATE` if
    the template uses steps that are no longer supported.
    """
    workflow = gallery.clone_template(
        web.actor(),
        public_id,
        name=body.name,
        idempotency_key=new_public_id(),
        switch_off_missing=body.switch_off_missing,
        same_name=body.same_name,
        fields=body.fields,
    )
    location = f"{PREFIX}/workflows/{workflow.public_id}"
    return Clone(**clone_shape(workflow, public_id)), 201, {"Location": location}


@blueprint.get("/workflow-templates/<public_id>/versions")
@operation(TAG, Page[TemplateVersion], permission="report:view", headers=LINK)
def list_template_versions(
    public_id: str, query: PageQuery
) -> tuple[Page[TemplateVersion], int, dict[str, str]]:
    """List versions of a template

    Newest first.
    """
    [before] = read_cursor(query.cursor, int) or [None]
    template, found = gallery.template_versions(web.actor(), public_id, limit=query.limit + 1, before=before)
    shown = found[: query.limit]
    cursor = write_cursor(shown[-1].number) if len(found) > query.limit else None
    versions = [
        TemplateVersion(
            version=one.number,
            note=one.note,
            is_current=one.number == template.version,
            created_at=one.created_at,
            created_by=one.created_by,
        )
        for one in shown
    ]
    return page_of(versions, cursor)


@blueprint.get("/workflow-templates/<public_id>/versions/<int:number>")
@operation(TAG, TemplateVersionWithDefinition, permission="report:view")
def get_template_version(public_id: str, number: int) -> TemplateVersionWithDefinition:
    """Get a version of a template"""
    template, version = gallery.template_version(web.actor(), public_id, number)
    return TemplateVersionWithDefinition(
        version=version.number,
        note=version.note,
        is_current=version.number == template.version,
        created_at=version.created_at,
        created_by=version.created_by,
        definition=version.definition,
    )


@blueprint.post("/workflow-templates/<public_id>/versions/<int:number>/restore")
@operation(
    TAG,
    TemplateWithDefinition,
    permission="template:manage",
    conditional=True,
    headers=ETAG,
    errors=(409,),
)
def restore_template_version(public_id: str, number: int) -> Result:
    """Restore a version of a template

    Creates a new version with its definition, unless that is the current one. Later versions stay.

    Errors: `TEMPLATE_READ_ONLY` for system templates; `INVALID_TEMPLATE` with `problems` if the definition is
    no longer valid.
    """
    return _shown(restore_version(web.actor(), public_id, number, check=_check_version))


def _check_version(template: Any) -> None:
    """Raise ChangedMeanwhile if the program has seen another version."""
    raise_if_changed(etag_of(template.public_id, template.version))


def _shown(details: gallery.TemplateDetails) -> Result:
    etag = etag_of(details.card.public_id, details.card.version)
    return template_with_definition(details), 200, {"ETag": etag}
