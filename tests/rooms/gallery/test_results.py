"""A template shows what became of the workflows that the account has made from it (T-18)."""

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.domain import Actor
from app.engine.application.starting import release_held, start_held
from app.gallery import application as gallery
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from app.workflows.application import Ask
from app.workflows.infrastructure.tables import Workflow
from tests.people import Person, program_of
from tests.rooms.contacts.people import add
from tests.rooms.engine.enrolled import enroll
from tests.rooms.engine.moved import Campaign
from tests.rooms.gallery.shelf import add_template, definition
from tests.rooms.messaging.mailing import go_on, messages
from tests.rooms.messaging.test_reactions import click
from tests.rooms.workflows.drafts import active
from tests.unit.workflows.documents import email, step, wait

STEPS = (email("hello"), wait("pause", 2, "days"), step("mark", "add_tag", tag="Seen"))


def clone(app: Flask, actor: Actor, template: str, name: str) -> Campaign:
    """An active workflow made from a template, that has been started."""
    with app.app_context(), acting_for(actor.account_id):
        public_id = gallery.clone_template(
            actor, template, name=name, idempotency_key=f"{name:-<36}"[:36], same_name=True
        ).public_id
        workflows.activate(actor, public_id, Ask.NEVER)
        start_held(actor, public_id)
        release_held(actor.account_id, workflows.find_workflow(actor, public_id).id)
    return Campaign(app, actor, public_id, now())


def contacts(app: Flask, actor: Actor, count: int, name: str) -> list[int]:
    return [add(app, actor, f"{name}{at}@example.com") for at in range(count)]


@pytest.fixture
def template(app: Flask, bob: Person) -> str:
    """Two workflows made from it have 24 people; all have completed it."""
    template = add_template(app, bob.actor, "Fair", definition(*STEPS))
    first, second = (clone(app, bob.actor, template, name) for name in ("First", "Second"))
    first.enroll(contacts(app, bob.actor, 12, "a"))
    go_on(first)
    enroll(app, bob.actor, second.public_id, contacts(app, bob.actor, 12, "b"))
    second.at = now()
    go_on(second)
    with app.app_context(), acting_for(bob.actor.account_id), transaction():
        session().execute(
            sa.text("UPDATE messages SET settled_at = '2026-01-01 00:00:00' WHERE account_id = :account"),
            {"account": bob.actor.account_id},
        )
    for message in messages(first)[:6]:
        click(app, message)
    first.move(days=3)
    return template


def test_results_are_those_of_all_workflows_made_from_it(app: Flask, bob: Person, template: str) -> None:
    with app.app_context(), acting_for(bob.actor.account_id):
        found = gallery.template_details(bob.actor, template).results
        made = sa.select(sa.func.count()).where(
            Workflow.account_id == bob.actor.account_id, Workflow.template_id.is_not(None)
        )
        assert found.workflows == session().scalar(made) == 2
    assert (found.totals.enrolled, found.totals.completion_rate, found.totals.goal_rate) == (24, 1.0, 0.0)
    assert found.messages.sent == 24 and found.messages.rates["clicked"] == 0.25
    page = bob.get(f"/templates/{template}").text
    assert "Your results" in page and "All 2 workflows" in page and "25.0%" in page
    assert "100% complete it" in bob.get("/templates?category=custom").text
    answer = program_of(app, bob, "report:view").get(f"/workflow-templates/{template}")
    assert answer.json["completion_rate"] == 1.0


def test_too_few_people_say_nothing(app: Flask, bob: Person, vera: Person) -> None:
    template = add_template(app, bob.actor, "Small", definition(*STEPS))
    assert "Your results" not in vera.get(f"/templates/{template}").text
    small = clone(app, bob.actor, template, "Small one")
    small.enroll(contacts(app, bob.actor, 3, "c"))
    small.move()
    page = vera.get(f"/templates/{template}").text
    assert "All 1 workflow " in page and "Not enough data yet" in page
    assert "complete it" not in vera.get("/templates?category=custom").text


def test_workflows_of_other_accounts_do_not_count(
    app: Flask, bob: Person, mallory: Person, template: str
) -> None:
    public_id = active(app, mallory.actor, name="Elsewhere")
    with app.app_context():
        ours = sa.select(Workflow.template_id).where(Workflow.account_id == bob.actor.account_id)
        template_id = session().scalars(ours.limit(1)).one()
    with app.app_context(), transaction():
        theirs = (Workflow.account_id == mallory.actor.account_id, Workflow.public_id == public_id)
        session().execute(sa.update(Workflow).where(*theirs).values(template_id=template_id))
    enroll(app, mallory.actor, public_id, contacts(app, mallory.actor, 5, "m"))
    with app.app_context(), acting_for(bob.actor.account_id):
        found = gallery.template_details(bob.actor, template).results
        assert (found.workflows, found.totals.enrolled) == (2, 24)
    assert mallory.get(f"/templates/{template}").status_code == 404
