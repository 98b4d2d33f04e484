"""One field is set for many contacts, with the same text or one for each, read like the texts of a file."""

import pytest

from app.contacts import application as contacts
from app.contacts.application.custom_fields.changing import create_field
from app.platform.clock import now
from app.platform.database.many_rows import id_list
from tests.rooms.contacts.people import add, all_of
from tests.rooms.contacts.test_happenings import ear  # noqa: F401


@pytest.fixture
def account(app, bob):
    with app.app_context():
        yield bob.actor.account_id


@pytest.fixture
def people(app, bob, account) -> list[int]:
    """Ann lives in Rome and has a size; Eve has only an address; Al only a phone number."""
    return [
        add(
            app,
            bob.actor,
            "ann@example.com",
            first_name="Ann",
            city="Rome",
            custom={"size": "L", "plan": "x"},
        ),
        add(app, bob.actor, "eve@example.com"),
        add(app, bob.actor, "", phone="0151 23456789"),
    ]


def values(account: int, people: list[int], field: str) -> list[object]:
    found = {contact.id: contact for contact in all_of(account).values()}
    return [
        (found[number].custom or {}).get(field.removeprefix("custom."))
        if field.startswith("custom.")
        else getattr(found[number], field)
        for number in people
    ]


@pytest.mark.parametrize(
    ("field", "text", "stored"),
    [
        ("first_name", "  Zoë ", "Zoë"),
        ("last_name", "O'Neil", "O'Neil"),
        ("company", "Lee & “Sons”", "Lee & “Sons”"),
        ("city", "Köln", "Köln"),
        ("country", "DE", "DE"),
        ("birthday", "23.4.1990", "1990-04-23"),
        ("time_zone", "europe/berlin", "Europe/Berlin"),
        ("phone", "0151 23456780", "+4915123456780"),
        ("custom.size", '{"a": 1}', '{"a": 1}'),
        ("custom.visits", "1.000,5", "1000.5"),
    ],
)
def test_all_get_the_same_value(bob, account, people, field, text, stored):
    contacts.ensure_fields(account, ["Size"])
    create_field(bob.actor, "Visits", "number")
    done = contacts.set_field_many(account, id_list(people), f"contact.{field}", text, now())
    assert done == contacts.FieldSet(3)
    assert [str(value) for value in values(account, people, field)] == [stored] * 3
    assert contacts.set_field_many(account, id_list(people), f"contact.{field}", text, now()).changed == 0


def test_keys_follow_their_fields(account, people):
    contacts.set_field_many(account, id_list(people), "contact.first_name", "Zoë", now())
    contacts.set_field_many(account, id_list(people), "contact.phone", "0151 23456780", now())
    assert values(account, people, "first_name_key") == ["zoe"] * 3
    assert values(account, people, "phone_key") == ["+4915123456780"] * 3
    contacts.set_field_many(account, id_list(people), "contact.first_name", "", now())
    contacts.set_field_many(account, id_list(people), "contact.phone", " ", now())
    assert values(account, people, "first_name_key") == [None] * 3
    assert values(account, people, "phone_key") == [None, None, "+4915123456780"], "Al has no other address"


def test_other_values_stay(account, people):
    contacts.ensure_fields(account, ["Size", "Plan"])
    before = values(account, people, "updated_at")
    assert (
        contacts.set_field_many(account, id_list(people[:1]), "contact.custom.size", "M", now()).changed == 1
    )
    assert contacts.set_field_many(account, id_list(people), "contact.custom.plan", "", now()).changed == 1
    ann = all_of(account)["ann@example.com"]
    assert (ann.custom, ann.city, ann.first_name) == ({"size": "M"}, "Rome", "Ann")
    assert values(account, people, "updated_at")[1:] == before[1:]


def test_a_text_that_is_no_value_changes_nothing(bob, account, people):
    create_field(bob.actor, "Visits", "number")
    done = contacts.set_field_many(account, id_list(people), "contact.custom.visits", "many", now())
    assert done == contacts.FieldSet(0, "“many” isn’t a number. Enter it like 1234.50.")
    done = contacts.set_field_many(account, id_list(people), "contact.custom.unknown", "x", now())
    assert done == contacts.FieldSet(0, "This custom field doesn’t exist.")
    done = contacts.set_field_many(account, id_list(people), "contact.city", "x" * 121, now())
    assert done.problem.startswith("City can have up to 120 characters")
    assert values(account, people, "city") == ["Rome", None, None]


@pytest.mark.parametrize("field", ["contact.email", "contact.status", "contact.tags", "city", "contact.x"])
def test_only_fields_that_a_step_may_set_are_set(account, people, field):
    with pytest.raises(ValueError, match="can’t be set"):
        contacts.set_field_many(account, id_list(people), field, "x", now())


def test_each_gets_its_own_value_and_problems_are_returned(bob, account, people, ear):  # noqa: F811
    create_field(bob.actor, "Size", "choice", ["S", "M", "L"])
    ear.cares = [("field_changed", "contact.custom.size")]
    ann, eve, al = people
    texts = {ann: "", eve: "m", al: "huge"}
    done = contacts.set_field_each(
        account, texts, "contact.custom.size", now(), job_id=3, source="workflow 5"
    )
    assert done == contacts.FieldsSet(2, {al: "“huge” isn’t one of the choices of Size."})
    assert values(account, people, "custom.size") == [None, "M", None]
    assert {(one.job_id, one.source) for one in ear.heard} == {(3, "workflow 5")}
    assert ear.told() == [("field_changed", "contact.custom.size", [ann, eve])]
    assert contacts.set_field_each(account, texts, "contact.custom.size", now()).changed == 0
    assert ear.told() == []
    assert contacts.set_field_each(account, {}, "contact.city", now()) == contacts.FieldsSet(0, {})


def test_changes_are_told(account, people, ear):  # noqa: F811
    ear.cares = [("field_changed", "contact.city"), ("field_changed", "*")]
    contacts.set_field_many(account, id_list(people), "contact.city", "Rome", now(), source="workflow 5")
    assert ear.told() == [
        ("field_changed", "contact.city", people[1:]),
        ("field_changed", "*", people[1:]),
    ]
    contacts.set_field_many(account, id_list(people), "contact.city", "", now())
    assert ear.told() == [("field_changed", "contact.city", people), ("field_changed", "*", people)]


def test_contacts_of_others_stay_as_they_are(app, sam, account, people):
    done = contacts.set_field_many(sam.actor.account_id, id_list(people), "contact.city", "Oslo", now())
    assert done.changed == 0
    done = contacts.set_field_each(sam.actor.account_id, {people[0]: ""}, "contact.city", now())
    assert done.changed == 0
    assert values(account, people, "city") == ["Rome", None, None]
