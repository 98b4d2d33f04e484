"""What happens while a request is on its way: its contact leaves, comes back, or is erased; its workflow is
paused or archived."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.contacts import application as contacts
from app.contacts.application.erasing import erase_contact
from app.deliveries.application import sending
from app.deliveries.domain.attempts import Attempt, Result
from app.engine.application import leaving
from app.engine.infrastructure import returning
from app.platform.database import transaction
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from tests.people import Person
from tests.rooms.deliveries.hooks import deliveries, hooking, send, states
from tests.rooms.engine.moved import Campaign
from tests.services.receiver import Receiver


def archive(it: Campaign) -> None:
    with it.app.app_context():
        workflows.pause(it.actor, it.public_id)
        workflows.archive(it.actor, it.public_id)


def test_who_leaves_before_is_not_reported(app: Flask, bob: Person, there: Receiver) -> None:
    it, ids = hooking(app, bob, there.url, 2)
    with app.app_context():
        contacts.unsubscribe(bob.actor, ids[0])
    send(it)
    assert states(it) == ["withdrawn", "delivered"] and len(there.received) == 1
    assert it.numbers_are_right()


def test_an_archived_workflow_calls_nobody(app: Flask, bob: Person, there: Receiver) -> None:
    it, _ = hooking(app, bob, there.url, 2)
    archive(it)
    send(it)
    assert states(it) == ["withdrawn", "withdrawn"] and not there.received


def test_a_paused_workflow_calls_when_it_is_active_again(app: Flask, bob: Person, there: Receiver) -> None:
    it, _ = hooking(app, bob, there.url)
    with app.app_context():
        workflows.pause(bob.actor, it.public_id)
    send(it)
    assert states(it) == ["planned"] and not there.received
    with app.app_context():
        workflows.activate(bob.actor, it.public_id)
    send(it)
    assert states(it) == ["delivered"]


def test_a_refusal_for_now_is_not_repeated_for_who_has_left_meanwhile(
    app: Flask, bob: Person, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    it, ids = hooking(app, bob, there.url)
    _while_calling(monkeypatch, it, lambda: contacts.unsubscribe(bob.actor, ids[0]), Result.NOT_NOW)
    send(it)
    assert states(it) == ["withdrawn"]
    assert it.where()[ids[0]] == ("withdrawn", "hook")
    assert it.numbers_are_right()


def test_nothing_is_kept_of_a_contact_that_is_erased_meanwhile(
    app: Flask, alice: Person, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    it, ids = hooking(app, alice, there.url)
    _while_calling(monkeypatch, it, lambda: erase_contact(alice.actor, ids[0]), Result.DELIVERED)
    send(it)
    [one] = deliveries(it)
    assert (one.state, one.body, one.answer, one.attempts) == ("delivered", None, "", None)
    page = alice.get(f"/deliveries/{one.id}").text
    assert "Deleted contact" in page and "removed with its contact" in page and "Send again" not in page


def test_erasing_and_deleting_remove_what_requests_know(app: Flask, alice: Person, there: Receiver) -> None:
    it, ids = hooking(app, alice, there.url, 2)
    there.statuses = [500, 404]
    send(it)
    with app.app_context():
        erase_contact(alice.actor, ids[0])
        erase_contact(alice.actor, ids[1])
    assert {(one.body, one.answer, one.attempts) for one in deliveries(it)} == {(None, "", None)}
    assert set(states(it)) == {"withdrawn", "failed"}
    answer = alice.post(f"/deliveries/{deliveries(it)[0].id}/sending", {}, follow_redirects=True)
    assert "It can’t be sent again now." in answer.text


def test_who_comes_back_to_a_workflow_is_reported_after_all(app: Flask, bob: Person, there: Receiver) -> None:
    it, ids = hooking(app, bob, there.url)
    _leave_and_return(it, ids[0])
    assert states(it) == ["planned"]
    send(it)
    it.move()
    assert states(it) == ["delivered"] and it.where()[ids[0]] == ("completed", "last")


def test_who_comes_back_after_the_answer_goes_on(
    app: Flask, bob: Person, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    it, ids = hooking(app, bob, there.url)
    places: list[object] = []
    _while_calling(monkeypatch, it, lambda: places.extend(_leave(it, ids[0])), Result.DELIVERED)
    send(it)
    assert it.where()[ids[0]] == ("withdrawn", "hook")
    _return(it, ids[0], places)
    it.move()
    assert it.where()[ids[0]] == ("completed", "last")


def _leave_and_return(it: Campaign, contact_id: int) -> None:
    with it.app.app_context(), acting_for(it.actor.account_id):
        places = _leave(it, contact_id)
    _return(it, contact_id, places)


def _leave(it: Campaign, contact_id: int) -> list[object]:
    account_id = it.actor.account_id
    workflow_id = it.enrollments()[0].workflow_id
    places = [leaving._written(one) for one in returning.positions_of(account_id, contact_id, workflow_id)]
    with transaction():
        leaving._leave(account_id, contact_id, workflow_id, "A link", it.at)
    return list(places)


def _return(it: Campaign, contact_id: int, places: list[object]) -> None:
    account_id = it.actor.account_id
    with it.app.app_context(), acting_for(account_id), transaction():
        put_back = leaving._put_back(account_id, contact_id, places, "Undo", it.at, it.at)  # type: ignore[arg-type]
        assert len(put_back) == 1


def _while_calling(
    monkeypatch: pytest.MonkeyPatch, it: Campaign, act: Callable[[], object], result: Result
) -> None:
    """Let something happen while a server is called, which gives this answer."""

    def call(*_: object) -> Attempt:
        with it.app.app_context(), acting_for(it.actor.account_id):
            act()
        return Attempt(result, "a private thing", 200, 1)

    monkeypatch.setattr(sending, "attempt", call)
