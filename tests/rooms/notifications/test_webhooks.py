"""The webhook at the end of a job: settings, signature, retries, limits, and blocked addresses (B-12)."""

import hashlib
import hmac
import json
import re
import socket
import time
from collections.abc import Callable, Iterator, Sequence

import pytest
import sqlalchemy as sa
from flask import Flask

from app.bulk_enrollment.presentation.api.schemas import Job
from app.notifications.application import delivering, webhooks
from app.notifications.infrastructure.tables import Webhook, WebhookCall
from app.platform.database import session
from app.platform.errors import Invalid
from app.platform.outgoing import client
from app.platform.outgoing.client import NotCalled
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.bulk_enrollment.trial import Trial, lines
from tests.services.mail_server import CERTIFICATE
from tests.services.receiver import Receiver, receiver

PAGE = "/settings/webhook"


def calls(app: Flask) -> Sequence[WebhookCall]:
    with app.app_context():
        session().expire_all()
        query = sa.select(WebhookCall).order_by(WebhookCall.id)
        return session().scalars(query, execution_options={"cross_account": True}).all()


def secret_on(page: str) -> str | None:
    found = re.search(r'id="webhook-secret">([^<]+)<', page)
    return found[1] if found else None


@pytest.fixture
def there(app: Flask, configure: Callable[..., None]) -> Iterator[Receiver]:
    configure(webhook_private_addresses=1, delivery_retry_seconds=(0.0, 0.0))
    with receiver() as running:
        yield running


@pytest.fixture
def secret(alice: Person, there: Receiver) -> str:
    """Alice has set the receiver up; its secret."""
    found = secret_on(alice.post(PAGE, {"url": f"{there.url}/hooks?key=1"}).text)
    assert found
    return found


def is_signed(request_headers: dict[str, str], body: bytes, secret: str) -> bool:
    timestamp, signed = re.fullmatch(
        r"t=(\d+),v1=([0-9a-f]{64})", request_headers["Muster-Signature"]
    ).groups()  # type: ignore[union-attr]
    expected = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return signed == expected and abs(time.time() - int(timestamp)) < 60


def test_the_end_of_a_job_is_sent_and_signed(
    app: Flask, secret: str, there: Receiver, trial: Trial, import_people: Callable[..., str]
) -> None:
    job = import_people()
    [request] = there.received
    assert request.path == "/hooks?key=1"
    assert is_signed(request.headers, request.body, secret)
    assert request.headers["Muster-Event"] == "job.completed_with_errors"
    assert request.headers["Content-Type"] == "application/json"
    body = json.loads(request.body)
    expected = {
        "id": job, "workflow_id": None, "workflow_name": None, "workflow_version": None,
        "status": "completed_with_errors", "selection_type": "csv", "parent_job_id": None,
        "total": 3, "processed": 3, "succeeded": 2, "failed": 1, "skipped": 0,
        "outcomes": {"CREATED": 2, "VALIDATION_ERROR": 1}, "batches": 1, "batches_done": 1, "percent": 100.0,
        "scheduled_at": None, "created_by": "Bob",
    }  # fmt: skip
    assert body.items() >= expected.items()
    assert body.keys() == Job.model_fields.keys(), "the shape of the API"
    assert webhooks._SAMPLE.keys() | webhooks._TIMES == Job.model_fields.keys()
    assert body["completed_at"].endswith("Z") and body["started_at"] and body["created_at"]
    [call] = calls(app)
    assert (call.status, call.status_code, call.attempt, call.answer) == ("delivered", 200, 1, "thanks")


def test_failures_are_retried_with_the_same_delivery_id_until_it_works(
    app: Flask, secret: str, there: Receiver, import_people: Callable[..., str]
) -> None:
    there.statuses = [500, 302]
    import_people()
    assert len(there.received) == 3
    assert len({one.headers["Muster-Delivery"] for one in there.received}) == 1
    assert len({one.body for one in there.received}) == 1
    [call] = calls(app)
    assert (call.status, call.attempt, call.status_code) == ("delivered", 3, 200)


