"""Who else has a workflow open, and whether somebody has changed it since a page was drawn.

It warns people early. What is saved is protected by revisions, not by this.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.platform import presence
from app.workflows.application.lookup import find_workflow
from app.workflows.infrastructure import open_pages


@dataclass(frozen=True)
class Change:
    """A change of a workflow: by whom (empty if that is not known), and when. `is_own`: by the actor."""

    name: str
    at: datetime
    is_own: bool = False


@dataclass(frozen=True)
class Presence:
    """The state of an open page: the `revision` that it was drawn for, and the current one. `others` are the
    names of the people who have the workflow open, too; `change` is the last one since, if there is one."""

    public_id: str
    drawn: int
    revision: int
    ids: tuple[int, ...]
    others: tuple[str, ...] = ()
    change: Change | None = None

    @property
    def mark(self) -> str:
        """What the page shows: equal marks, equal contents."""
        return ".".join(str(one) for one in (self.drawn, self.revision, *self.ids))


def presence_on(actor: Actor, public_id: str, drawn: int | None = None, known: str = "") -> Presence | None:
    """Note that the actor has the page of a workflow open, and return its state; None if it shows that
    already, which `known`, a mark, says. `drawn` is the revision that it shows, None for the current one.

    Raises NotAllowed for people who can’t change workflows, and NotFound.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    revision = open_pages.revision_of(actor.account_id, public_id)
    if revision is None:
        revision = find_workflow(actor, public_id).revision  # which raises NotFound
    ids = presence.note(actor.account_id, f"workflow:{public_id}", actor.user_id) if actor.user_id else ()
    found = Presence(public_id, revision if drawn is None else drawn, revision, ids)
    if known == found.mark:
        return None
    names = accounts.user_names(ids)
    change = _last_change(actor, public_id) if found.drawn != revision else None
    return replace(found, others=tuple(sorted(names.values())), change=change)


def _last_change(actor: Actor, public_id: str) -> Change:
    at = find_workflow(actor, public_id).updated_at
    entry = activity.first_entry_since(actor.account_id, "workflow", public_id, at)
    if entry is None:
        return Change("", at)
    return Change(entry.user_name, at, is_own=entry.user_id is not None and entry.user_id == actor.user_id)
