"""Kinds of external services, and the software that reports events."""

from app.integrations.domain.kinds import (
    ALWAYS_CONNECTED,
    BUSINESS_LINKS,
    SERVICES,
    Kind,
    Service,
    in_order,
    service_name,
)

__all__ = ["ALWAYS_CONNECTED", "BUSINESS_LINKS", "SERVICES", "Kind", "Service", "in_order", "service_name"]
