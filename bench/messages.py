"""Emails: `python -m bench.messages [--database sqlite,postgresql] [--rows 2000]`.

One process writes and sends emails of a workflow to a mail server in another process, and records the
answers. The floor is a loop over smtplib in the same run, with ready-made messages and one connection.
"""

import argparse
import multiprocessing
import smtplib
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa
from flask import Flask

from app.messaging.application import sending
from app.messaging.application.servers import mail_servers, senders
from app.messaging.infrastructure.tables import Message
from app.platform.database import session
from app.platform.tenancy import acting_for
from tests.people import sign_in
from tests.rooms.contacts.people import add
from tests.rooms.engine.moved import Campaign, campaign
from tests.services import prepared
from tests.services.databases import Database
from tests.services.mail_server import mail_server
from tests.services.postgresql import PostgreSQL
from tests.services.valkey import Valkey
from tests.unit.workflows.documents import email

BODY = (
    "Hi {{ contact.first_name }},\n\nthank you for joining **{{ account.name }}**.\n\nNext you get:\n\n"
    "- a [guide](https://example.com/guide) to begin with\n- our best offers, once a month\n\n"
    "Write to us whenever you like.\n"
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.messages")
    parser.add_argument("--database", default="sqlite,postgresql")
    parser.add_argument("--rows", type=int, default=2_000)
    chosen = parser.parse_args()
    for kind in chosen.database.split(","):
        with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder, _sink() as port:
            with _database(kind, Path(folder)) as database:
                ours = _ours(database.app, port, chosen.rows)
            floor = _floor(port, chosen.rows)
            print(
                f"{kind}: {chosen.rows / ours:.0f} emails/s, {ours / floor:.1f} x the time of smtplib alone"
                f" ({chosen.rows / floor:.0f}/s) [load {psutil.getloadavg()[0]:.1f}]",
                flush=True,
            )


def _ours(app: Flask, port: int, rows: int) -> float:
    alice = sign_in(app, "alice")
    with app.app_context():
        server = {"host": "127.0.0.1", "port": str(port), "security": "none", "user": ""}
        mail_servers.save_mail_server(alice.actor, server)
        senders.add_sender(alice.actor, {"name": "News", "address": "news@example.com"})
    it = campaign(app, alice.actor, email("hello", "Hi {{ contact.first_name }}", BODY))
    _add_people(it, rows)
    it.move()
    account_id = alice.actor.account_id
    began = time.perf_counter()
    with app.app_context(), acting_for(account_id):
        while _sent(account_id) < rows:
            sending.send_due(account_id, it.at)
    return time.perf_counter() - began


def _add_people(it: Campaign, rows: int) -> None:
    it.enroll(
        [add(it.app, it.actor, f"p{number}@example.com", first_name=f"P{number}") for number in range(rows)]
    )


def _sent(account_id: int) -> int:
    query = sa.select(sa.func.count()).where(Message.account_id == account_id, Message.state == "sent")
    return session().scalar(query) or 0


def _floor(port: int, rows: int) -> float:
    mails = [_ready_made(number) for number in range(rows)]
    client = smtplib.SMTP("127.0.0.1", port, "localhost")
    began = time.perf_counter()
    for number, mail in enumerate(mails):
        client.sendmail("news@example.com", [f"p{number}@example.com"], mail)
    seconds = time.perf_counter() - began
    client.quit()
    return seconds


def _ready_made(number: int) -> bytes:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Hi", "news@example.com", f"p{number}@example.com"
    mail.set_content(BODY)
    mail.add_alternative(f"<p>{BODY}</p>\n" * 8, subtype="html")
    return mail.as_bytes(policy=SMTP)


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[Database]:
    valkey = Valkey().start()
    servers: list[PostgreSQL] = []

    def server() -> PostgreSQL:
        servers.append(prepared.postgresql().start())
        return servers[0]

    try:
        database = Database(kind, folder, valkey.url, server)
        database.restore("people")
        database.app = database.make_app(PUBLIC_URL="http://localhost")
        yield database
    finally:
        for one in (*servers, valkey):
            one.remove()


@contextmanager
def _sink() -> Iterator[int]:
    """A mail server in a process of its own."""
    ports: Any = multiprocessing.Queue()
    process = multiprocessing.Process(target=_swallow, args=(ports,), daemon=True)
    process.start()
    try:
        yield ports.get(timeout=20)
    finally:
        process.terminate()


def _swallow(ports: Any) -> None:
    with mail_server() as server:
        ports.put(server.port)
        while True:
            time.sleep(60)


if __name__ == "__main__":
    main()
