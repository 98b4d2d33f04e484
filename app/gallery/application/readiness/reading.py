"""What a template needs, what of it the account has, and what cloning would create or switch off (T-12)."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.contacts.application import new_tags
from app.gallery.application.clone import clone_preview
from app.gallery.application.field_mapping import NeededField, needed_fields
from app.gallery.domain.readiness import (
    LinkToFill,
    UsedDetail,
    links_to_fill,
    needing_parts,
    used_details,
    used_tags,
)
from app.gallery.infrastructure import queries
from app.gallery.infrastructure.tables import WorkflowTemplate
from app.integrations.application import connected
from app.integrations.domain import in_order
from app.platform.errors import MusterError
from app.workflows import application as workflows
from app.workflows.domain import Definition, OffPart, needs, off_parts
from app.workflows.domain.checks.readiness import Gap, GapKind

_OF_SENDING = (GapKind.NO_SENDER, GapKind.NO_TOPIC)


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
class NeededDetail:
    """A business detail that the texts of a template use, with its value, which may be empty."""

    used: UsedDetail
    value: str

    @property
    def is_missing(self) -> bool:
        """Whether texts would have a gap."""
        return not self.value and bool(self.used.gaps)


@dataclass(frozen=True)
class Readiness:
    """What a template needs. `off` are the parts that are switched off in it, `sending` senders and topics
    that the account lacks, `links` those that someone has to fill in, `refusal` what prevents cloning."""

    template: WorkflowTemplate
    integrations: Sequence[NeededIntegration]
    fields: Sequence[NeededField]
    tags: Sequence[NeededTag]
    details: Sequence[NeededDetail]
    off: Sequence[OffPart]
    sending: Sequence[Gap]
    links: Sequence[LinkToFill]
    refusal: MusterError | None

    @property
    def open(self) -> int:
        """How many of them aren’t ready."""
        return (
            sum(not one.is_ready for one in self.integrations)
            + sum(not one.exists and one.renamed is None for one in self.fields)
            + sum(not one.exists for one in self.tags)
            + sum(one.is_missing for one in self.details)
            + len(self.off)
            + len(self.sending)
            + len(self.links)
        )


def template_readiness(actor: Actor, public_id: str) -> Readiness:
    """Return what a template needs, without changing anything. Raises NotFound."""
    accounts.require(actor, Permission.REPORTS)
    preview = clone_preview(actor, public_id)
    template = preview.template
    definition = queries.version_definition(template.id, template.version)
    texts = accounts.business_details(actor.account_id).texts
    tags = used_tags(definition)
    new = set(new_tags(actor.account_id, list(tags)))
    return Readiness(
        template=template,
        integrations=_integrations(actor, definition, {f"account.{name}" for name in texts if texts[name]}),
        fields=needed_fields(actor, definition),
        tags=[NeededTag(name, name not in new, parts) for name, parts in tags.items()],
        details=[NeededDetail(one, texts.get(one.name, "")) for one in used_details(definition)],
        off=off_parts(definition, workflows.available(actor.account_id)),
        sending=[one for one in workflows.gaps_in(actor.account_id, definition) if one.kind in _OF_SENDING],
        links=links_to_fill(definition),
        refusal=preview.refusal,
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
