"""Writes of what workflows take over from their templates. The account must be locked."""

from app.gallery.infrastructure.merging.queries import link_of
from app.gallery.infrastructure.merging.tables import TemplateLink
from app.platform.database import session


def link_to_change(account_id: int, workflow_id: int) -> TemplateLink:
    """Return the row of a workflow, which is added if there is none."""
    link = link_of(account_id, workflow_id)
    if link is None:
        link = TemplateLink(
            account_id=account_id, workflow_id=workflow_id, fields={}, ids={}, dismissed_version=0
        )
        session().add(link)
        session().flush()
    return link
