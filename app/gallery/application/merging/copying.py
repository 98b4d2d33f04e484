"""What a copy of a workflow has to do with the template of its source (T-14, T-15)."""

from collections.abc import Mapping

from app.gallery.application.merging.comparing import version_of
from app.gallery.infrastructure import queries as templates
from app.gallery.infrastructure.merging import queries, store
from app.workflows.domain import new_ids, parse
from app.workflows.infrastructure.tables import Workflow


def copy_link(source: Workflow, copy: Workflow, ids: Mapping[str, str]) -> None:
    """Let updates of the template find the steps of a copy. `ids` are {id in the source: id in the copy}."""
    if source.template_id is None or queries.template_of(source.account_id, source.template_id) is None:
        return
    link = queries.link_of(source.account_id, source.id)
    version = version_of(source, link)
    if link is None or link.version is None:
        made_from = templates.version(source.template_id, version)
        known = new_ids(parse(made_from.definition)) if made_from else {}
    else:
        known = link.ids
    made = store.link_to_change(copy.account_id, copy.id)
    made.version, made.ids = version, {one: ids.get(mine, mine) for one, mine in known.items()}
    if link is not None:
        made.fields, made.dismissed_version = link.fields, link.dismissed_version
