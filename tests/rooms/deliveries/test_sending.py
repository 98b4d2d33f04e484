"""Webhook steps: what is sent, what is tried again, and what becomes of the people who wait (E-16, E-09)."""

import json
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.deliveries.application import sending
from app.deliveries.domain import hosts as rules
from app.deliveries.infrastructure import planning, store
from app.deliveries.infrastructure.tables import Delivery
from app.engine.application import verify_workflows
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.deliveries.hooks import deliveries, hooking, send, states
from tests.services.ports import free_port
from tests.services.receiver import Receiver, receiver


def test_a_step_sends_a_request_and_people_go_on_when_it_is_answered(
    app: Flask, bob: Person, there: Receiver
) -> None:
    fields = {"greeting": "Hi {{ contact.first_name }}", "plain": "1"}
    it, ids = hooking(app, bob, f"{there.url}/hook?a=1", 2, fields=fields)
    assert states(it) == ["planned", "planned"]
    assert set(it.where().values()) == {("active", "hook")}
    send(it)
    assert states(it) == ["delivered", "delivered"]
    first = min(there.received, key=lambda one: one.body)
    body = json.loads(first.body)
    assert first.path == "/hook?a=1" and first.method == "POST"
    assert first.headers["Content-Type"] == "application/json"
    assert body["workflow"]["name"] == "Welcome" and body["step"] == {"id": "hook", "number": 1}
    by_id = {json.loads(one.body)["contact"]["id"]: json.loads(one.body) for one in there.received}
    assert by_id.keys() == set(ids)
    assert by_id[ids[1]]["contact"]["email"] == "p1@example.com"
    assert by_id[ids[1]]["fields"] == {"greeting": "Hi P001", "plain": "1"}
    assert len({one.headers["Idempotency-Key"] for one in there.received}) == 2
    it.move()
    assert set(it.where().values()) == {("completed", "last")}
    assert dict(it.passed(ids[0])) == {"hook": "", "last": ""}
    assert it.numbers_are_right()


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_the_step_chooses_the_method(app: Flask, bob: Person, there: Receiver, method: str) -> None:
    it, _ = hooking(
        app, bob, f"{there.url}/?a=1", method=method, fields={"name": "{{ contact.first_name }} &"}
    )
    send(it)
    [request] = there.received
    assert request.method == method
    assert request.path == ("/?a=1&name=P000+%26" if method == "GET" else "/?a=1")
    assert bool(request.body) == (method != "GET")
    assert states(it) == ["delivered"]


def test_failures_for_now_are_retried_with_the_same_key_and_body(
    app: Flask, bob: Person, there: Receiver
) -> None:
    it, _ = hooking(app, bob, there.url)
    there.statuses = [500, 429, 503]
    send(it)
    [one] = deliveries(it)
    assert (one.state, one.attempt, one.status_code) == ("planned", 1, 500)
    assert one.due_at == it.at + timedelta(minutes=1)
    send(it)
    assert len(there.received) == 1, "it is not due yet"
    send(it, minutes=1)
    assert deliveries(it)[0].due_at == it.at + timedelta(minutes=2)
    send(it, minutes=2)
    send(it, minutes=4)
    [one] = deliveries(it)
    assert (one.state, one.attempt, len(one.attempts or [])) == ("delivered", 4, 4)
    assert len({request.headers["Idempotency-Key"] for request in there.received}) == 1
    assert len({request.body for request in there.received}) == 1


def test_after_ten_attempts_it_has_failed_and_people_go_on(app: Flask, bob: Person, there: Receiver) -> None:
    it, ids = hooking(app, bob, there.url)
    there.statuses, there.body = [500] * 20, b"<b>no</b>\r\n" + b"x" * 5_000
    for _ in range(12):
        send(it, hours=6)
    [one] = deliveries(it)
    assert (one.state, one.attempt, len(there.received)) == ("failed", 10, 10)
    assert len(one.answer) == 500 and one.answer.startswith("<b>no</b> xxx")
    assert it.where()[ids[0]] == ("completed", "last")
    assert it.numbers_are_right()


def test_other_refusals_are_final_and_the_step_says_what_follows(
    app: Flask, bob: Person, there: Receiver
) -> None:
    it, ids = hooking(app, bob, there.url, on_failure="end")
    there.statuses = [404]
    send(it)
    it.move(days=1)
    [one] = deliveries(it)
    assert (one.state, one.attempt) == ("failed", 1)
    assert it.where()[ids[0]] == ("failed", "hook")
    assert it.enrollments()[0].end_reason == "request"
    assert it.numbers_are_right()


