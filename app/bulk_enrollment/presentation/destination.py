"""Where the people of a file go: into a workflow, or only into the contacts. The way there is the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request, url_for

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.bulk_enrollment.application.start import row_limit
from app.workflows import application as workflows
from app.workflows.application import Missing
from app.workflows.domain import Status, beginning_words


@dataclass(frozen=True)
class Destination:
    """`workflow` None means the contacts; `limit` is how many rows one job may have; `missing`: what a
    workflow that is not active yet still lacks; `corrects`: the public id of the job whose rows the file
    corrects, “none” when it is to correct none; `corrected`: that job, once it is known."""

    workflow: Any
    limit: int
    missing: Sequence[Missing] = ()
    corrects: str = ""
    corrected: Any = None

    @property
    def workflow_id(self) -> str | None:
        return str(self.workflow.public_id) if self.workflow else None

    @property
    def name(self) -> str:
        return str(self.workflow.name) if self.workflow else "your contacts"

    @property
    def title(self) -> str:
        return f"Add people to {self.workflow.name}" if self.workflow else "Import contacts"

    @property
    def is_open(self) -> bool:
        """Whether people can be added now."""
        return self.workflow is None or self.workflow.status == Status.ACTIVE

    @property
    def begins(self) -> str:
        """When people who are added start, as a sentence; nothing for the contacts."""
        return beginning_words(self.workflow.parsed) if self.workflow else ""

    @property
    def place(self) -> str:
        """The part of the navigation that this belongs to."""
        return "workflows" if self.workflow else "contacts"

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        if self.workflow is None:
            return [("Contacts", url_for("contacts.index"))]
        page = url_for("workflows.show", public_id=self.workflow.public_id)
        return [("Workflows", url_for("workflows.index")), (self.workflow.name, page)]

    @property
    def upload_url(self) -> str:
        return url_for("upload.choose", workflow_id=self.workflow_id, corrects=self.corrects or None)

    def mapping_url(self, upload_id: str, **more: str | None) -> str:
        return url_for(
            "mapping.show",
            workflow_id=self.workflow_id,
            upload_id=upload_id,
            **({"corrects": self.corrects or None} | more),
        )


def destination(actor: Actor, workflow_id: UUID | None) -> Destination:
    """Raises NotAllowed and NotFound."""
    corrects = request.args.get("corrects", "")[:36]
    if workflow_id is None:
        accounts.require(actor, Permission.CONTACTS)
        return Destination(None, row_limit(actor, is_import=True), corrects=corrects)
    accounts.require(actor, Permission.WORKFLOWS)
    workflow = workflows.find_workflow(actor, str(workflow_id))
    is_asked = workflow.status in (Status.DRAFT, Status.PAUSED)
    missing = workflows.what_is_missing(actor, workflow.public_id) if is_asked else ()
    return Destination(workflow, row_limit(actor, is_import=False), missing, corrects)
