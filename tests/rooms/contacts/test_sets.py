"""Whole sets of contacts, as a file brings them: matched, made, changed, blocked and tagged."""

from typing import Any

import pytest
import sqlalchemy as sa

from app.contacts import application as contacts
from app.contacts.domain import pack, read_fields
from app.contacts.infrastructure import conditions, queries
from app.contacts.infrastructure.tables import Contact, ContactTag
from app.platform.clock import now
from app.platform.database import session, transaction
from tests.rooms.contacts.people import add, all_of, card

JOB = 7


@pytest.fixture
def account(app, bob):
    with app.app_context():
        yield bob.actor.account_id


def listed(**columns: list[Any]) -> sa.Select[Any]:
    """A select that yields these columns, as both databases understand it."""
    lines = [
        sa.select(*(sa.literal(value).label(name) for name, value in zip(columns, line, strict=True)))
        for line in zip(*columns.values(), strict=True)
    ]
    return sa.select(sa.union_all(*lines).subquery("listed"))


def rows(*fields: dict[str, Any], **more: list[Any]) -> sa.Select[Any]:
    """Staged rows: their fields as JSON text, and other columns."""
    texts = [pack(_values(dict(one))) for one in fields]
    return listed(fields=texts, **more)


def _values(fields: dict[str, Any]) -> dict[str, Any]:
    custom = fields.pop("custom", None)
    return read_fields(fields, "DE", custom).values


def create(account: int, *fields: dict[str, Any], **options: Any) -> int:
    source = contacts.unpack(rows(*fields))
    return contacts.create_many(
        account, source, JOB, now(), consent_basis="customer", consent_source="Shop", **options
    )


ANN = {
    "email": "Ann@example.com",
    "first_name": "Änn",
    "last_name": "Lee",
    "phone": "0151 23456789",
    "birthday": "1990-04-23",
    "time_zone": "Asia/Kolkata",
    "company": "Lee & “Sons”",
    "custom": {"plan": "gold"},
}


def test_contacts_are_made_of_staged_rows(account):
    assert create(account, ANN, {"email": "eve@example.com"}) == 2
    made = all_of(account)
    ann, eve = made["ann@example.com"], made["eve@example.com"]
    assert (ann.email, ann.first_name, ann.first_name_key, ann.last_name_key) == (
        "Ann@example.com",
        "Änn",
        "ann",
        "lee",
    )
    assert (ann.phone_key, ann.birthday.isoformat(), ann.company) == (
        "+4915123456789",
        "1990-04-23",
        "Lee & “Sons”",
    )
    assert (ann.time_zone, eve.time_zone) == ("Asia/Kolkata", None)
    assert ann.custom == {"plan": "gold"}
    assert (ann.status, ann.consent_basis, ann.consent_source, ann.created_job_id) == (
        "active",
        "customer",
        "Shop",
        JOB,
    )
    assert ann.consent_at is not None and ann.created_at is not None
    assert (eve.first_name, eve.phone_key, eve.custom, eve.birthday) == (None, None, None, None)


def test_an_address_that_is_there_is_left_out(app, account, bob):
    add(app, bob.actor, "ann@example.com", first_name="Old")
    assert create(account, ANN, {"email": "eve@example.com"}) == 1
    assert create(account, ANN) == 0
    assert all_of(account)["ann@example.com"].first_name == "Old"


def test_the_same_people_in_another_account_are_other_contacts(app, account, sam):
    assert create(account, ANN) == 1
    assert create(sam.actor.account_id, ANN) == 1
    assert all_of(account)["ann@example.com"].id != all_of(sam.actor.account_id)["ann@example.com"].id


def test_people_without_an_address_are_known_by_their_phone(account):
    by_phone = {"phone": "0151 23456789", "first_name": "Ann"}
    assert create(account, by_phone) == 1
    assert create(account, by_phone, {"phone": "0151 23456780"}) == 1


def test_whoever_said_no_comes_in_unsubscribed_and_without_consent(account):
    staged = contacts.unpack(rows(ANN, {"email": "eve@example.com"}, status=["unsubscribed", "active"]))
    assert contacts.create_many(account, staged, JOB, now(), consent_basis="opt_in") == 2
    made = all_of(account)
    assert (made["ann@example.com"].status, made["ann@example.com"].consent_basis) == ("unsubscribed", None)
    assert made["ann@example.com"].consent_at is None
    assert (made["eve@example.com"].status, made["eve@example.com"].consent_basis) == ("active", "opt_in")


def test_rows_are_matched_by_address_phone_or_number(app, account, bob):
    ann = add(app, bob.actor, "ann@example.com", phone="0151 23456789")
    add(app, bob.actor, "eve@example.com", phone="0151 23456789")

    def found(by: Any, *keys: Any) -> list[tuple[Any, ...]]:
        matched = conditions.matched_keys(account, by, listed(key=list(keys)))
        return [tuple(row) for row in session().execute(matched)]

    assert found("email", "nobody@example.com", "ann@example.com") == [("ann@example.com", ann, "active", 1)]
    assert found("phone", "+4915123456789", "+4915100000000") == [("+4915123456789", ann, "active", 2)]
    assert found("contact_id", ann, 999_999) == [(ann, ann, "active", 1)]
    with transaction():
        eve = (
            session()
            .scalars(sa.select(Contact).where(Contact.account_id == account, Contact.id != ann))
            .one()
        )
        eve.status = "blocked"
    assert found("phone", "+4915123456789") == [("+4915123456789", ann, "blocked", 2)]


