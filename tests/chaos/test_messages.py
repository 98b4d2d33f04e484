"""Workers killed while emails are sent: nobody gets an email twice, and what nobody knows is said (E-11)."""

from collections import Counter
from typing import Any

import sqlalchemy as sa

from app.messaging.application.servers import mail_servers, senders
from app.messaging.infrastructure.tables import Message
from app.platform.database import session
from tests.chaos.siege import PEOPLE, Siege, eventually
from tests.chaos.test_moves import IS_EVEN, started, strike
from tests.people import sign_in
from tests.rooms.engine.moved import Campaign
from tests.services.mail_server import MailServer, mail_server
from tests.unit.workflows.documents import branch, email, path, step

EMAILS, AT_ONCE, MOST_KILLS = PEOPLE // 10, 20, 4


def connect(siege: Siege, server: MailServer) -> None:
    with siege.app.app_context():
        alice = sign_in(siege.app, "alice").actor
        mail_servers.save_mail_server(
            alice, {"host": "127.0.0.1", "port": str(server.port), "security": "none", "user": ""}
        )
        if not senders.list_senders(alice):
            senders.add_sender(alice, {"name": "News", "address": "news@example.com"})


def states(siege: Siege, version_ids: set[int]) -> dict[str, str]:
    """{token: state} of messages."""
    query = sa.select(Message.token, Message.state).where(
        Message.account_id == siege.actor.account_id, Message.version_id.in_(version_ids)
    )
    with siege.trial.acting():
        return {row[0]: row[1] for row in session().execute(query)}


def test_workers_killed_while_emails_are_sent(siege: Siege, dice: Any, round_number: int) -> None:
    written_to = path(
        "some", "Some", IS_EVEN, email("hello", "Hi"), step("done", "add_tag", tag="Written to")
    )
    with mail_server() as server:
        connect(siege, server)
        server.stalls = 0.02
        it = started(siege, f"Sent {round_number}", branch("kind", written_to))
        job = siege.start(it.public_id, first=60_000_000 + round_number * PEOPLE)
        eventually(lambda: bool(server.received), within=120)
        strike(siege, dice, 2.0)
        siege.all_is_well(job)
        versions = {one.version_id for one in it.enrollments()}
        eventually(lambda: len(states(siege, versions)) == EMAILS, within=120)
        eventually(lambda: "planned" not in states(siege, versions).values(), within=120)
        eventually(lambda: is_settled(it, states(siege, versions)), within=60)
        known = states(siege, versions)
        got = [mail["List-Unsubscribe"].strip("<>").rpartition("/")[2] for mail in server.received]
        assert len(got) == len(set(got)), "somebody got it twice"
        unknown = {token for token, state in known.items() if state != "sent"}
        assert len(unknown) <= AT_ONCE * MOST_KILLS
        assert set(got) - unknown == known.keys() - unknown
        assert it.numbers_are_right()


def is_settled(it: Campaign, known: dict[str, str]) -> bool:
    """Whether everybody is where the states of the messages put them."""
    unknown = sum(state in ("sending", "uncertain") for state in known.values())
    return Counter(it.where().values()) == whereabouts(unknown)


def whereabouts(unknown: int) -> dict[tuple[str, str], int]:
    found = {("completed", "kind"): PEOPLE - EMAILS, ("completed", "done"): EMAILS - unknown}
    return found | ({("active", "hello"): unknown} if unknown else {})
