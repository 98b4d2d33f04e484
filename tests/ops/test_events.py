"""The process that holds event streams, behind the web server: killed, without its queue, ended."""

import socket

from app import create_app
from app.bulk_enrollment.application.control.stopping import cancel_job
from app.platform.database import db
from app.platform.settings import Settings
from tests.ops.test_run import Make, eventually, nothing_runs
from tests.people import Person, create_people, sign_in
from tests.rooms.bulk_enrollment.jobs import people, start_job
from tests.services.event_streams import Stream
from tests.services.installation import Installation


def open_stream(site: Installation, person: Person, job: str) -> Stream:
    """Open a job's stream with HTTP/1.0, whose bodies have no framing."""
    cookie = person.browser.get_cookie("muster")
    assert cookie
    connection = socket.create_connection(("127.0.0.1", site.port))
    head = (
        f"GET /enrollments/{job}/events HTTP/1.0\r\nHost: localhost\r\nCookie: muster={cookie.value}\r\n\r\n"
    )
    connection.sendall(head.encode())
    stream = Stream(connection, within=60)
    stream.read_http_head()
    return stream


def test_streams_survive_what_dies_and_delay_no_stop(installation: Make) -> None:
    site = installation(WORKERS="0").prepare().start()
    app = create_app(Settings.from_environment(site.environment))
    with app.app_context():
        create_people()
    bob = sign_in(app, "bob")
    job = start_job(app, bob.actor, people(3))

    stream = open_stream(site, bob, job)
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert stream.next().data["status"] == "pending"
    site.kill("events")
    assert list(stream.events()) == [], "the page polls from now on"
    reopened: list[Stream] = []

    def is_open_again() -> bool:
        reopened.append(open_stream(site, bob, job))
        assert reopened[-1].status in (200, 503)
        return reopened[-1].status == 200

    eventually(is_open_again)
    stream = reopened[-1]
    assert stream.next().data["status"] == "pending"

    site.kill("queue")
    with app.app_context():
        cancel_job(bob.actor, job)
    assert [event.kind for event in stream.events()] == ["progress", "end"]

    other = start_job(app, bob.actor, people(3), "Other")
    streams = [open_stream(site, bob, other) for _ in range(5)]
    assert all(stream.next().kind == "progress" for stream in streams)
    with app.app_context():
        db.engine.dispose()
    assert site.stop() == 0
    assert nothing_runs(site) and "in time" not in site.output
    assert all(list(stream.events()) == [] for stream in streams)
