"""Creating workflows, and changing their name, description and re-enrollment."""

from dataclasses import dataclass
from typing import Any

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Conflict, Invalid, LimitReached
from app.platform.settings import current
from app.platform.text.storable import storable
from app.workflows.application.lookup import change, editable, find_workflow
from app.workflows.domain.editing import blank
from app.workflows.domain.life_cycle import MAX_WORKFLOW_NAME
from app.workflows.infrastructure import listing, queries, store
from app.workflows.infrastructure.tables import Workflow

MAX_DESCRIPTION_LENGTH = 1000


class SameName(Conflict):
    """Another workflow of the account has this name; the user must confirm it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "CONFIRMATION_NEEDED",
            f"You already have a workflow named “{name}”. Use this name anyway?",
            name=name,
            confirm="same_name",
        )


@dataclass(frozen=True)
class TemplateOrigin:
    """The template and version that a workflow is created from."""

    id: int
    version: int
    name: str
    category: str


def create_draft(
    actor: Actor,
    *,
    name: str,
    description: str,
    definition: dict[str, Any],
    template: TemplateOrigin | None,
    same_name: bool = False,
) -> Workflow:
    """Create a draft, in the caller's transaction if there is one.

    Raises Invalid, LimitReached, and SameName if another workflow has this name, unless `same_name` confirms
    it.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    if wrong := _problems(name, ""):
        raise Invalid("VALIDATION_ERROR", wrong["name"], fields=wrong)
    with transaction():
        accounts.lock(actor.account_id)
        limit = accounts.limit_of(actor.account_id, "workflows", current().max_workflows)
        if sum(listing.count_by_status(actor.account_id).values()) >= limit:
            raise LimitReached(
                "WORKFLOW_LIMIT_REACHED",
                f"Your account has reached its limit of {limit:,} workflows.",
                limit=limit,
            )
        if not same_name:
            _refuse_same_name(actor.account_id, _tidy(name))
        return store.add(
            Workflow(
                account_id=actor.account_id,
                created_by=actor.user_id,
                name=_tidy(name),
                description=_tidy_lines(description)[:MAX_DESCRIPTION_LENGTH],
                definition=definition,
                template_id=template.id if template else None,
                template_version=template.version if template else None,
                template_name=template.name if template else None,
                template_category=template.category if template else None,
                cloned_at=now() if template else None,
            )
        )


def create_blank(actor: Actor, name: str, same_name: bool = False) -> Workflow:
    """Create a draft without steps, to which people are added by hand. Raises what `create_draft` does."""
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        workflow = create_draft(
            actor, name=name, description="", definition=blank(), template=None, same_name=same_name
        )
        activity.record(actor, "workflow_created", "workflow", workflow.public_id, name=workflow.name)
    return workflow


def rename(
    actor: Actor,
    public_id: str,
    name: str,
    description: str,
    revision: int,
    enroll_again: bool | None = None,
    same_name: bool = False,
    tracks_reactions: bool | None = None,
) -> Workflow:
    """Change name, description, whether people who left can be enrolled again, and whether opens and clicks
    are recorded (None leaves it unchanged).

    Raises Invalid, Conflict if the workflow was changed in the meantime, and SameName if another workflow has
    the new name, unless `same_name` confirms it.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    fields = _problems(name, description)
    if fields:
        raise Invalid.in_fields(fields)
    with transaction():
        workflow = editable(actor, public_id)
        wanted: dict[str, Any] = {"name": _tidy(name), "description": _tidy_lines(description)}
        if enroll_again is not None:
            wanted["enroll_again"] = enroll_again
        if tracks_reactions is not None:
            wanted["tracks_reactions"] = tracks_reactions
        changed = [key for key, value in wanted.items() if getattr(workflow, key) != value]
        if not changed:
            return workflow
        if "name" in changed and not same_name:
            _refuse_same_name(actor.account_id, wanted["name"], besides=workflow.id)
        change(workflow, revision, **wanted)
        activity.record(
            actor, "workflow_renamed", "workflow", public_id, name=wanted["name"], changed=changed
        )
    return find_workflow(actor, public_id)


def _refuse_same_name(account_id: int, name: str, besides: int = 0) -> None:
    if queries.has_name(account_id, name, besides):
        raise SameName(name)


def _problems(name: str, description: str) -> dict[str, str]:
    fields = {}
    if not _tidy(name):
        fields["name"] = "Enter a name."
    elif len(_tidy(name)) > MAX_WORKFLOW_NAME:
        fields["name"] = f"Use at most {MAX_WORKFLOW_NAME} characters."
    if len(_tidy_lines(description)) > MAX_DESCRIPTION_LENGTH:
        fields["description"] = f"Use at most {MAX_DESCRIPTION_LENGTH:,} characters."
    return fields


def _tidy(text: str) -> str:
    return " ".join(storable(text).split())


def _tidy_lines(text: str) -> str:
    return "\n".join(_tidy(line) for line in text.splitlines()).strip()
