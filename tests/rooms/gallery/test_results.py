"""A template shows what became of the workflows that the account has made from it (T-18)."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.domain import Actor
from app.engine.application import Cohort
from app.engine.application.starting import release_held, start_held
from app.gallery import application as gallery
from app.gallery.infrastructure.tables import WorkflowTemplate
from app.messaging.infrastructure.message_counts import counting
from app.messaging.infrastructure.tables import Message
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from app.workflows.application import Ask
from app.workflows.infrastructure.tables import Workflow
from tests.people import Person, program_of, sign_in
from tests.rooms.contacts.people import add
from tests.rooms.engine.enrolled import enroll
from tests.rooms.engine.moved import Campaign, campaign
from tests.rooms.gallery.shelf import add_template, cards, definition
from tests.rooms.messaging.mailing import go_on, messages
from tests.rooms.messaging.test_reactions import click
from tests.rooms.workflows.drafts import active
from tests.services.databases import Database
from tests.services.statements import statements
from tests.unit.workflows.documents import email, sms, step, wait

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
def app(database: Database, request: pytest.FixtureRequest) -> Flask:
    """The app, with `template` in the database if the test asks for it."""
    database.define_with_people("results", lambda: _make_results(database.app))
    database.restore("results" if "template" in request.fixturenames else "people")
    return database.app


@pytest.fixture
def template(app: Flask) -> str:
    """Two workflows made from it have 24 people; all have completed it."""
    with app.app_context():
        named = sa.select(WorkflowTemplate.public_id).where(WorkflowTemplate.name == "Fair")
        return session().scalars(named.execution_options(cross_account=True)).one()


def _make_results(app: Flask) -> None:
    actor = sign_in(app, "bob").actor
    template = add_template(app, actor, "Fair", definition(*STEPS))
    first, second = (clone(app, actor, template, name) for name in ("First", "Second"))
    first.enroll(contacts(app, actor, 12, "a"))
    go_on(first)
    enroll(app, actor, second.public_id, contacts(app, actor, 12, "b"))
    second.at = now()
    go_on(second)
    with app.app_context(), acting_for(actor.account_id), transaction():
        session().execute(
            sa.text("UPDATE messages SET settled_at = '2026-01-01 00:00:00' WHERE account_id = :account"),
            {"account": actor.account_id},
        )
    for message in messages(first)[:6]:
        click(app, message)
    first.move(days=3)


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
    assert "Your results" in page and "Results of 2 workflows" in page and "25.0%" in page
    assert "100% complete it" in bob.get("/templates?category=custom").text
    assert cards(bob.get("/templates?sort=completed"))[0] == "Fair"
    answer = program_of(app, bob, "report:view").get(f"/workflow-templates/{template}")
    assert answer.json["completion_rate"] == 1.0


def test_too_few_people_say_nothing(app: Flask, bob: Person, vera: Person) -> None:
    template = add_template(app, bob.actor, "Small", definition(*STEPS))
    assert "Your results" not in vera.get(f"/templates/{template}").text
    small = clone(app, bob.actor, template, "Small one")
    small.enroll(contacts(app, bob.actor, 3, "c"))
    small.move()
    page = vera.get(f"/templates/{template}").text
    assert "Results of 1 workflow your account" in page and "Not enough data yet" in page
    assert "complete it" not in vera.get("/templates?category=custom").text


def made_from(app: Flask, actor: Actor, public_id: str, template: str) -> None:
    """Let a workflow have been made from the template with this name."""
    named = sa.select(WorkflowTemplate.id).where(WorkflowTemplate.name == template)
    with app.app_context(), transaction():
        template_id = session().scalars(named.execution_options(cross_account=True)).one()
        theirs = (Workflow.account_id == actor.account_id, Workflow.public_id == public_id)
        session().execute(sa.update(Workflow).where(*theirs).values(template_id=template_id))


def made_elsewhere(app: Flask, stranger: Person, name: str) -> None:
    """Somebody in another account has made a workflow of the same template, with five people."""
    public_id = active(app, stranger.actor, name=name)
    made_from(app, stranger.actor, public_id, "Fair")
    enroll(app, stranger.actor, public_id, contacts(app, stranger.actor, 5, name))


def test_an_agency_counts_what_its_sub_accounts_have_made(
    app: Flask, bob: Person, sam: Person, template: str
) -> None:
    made_elsewhere(app, sam, "Branch")
    with app.app_context(), acting_for(bob.actor.account_id):
        found = gallery.template_details(bob.actor, template).results
    assert found is not None and (found.workflows, found.accounts) == (3, 2)
    assert found.totals.enrolled == 29 and found.totals.completion_rate == pytest.approx(24 / 29)
    assert "your account and your sub-accounts created" in bob.get(f"/templates/{template}").text
    history = words(bob.get(f"/templates/results?template={template}").text)
    assert f"{now():%b %Y} 2 29 24 82.8%" in history
    assert sam.get(f"/templates/{template}").status_code == 404
    assert sam.get(f"/templates/results?template={template}").status_code == 404
    assert "No results yet" in sam.get("/templates/results").text


def test_results_by_month_add_up(app: Flask, bob: Person, vera: Person, template: str) -> None:
    """People of two earlier months, in a workflow that was made this month."""
    account_id = bob.actor.account_id
    earlier = now().replace(day=1) - timedelta(days=1)
    with app.app_context(), acting_for(account_id), transaction():
        for table in ("source_counts", "end_counts"):
            moved = f"UPDATE {table} SET day = :day WHERE account_id = :account AND workflow_id = ("
            moved += "SELECT max(id) FROM workflows WHERE account_id = :account)"
            session().execute(sa.text(moved), {"day": earlier.date().isoformat(), "account": account_id})
    with app.app_context(), acting_for(account_id):
        found = gallery.template_history(bob.actor)
        assert len(found.months) == 12
        numbers = {month: (one.workflows, one.people.enrolled) for month, one in found.months}
        assert numbers[earlier.date().replace(day=1)] == (0, 12)
        assert numbers[now().date().replace(day=1)] == (2, 12)
        assert (found.total.workflows, found.total.people) == (2, Cohort(24, 24))
        assert [(one.key, of) for one, of in found.categories] == [("custom", found.total)]
        assert [(card.name, of) for card, of in found.templates] == [("Fair", found.total)]
        assert not gallery.template_history(bob.actor, "onboarding").templates
        assert gallery.template_history(bob.actor, "custom").total == found.total
    page = words(vera.get("/templates/results").text)
    assert f"{earlier:%b %Y} 0 12 12 –" in page and "Total 2 24 24 100.0%" in page
    assert f"{found.months[0][0]:%b %Y} 0 0 0" not in page, "nothing had happened by then"
    assert "Fair 2 24 24 100.0%" in page and "Custom 2 24 24" in page
    assert vera.get("/templates/results?category=nonsense").status_code == 404
    assert "No results yet" in vera.get("/templates/results?category=onboarding").text


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_opens_are_shares_of_emails(app: Flask, bob: Person) -> None:
    template = add_template(app, bob.actor, "Both", definition(email("hello")))
    it = campaign(app, bob.actor, email("hello"), sms("text"))
    made_from(app, it.actor, it.public_id, "Both")
    it.enroll([add(app, bob.actor, f"{at}@example.com", phone=f"+49 30 9018{at:02}") for at in range(20)])
    go_on(it)
    with app.app_context(), acting_for(bob.actor.account_id), transaction():
        emails = [one.id for one in messages(it) if one.channel == "email"]
        with counting(bob.actor.account_id, emails):
            opened = sa.update(Message).where(
                Message.account_id == bob.actor.account_id, Message.id.in_(emails[:5])
            )
            session().execute(opened.values(opened_at=now()))
    with app.app_context(), acting_for(bob.actor.account_id):
        found = gallery.template_details(bob.actor, template).results
    assert found is not None and found.messages.sent == 40
    assert found.messages.rates == {"opened": 0.25, "clicked": 0.0, "replied": 0.0}


def test_cards_do_not_read_the_numbers_of_messages(app: Flask, bob: Person, template: str) -> None:
    with statements(app) as found:
        assert "100% complete it" in bob.get("/templates?category=custom").text
    assert not [one for one in found if "message_counts" in one]


def test_workflows_of_other_accounts_do_not_count(
    app: Flask, bob: Person, mallory: Person, template: str
) -> None:
    made_elsewhere(app, mallory, "Elsewhere")
    with app.app_context(), acting_for(bob.actor.account_id):
        found = gallery.template_details(bob.actor, template).results
        assert (found.workflows, found.totals.enrolled) == (2, 24)
    assert mallory.get(f"/templates/{template}").status_code == 404


def test_results_by_version(app: Flask, bob: Person, template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # T-18
    with app.app_context(), acting_for(bob.actor.account_id):
        changed = gallery.update_template(
            bob.actor, template, gallery.TemplateChanges(definition=definition(*STEPS, email("bye")))
        )
        assert changed.card.version == 2
    third = clone(app, bob.actor, template, "Third")
    third.enroll(contacts(app, bob.actor, 3, "third"))
    page = bob.get(f"/templates/results?template={template}").text
    assert "Version 2 (current) 1 3 0 –" in words(page)
    assert "Version 1 2 24 24 100.0% Total 3 27 24 88.9%" in words(page)
    assert f"{now():%b %Y}: workflows created 3" in page
    assert f"{now():%b %Y}: not completed 3" in page
    program = program_of(app, bob, "report:view")
    found = program.get(f"/workflow-templates/{template}/results").json
    few = {"workflows": 1, "enrolled": 3, "completed": 0, "completion_rate": None}
    many = {"workflows": 2, "enrolled": 24, "completed": 24, "completion_rate": 1.0}
    assert found["versions"] == [{"version": 2} | few, {"version": 1} | many]
    assert (found["workflows"], found["enrolled"], found["completed"]) == (3, 27, 24)
    assert (found["goal_reached"], found["goal_rate"], found["accounts"]) == (0, 0.0, 2)
    assert found["messages"]["sent"] == 24 and found["messages"]["clicked_rate"] == 0.25
    assert len(found["months"]) == 12 and found["months"][-1]["enrolled"] == 27
    monkeypatch.setattr("app.gallery.application.results.VERSIONS", 1)
    assert "Earlier versions 2 24 24 100.0%" in words(bob.get(f"/templates/results?template={template}").text)
    found = program.get(f"/workflow-templates/{template}/results").json
    assert found["versions"] == [{"version": 2} | few, {"version": None} | many]


def test_results_by_category(app: Flask, bob: Person, mallory: Person, template: str) -> None:  # T-18
    program = program_of(app, bob, "report:view")
    found = program.get("/workflow-templates/results").json
    numbers = {"workflows": 2, "enrolled": 24, "completed": 24, "completion_rate": 1.0}
    assert found["categories"] == [{"category": "custom"} | numbers]
    assert {name: found[name] for name in numbers} == numbers
    other = program.get("/workflow-templates/results?category=onboarding").json
    assert (other["workflows"], other["categories"], other["completion_rate"]) == (0, [], None)
    assert program.get("/workflow-templates/results?category=nonsense").status_code == 422
    elsewhere = program_of(app, mallory, "report:view").get("/workflow-templates/results").json
    assert (elsewhere["workflows"], elsewhere["enrolled"], elsewhere["accounts"]) == (0, 0, 1)
    assert "/templates/results?category=custom" in bob.get("/templates?category=custom").text


def test_results_take_the_same_statements_for_more_templates(
    app: Flask, bob: Person, template: str
) -> None:  # T-18
    def taken() -> int:
        bob.get("/templates/results")
        with statements(app) as found:
            assert bob.get("/templates/results").status_code == 200
        return len(found)

    before = taken()
    for number in range(3):
        name = f"More {number}"
        clone(app, bob.actor, add_template(app, bob.actor, name, definition(*STEPS)), name)
    assert taken() == before
