"""Workers killed while messages are sent: nobody gets an email or a text message twice, and what nobody knows
is said (E-11, E-15). Requests are sent at least once, always with the same key (E-16)."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from app.messaging.application.servers import mail_servers, senders
from app.messaging.application.sms.settings import save_sms_settings
from app.messaging.infrastructure.tables import Message
from app.platform.database import session
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from tests.chaos.siege import PEOPLE, Siege, eventually
from tests.chaos.test_moves import IS_EVEN, contacts_in, end_requests, requests_to, started, strike
from tests.chaos.visitors import Visitors
from tests.people import sign_in
from tests.rooms.engine.moved import Campaign
from tests.rooms.messaging.texting import typed
from tests.services.mail_server import MailServer, mail_server
from tests.unit.workflows.documents import branch, email, path, rule, sms, step

EMAILS, AT_ONCE, MOST_KILLS = PEOPLE // 10, 20, 4
STALLS = 0.02
UNKNOWN = ("sending", "uncertain")
IS_TEXTED = {"any": [rule("contact.email", "contains", end) for end in ("00@", "50@")]}

States = dict[str, str]
"""{token: state} of messages."""


@contextmanager
def connected(siege: Siege) -> Iterator[MailServer]:
    """A mail server and a provider of text messages for Alice's account, which take a while, as do the
    requests of workflows."""
    with mail_server() as server:
        connect(siege, server)
        server.stalls = siege.hooks.stalls = STALLS
        siege.twilio.stalls = 2 * STALLS
        try:
            yield server
        finally:
            siege.hooks.stalls = siege.twilio.stalls = 0.0


def connect(siege: Siege, server: MailServer) -> None:
    with siege.app.app_context():
        alice = sign_in(siege.app, "alice").actor
        mail_servers.save_mail_server(
            alice, {"host": "127.0.0.1", "port": str(server.port), "security": "none", "user": ""}
        )
        if not senders.list_senders(alice):
            senders.add_sender(alice, {"name": "News", "address": "news@example.com"})
        save_sms_settings(alice, typed())


def phone(number: int) -> str:
    """The number of a person who gets text messages."""
    return f"+49151{number:08}" if number % 50 == 0 else ""


def states(it: Campaign, channel: str) -> States:
    account_id = it.actor.account_id
    with it.app.app_context(), acting_for(account_id):
        query = sa.select(Message.token, Message.state).where(
            Message.account_id == account_id,
            Message.workflow_id == workflows.find_workflow(it.actor, it.public_id).id,
            Message.channel == channel,
        )
        return {row[0]: row[1] for row in session().execute(query)}


def unknown_in(known: States) -> set[str]:
    return {token for token, state in known.items() if state in UNKNOWN}


def test_workers_killed_while_messages_are_sent(siege: Siege, dice: Any, round_number: int) -> None:
    here = f"/sent/{round_number}"
    visitors = Visitors(siege, f"sent{round_number}x")
    hook = step("hook", "webhook", url=siege.hooks.url + here)
    done = step("done", "add_tag", tag="Written to")
    texted = branch("phones", path("texted", "Texted", IS_TEXTED, sms("text")))
    written_to = path("some", "Some", IS_EVEN, email("hello", "Hi"), texted, hook, done)
    first = 60_000_000 + round_number * PEOPLE
    texts = siege.twilio.received
    before = len(texts)
    with connected(siege) as server:
        it = started(siege, f"Sent {round_number}", branch("kind", written_to), trigger=visitors.trigger)
        job = siege.start(it.public_id, first=first, phone=phone)
        eventually(lambda: bool(server.received), within=120)
        strike(siege, dice, 2.0, visitors)
        siege.all_is_well(job)
        emails = EMAILS + len(visitors.addresses)
        eventually(lambda: len(states(it, "email")) == emails, within=120)

        def are_settled() -> bool:
            end_requests(siege)
            return is_settled(it, emails)

        eventually(are_settled, within=120, pause=0.5)
        known = states(it, "email")
        got = [mail["List-Unsubscribe"].strip("<>").rpartition("/")[2] for mail in server.received]
    assert len(got) == len(set(got)), "somebody got it twice"
    unknown = unknown_in(known)
    assert len(unknown) <= AT_ONCE * MOST_KILLS
    assert set(got) - unknown == known.keys() - unknown
    numbers = [text["To"] for text in texts[before:]]
    assert len(numbers) == len(set(numbers)), "somebody got a text message twice"
    sent = Counter(states(it, "sms").values())
    doubtful = sum(sent[state] for state in UNKNOWN)
    assert doubtful <= MOST_KILLS
    assert sent["sent"] <= len(numbers) <= sent["sent"] + doubtful
    asked = contacts_in(requests_to(siege, here))
    assert len(asked) == len(set(asked)) == emails - len(unknown) - doubtful
    assert it.numbers_are_right()


def is_settled(it: Campaign, emails: int) -> bool:
    """Whether everybody is where the states of the messages put them, and none is left to be sent."""
    known, texts = states(it, "email"), states(it, "sms")
    if "planned" in (*known.values(), *texts.values()):
        return False
    unknown, doubtful = len(unknown_in(known)), len(unknown_in(texts))
    return Counter(it.where().values()) == whereabouts(emails, unknown, doubtful)


def whereabouts(emails: int, unknown: int, doubtful: int) -> Counter[tuple[str, str]]:
    found = {("completed", "kind"): PEOPLE - EMAILS, ("completed", "done"): emails - unknown - doubtful}
    return +Counter(found | {("active", "hello"): unknown, ("active", "text"): doubtful})
