"""What programs receive about what a template needs."""

from typing import Any, Final, Literal

from pydantic import Field

from app.contacts.domain.own_fields import OwnKind
from app.gallery.application.field_mapping import NeededField
from app.gallery.application.readiness.reading import NeededSender, Readiness
from app.gallery.domain.readiness import OwnTarget
from app.platform.api.example_ids import TEMPLATE_ID
from app.platform.api.schemas import Schema, described

_PARTS: Final = ["Trigger, Date reached"]
_OWN_FIELD: Final[dict[str, Any]] = {"name": "contact.custom.dob", "label": "DOB", "kind": "date"}

FieldKind = Literal[tuple(kind.value for kind in OwnKind)]
FieldState = Literal["exists", "renamed", "created", "missing"]


class ReadinessIntegration(Schema):
    """An integration that a template needs."""

    name: str = described("Name of the integration.", "sms")
    is_ready: bool = described("Whether it is connected, or a link of the account replaces it.", False)
    parts: list[str] = described(
        "Trigger, steps, and goals that cloning switches off without it.", ["Step 3, Send SMS"]
    )


class OwnContactField(Schema):
    """A contact field of the account."""

    name: str = described("Name of the field, for `fields` of a clone.", _OWN_FIELD["name"])
    label: str = described("Name of the field for people.", _OWN_FIELD["label"])
    kind: FieldKind = described("Its kind.", _OWN_FIELD["kind"])


class ReadinessField(Schema):
    """A contact field that a template uses."""

    name: str = described("Name of the field, for `fields` of a clone.", "contact.custom.birthday")
    label: str = described("Name of the field for people.", "Birthday")
    kind: FieldKind = described("The kind that the template needs.", "date")
    state: FieldState = described(
        "Whether it `exists`, was `renamed` in the account and is used under its new name, is `created` by"
        " cloning, or is `missing`.",
        "created",
    )
    becomes: str | None = described("Name of the field that is used for it if it was renamed.", None)
    suggestions: list[OwnContactField] = described("Fields of the account that look like it.", [_OWN_FIELD])
    parts: list[str] = described("Trigger, steps, and goals that use it.", _PARTS)


class ReadinessTag(Schema):
    """A tag that a template uses."""

    name: str = described("Name of the tag.", "vip")
    exists: bool = described("Whether the account has it. If not, the first step to add it does.", True)
    parts: list[str] = described("Trigger, steps, and goals that use it.", _PARTS)


class ReadinessForm(Schema):
    """A form whose submissions a template asks about."""

    name: str = described("Name of the form.", "Newsletter")
    exists: bool = described(
        "Whether the account has it. If not, only submissions sent as events count.", True
    )
    parts: list[str] = described("Trigger, steps, and goals that ask about it.", ["Trigger, Form submitted"])


class ReadinessDetail(Schema):
    """A business detail that the texts of a template use."""

    merge_tag: str = described("The merge tag.", "account.website")
    label: str = described("Name of the detail for people.", "Your website")
    is_set: bool = described("Whether the account has a value for it.", False)
    leaves_gap: bool = described("Whether a text has a gap without it.", True)
    parts: list[str] = described("Steps that use it.", ["Step 1, Send email"])


class ReadinessSender(Schema):
    """The default sender, whose name texts of a template use."""

    name: str = described("What the texts say.", "Alice Morgan")
    exists: bool = described("Whether the account has a sender. If not, the owner’s name is used.", True)
    parts: list[str] = described("Steps that use it.", ["Step 1, Send email"])


class ReadinessLink(Schema):
    """A link to an example address that someone has to replace."""

    url: str = described("The link.", "https://example.com/offer")
    part: str = described("The step that contains it.", "Step 1, Send email")


class TemplateReadiness(Schema):
    """What a template needs, and what of it the account has."""

    template_id: str = described("ID of the template.", TEMPLATE_ID)
    version: int = described("Version of the template.", 3)
    open: int = described("Number of things that aren’t ready.", 2)
    refusal: str | None = described("Why the template can’t be cloned at all; null if it can.", None)
    integrations: list[ReadinessIntegration] = Field(description="Integrations that it needs.")
    fields: list[ReadinessField] = Field(description="Contact fields that it uses.")
    tags: list[ReadinessTag] = Field(description="Tags that it uses.")
    forms: list[ReadinessForm] = Field(description="Forms whose submissions it asks about.")
    details: list[ReadinessDetail] = Field(description="Business details that its texts use.")
    sender: ReadinessSender | None = Field(
        description="The default sender, whose name texts use; null if none does."
    )
    switched_off: list[str] = described(
        "Trigger, steps, and goals that are switched off in the template, and in workflows made from it.",
        ["Step 4, Add tag"],
    )
    to_change: list[str] = described(
        "What someone has to change in the workflow, in sentences: senders and topics that the account "
        "lacks, and what asks about messages that are switched off.",
        [],
    )
    links: list[ReadinessLink] = Field(description="Links that someone has to fill in.")


def readiness_shape(readiness: Readiness) -> TemplateReadiness:
    return TemplateReadiness(
        template_id=readiness.template.public_id,
        version=readiness.template.version,
        open=readiness.open,
        refusal=readiness.refusal.message if readiness.refusal else None,
        integrations=[
            ReadinessIntegration(name=one.kind, is_ready=one.is_ready, parts=list(one.parts))
            for one in readiness.integrations
        ],
        fields=[_field(one) for one in readiness.fields],
        tags=[
            ReadinessTag(name=one.name, exists=one.exists, parts=list(one.parts)) for one in readiness.tags
        ],
        forms=[
            ReadinessForm(name=one.name, exists=one.exists, parts=list(one.parts)) for one in readiness.forms
        ],
        details=[
            ReadinessDetail(
                merge_tag=one.used.tag,
                label=one.used.label,
                is_set=bool(one.value),
                leaves_gap=bool(one.used.gaps),
                parts=list(one.used.parts),
            )
            for one in readiness.details
        ],
        sender=_sender(readiness.sender) if readiness.sender else None,
        switched_off=[part.name for part in readiness.off],
        to_change=[gap.message for gap in readiness.to_change],
        links=[ReadinessLink(url=one.url, part=one.part) for one in readiness.links],
    )


def _field(need: NeededField) -> ReadinessField:
    used, renamed = need.used, need.renamed
    state: FieldState = "created" if need.can_create else "missing"
    if need.exists or renamed:
        state = "exists" if need.exists else "renamed"
    return ReadinessField(
        name=used.name,
        label=used.label,
        kind=used.kind.value,
        state=state,
        becomes=renamed.name if renamed else None,
        suggestions=[_own(one) for one in need.suggestions],
        parts=list(used.parts),
    )


def _sender(needed: NeededSender) -> ReadinessSender:
    return ReadinessSender(name=needed.name, exists=needed.exists, parts=list(needed.parts))


def _own(target: OwnTarget) -> OwnContactField:
    return OwnContactField(name=target.name, label=target.label, kind=target.field.kind.value)
