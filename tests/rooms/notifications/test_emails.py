"""Emails at the end of a job, through a real mail server that can refuse, stall, and drop (B-12)."""

import re
from collections.abc import Callable, Iterator, Sequence

import pytest
import sqlalchemy as sa
from flask import Flask

from app.notifications.application import delivering
from app.notifications.infrastructure import delivery_claims
from app.notifications.infrastructure.tables import OutgoingEmail
from app.platform import mail
from app.platform.clock import now
from app.platform.database import session, transaction
from tests.people import Person
from tests.rooms.bulk_enrollment.jobs import page_of, words_of
from tests.rooms.bulk_enrollment.trial import Trial
from tests.rooms.files.mapping_pages import decide, press, uploaded
from tests.services.mail_server import CERTIFICATE, MailServer, mail_server

TO = "carol@example.net"


def emails(app: Flask) -> Sequence[OutgoingEmail]:
    with app.app_context():
        session().expire_all()
        query = sa.select(OutgoingEmail).order_by(OutgoingEmail.id)
        return session().scalars(query, execution_options={"cross_account": True}).all()


@pytest.fixture
def server(configure: Callable[..., None]) -> Iterator[MailServer]:
    with mail_server() as running:
        configure(
            mail_url=f"smtp://127.0.0.1:{running.port}",
            mail_from="muster@example.com",
            public_url="https://muster.example.com",
            delivery_retry_seconds=(0.0, 0.0),
        )
        yield running


def deliver(app: Flask, bob: Person) -> None:
    with app.app_context():
        delivering.send_emails(bob.actor.account_id)


def parts_of(server: MailServer) -> tuple[str, str]:
    """The text and the HTML of the only message."""
    [message] = server.received
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None and html is not None
    return text.get_content(), html.get_content()


def test_the_email_says_what_came_out(
    app: Flask, bob: Person, server: MailServer, import_people: Callable[..., str]
) -> None:
    job = import_people(notify_email=TO)
    [message] = server.received
    assert message["To"] == TO and message["From"] == "Muster <muster@example.com>"
    assert message["Subject"] == "Import of people.csv: completed with errors"
    text, html = parts_of(server)
    for said in (
        "2 new contacts added. 1 row needs fixing.",
        "New contacts: 2",
        "Needs fixing: 1",
        "Total: 3 rows",
    ):
        assert said in text
    assert re.search(r"Duration: \d+ second", text)
    assert f"https://muster.example.com/enrollments/{job}" in text
    assert f'href="https://muster.example.com/enrollments/{job}"' in html
    [row] = emails(app)
    assert (row.status, row.attempt) == ("delivered", 1)
    assert f"{TO} Sent" in words_of(page_of(bob, job))


def test_nobody_asks_nobody_gets_one(
    app: Flask, server: MailServer, import_people: Callable[..., str]
) -> None:
    import_people()
    assert emails(app) == [] and server.received == []


def test_what_a_file_is_called_adds_nothing_to_the_email(
    app: Flask, server: MailServer, trial: Trial
) -> None:
    from app.bulk_enrollment.application.telling import ENDED
    from app.notifications import application as notifications

    facts = {
        "kind": "enroll", "has_workflow": True, "status": "completed",
        "workflow": "Spring\r\nBcc: x@example.org",
        "file": "<script>alert(1)</script>.csv", "outcomes": {"ENROLLED": 1}, "total": 1,
    }  # fmt: skip
    with app.app_context(), transaction():
        notifications.email(trial.actor.account_id, TO, ENDED, "job", facts)
    trial.run_tasks()
    [message] = server.received
    assert message["Bcc"] is None and message["To"] == TO
    assert message["Subject"].startswith("Spring Bcc: x@example.org")
    assert "<script>" not in parts_of(server)[1]


def test_without_a_public_address_the_email_names_the_path(
    server: MailServer, configure: Callable[..., None], import_people: Callable[..., str]
) -> None:
    configure(public_url="")
    job = import_people(notify_email=TO)
    text, html = parts_of(server)
    assert f"Open it in Muster: /enrollments/{job}" in text
    assert "<a " not in html and f"/enrollments/{job}" in html


def test_without_a_mail_server_the_job_page_says_so(
    app: Flask, bob: Person, import_people: Callable[..., str]
) -> None:
    job = import_people(notify_email=TO)
    [row] = emails(app)
    assert (row.status, row.attempt) == ("failed", 0)
    assert "Not sent: Email isn’t set up on this server." in words_of(page_of(bob, job))


def test_nobody_is_flooded(
    app: Flask, bob: Person, server: MailServer, import_people: Callable[..., str], monkeypatch
) -> None:
    monkeypatch.setattr(app.extensions["attempts"]["emails"], "limit", 1)
    jobs = [import_people(notify_email=TO) for _ in range(2)]
    assert [(one.status, one.subject_id) for one in emails(app)] == [
        ("delivered", jobs[0]),
        ("failed", jobs[1]),
    ]
    assert len(server.received) == 1
    assert "Your account has sent" in words_of(page_of(bob, jobs[1]))


def test_a_temporary_refusal_is_tried_again_and_sent_once(
    app: Flask, bob: Person, server: MailServer, import_people: Callable[..., str]
) -> None:
    server.late_refusal = "451 Try later"
    import_people(notify_email=TO)
    [row] = emails(app)
    assert (row.status, row.attempt) == ("failed", 3), "two retries"
    assert "451 Try later" in row.answer and server.received == []