def test_after_the_last_retry_it_is_given_up(
    app: Flask, alice: Person, secret: str, there: Receiver, import_people: Callable[..., str]
) -> None:
    there.statuses, there.body = [500] * 9, b"<b>no</b>\r\n" + b"x" * 5000
    import_people()
    [call] = calls(app)
    assert (call.status, call.attempt, call.status_code) == ("failed", 3, 500)
    page = alice.get(PAGE).text
    assert "&lt;b&gt;no&lt;/b&gt; xxx" in page and "<b>no" not in page and "x" * 300 not in page
    assert "500 in" in page


def test_waits_are_in_the_database(
    app: Flask, alice: Person, secret: str, there: Receiver, configure: Callable[..., None],
    trial: Trial, import_people: Callable[..., str],
) -> None:  # fmt: skip
    configure(delivery_retry_seconds=(600.0,))
    there.statuses = [503]
    import_people()
    with app.app_context():
        delivering.send_again()
        delivering.call_webhook(alice.actor.account_id)
    assert len(there.received) == 1
    [call] = calls(app)
    assert call.status == "waiting" and call.next_attempt_at is not None
    shown = alice.get(PAGE).text
    assert "Next attempt" in shown and call.attempted_at is not None
    assert f'datetime="{call.attempted_at.isoformat()}"' in shown, "when it was last tried"
    configure(delivery_retry_seconds=(0.0,))
    with app.app_context():
        delivering.send_again()
    trial.run_tasks()
    assert len(there.received) == 2


def test_redirects_are_not_followed(
    app: Flask,
    secret: str,
    there: Receiver,
    configure: Callable[..., None],
    import_people: Callable[..., str],
) -> None:
    configure(delivery_retry_seconds=())
    there.statuses, there.location = [307], "/elsewhere"
    import_people()
    assert [one.path for one in there.received] == ["/hooks?key=1"]
    assert calls(app)[0].answer == "Redirects aren’t followed."


