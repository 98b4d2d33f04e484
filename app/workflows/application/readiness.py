"""What a workflow still lacks, with the pages to fix it, and the confirmation before an activation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.contacts.application import ensure_fields, topics
from app.forms import application as forms
from app.integrations.application import connected
from app.messaging import application as messaging
from app.platform.database import transaction
from app.platform.errors import Conflict
from app.workflows.application.judging import missing_fields
from app.workflows.application.lookup import editable, find_workflow
from app.workflows.domain import Definition
from app.workflows.domain.checks.readiness import Gap, GapKind, gaps
from app.workflows.domain.definition.references import form_of
from app.workflows.domain.drawing.summary import live_channels
from app.workflows.infrastructure.tables import Workflow

BUSINESS = "/settings/business"
INTEGRATIONS = "/settings/integrations"
NEW_FORM = "/settings/forms/new"
_OF_THE_STEP = (
    GapKind.SWITCHED_OFF,
    GapKind.MESSAGE_OFF,
    GapKind.NO_FORM,
    GapKind.NO_SENDER,
    GapKind.NO_TOPIC,
)


class Ask(StrEnum):
    """When an activation requires confirmation.

    If anything is missing, only if no step would do anything, or never, because the user has confirmed.
    """

    ANYTHING = "anything"
    NOTHING_LIVE = "nothing_live"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Link:
    """A page to fix what is missing."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that is missing, as a sentence, and the pages to fix it.

    `step` is the id of the step or goal to fix, or "trigger"; `integration` is not connected; `merge_tag` has
    no value. They are empty where they do not apply.
    """

    kind: str
    message: str
    links: tuple[Link, ...] = ()
    step: str = ""
    integration: str = ""
    merge_tag: str = ""

    @property
    def facts(self) -> dict[str, Any]:
        """Return it as JSON for programs, which have no use for pages."""
        return {
            "kind": self.kind,
            "message": self.message,
            "step": self.step or None,
            "integration": self.integration or None,
            "merge_tag": self.merge_tag or None,
        }


class ActivationQuestion(Conflict):
    """The workflow is valid, but things are missing; the user must confirm the activation."""

    def __init__(self, name: str, missing: Sequence[Missing]) -> None:
        nothing_live = any(one.kind == GapKind.NOTHING_LIVE for one in missing)
        lead = missing[0].message if nothing_live else f"“{name}” isn’t complete."
        super().__init__(
            "CONFIRMATION_NEEDED",
            f"{lead} Activate it anyway?",
            missing=[one.facts for one in missing],
            confirm="accept_missing",
        )
        self.missing = missing
        self.nothing_live = nothing_live


def missing_in(account_id: int, workflow: Workflow) -> list[Missing]:
    """Return everything that is missing, most important first."""
    return [_missing(workflow, gap) for gap in gaps_in(account_id, workflow.parsed)]


def gaps_in(account_id: int, definition: Definition) -> list[Gap]:
    """Return what a definition lacks in this account, most important first."""
    return gaps(
        definition,
        connected=connected(account_id),
        filled=accounts.filled_tags(account_id),
        senders=messaging.sender_addresses(account_id),
        topics=topics.topic_names(account_id),
        forms=forms.form_names(account_id) if any(map(form_of, definition.live_parts)) else (),
    )


def what_is_missing(actor: Actor, public_id: str) -> list[Missing]:
    """Return the same, given the public id. Raises NotAllowed, NotFound."""
    accounts.require(actor, Permission.REPORTS)
    return missing_in(actor.account_id, find_workflow(actor, public_id))


def stays_in_outbox(workflow: Workflow) -> bool:
    """Return whether the emails of a workflow aren’t sent, because no mail server is connected."""
    sends = "email" in live_channels(workflow.parsed)
    return sends and not messaging.has_mail_server(workflow.account_id)


def question_about(account_id: int, workflow: Workflow, ask: Ask) -> ActivationQuestion | None:
    """Return the confirmation that the activation of this workflow requires, or None."""
    missing = missing_in(account_id, workflow) if ask != Ask.NEVER else []
    if ask == Ask.NOTHING_LIVE and not any(one.kind == GapKind.NOTHING_LIVE for one in missing):
        return None
    return ActivationQuestion(workflow.name, missing) if missing else None


def create_missing_fields(actor: Actor, public_id: str) -> list[str]:
    """Create the contact fields that the workflow uses and that do not exist. Return their labels."""
    accounts.require(actor, Permission.WORKFLOWS)
    accounts.require(actor, Permission.CONTACTS)
    with transaction():
        labels = missing_fields(actor.account_id, editable(actor, public_id).parsed)
        if labels:
            ensure_fields(actor.account_id, labels, actor.user_id)
    return labels


def _missing(workflow: Workflow, gap: Gap) -> Missing:
    return Missing(
        kind=gap.kind.value,
        message=gap.message,
        links=tuple(_links(workflow, gap)),
        step=gap.part_id,
        integration=gap.need,
        merge_tag=gap.tag,
    )


def _links(workflow: Workflow, gap: Gap) -> Iterator[Link]:
    """Yield the pages to fix a gap, those that fix its cause first."""
    page = f"/workflows/{workflow.public_id}"
    if gap.need:
        yield Link("See integrations", INTEGRATIONS)
    of_account = gap.tag.startswith("account.")
    if of_account:
        yield Link("Add it in business details", f"{BUSINESS}#{gap.tag.removeprefix('account.')}")
    if gap.kind == GapKind.NOTHING_LIVE:
        yield Link("See what’s switched off", f"{page}#switched-off")
    if gap.kind == GapKind.SWITCHED_OFF:
        step = workflow.parsed.step(gap.part_id)
        if step is None or not step.is_editable:
            yield Link("Switch it on", f"{page}#switched-off")
            return
    if gap.kind == GapKind.NEVER_TAKEN:
        yield Link("See the branch", f"{page}#step-{gap.part_id}")
    if gap.kind == GapKind.NO_FORM and (part := workflow.parsed.part(gap.part_id)):
        yield Link("Create the form", f"{NEW_FORM}?name={quote(form_of(part))}")
    if gap.kind in _OF_THE_STEP or (gap.kind == GapKind.NO_VALUE and not of_account):
        yield Link("Open the step", f"{page}/steps/{gap.part_id}")
