"""Tables of workflows and of the immutable versions that activation creates."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Authored, BigInt, db
from app.platform.ids import new_public_id
from app.platform.tenancy import AccountOwned
from app.workflows.domain import Definition, parse


class HasDefinition:
    """Mixin for rows with a definition: JSON that is replaced as a whole, never modified in place."""

    definition: Mapped[dict[str, Any]]
    _parsed: tuple[dict[str, Any], Definition] | None = None

    @property
    def parsed(self) -> Definition:
        """The parsed definition, cached until the document is replaced."""
        if self._parsed is None or self._parsed[0] is not self.definition:
            self._parsed = (self.definition, parse(self.definition))
        return self._parsed[1]


class Workflow(HasDefinition, AccountOwned, Authored, db.Model):
    """A workflow.

    `definition` is the edited one; `active_version_id` is the version that people are enrolled into. Every
    change increments `revision`, so that concurrent edits are detected. While `held_until_started`, people
    who are enrolled wait at the first step for somebody to start the workflow. `tracks_reactions`: opens and
    clicks of its emails are recorded. A deleted workflow is archived, too: its row stays for the history of
    people and jobs, but it is in no list and has no page. The four `template_` columns and `cloned_at` record
    the template as it was when the workflow was cloned.
    """

    __tablename__ = "workflows"
    __table_args__ = (sa.Index(None, "account_id", "status", "id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(36), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(BigInt, sa.ForeignKey("accounts.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(120))
    description: Mapped[str] = mapped_column(sa.String(1000), default="")
    status: Mapped[str] = mapped_column(sa.String(10), default="draft")
    revision: Mapped[int] = mapped_column(default=1)
    active_version_id: Mapped[int | None] = mapped_column(BigInt)
    enroll_again: Mapped[bool] = mapped_column(default=False)
    held_until_started: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    tracks_reactions: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    template_id: Mapped[int | None] = mapped_column(BigInt, index=True)
    template_version: Mapped[int | None]
    template_name: Mapped[str | None] = mapped_column(sa.String(120))
    template_category: Mapped[str | None] = mapped_column(sa.String(30))
    cloned_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]


class WorkflowVersion(HasDefinition, AccountOwned, Authored, db.Model):
    """A definition as it was activated."""

    __tablename__ = "workflow_versions"
    __table_args__ = (sa.UniqueConstraint("workflow_id", "number"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    workflow_id: Mapped[int] = mapped_column(BigInt, sa.ForeignKey("workflows.id", ondelete="CASCADE"))
    number: Mapped[int]


class WorkflowEdit(HasDefinition, AccountOwned, db.Model):
    """A definition to go back to: the one before an edit, or, if it `is_undone`, the one after it. Those that
    are undone are the latest ones of their workflow."""

    __tablename__ = "workflow_edits"
    __table_args__ = (sa.Index(None, "workflow_id", "id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    workflow_id: Mapped[int] = mapped_column(BigInt, sa.ForeignKey("workflows.id", ondelete="CASCADE"))
    is_undone: Mapped[bool] = mapped_column(default=False)
