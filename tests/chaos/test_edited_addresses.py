"""Addresses change hands while a job runs and its workers are killed (B-05): everybody counts once."""

import random
import threading
import time

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.contacts.infrastructure.tables import Contact
from app.platform.clock import now
from app.platform.database import session, transaction
from tests.chaos.siege import PEOPLE, ROWS, WORKERS, Siege


def edit_addresses(siege: Siege, first: int, over: threading.Event, dice: random.Random) -> None:
    """Give contacts the address of another row, a hundred times a second at most."""
    while not over.wait(0.01):
        one, other = (f"p{first + dice.randrange(PEOPLE)}@example.com" for _ in range(2))
        try:
            with siege.trial.acting(), transaction():
                change = sa.update(Contact).where(Contact.email_key == one)
                session().execute(change.values(email=other, email_key=other, updated_at=now()))
        except IntegrityError:  # somebody has it
            continue


def test_edited_while_workers_are_killed(siege: Siege, dice, round_number, kills):
    workflow = siege.workflow(f"Edited {round_number}")
    first = 5_000_000 + round_number * PEOPLE
    usual = siege.usual_seconds
    over = threading.Event()
    editor = threading.Thread(target=edit_addresses, args=(siege, first, over, dice))
    job = siege.start(workflow, first=first)
    editor.start()
    try:
        for _ in range(dice.randint(1, min(2, kills))):
            time.sleep(dice.uniform(0, usual / 2))
            siege.kill(dice.choice(WORKERS))
        siege.wait(job)
    finally:
        over.set()
        editor.join()
    siege.all_is_well(job)
    outcomes = siege.outcomes(job)
    assert sum(outcomes.values()) == ROWS
    print(round_number, outcomes)
