"""What a template needs, what of it the account has, and what cloning would create or switch off (T-12)."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.contacts.application import new_tags
from app.forms import application as forms
from app.gallery.application.clone import clone_preview
from app.gallery.application.field_mapping import NeededField
from app.gallery.domain.readiness import (
    LinkToFill,
    UsedDetail,
    links_to_fill,
    needing_parts,
    sender_parts,
    used_details,
    used_forms,
    used_tags,
)
from app.gallery.infrastructure.tables import WorkflowTemplate
from app.integrations.application import connected
from app.integrations.domain import in_order
from app.messaging import application as messaging
from app.platform.errors import MusterError
from app.workflows import application as workflows
from app.workflows.domain import Definition, OffPart, needs, off_parts
from app.workflows.domain.checks.readiness import Gap, GapKind
from app.workflows.domain.types.events import folded

_TO_CHANGE = (GapKind.NO_SENDER, GapKind.NO_TOPIC, GapKind.NEVER_TAKEN, GapKind.MESSAGE_OFF)


@dataclass(frozen=True)
class NeededIntegration:
    """An integration that a template needs. `is_linked`: a link in the business details is used instead of
    it. `parts` are the steps that cloning switches off if it is neither."""

    kind: str
    is_connected: bool
    is_linked: bool
    parts: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        return self.is_connected or self.is_linked


@dataclass(frozen=True)
class NeededTag:
    """A tag that a template adds, removes, or asks for."""

    name: str
    exists: bool
    parts: tuple[str, ...]


@dataclass(frozen=True)
class NeededForm:
    """A form whose submissions a template asks about."""

    name: str
    exists: bool
    parts: tuple[str, ...]


@dataclass(frozen=True)
class NeededDetail:
    """A business detail that the texts of a template use, with its value, which may be empty."""

    used: UsedDetail
    value: str

    @property
    def is_missing(self) -> bool:
        """Whether texts would have a gap."""
        return not self.value and bool(self.used.gaps)


@dataclass(frozen=True)
class NeededSender:
    """The default sender, whose name texts use. Without one (not `exists`), `name` is used instead."""

    name: str
    exists: bool
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Readiness:
    """What a template needs. `off` are the parts that are switched off in it, `to_change` what someone has to
    change in the workflow, such as a sender that the account lacks, `links` those that someone has to fill
    in, `refusal` what prevents cloning."""

    template: WorkflowTemplate
    integrations: Sequence[NeededIntegration]
    fields: Sequence[NeededField]
    tags: Sequence[NeededTag]
    forms: Sequence[NeededForm]
    details: Sequence[NeededDetail]
    sender: NeededSender | None
    off: Sequence[OffPart]
    to_change: Sequence[Gap]
    links: Sequence[LinkToFill]
    refusal: MusterError | None

    @property
    def open(self) -> int:
        """How many of them aren’t ready."""
        return (
            sum(not one.is_ready for one in self.integrations)
            + sum(not one.exists and one.renamed is None for one in self.fields)
            + sum(not one.exists for one in self.tags)
            + sum(not one.exists for one in self.forms)
            + sum(one.is_missing for one in self.details)
            + len(self.off)
            + len(self.to_change)
            + len(self.links)
        )


def template_readiness(actor: Actor, public_id: str) -> Readiness:
    """Return what a template needs, without changing anything. Raises NotFound."""
    accounts.require(actor, Permission.REPORTS)
    preview = clone_preview(actor, public_id)
    definition = preview.definition
    texts = accounts.business_details(actor.account_id).texts
    tags = used_tags(definition)
    new = set(new_tags(actor.account_id, list(tags)))
    return Readiness(
        template=preview.template,
        integrations=_integrations(actor, definition, {f"account.{name}" for name in texts if texts[name]}),
        fields=preview.fields,
        tags=[NeededTag(name, name not in new, parts) for name, parts in tags.items()],
        forms=_forms(actor, definition),
        details=[NeededDetail(one, texts.get(one.name, "")) for one in used_details(definition)],
        sender=_sender(actor, definition),
        off=off_parts(definition, workflows.available(actor.account_id)),
        to_change=[one for one in workflows.gaps_in(actor.account_id, definition) if one.kind in _TO_CHANGE],
        links=links_to_fill(definition),
        refusal=preview.refusal,
    )


def _forms(actor: Actor, definition: Definition) -> list[NeededForm]:
    used = used_forms(definition)
    known = {folded(name) for name in forms.form_names(actor.account_id)} if used else set()
    return [NeededForm(name, folded(name) in known, parts) for name, parts in used.items()]


def _sender(actor: Actor, definition: Definition) -> NeededSender | None:
    if not (parts := sender_parts(definition)):
        return None
    account_id = actor.account_id
    return NeededSender(
        messaging.sender_name(account_id), bool(messaging.sender_addresses(account_id)), parts
    )


def _integrations(actor: Actor, definition: Definition, filled: set[str]) -> list[NeededIntegration]:
    available, lacking = connected(actor.account_id), needs(definition, filled)
    return [
        NeededIntegration(
            kind,
            is_connected=kind in available,
            is_linked=kind not in available and kind not in lacking,
            parts=needing_parts(definition, kind, filled),
        )
        for kind in in_order(needs(definition))
    ]
