"""Contacts as odd as an account may have them, and the values that rules about them are made of."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.accounts.domain import Actor
from app.activity.infrastructure.tables import ContactEvent
from app.contacts.domain import name_key, tag_key
from app.contacts.infrastructure.tables import Contact, ContactTag, CustomField, SmsConsent, Tag
from app.engine.infrastructure.tables import Enrollment
from app.platform.database import session, transaction
from app.workflows.infrastructure.tables import Workflow

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # in the hour that Berlin leaves out
PEOPLE = 70
TEXTS = [
    *("Ann", "ann", "ANN", "Änn", "änn", "ÄNN", "Anna Lee", "Lee", "lee % co", "50%", "a_b", "axb", "\\"),
    *("Straße", "STRASSE", "ΟΔΟΣ", "οδός", "οδοσ", "İstanbul", "istanbul", "ИВАН", "Иван", "Đặng", "đẶNG"),
    *("日本", "😀 x", "null", "true", "'", "0", "00", "-1", "1.5", "1.50", "1,5", "12", " 12", "1e3", "-0"),
    *("999999999999", "0.000001", "2026-03-29", "2026-03-29T10:00", "2026-03-29x", "2026-02-30"),
    *("2025-12-31", "29.03.2026"),
]  # fmt: skip
PHONES = ["+4915112345678", "+12025550143", "+442079460958"]
COUNTRIES = ["Germany", "DE", "de", "Deutschland", "DEUTSCHLAND", "US", "usa", "Österreich", "ÖSTERREICH"]
TAGS = ["VIP", "Lead", "Größe L", "ΣΑΣ"]
CUSTOM = ["plan", "size-cm", "next_visit"]
DAYS = [date(1604, 2, 29), date(1990, 4, 23), date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30)]
MIDNIGHTS = [datetime(2026, 3, day, hour, tzinfo=UTC) for day, hour in ((27, 23), (28, 23), (29, 22))]
MOMENTS = [
    *MIDNIGHTS,  # of Berlin
    *(midnight - timedelta(microseconds=1) for midnight in MIDNIGHTS),
    *(NOW - timedelta(days=days, microseconds=micro) for days in (0, 1, 2, 7, 400) for micro in (0, 1)),
]


def crowd(actor: Actor) -> list[str]:
    """Fill the actor's account with PEOPLE contacts in two workflows; returns the workflows' public ids."""
    dice = random.Random(20260329)
    account_id = actor.account_id

    def some(values: list[Any], empty: float = 0.35) -> Any:
        return None if dice.random() < empty else dice.choice(values)

    with transaction():
        tags = [Tag(account_id=account_id, name=name, name_key=tag_key(name)) for name in TAGS]
        workflows = [
            Workflow(account_id=account_id, name=name, definition={"steps": []})
            for name in ("Welcome", "Offer")
        ]
        session().add_all([*tags, *workflows])
        session().add_all(
            SmsConsent(account_id=account_id, phone_key=phone, is_given=is_given, source="Form", at=NOW)
            for phone, is_given in zip(PHONES, (True, False), strict=False)
        )
        session().add_all(CustomField(account_id=account_id, key=key, label=key) for key in CUSTOM)
        for number in range(PEOPLE):
            custom = {key: value for key in CUSTOM if (value := some(TEXTS, 0.5)) is not None}
            domain = dice.choice(["example.com", "example.org", "mail.example.com", "xn--bcher-kva.example"])
            first, last = some(TEXTS), some(TEXTS)
            contact = Contact(
                account_id=account_id,
                email_key=some([f"p{number}@{domain}", f"änn{number}@{domain}"]),
                phone_key=some(PHONES),
                first_name=first,
                last_name=last,
                first_name_key=name_key(first or "") or None,
                last_name_key=name_key(last or "") or None,
                company=dice.choice([None, "", *TEXTS]),
                city=some(TEXTS),
                country=some(COUNTRIES),
                birthday=some(DAYS),
                time_zone=some(["Europe/Berlin", "America/New_York"]),
                custom=dice.choice([None, {}, custom, custom, custom]),
                status=dice.choice(["active", "active", "unsubscribed", "bounced", "blocked"]),
                created_at=dice.choice(MOMENTS),
                updated_at=dice.choice(MOMENTS),
            )
            session().add(contact)
            session().flush()
            mine = {"account_id": account_id, "contact_id": contact.id}
            for tag in dice.sample(tags, dice.choice([0, 0, 1, 2, 4])):
                session().add(ContactTag(**mine, tag_id=tag.id))
            for at in dice.sample(MOMENTS, dice.choice([0, 0, 1, 3])):
                session().add(ContactEvent(**mine, at=at, kind="tag_added"))
            for workflow in dice.sample(workflows, dice.choice([0, 1, 2])):
                status = dice.choice(["held", "active", "completed", "withdrawn"])
                came = {"workflow_id": workflow.id, "version_id": 1, "source": "bulk_enrollment"}
                session().add(Enrollment(**mine, **came, status=status))
    return [workflow.public_id for workflow in workflows]


def everybody(account_id: int) -> list[int]:
    """The ids of the account's contacts."""
    return list(session().scalars(sa.select(Contact.id).where(Contact.account_id == account_id)))
