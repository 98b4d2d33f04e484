"""A contact, a clock, and rules for tests of criteria."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.contacts.domain.criteria import Clock, Facts, criteria_problems, matches, parse

NOW = datetime(2026, 3, 29, 22, 30, tzinfo=UTC)  # half past midnight of March 30 in Berlin
CLOCK = Clock(NOW, ZoneInfo("Europe/Berlin"))
ANN: dict[str, Any] = {
    "contact.first_name": "Änne",
    "contact.last_name": "",
    "contact.city": "50% ROM",
    "contact.email": "ann@example.com",
    "contact.email_domain": "example.com",
    "contact.phone": "+4915112345678",
    "contact.country": "Deutschland",
    "contact.birthday": date(1990, 4, 23),
    "contact.time_zone": "America/New_York",
    "contact.status": "active",
    "contact.tags": frozenset({"vip", "grösse l"}),
    "contact.created_at": datetime(2026, 3, 28, 23, 0, tzinfo=UTC),  # March 29 begins in Berlin
    "contact.updated_at": NOW - timedelta(days=2),
}
CUSTOM = {"plan": "Gold", "seats": "12.50", "visit": "2026-03-29T10:00", "note": "soon"}


def rule(field: str, op: str, value: Any = None) -> dict[str, Any]:
    name = field if "." in field and not field.startswith("custom") else f"contact.{field}"
    return {"field": name, "op": op, "value": value}


def meets(document: Any, **changes: Any) -> bool:
    values = ANN | {f"contact.{name}": value for name, value in changes.items()}
    assert list(criteria_problems(document)) == []
    return matches(parse(document, "DE"), Facts(values, CUSTOM, [*CUSTOM, "empty"]), CLOCK)
