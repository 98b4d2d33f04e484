"""What a template needs of the account that uses it (T-12)."""

from app.gallery.domain.readiness.fields import OwnTarget, UsedField, misfit, suggested, targets, used_fields
from app.gallery.domain.readiness.parts import (
    LinkToFill,
    UsedDetail,
    links_to_fill,
    needing_parts,
    sender_parts,
    used_details,
    used_forms,
    used_tags,
)

__all__ = [
    "LinkToFill",
    "OwnTarget",
    "UsedDetail",
    "UsedField",
    "links_to_fill",
    "misfit",
    "needing_parts",
    "sender_parts",
    "suggested",
    "targets",
    "used_details",
    "used_fields",
    "used_forms",
    "used_tags",
]