def test_a_server_says_how_long_to_wait_and_gets_nothing_until_then(
    app: Flask, bob: Person, there: Receiver
) -> None:
    it, _ = hooking(app, bob, there.url, 6)
    there.statuses, there.headers = [429] * 4, {"Retry-After": "300"}
    send(it)
    asked = len(there.received)
    assert asked < 6, "the others were not tried"
    waiting = [one for one in deliveries(it) if one.attempt]
    assert {one.due_at for one in waiting} == {it.at + timedelta(seconds=300)}
    there.statuses, there.headers = [], {}
    send(it, seconds=200)
    assert len(there.received) == asked
    send(it, seconds=101)
    assert set(states(it)) == {"delivered"}


def test_redirects_are_not_followed(app: Flask, bob: Person, there: Receiver) -> None:
    with receiver() as inside:
        it, _ = hooking(app, bob, there.url)
        there.statuses, there.location = [302], inside.url
        send(it)
        assert not inside.received
    [one] = deliveries(it)
    assert one.state == "failed" and one.answer.startswith("Redirects aren’t followed.")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
        "169.254.169.254", "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "0.0.0.0", "[fe80::1]",
        "[fd00::1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "localhost",
        "metadata.internal",
    ],
)  # fmt: skip
def test_private_addresses_are_never_called(
    app: Flask, bob: Person, there: Receiver, configure: Callable[..., None], host: str
) -> None:
    """However they are written."""
    configure(webhook_private_addresses=0)
    it, _ = hooking(app, bob, f"https://example.com:{there.url.rpartition(':')[2]}")
    _point_to(it.app, bob, f"https://{host}:{there.url.rpartition(':')[2]}/")
    send(it)
    [one] = deliveries(it)
    assert not there.received and one.status_code is None
    assert one.state == "failed", one.answer
    assert "private" in one.answer.lower()