def test_a_server_that_comes_back_gets_it_once(
    app: Flask,
    bob: Person,
    server: MailServer,
    configure: Callable[..., None],
    import_people: Callable[..., str],
) -> None:
    configure(delivery_retry_seconds=(600.0, 600.0))
    server.drops = True
    import_people(notify_email=TO)
    [row] = emails(app)
    assert (row.status, row.attempt) == ("waiting", 1) and "closed the connection" in row.answer
    server.drops = False
    deliver(app, bob)
    assert server.received == [], "not before its time"
    configure(delivery_retry_seconds=(0.0, 0.0))  # a stored time that is further ahead is void
    for _ in range(3):
        deliver(app, bob)
    assert len(server.received) == 1
    [row] = emails(app)
    assert (row.status, row.attempt) == ("delivered", 2)


def test_an_unknown_address_is_given_up_at_once(
    app: Flask, server: MailServer, import_people: Callable[..., str]
) -> None:
    server.refusal = "550 Unknown mailbox"
    import_people(notify_email=TO)
    [row] = emails(app)
    assert (row.status, row.attempt, server.attempts) == ("failed", 1, 1)
    assert row.answer == "The mail server refused: 550 Unknown mailbox"


def test_a_server_that_stalls_is_left_after_a_time(
    app: Flask, server: MailServer, monkeypatch: pytest.MonkeyPatch, import_people: Callable[..., str]
) -> None:
    monkeypatch.setattr(mail, "TIMEOUT_SECONDS", 0.3)
    server.stalls = 2
    import_people(notify_email=TO)
    [row] = emails(app)
    assert row.attempt == 3 and row.answer == "The mail server didn’t respond in time."


def test_no_mail_server_at_all(
    app: Flask, configure: Callable[..., None], import_people: Callable[..., str]
) -> None:
    configure(mail_url="smtp://127.0.0.1:9", delivery_retry_seconds=())
    import_people(notify_email=TO)
    [row] = emails(app)
    assert row.status == "failed" and "can’t be reached" in row.answer


def test_two_workers_send_it_once(
    app: Flask, bob: Person, trial: Trial, server: MailServer, import_people: Callable[..., str]
) -> None:
    import_people(notify_email=TO)
    with app.app_context(), transaction() as writing:
        writing.execute(
            sa.update(OutgoingEmail).values(status="waiting", attempt=0),
            execution_options={"cross_account": True},
        )
    with app.app_context():
        with transaction():
            ours = delivery_claims.claim(OutgoingEmail, bob.actor.account_id, now())
        assert ours is not None
        with transaction():
            assert delivery_claims.claim(OutgoingEmail, bob.actor.account_id, now()) is None
        before = len(server.received)
        delivering.send_emails(bob.actor.account_id)
        assert len(server.received) == before


def test_an_attempt_that_kills_its_worker_does_not_repeat_forever(
    app: Flask,
    bob: Person,
    server: MailServer,
    configure: Callable[..., None],
    import_people: Callable[..., str],
) -> None:
    server.late_refusal = "451 Later"
    configure(delivery_retry_seconds=(600.0,))
    import_people(notify_email=TO)
    server.late_refusal = ""
    with app.app_context(), transaction() as writing:
        lost = {"attempt": 2, "next_attempt_at": None, "lease_until": None}
        writing.execute(sa.update(OutgoingEmail).values(lost), execution_options={"cross_account": True})
    deliver(app, bob)
    [row] = emails(app)
    assert (row.status, row.answer) == ("failed", "The attempt was interrupted.")
    assert server.received == []


def test_the_clock_finds_what_lost_its_task(
    app: Flask, bob: Person, trial: Trial, server: MailServer, configure: Callable[..., None],
    import_people: Callable[..., str],
) -> None:  # fmt: skip
    server.late_refusal = "451 Later"
    configure(delivery_retry_seconds=(600.0,))
    import_people(notify_email=TO)
    server.late_refusal = ""
    configure(delivery_retry_seconds=(0.0,))
    with app.app_context():
        delivering.send_again()
    trial.run_tasks()
    assert len(server.received) == 1


@pytest.mark.parametrize("scheme", ["smtps", "starttls"])
def test_encrypted_servers_with_a_password(
    scheme: str, app: Flask, configure: Callable[..., None], monkeypatch: pytest.MonkeyPatch,
    import_people: Callable[..., str],
) -> None:  # fmt: skip
    with mail_server(scheme, login=("ann@example.com", "p@ss/word")) as running:
        url = f"{scheme}://ann%40example.com:p%40ss%2Fword@localhost:{running.port}"
        configure(mail_url=url, delivery_retry_seconds=())
        import_people(notify_email=TO)
        assert running.received == [], "the certificate is not trusted"
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        import_people(notify_email=TO)
        assert len(running.received) == 1
        configure(mail_url=url.replace("p%40ss", "wrong"))
        import_people(notify_email=TO)
    untrusted, sent, wrong = emails(app)
    assert "No secure connection" in untrusted.answer and sent.status == "delivered"
    assert (
        "refused the user name or password" in wrong.answer
        and "wrong" not in wrong.answer.split("password")[1]
    )


def test_the_option_is_on_the_form(
    app: Flask, bob: Person, trial: Trial, server: MailServer, configure: Callable[..., None]
) -> None:
    address = uploaded(bob, None)
    page = bob.get(address).text
    assert re.search(r'name="notify_email"[^>]*value="bob@example.com"', page)
    answers = {"missing": "create", "consent_basis": "customer"}
    wrong = decide(bob, address, "start", notify="y", notify_email="bob@", **answers)
    assert wrong.status_code == 422 and 'id="notify_email-error"' in wrong.text
    job = press(bob, address, act="start", notify="y", notify_email=TO, **answers)
    trial.finish(job.rpartition("/")[2])
    assert [message["To"] for message in server.received] == [TO]
    configure(mail_url="")
    assert 'name="notify"' not in bob.get(address).text
