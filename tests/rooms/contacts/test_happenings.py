"""What happens to contacts is told to listeners, whichever way it happens, and only if they care."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.contacts import application as contacts
from app.contacts.application import happenings, selecting
from app.contacts.application.custom_fields.changing import edit_field
from app.contacts.application.custom_fields.values import change_values
from app.contacts.application.happenings import ANY, Happening
from app.contacts.domain import Status
from app.contacts.infrastructure.tables import Contact, CustomField
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.database.many_rows import id_list
from tests.rooms.contacts.people import add, all_of
from tests.rooms.contacts.test_sets import listed, rows, statuses

JOB = 7
EVERYTHING = [(kind, ANY) for kind in happenings.Kind]


class Ear:
    """A listener that keeps what it hears."""

    def __init__(self) -> None:
        self.cares: list[tuple[str, str]] = EVERYTHING
        self.heard: list[Happening] = []
        self.asked = 0

    def ask(self, account_id: int) -> list[tuple[str, str]]:
        self.asked += 1
        return self.cares

    def hear(self, account_id: int, happening: Happening) -> None:
        self.heard.append(happening)

    def told(self) -> list[tuple[str, str, list[int]]]:
        """What was heard since the last time."""
        found = [(one.kind, one.what, list(one.contacts)) for one in self.heard]
        self.heard.clear()
        return found


@pytest.fixture
def ear(app: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ear]:
    """The only listener."""
    monkeypatch.setattr(happenings, "_listeners", {})
    one = Ear()
    contacts.register_listener("ear", one.ask, one.hear)
    with app.app_context():
        yield one


@pytest.fixture
def account(bob: Any) -> int:
    return bob.actor.account_id


@pytest.fixture
def ann(app: Any, bob: Any, ear: Ear) -> int:
    contact_id = add(app, bob.actor, "ann@example.com", city="Bonn", custom={"size": "L"})
    ear.heard.clear()
    return contact_id


def test_a_contact_is_added_with_its_tags(app, bob, ear):
    ann = add(app, bob.actor, "ann@example.com", city="Bonn", tags=["Lead", "Spring  Fair"])
    told = ear.told()
    assert told[0] == ("contact_created", "", [ann])
    assert sorted(told[1:]) == [("tag_added", "lead", [ann]), ("tag_added", "spring fair", [ann])]
    assert ear.asked == 1


def test_fields_of_a_contact_change(bob, ear, ann):
    ear.cares = [("field_changed", what) for what in ("contact.city", "contact.custom.size", ANY)]
    contacts.change_contact(bob.actor, ann, {"city": "Rome", "company": "X"}, {"size": "M", "plan": "gold"})
    assert ear.told() == [
        ("field_changed", "contact.city", [ann]),
        ("field_changed", "contact.custom.size", [ann]),
        ("field_changed", ANY, [ann]),
    ]
    contacts.change_contact(bob.actor, ann, {"city": "Rome"}, {"size": "M"})
    assert ear.told() == []
    contacts.change_contact(bob.actor, ann, {"city": "", "phone": "0151 23456789"}, {"size": ""})
    assert [what for _, what, _ in ear.told()] == ["contact.city", "contact.custom.size", ANY]


def test_a_contact_unsubscribes_and_comes_back(bob, ear, ann):
    contacts.unsubscribe(bob.actor, ann)
    contacts.unsubscribe(bob.actor, ann)
    contacts.reactivate(bob.actor, ann, "asked by phone")
    assert ear.told() == [
        ("status_changed", "unsubscribed", [ann]),
        ("status_changed", "active", [ann]),
    ]


def test_tags_of_a_contact_are_added_and_removed(bob, ear, ann):
    contacts.tag_contact(bob.actor, ann, "Lead")
    contacts.tag_contact(bob.actor, ann, "LEAD")
    [tag_id] = contacts.ensure_tags(bob.actor.account_id, ["lead"])
    contacts.untag_contact(bob.actor, ann, tag_id)
    contacts.untag_contact(bob.actor, ann, tag_id)
    assert ear.told() == [("tag_added", "lead", [ann]), ("tag_removed", "lead", [ann])]


def test_one_edit_asks_once_and_tells_all(bob, ear, ann):
    ear.asked = 0
    change = contacts.ContactChange({"city": "Rome"}, {}, ["a", "b"], [], Status.UNSUBSCRIBED)
    contacts.edit_contact(bob.actor, ann, change, lambda before: None)
    assert ear.told() == [
        ("field_changed", ANY, [ann]),
        ("tag_added", "a", [ann]),
        ("tag_added", "b", [ann]),
        ("status_changed", "unsubscribed", [ann]),
    ]
    assert ear.asked == 1


def test_a_program_changes_a_contact(program, ear, ann):
    answer = program.patch(
        f"/contacts/{ann}", {"city": "Rome", "add_tags": ["vip"], "status": "unsubscribed"}
    )
    assert answer.status_code == 200, answer.text
    assert ear.told() == [
        ("field_changed", ANY, [ann]),
        ("tag_added", "vip", [ann]),
        ("status_changed", "unsubscribed", [ann]),
    ]


def test_many_are_created(app, bob, ear, account, ann):
    staged = contacts.unpack(
        rows({"email": "ann@example.com"}, {"email": "eve@example.com"}, {"email": "al@x.org"})
    )
    assert contacts.create_many(account, staged, JOB, now(), source="form") == 2
    made = all_of(account)
    new = sorted([made["eve@example.com"].id, made["al@x.org"].id])
    [told] = ear.heard
    assert (told.kind, list(told.contacts), told.job_id, told.source) == ("contact_created", new, JOB, "form")
    assert session().scalars(told.select()).all() == new


def test_many_are_tagged_and_untagged(app, bob, ear, account, ann):
    eve = add(app, bob.actor, "eve@example.com", tags=["lead"])
    tag_ids = contacts.ensure_tags(account, ["lead", "spring"])
    ear.heard.clear()
    both = id_list([ann, eve])
    assert contacts.tag_many(account, both, tag_ids, JOB, now(), source="workflow 5") == 3
    assert {(one.source, one.job_id) for one in ear.heard} == {("workflow 5", JOB)}
    assert ear.told() == [("tag_added", "lead", [ann]), ("tag_added", "spring", [ann, eve])]
    assert contacts.tag_many(account, both, tag_ids, JOB, now()) == 0
    assert contacts.untag_many(account, id_list([ann]), tag_ids, now()) == 2
    assert ear.told() == [("tag_removed", "lead", [ann]), ("tag_removed", "spring", [ann])]
    assert contacts.take_back_tags(account, both, JOB, now()) == 1
    assert ear.told() == [("tag_removed", "spring", [eve])]
    assert contacts.untag_many(account, both, tag_ids, now()) == 1
    assert ear.told() == [("tag_removed", "lead", [eve])]


def test_each_gets_its_own_tags(app, bob, ear, account, ann):
    eve = add(app, bob.actor, "eve@example.com", tags=["b"])
    contacts.ensure_tags(account, ["a", "b"])
    ear.heard.clear()
    given = listed(contact_id=[ann, eve], fields=['{"tags":["a","b"]}', '{"tags":["b","unknown"]}'])
    assert contacts.tag_each(account, given, JOB, now()) == 2
    assert sorted(ear.told()) == [("tag_added", "a", [ann]), ("tag_added", "b", [ann])]


@pytest.mark.parametrize("mode", ["fill", "overwrite"])
def test_many_are_updated(app, bob, ear, account, ann, mode):
    eve = add(app, bob.actor, "eve@example.com", phone="0151 23456789", custom={"plan": "gold"})
    given = {"city": "Rome", "phone": "0151 23456780", "custom": {"size": "XL", "plan": "gold"}}
    staged = contacts.unpack(rows(given, given, contact_id=[ann, eve]))
    asked = ("city", "phone", "company", "custom.size", "custom.plan", "custom.never")
    ear.cares = [("field_changed", f"contact.{name}") for name in asked] + [("field_changed", ANY)]
    ear.heard.clear()
    assert contacts.update_many(account, staged, mode, now(), job_id=JOB) == 2
    assert {one.job_id for one in ear.heard} == {JOB}
    both, is_fill = [ann, eve], mode == "fill"
    assert sorted(ear.told()) == [
        ("field_changed", ANY, both),
        ("field_changed", "contact.city", [eve] if is_fill else both),
        ("field_changed", "contact.custom.plan", [ann]),
        ("field_changed", "contact.custom.size", [eve] if is_fill else both),
        ("field_changed", "contact.phone", [ann] if is_fill else both),
    ]
    assert contacts.update_many(account, staged, mode, now()) == 0
    assert ear.told() == []


def test_many_are_blocked(app, bob, ear, account, ann):
    eve, joe = (add(app, bob.actor, f"{name}@example.com") for name in ("eve", "joe"))
    ear.heard.clear()
    taken = statuses((ann, "bounced"), (ann, "unsubscribed"), (eve, "blocked"), (joe, "active"))
    assert contacts.block_many(account, taken, JOB, now()) == 2
    assert ear.told() == [("status_changed", "unsubscribed", [ann]), ("status_changed", "blocked", [eve])]
    assert session().scalars(contacts.contactable(account, id_list([ann, eve, joe]))).all() == [joe]


def test_a_selection_is_tagged_and_untagged(app, bob, ear, ann):
    eve = add(app, bob.actor, "eve@example.com", tags=["lead"])
    ear.heard.clear()
    selected = selecting.select_contacts(bob.actor, [ann, eve])
    selecting.tag_selection(bob.actor, selected.id, "Lead")
    assert ear.told() == [("tag_added", "lead", [ann])]
    selecting.untag_selection(bob.actor, selected.id, "lead")
    assert ear.told() == [("tag_removed", "lead", [ann, eve])]


def test_conversion_of_a_field_is_not_told(bob, ear, account, ann):
    contacts.change_contact(bob.actor, ann, {}, {"size": "1.000,50"})
    contacts.ensure_fields(account, ["Size"])
    [field_id] = session().scalars(sa.select(CustomField.id).where(CustomField.account_id == account))
    ear.cares = [*EVERYTHING, ("field_changed", "contact.custom.size")]
    ear.heard.clear()
    edit_field(bob.actor, field_id, kind="number")
    change_values(account, field_id)
    assert all_of(account)["ann@example.com"].custom == {"size": "1000.5"}
    assert ear.told() == []


def test_nothing_is_told_of_what_nobody_asks_for(app, bob, ear, account, ann):
    ear.cares = [("tag_added", "lead"), ("status_changed", "bounced")]
    tag_ids = contacts.ensure_tags(account, ["lead", "spring"])
    assert contacts.tag_many(account, id_list([ann]), tag_ids, None, now()) == 2
    contacts.unsubscribe(bob.actor, ann)
    contacts.change_contact(bob.actor, ann, {"city": "Rome"})
    assert ear.told() == [("tag_added", "lead", [ann])]
    ear.cares = []
    contacts.untag_many(account, id_list([ann]), tag_ids, now())
    assert ear.told() == []


def test_listeners_hear_at_the_end_of_the_transaction_and_may_write(app, bob, ear, account, ann):
    seen = []

    def hear(account_id: int, happening: Happening) -> None:
        seen.append(
            (
                happening.what,
                session().scalar(sa.select(Contact.city).where(Contact.account_id == account_id)),
            )
        )
        if happening.what == "lead":
            [tag_id] = contacts.ensure_tags(account_id, ["answered"])
            contacts.tag_many(account_id, happening.select(), [tag_id], None, happening.at, source="answer")

    contacts.register_listener("second", lambda _: [("tag_added", ANY)], hear)
    with transaction():
        contacts.tag_contact(bob.actor, ann, "lead")
        contacts.change_contact(bob.actor, ann, {"city": "Rome"})
        assert (seen, ear.heard) == ([], [])
    assert seen == [("lead", "Rome"), ("answered", "Rome")]
    assert [(one.kind, one.source) for one in ear.heard] == [
        ("tag_added", ""),
        ("field_changed", ""),
        ("tag_added", "answer"),
    ]


def test_what_is_rolled_back_is_not_told(bob, ear, account, ann):
    with pytest.raises(RuntimeError), transaction():
        contacts.tag_contact(bob.actor, ann, "lead")
        raise RuntimeError
    assert ear.told() == []
    with transaction():
        contacts.tag_contact(bob.actor, ann, "kept")
        with pytest.raises(RuntimeError), session().begin_nested():
            contacts.tag_contact(bob.actor, ann, "lost")
            with session().begin_nested():
                contacts.tag_contact(bob.actor, ann, "lost, too".replace(",", ""))
            raise RuntimeError
        with session().begin_nested():
            contacts.tag_contact(bob.actor, ann, "kept too")
    assert [what for _, what, _ in ear.told()] == ["kept", "kept too"]


def test_a_listener_that_fails_takes_everything_back(bob, ear, account, ann):
    def refuse(account_id: int, happening: Happening) -> None:
        raise RuntimeError

    contacts.register_listener("refusing", lambda _: [("tag_added", ANY)], refuse)
    with pytest.raises(RuntimeError):
        contacts.tag_contact(bob.actor, ann, "lead")
    assert contacts.new_tags(account, ["lead"]) == ["lead"]


def test_contacts_that_are_removed_in_the_same_transaction_are_left_out(app, bob, ear, account, ann):
    [tag_id] = contacts.ensure_tags(account, ["lead"])
    staged = contacts.unpack(rows({"email": "eve@example.com"}))
    with transaction():
        contacts.create_many(account, staged, JOB, now())
        eve = all_of(account)["eve@example.com"].id
        contacts.tag_many(account, id_list([ann, eve]), [tag_id], JOB, now())
        contacts.remove_created(account, id_list([ann, eve]), JOB, now())
    assert ear.told() == [("tag_added", "lead", [ann])]


def test_listeners_are_asked_again_once_contacts_are_held(ear, account, ann):
    [tag_id] = contacts.ensure_tags(account, ["lead"])
    ear.cares, ear.asked = [], 0
    with transaction():
        contacts.create_many(account, contacts.unpack(rows({"email": "eve@example.com"})), JOB, now())
        ear.cares = EVERYTHING
        contacts.hold_many(account, id_list([ann]), to_change=True)
        contacts.tag_many(account, id_list([ann]), [tag_id], JOB, now())
        contacts.tag_many(account, id_list([ann]), [tag_id], JOB, now())
    assert ear.told() == [("tag_added", "lead", [ann])]
    assert ear.asked == 2


def test_many_are_told_in_pieces(ear, account, monkeypatch):
    monkeypatch.setattr(happenings, "PIECE", 2)
    given = [{"email": f"p{number}@example.com"} for number in range(5)]
    contacts.create_many(account, contacts.unpack(rows(*given)), JOB, now())
    told = ear.told()
    assert [len(ids) for _, _, ids in told] == [2, 2, 1]
    ids = [number for _, _, piece in told for number in piece]
    assert ids == sorted(contact.id for contact in all_of(account).values())


def test_other_accounts_hear_nothing(sam, ear, account, ann):
    asked: list[int] = []
    contacts.register_listener("second", lambda account_id: asked.append(account_id) or [], ear.hear)
    contacts.create_many(sam.actor.account_id, contacts.unpack(rows({"email": "x@example.com"})), None, now())
    assert asked == [sam.actor.account_id]


def test_the_moment_is_that_of_the_caller(ear, account, ann):
    at = now() - timedelta(days=1)
    contacts.block_many(account, statuses((ann, "blocked")), None, at)
    assert ear.heard[0].at == at
