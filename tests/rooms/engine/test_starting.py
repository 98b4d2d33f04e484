"""Starting a workflow for the people who are held: at once, or at a pace (B-15, E-01)."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.engine.application import starting
from app.engine.infrastructure.tables import PacedStart
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.errors import Conflict, Invalid
from app.platform.tenancy import acting_for
from app.platform.text.pace import Drip
from app.workflows import application as workflows
from tests.people import Person
from tests.rooms.contacts.people import add
from tests.rooms.engine.enrolled import enroll, people
from tests.rooms.engine.moved import Campaign
from tests.rooms.workflows.drafts import active
from tests.unit.workflows.documents import definition, email, step, wait

HOURLY = {
    "pace": "spread",
    "drip_people": "2",
    "drip_every": "1",
    "drip_unit": "hours",
    "drip_opens": "00:00",
    "drip_closes": "00:00",
    "drip_weekdays": [str(day) for day in range(7)],
}


@pytest.fixture
def it(app: Flask, bob: Person) -> Campaign:
    """Five people who are held."""
    steps = wait("pause", 2, "days"), step("last", "add_tag", tag="Last")
    public_id = active(app, bob.actor, definition=definition(*steps))
    enroll(app, bob.actor, public_id, people(app, bob.actor, 5))
    return Campaign(app, bob.actor, public_id, now())


def statuses(it: Campaign) -> dict[str, int]:
    return dict(Counter(one.status for one in it.enrollments()))


def start(bob: Person, it: Campaign, **form: Any) -> Any:
    return bob.post(f"/workflows/{it.public_id}/people/start", form)


def let_pass(it: Campaign, **time: float) -> None:
    """Let time pass for the pace."""
    later = timedelta(**time)
    account_id = it.actor.account_id
    with it.app.app_context(), acting_for(account_id), transaction():
        one = session().scalars(sa.select(PacedStart).where(PacedStart.account_id == account_id)).one()
        one.started_at -= later
        one.portion_at = one.portion_at and one.portion_at - later
        one.next_at = one.next_at and one.next_at - later


def paces(it: Campaign) -> int:
    account_id = it.actor.account_id
    with it.app.app_context(), acting_for(account_id):
        query = sa.select(sa.func.count()).select_from(PacedStart).where(PacedStart.account_id == account_id)
        return session().scalar(query) or 0


def tick(it: Campaign, run_tasks: Callable[[], bool]) -> bool:
    """Let the clock look; return whether it has sent a task."""
    with it.app.app_context():
        starting.resume_releasing()
    ran = False
    while run_tasks():
        ran = True
    return ran


def test_all_at_once(app: Flask, bob: Person, it: Campaign, run_tasks: Callable[[], bool]) -> None:
    answer = start(bob, it)
    assert "The workflow has started: 5 people begin now." in bob.get(answer.location).text
    assert run_tasks()
    assert statuses(it) == {"active": 5}
    assert not tick(it, run_tasks)


def test_at_a_pace_everybody_begins_once(
    app: Flask, bob: Person, it: Campaign, run_tasks: Callable[[], bool]
) -> None:
    page = bob.get(start(bob, it, **HOURLY).location).text
    assert "The workflow has started. 5 people in 3 portions: the first will begin today at" in page
    while run_tasks():
        pass
    assert statuses(it) == {"active": 2, "held": 3}
    page = bob.get(f"/workflows/{it.public_id}").text
    assert "2 people an hour." in page and "3 people in 2 portions" in page
    assert not tick(it, run_tasks), "the next portion is an hour away"
    seen = []
    for _ in range(3):
        let_pass(it, hours=1)
        tick(it, run_tasks)
        with app.app_context(), acting_for(bob.actor.account_id):
            workflow_id = workflows.find_workflow(bob.actor, it.public_id).id
            starting.release_held(bob.actor.account_id, workflow_id)  # a task that comes twice
        seen.append(statuses(it))
        if not paces(it):
            break
    assert seen == [{"active": 4, "held": 1}, {"active": 5}]
    assert it.numbers_are_right()
    assert len({one.contact_id for one in it.enrollments()}) == 5


def test_whoever_is_added_later_begins_at_once(
    app: Flask, bob: Person, it: Campaign, run_tasks: Callable[[], bool]
) -> None:
    start(bob, it, **HOURLY)
    while run_tasks():
        pass
    enroll(app, bob.actor, it.public_id, people_named(app, bob, "later"))
    assert statuses(it) == {"active": 3, "held": 3}


def people_named(app: Flask, bob: Person, *names: str) -> list[int]:
    return [add(app, bob.actor, f"{name}@example.com") for name in names]


def test_pausing_the_workflow_pauses_its_start(
    app: Flask, bob: Person, it: Campaign, run_tasks: Callable[[], bool]
) -> None:
    start(bob, it, **HOURLY)
    bob.post(f"/workflows/{it.public_id}/activation/removal")
    while run_tasks():
        pass
    assert statuses(it) == {"held": 5}
    assert not tick(it, run_tasks)
    assert "once the workflow is active again" in bob.get(f"/workflows/{it.public_id}").text
    bob.post(f"/workflows/{it.public_id}/activation", {"confirmed": "1"})
    assert tick(it, run_tasks)
    assert statuses(it) == {"active": 2, "held": 3}


def test_a_second_start_changes_the_pace(
    app: Flask, bob: Person, it: Campaign, run_tasks: Callable[[], bool]
) -> None:
    for _ in range(2):
        start(bob, it, **HOURLY)
        while run_tasks():
            pass
        assert statuses(it) == {"active": 2, "held": 3}, "a second click starts no second portion"
    assert "Current pace: 2 people an hour." in bob.get(f"/workflows/{it.public_id}/people/start").text
    start(bob, it, pace="all")
    while run_tasks():
        pass
    assert statuses(it) == {"active": 5}
    assert not paces(it)


def test_a_pace_that_is_not_possible(app: Flask, bob: Person, it: Campaign) -> None:
    slow = {**HOURLY, "drip_people": "1", "drip_every": "90", "drip_unit": "days"}
    with app.app_context(), acting_for(bob.actor.account_id):
        assert starting.start_plan(bob.actor, it.public_id, Drip(people=1, every=90)).plan is not None
    enroll(app, bob.actor, it.public_id, people_named(app, bob, "one", "two", "three"))
    for form, words in [
        (slow, "At this pace it would take more than a year."),
        ({**HOURLY, "drip_people": "0"}, "Enter how many people to add at a time"),
        ({**HOURLY, "drip_weekdays": []}, "Choose at least one day of the week."),
        ({**HOURLY, "drip_opens": "nonsense"}, "Choose a time."),
    ]:
        answer = start(bob, it, **form)
        assert answer.status_code == 422 and words in answer.text, words
    assert statuses(it) == {"held": 8}
    with app.app_context(), acting_for(bob.actor.account_id), pytest.raises(Invalid):
        starting.start_held(bob.actor, it.public_id, Drip(people=1, zone="Mars/Base"))


def test_the_plan_is_shown_before_it_starts(app: Flask, bob: Person, vera: Person, it: Campaign) -> None:
    page = f"/workflows/{it.public_id}/people/start"
    assert f'href="{page}"' in bob.get(f"/workflows/{it.public_id}").text
    shown = bob.get(page).text
    assert "5 people are waiting at the first step." in shown and "All at once" in shown
    plan = bob.get(page, query_string=HOURLY, headers={"HX-Request": "true"}).text
    assert "2 people an hour." in plan and "5 people in 3 portions" in plan and "the last" in plan
    wrong = bob.get(page, query_string={**HOURLY, "drip_people": "x"}, headers={"HX-Request": "true"}).text
    assert "Enter how many people" in wrong
    assert statuses(it) == {"held": 5}
    assert vera.get(page).status_code == 403
    assert f'href="{page}"' not in vera.get(f"/workflows/{it.public_id}").text


def test_emails_that_would_stay_in_the_outbox_are_announced(app: Flask, bob: Person, it: Campaign) -> None:
    assert "No mail server" not in bob.get(f"/workflows/{it.public_id}/people/start").text, "it has no emails"
    public_id = active(app, bob.actor, definition=definition(email("hello")))
    enroll(app, bob.actor, public_id, [add(app, bob.actor, "late@example.com")])
    assert "No mail server is connected" in bob.get(f"/workflows/{public_id}/people/start").text


def test_a_workflow_that_is_not_active_cannot_be_started(app: Flask, bob: Person, it: Campaign) -> None:
    bob.post(f"/workflows/{it.public_id}/activation/removal")
    assert bob.get(f"/workflows/{it.public_id}/people/start").location == f"/workflows/{it.public_id}"
    assert start(bob, it, **HOURLY).status_code == 409
    with app.app_context(), acting_for(bob.actor.account_id), pytest.raises(Conflict):
        starting.start_held(bob.actor, it.public_id)