def test_a_receiver_that_dribbles_is_left_after_a_time(
    app: Flask, secret: str, there: Receiver, configure: Callable[..., None],
    import_people: Callable[..., str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(client, "TOTAL_SECONDS", 0.5)
    configure(delivery_retry_seconds=())
    there.dribble = 20
    began = time.monotonic()
    import_people()
    assert time.monotonic() - began < 10
    assert calls(app)[0].answer.startswith("No answer within")


def test_nothing_is_read_beyond_the_beginning_of_an_answer(there: Receiver) -> None:
    there.body = b"x" * 20_000_000
    answer = client.post(there.url, {}, b"{}", may_be_private=True)
    assert len(answer.text) == client.MAX_ANSWER_BYTES


def test_private_addresses_are_blocked_whatever_a_name_resolves_to(
    there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotCalled, match="private"):
        client.post(there.url, {}, b"{}", may_be_private=False)
    real, asked = socket.getaddrinfo, []

    def resolve(host: str, port: int, *more: object, **options: object) -> object:
        asked.append(host)
        return real("127.0.0.1", port, *more, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(NotCalled, match="private"):
        client.post("http://hooks.example.com/", {}, b"{}", may_be_private=False)
    port = there.url.rpartition(":")[2]
    asked.clear()
    answer = client.post(f"http://hooks.example.com:{port}/", {}, b"{}", may_be_private=True)
    assert answer.status == 200
    assert asked.count("hooks.example.com") == 1, "a name is resolved once"
    assert there.received[0].headers["Host"] == f"hooks.example.com:{port}"


def test_a_failed_connection_is_told_in_words(configure: Callable[..., None]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(NotCalled, match="The server refused the connection"):
        client.post(f"http://127.0.0.1:{port}/", {}, b"{}", may_be_private=True)


def test_certificates_are_checked(configure: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver(is_secure=True) as there:
        with pytest.raises(NotCalled, match="No secure connection"):
            client.post(there.url, {}, b"{}", may_be_private=True)
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        assert client.post(there.url, {}, b"{}", may_be_private=True).status == 200


def test_addresses_are_checked_when_they_are_saved(app: Flask, alice: Person) -> None:
    answer = alice.post(PAGE, {"url": "http://127.0.0.1/"})
    assert answer.status_code == 422 and 'id="url-error"' in answer.text
    with app.app_context(), acting_for(alice.actor.account_id), pytest.raises(Invalid):
        webhooks.save_webhook(alice.actor, "https://10.0.0.8/")
    assert alice.post(PAGE, {"url": " https://example.com/hook "}).status_code == 200


def test_the_secret_is_shown_once_and_not_stored(
    app: Flask, alice: Person, secret: str, there: Receiver
) -> None:
    assert secret_on(alice.get(PAGE).text) is None
    with app.app_context(), acting_for(alice.actor.account_id):
        webhook = session().scalars(sa.select(Webhook)).one()
        assert secret.removeprefix("whsec_") not in f"{webhook.url}{webhook.salt}"
    unchanged = alice.post(PAGE, {"url": f"{there.url}/other"})
    assert unchanged.status_code == 303, "another address keeps the secret"
    replaced = secret_on(alice.post(f"{PAGE}/secret").text)
    assert replaced and replaced != secret


def test_a_test_is_sent(app: Flask, alice: Person, secret: str, there: Receiver, trial: Trial) -> None:
    assert alice.post(f"{PAGE}/test").status_code == 303
    part = alice.htmx("get", f"{PAGE}/calls").text
    assert 'hx-trigger="every 2s"' in part and "Pending" in part
    trial.run_tasks()
    [request] = there.received
    assert is_signed(request.headers, request.body, secret)
    assert request.headers["Muster-Event"] == "test" and json.loads(request.body)["total"] == 3
    part = alice.htmx("get", f"{PAGE}/calls").text
    assert "hx-trigger" not in part and "Delivered" in part
    log = words_of(alice.get("/activity").text)
    assert "sent a test to the webhook" in log and "saved the address of the webhook" in log


def test_the_test_call_has_the_shape_of_a_real_one(
    app: Flask,
    alice: Person,
    secret: str,
    there: Receiver,
    trial: Trial,
    import_people: Callable[..., str],
) -> None:
    """The rooms below jobs cannot ask them for their shape, so the sample is a copy of it."""
    import_people()
    alice.post(f"{PAGE}/test")
    trial.run_tasks()
    bodies = {request.headers["Muster-Event"]: json.loads(request.body) for request in there.received}
    sample = bodies.pop("test")
    [real] = bodies.values()
    assert set(sample) == set(real)
    assert set(sample["brakes"]) == set(real["brakes"])
    assert Job(**sample).model_dump(mode="json") == sample


def test_a_removed_webhook_is_not_called(
    app: Flask, alice: Person, secret: str, there: Receiver, trial: Trial, import_people: Callable[..., str]
) -> None:
    alice.post(f"{PAGE}/test")
    assert alice.post(f"{PAGE}/removal").status_code == 303
    trial.run_tasks()
    import_people()
    assert there.received == []
    assert [call.answer for call in calls(app)] == ["The webhook was removed."]
    assert alice.post(f"{PAGE}/test").status_code == 409


def test_only_those_who_manage_the_account_see_and_change_it(
    bob: Person, vera: Person, secret: str, there: Receiver
) -> None:
    for person in (bob, vera):
        page = person.get(PAGE)
        assert (
            page.status_code == 200
            and there.url not in page.text
            and "<form" not in page.text.partition("<main")[2].partition("</main>")[0]
        )
        for address in ("", "/secret", "/test", "/removal"):
            assert person.post(PAGE + address, {"url": there.url}).status_code == 403
        assert person.htmx("get", f"{PAGE}/calls").status_code == 403


def test_another_account_has_its_own(
    app: Flask, mallory: Person, secret: str, there: Receiver, trial: Trial, import_people: Callable[..., str]
) -> None:
    import_people()
    assert there.url not in mallory.get(PAGE).text and "completed" not in mallory.get(PAGE).text
    with receiver() as hers:
        mallory.post(PAGE, {"url": hers.url})
        mallory.post(f"{PAGE}/test")
        trial.run_tasks()
        assert (len(hers.received), len(there.received)) == (1, 1)


def test_a_canceled_job_is_sent(there: Receiver, secret: str, trial: Trial) -> None:
    job = trial.start(lines("ann@example.com"), None, missing="create")
    trial.cancel(job)
    trial.finish(job)
    [request] = there.received
    body = json.loads(request.body)
    assert (body["id"], body["status"], body["outcomes"]) == (job, "cancelled", {"CANCELLED": 1})
    assert (body["processed"], body["skipped"], body["percent"]) == (0, 1, 0.0)
