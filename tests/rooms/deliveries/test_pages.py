"""Pages of webhook requests: lists, one with its request and answer, and sending again (E-16)."""

import re

import pytest
from flask import Flask

from app.deliveries.application import reading, removal
from app.platform.clock import now
from app.workflows import application as workflows
from tests.people import Person
from tests.rooms.deliveries.hooks import deliveries, hooking, send, states
from tests.rooms.workflows.drafts import delete
from tests.services.receiver import Receiver

LIST = "/deliveries"


def words(page: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", page).split())


def test_without_requests_the_list_says_what_will_appear(bob: Person) -> None:
    assert "No webhook requests yet" in bob.get(LIST).text


def test_lists_are_by_state_and_workflow_and_in_pages(
    app: Flask, bob: Person, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE", 3)
    it, _ = hooking(app, bob, there.url, 5)
    there.statuses = [404, 404]
    send(it)
    page = bob.get(LIST).text
    assert page.count('href="/deliveries/') == 3 and "Next" in page
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following
    second = bob.get(following[1].replace("&amp;", "&")).text
    assert second.count('href="/deliveries/') == 2 and "Next" not in second
    back = re.search(r'rel="prev" href="([^"]+)"', second)
    assert back and bob.get(back[1].replace("&amp;", "&")).text.count('href="/deliveries/') == 3
    failed = bob.get(f"{LIST}?view=failed&workflow={it.public_id}").text
    assert failed.count('href="/deliveries/') == 2 and "404" in failed
    assert "No requests match" in bob.get(f"{LIST}?view=canceled").text
    assert bob.get(f"{LIST}?view=nonsense&workflow=nonsense&after=x").status_code == 200


def test_a_deleted_workflow_is_named_without_a_link(app: Flask, bob: Person, there: Receiver) -> None:
    it, _ = hooking(app, bob, there.url, on_failure="end")
    there.statuses = [404]
    send(it)
    it.move()
    [one] = deliveries(it)
    delete(app, bob.actor, it.public_id)
    failed = f"{LIST}?view=failed&workflow={it.public_id}"
    for address in (LIST, failed, f"{LIST}/{one.id}"):
        page = bob.get(address).text
        assert "Welcome" in page and f'href="/workflows/{it.public_id}"' not in page
    assert "Send again" not in bob.get(failed).text


def test_one_request_is_shown_with_its_answer_and_attempts(app: Flask, bob: Person, there: Receiver) -> None:
    it, ids = hooking(app, bob, there.url, fields={"evil": "<script>{{ contact.first_name }}</script>"})
    there.statuses, there.body = [500], b"<script>alert(1)</script>"
    send(it)
    [one] = deliveries(it)
    page = bob.get(f"{LIST}/{one.id}").text
    shown = words(page)
    assert "Retrying" in shown and "500 in&nbsp;" in shown and "Next attempt" in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page and "<script>alert" not in page
    assert "&lt;script&gt;P000" in page and "<script>P000" not in page
    assert (
        one.key in page and "t=…,v1=…" in page and there.received[0].headers["Muster-Signature"] not in page
    )
    assert f"/contacts/{ids[0]}" in page and it.public_id in page
    assert "Send again" not in page, "it is not over yet"


def test_a_failed_request_can_be_sent_again(app: Flask, bob: Person, vera: Person, there: Receiver) -> None:
    it, ids = hooking(app, bob, there.url, on_failure="end")
    there.statuses = [404]
    send(it)
    [one] = deliveries(it)
    assert "Send again" not in vera.get(f"{LIST}/{one.id}").text
    assert vera.post(f"{LIST}/{one.id}/sending", {}).status_code == 403
    assert "Send again" in bob.get(f"{LIST}/{one.id}").text
    assert bob.post(f"{LIST}/{one.id}/sending", {}).status_code == 303
    send(it, seconds=5)
    [one] = deliveries(it)
    assert (one.state, one.attempt) == ("delivered", 2)
    assert len({request.headers["Idempotency-Key"] for request in there.received}) == 1
    assert it.where()[ids[0]] == ("failed", "hook"), "the contact stays where it is"
    assert "sent 1 webhook request again" in words(bob.get("/activity").text)


def test_a_request_that_is_sent_again_has_all_its_attempts(app: Flask, bob: Person, there: Receiver) -> None:
    it, _ = hooking(app, bob, there.url)
    there.statuses = [404, 500, 500]
    send(it)
    [one] = deliveries(it)
    bob.post(f"{LIST}/{one.id}/sending", {})
    for _ in range(3):
        send(it, minutes=5)
    [one] = deliveries(it)
    assert (one.state, one.attempt) == ("delivered", 4)


def test_all_failed_requests_of_a_workflow_are_sent_again(
    app: Flask, bob: Person, vera: Person, there: Receiver
) -> None:
    it, _ = hooking(app, bob, there.url, 3)
    there.statuses = [410] * 3
    send(it)
    page = bob.get(f"/workflows/{it.public_id}").text
    assert "3 webhook requests have failed" in page
    assert vera.post(f"{LIST}/sending", {"workflow": it.public_id}).status_code == 403
    answer = bob.post(f"{LIST}/sending", {"workflow": it.public_id}, follow_redirects=True)
    assert "3 requests will be sent again now." in answer.text
    send(it, seconds=5)
    assert states(it) == ["delivered"] * 3
    assert "have failed" not in bob.get(f"/workflows/{it.public_id}").text


def test_nothing_is_sent_again_for_an_archived_workflow(app: Flask, bob: Person, there: Receiver) -> None:
    it, _ = hooking(app, bob, there.url)
    there.statuses = [404]
    send(it)
    with app.app_context():
        workflows.pause(bob.actor, it.public_id)
        workflows.archive(bob.actor, it.public_id)
    assert bob.post(f"{LIST}/{deliveries(it)[0].id}/sending", {}).status_code == 409
    assert bob.post(f"{LIST}/sending", {"workflow": it.public_id}).status_code == 409


def test_others_find_nothing(app: Flask, bob: Person, mallory: Person, there: Receiver) -> None:
    it, _ = hooking(app, bob, there.url)
    there.statuses = [404]
    send(it)
    [one] = deliveries(it)
    assert mallory.get(f"{LIST}/{one.id}").status_code == 404
    assert mallory.post(f"{LIST}/{one.id}/sending", {}).status_code == 404
    assert mallory.post(f"{LIST}/sending", {"workflow": it.public_id}).status_code == 404
    assert "No webhook requests yet" in mallory.get(LIST).text
    assert states(it) == ["failed"]


def test_a_failed_request_is_in_the_timeline(app: Flask, bob: Person, there: Receiver) -> None:
    it, ids = hooking(app, bob, there.url)
    there.statuses = [404]
    send(it)
    page = bob.get(f"/contacts/{ids[0]}").text
    assert "Webhook request failed by Welcome" in words(page)
    assert f'href="/deliveries/{deliveries(it)[0].id}"' in page


def test_old_requests_are_removed(
    app: Flask, bob: Person, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    it, ids = hooking(app, bob, there.url, 2)
    there.statuses = [404, 500]
    send(it)
    with app.app_context():
        removal.discard_old()
        assert sorted(states(it)) == ["failed", "planned"]
        later = it.at.replace(year=it.at.year + 1)
        monkeypatch.setattr(removal, "now", lambda: later)
        removal.discard_old()
    assert states(it) == ["planned"] and later > now()
    assert bob.get(f"/contacts/{ids[0]}").status_code == 200