def test_a_name_that_leads_inside_is_not_called(
    app: Flask,
    bob: Person,
    there: Receiver,
    configure: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The name is resolved once, so that it cannot be public when it is checked and private when called."""
    configure(webhook_private_addresses=0)
    asked: list[str] = []

    def resolve(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "93.184.215.14"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    it, _ = hooking(app, bob, f"https://hooks.example.com:{there.url.rpartition(':')[2]}/")
    send(it)
    assert asked == ["hooks.example.com"] and not there.received
    assert states(it) == ["failed"]


def test_without_the_setting_only_https_is_called(app: Flask, bob: Person) -> None:
    it, _ = hooking(app, bob, "http://example.com/hook")
    send(it)
    [one] = deliveries(it)
    assert (one.state, one.answer) == ("failed", "Use an address that starts with https://.")


def test_a_connection_that_is_dropped_is_tried_again(app: Flask, bob: Person, there: Receiver) -> None:
    it, _ = hooking(app, bob, there.url)
    there.hangs_up = True
    send(it)
    [one] = deliveries(it)
    assert (one.state, one.attempt) == ("planned", 1)
    assert one.answer == "The server closed the connection without a valid response."
    there.hangs_up = False
    send(it, minutes=1)
    assert states(it) == ["delivered"]


def test_a_slow_server_does_not_hold_up_others(app: Flask, bob: Person, there: Receiver) -> None:
    with receiver() as slow:
        slow.released.clear()
        stuck, ids = hooking(app, bob, slow.url, 30)
        quick, _ = hooking(app, bob, there.url, 0)
        quick.enroll(ids)
        quick.move()
        answered = _release_when(there, 30, slow)
        send(quick)
        assert answered == [sending.PER_HOST], "the slow one had no more than its share by then"
        assert len(there.received) == 30 and len(slow.received) == 30
    assert {one.state for one in deliveries(stuck)} == {"delivered"}


def test_a_dead_server_rests_and_is_given_up_after_a_day(
    app: Flask, bob: Person, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    it, _ = hooking(app, bob, f"http://127.0.0.1:{free_port()}/", 20)
    send(it)
    tried = sum(one.attempt for one in deliveries(it))
    assert rules.PATIENCE <= tried < 20, "most were not tried"
    send(it)
    assert sum(one.attempt for one in deliveries(it)) == tried, "the server rests"
    send(it, minutes=1)
    assert sum(one.attempt for one in deliveries(it)) > tried

    def failed() -> list[Delivery]:
        return [one for one in deliveries(it) if one.state == "failed"]

    send(it, hours=25)
    send(it)
    assert not failed(), "nothing was tried meanwhile"
    monkeypatch.setattr(rules, "GONE_AFTER", timedelta(hours=1))
    rounds = 0
    while not failed() and rounds < 16:
        send(it, minutes=16)
        send(it)
        rounds += 1
    it.move()
    given_up = failed()
    assert given_up and {one.answer for one in given_up} == {rules.GONE}
    assert it.numbers_are_right()


def test_a_killed_sender_leaves_nothing_behind(app: Flask, bob: Person, there: Receiver) -> None:
    """It is sent again when the lease is over; the receiver can tell by the key."""
    it, _ = hooking(app, bob, there.url)
    account_id = bob.actor.account_id
    with app.app_context(), acting_for(account_id), transaction():
        [claimed] = store.claim(account_id, it.enrollments()[0].workflow_id, _host(there), it.at, 5)
    send(it)
    assert states(it) == ["sending"] and not there.received
    with app.app_context(), acting_for(account_id), transaction():
        session().execute(
            sa.update(Delivery)
            .where(Delivery.account_id == account_id)
            .values(lease_until=it.at - timedelta(minutes=1))
        )
    with app.app_context():
        sending.release_abandoned()
    send(it)
    [one] = deliveries(it)
    assert (one.state, one.attempt) == ("delivered", 2)
    assert there.received[0].headers["Idempotency-Key"] == claimed.key
    late = store.Answer(one.id, 1, store.State.FAILED, "too late")
    with app.app_context(), acting_for(account_id), transaction():
        assert store.answer(account_id, [late], it.at) == set()
    assert states(it) == ["delivered"]


def test_the_clock_wakes_senders(
    app: Flask, bob: Person, there: Receiver, run_tasks: Callable[[], bool]
) -> None:
    it, _ = hooking(app, bob, there.url, 2)
    with app.app_context():
        sending._woken.clear()
        sending.wake_senders()
    run_tasks()
    assert states(it) == ["delivered", "delivered"] and len(there.received) == 2
    with app.app_context():
        sending._woken.clear()
        sending.wake_senders()
    run_tasks()
    assert len(there.received) == 2


def test_a_request_is_planned_once_for_a_step(app: Flask, bob: Person, there: Receiver) -> None:
    it, _ = hooking(app, bob, there.url)
    [one] = deliveries(it)
    names = ("workflow_id", "version_id", "step_id", "method", "url", "host", "on_failure", "due_at")
    values = {name: getattr(one, name) for name in (*names, "planned_at")}
    with app.app_context(), acting_for(bob.actor.account_id), transaction():
        row = (one.enrollment_id, one.contact_id, one.visit)
        assert planning.plan(bob.actor.account_id, [row], values) == 0


def test_one_task_at_a_time_sends_for_an_account(app: Flask, bob: Person, there: Receiver) -> None:
    it, _ = hooking(app, bob, there.url)
    account_id = bob.actor.account_id
    with app.app_context(), acting_for(account_id), transaction():
        assert sending.turns.take(account_id, "other")
    send(it)
    assert not there.received
    with app.app_context(), acting_for(account_id), transaction():
        sending.turns.give_back(account_id, "other")
    send(it)
    assert len(there.received) == 1


def test_verification_finds_people_who_wait_for_no_answer(app: Flask, bob: Person, there: Receiver) -> None:
    it, _ = hooking(app, bob, there.url)
    with app.app_context(), acting_for(bob.actor.account_id):
        assert all(one.holds for one in verify_workflows(bob.actor, it.public_id))
        with transaction():
            session().execute(sa.delete(Delivery).where(Delivery.account_id == bob.actor.account_id))
        [found] = verify_workflows(bob.actor, it.public_id)
        assert not found.holds


def _host(there: Receiver) -> str:
    return there.url.removeprefix("http://")


def _point_to(app: Flask, person: Person, url: str) -> None:
    """Change the address of what is planned, past the checks of the step."""
    with app.app_context(), acting_for(person.actor.account_id), transaction():
        session().execute(
            sa.update(Delivery).where(Delivery.account_id == person.actor.account_id).values(url=url)
        )


def _release_when(there: Receiver, number: int, slow: Receiver) -> list[int]:
    """Let the slow server answer when the other one has got so many requests. The list that is returned gets
    the number of requests that the slow one had got by then."""
    found: list[int] = []

    def watch() -> None:
        until = time.monotonic() + 9
        while len(there.received) < number and time.monotonic() < until:
            time.sleep(0.01)
        found.append(len(slow.received))
        slow.released.set()

    threading.Thread(target=watch, daemon=True).start()
    return found
