"""The table of what workflows have to do with their templates after they were made."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.clock import now
from app.platform.database import BigInt, db
from app.platform.tenancy import AccountOwned


class TemplateLink(AccountOwned, db.Model):
    """What a workflow has to do with its template after it was made; without a row, nothing yet.

    `fields` are {contact field of the template: the one that the workflow uses instead}, full names.
    `version` is the version of the template that it was last updated to, None if it never was, and `ids` are
    {id in that version: id in the workflow}. Versions up to `dismissed_version` are not announced. The other
    columns undo the latest update: the definition, version and ids before it, and a hash of the definition
    that it made.
    """

    __tablename__ = "workflow_template_links"

    workflow_id: Mapped[int] = mapped_column(
        BigInt, sa.ForeignKey("workflows.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    version: Mapped[int | None]
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    ids: Mapped[dict[str, Any]] = mapped_column(default=dict)
    dismissed_version: Mapped[int] = mapped_column(default=0)
    before: Mapped[dict[str, Any] | None]
    version_before: Mapped[int | None]
    ids_before: Mapped[dict[str, Any] | None]
    after_hash: Mapped[str | None] = mapped_column(sa.String(64))
    updated_at: Mapped[datetime] = mapped_column(default=now)
    updated_by: Mapped[int | None] = mapped_column(BigInt)