def test_empty_fields_are_filled(app, account, bob):
    contact_id = add(
        app, bob.actor, "ann@example.com", first_name="Ann", custom={"plan": "silver", "size": "L"}
    )
    staged = contacts.unpack(
        rows(ANN | {"custom": {"plan": "gold", "city": "Rome"}}, contact_id=[contact_id])
    )
    assert session().scalars(contacts.changed_by(account, staged, "fill")).all() == [contact_id]
    assert contacts.update_many(account, staged, "fill", now()) == 1
    ann = all_of(account)["ann@example.com"]
    assert (ann.first_name, ann.first_name_key, ann.last_name, ann.last_name_key) == (
        "Ann",
        "ann",
        "Lee",
        "lee",
    )
    assert ann.custom == {"plan": "silver", "size": "L", "city": "Rome"}
    assert session().scalars(contacts.changed_by(account, staged, "fill")).all() == []
    assert contacts.update_many(account, staged, "fill", now()) == 0


def test_fields_are_overwritten_but_never_emptied(app, account, bob):
    contact_id = add(
        app,
        bob.actor,
        "ann@example.com",
        first_name="Ann",
        city="Bonn",
        custom={"plan": "silver", "size": "L"},
    )
    staged = contacts.unpack(
        rows(
            {"email": "other@example.com", "first_name": "Anna", "custom": {"plan": "gold"}},
            contact_id=[contact_id],
        )
    )
    assert contacts.update_many(account, staged, "overwrite", now()) == 1
    ann = all_of(account)["ann@example.com"]
    assert (ann.first_name, ann.first_name_key, ann.city, ann.email) == (
        "Anna",
        "anna",
        "Bonn",
        "ann@example.com",
    )
    assert ann.custom == {"plan": "gold", "size": "L"}
    assert contacts.update_many(account, staged, "overwrite", now()) == 0


def test_rows_without_anything_new_change_nothing(app, account, bob):
    contact_id = add(app, bob.actor, "ann@example.com")
    staged = contacts.unpack(rows({"email": "ann@example.com"}, contact_id=[contact_id]))
    assert contacts.update_many(account, staged, "overwrite", now()) == 0


def test_nobody_changes_another_accounts_contacts(app, account, bob, sam):
    contact_id = add(app, bob.actor, "ann@example.com")
    stranger = sam.actor.account_id
    assert (
        contacts.update_many(
            stranger, contacts.unpack(rows(ANN, contact_id=[contact_id])), "overwrite", now()
        )
        == 0
    )
    assert contacts.block_many(stranger, statuses((contact_id, "blocked")), JOB, now()) == 0
    assert all_of(account)["ann@example.com"].status == "active"


def statuses(*pairs: tuple[int, str]) -> sa.Select[Any]:
    return listed(contact_id=[number for number, _ in pairs], status=[status for _, status in pairs])


def test_a_file_takes_consent_away_and_never_gives_it_back(app, account, bob):
    ann, eve, joe, kim = (add(app, bob.actor, f"{name}@example.com") for name in ("ann", "eve", "joe", "kim"))
    taken = statuses((ann, "bounced"), (ann, "unsubscribed"), (eve, "blocked"), (joe, "bounced"))
    assert contacts.block_many(account, taken, JOB, now()) == 3
    back = statuses((ann, "active"), (eve, "unsubscribed"), (joe, "active"), (kim, "active"))
    assert contacts.block_many(account, back, JOB, now()) == 0
    made = all_of(account)
    assert [made[f"{name}@example.com"].status for name in ("ann", "eve", "joe", "kim")] == [
        "unsubscribed",
        "blocked",
        "bounced",
        "active",
    ]
    events = card(app, bob.actor, ann).events
    assert [(event.kind, event.job_id) for event in events[:1]] == [("unsubscribed", JOB)]
    assert sum(event.kind in ("unsubscribed", "bounced") for event in events) == 1


def test_tags_are_ensured_once_whatever_their_spelling(account):
    first = contacts.ensure_tags(account, ["Spring  Fair", "lead"])
    assert contacts.ensure_tags(account, ["LEAD", "spring fair", "Lead"]) == first[::-1]
    assert [tag.name for tag in queries.tags(account)] == ["lead", "Spring Fair"]


def test_many_are_tagged_and_only_new_ones_count(app, account, bob):
    ann, eve = (
        add(app, bob.actor, f"{name}@example.com", tags=["lead"] if name == "ann" else [])
        for name in ("ann", "eve")
    )
    tag_ids = contacts.ensure_tags(account, ["lead", "spring"])
    assert contacts.tag_many(account, statuses((ann, ""), (eve, "")), tag_ids, JOB, now()) == 3
    assert contacts.tag_many(account, statuses((ann, ""), (eve, "")), tag_ids, JOB, now()) == 0
    marked = session().execute(
        sa.select(ContactTag.contact_id, ContactTag.tag_id).where(
            ContactTag.account_id == account, ContactTag.added_job_id == JOB
        )
    )
    assert {tuple(row) for row in marked} == {(ann, tag_ids[1]), (eve, tag_ids[0]), (eve, tag_ids[1])}


def test_own_fields_are_ensured(account):
    assert contacts.ensure_fields(account, ["Plan", "Größe (cm)", "plan"]) == ["plan", "grosse_cm", "plan"]
    assert contacts.ensure_fields(account, ["PLAN"]) == ["plan"]
    assert {field.label for field in queries.custom_fields(account)} == {"Plan", "Größe (cm)"}


def test_all_or_nothing_with_the_callers_transaction(account):
    with pytest.raises(RuntimeError), transaction():
        create(account, ANN)
        raise RuntimeError
    assert all_of(account) == {}
