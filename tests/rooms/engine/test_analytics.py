"""Analytics shows what plain SQL counts, to those who may see it (E-22, E-23, W-13)."""

import csv
import io
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from app.engine.application.analytics import analytics_of
from app.engine.application.analytics.numbers import Analytics
from app.engine.infrastructure.counters import end_counts, step_counts
from app.engine.infrastructure.tables import EndCount, Enrollment, PassedStep
from app.messaging.application import Result, leave_workflow, undo, unsubscribe
from app.messaging.infrastructure import message_counts
from app.messaging.infrastructure.tables import Message, MessageCount
from app.platform.clock import now
from app.platform.database import is_sqlite, session, transaction
from app.platform.database.many_rows import refresh_statistics
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from app.workflows.infrastructure.tables import Workflow
from tests.people import Person, program_of, sign_in
from tests.rooms.contacts.people import add
from tests.rooms.engine.enrolled import people
from tests.rooms.engine.moved import Campaign, campaign
from tests.rooms.engine.test_hearing import tag
from tests.rooms.messaging.mailing import go_on, messages
from tests.rooms.messaging.test_feedback import tell
from tests.rooms.messaging.test_reactions import BROWSER, click, picture
from tests.services.databases import Database
from tests.unit.workflows.documents import (
    branch,
    definition,
    email,
    goal,
    goals,
    off,
    path,
    rule,
    sms,
    step,
    wait,
)

SPLIT = step(
    "try",
    "split",
    arms=[
        {"id": "try-a", "name": "Short", "percent": 50, "steps": [email("short", subject="Short")]},
        {"id": "try-b", "name": "=Long", "percent": 50, "steps": [email("long", subject="=Long")]},
    ],
)


@pytest.fixture
def app(database: Database, request: pytest.FixtureRequest) -> Flask:
    """The app, with the campaign of `it` in the database if the test asks for it."""
    database.define_with_people("analytics", lambda: _make_campaign(database.app))
    database.restore("analytics" if "it" in request.fixturenames else "people")
    return database.app


@pytest.fixture
def it(app: Flask, bob: Person) -> Campaign:
    """Twelve people, most of whom got an email; some opened, clicked, bounced, or left."""
    with app.app_context(), acting_for(bob.actor.account_id):
        return Campaign(app, bob.actor, session().scalars(sa.select(Workflow.public_id)).one(), now())


def _make_campaign(app: Flask) -> None:
    bob = sign_in(app, "bob")
    it = campaign(
        app,
        bob.actor,
        step("mark", "add_tag", tag="Seen"),
        SPLIT,
        wait("pause", 2, "days"),
        email("last", subject="Last"),
        goals=goals(goal("bought", "tag_added", tag="Buyer")),
    )
    ids = people(app, bob.actor, 12)
    it.enroll(ids)
    go_on(it)
    _make_old(it)
    sent = messages(it)
    for one in sent[:6]:
        app.test_client().get(picture(app, one), headers=BROWSER)
    for one in sent[2:5]:
        click(app, one)
    tell(app, bob, sent[6], "delivered")
    tell(app, bob, sent[7], "delivered")
    tell(app, bob, sent[7], "bounced", "550 No such user")
    tell(app, bob, sent[8], "complained")
    tell(app, bob, sent[9], "replied")
    with app.app_context():
        assert leave_workflow(sent[10].token)
        undone = unsubscribe(sent[11].token)
        assert undo(sent[11].token, undone)
        assert unsubscribe(sent[9].token)
    tag(app, bob, ids[:3], "Buyer")
    go_on(it, days=3)


def _make_old(it: Campaign) -> None:
    """Let what was sent be old enough for people to open it."""
    with it.app.app_context(), acting_for(it.actor.account_id), transaction():
        mine = Message.account_id == it.actor.account_id
        session().execute(sa.update(Message).where(mine).values(settled_at=now() - timedelta(minutes=5)))


def read(it: Campaign, actor: Any = None, **given: Any) -> Analytics:
    with it.app.app_context(), acting_for(it.actor.account_id):
        return analytics_of(actor or it.actor, it.public_id, **given)


def rows(it: Campaign, *columns: Any) -> list[Any]:
    table = columns[0].class_
    with it.app.app_context(), acting_for(it.actor.account_id):
        query = sa.select(*columns).where(table.account_id == it.actor.account_id)
        return [tuple(row) for row in session().execute(query)]


def test_numbers_of_people_are_those_of_the_tables(it: Campaign) -> None:
    found = read(it)
    statuses = Counter(status for (status,) in rows(it, Enrollment.status))
    one = found.people
    assert one.enrolled == len(it.enrollments()) == 12
    assert (one.goal_reached, one.completed, one.failed, one.removed, one.active) == (
        statuses["goal_reached"],
        statuses["completed"],
        statuses["failed"],
        statuses["withdrawn"],
        statuses["active"],
    )
    assert one.goal_reached == 3 and one.removed == 4 and one.completed == 5
    assert one.goal_rate == 0.25 and one.minutes_to_goal == 0
    assert [(source.source, source.total) for source in found.sources] == [("bulk_enrollment", 12)]
    passed = Counter(step_id for (step_id,) in rows(it, PassedStep.step_id))
    assert {one.step.step_id: one.passed for one in found.steps} == {
        name: passed[name] for name in ("mark", "try", "short", "long", "pause", "last")
    }
    left = sum(one.left for one in found.steps)
    assert left == one.goal_reached + one.failed + one.removed
    assert it.numbers_are_right()


def test_numbers_of_messages_are_those_of_the_table(it: Campaign) -> None:
    found = read(it)
    all_sent = [one for one in messages(it) if one.sent_at and one.sent_at <= now()]  # not those of “last”
    expected = {
        Result.SENT: len(all_sent),
        Result.DELIVERED: sum(one.state == "delivered" for one in all_sent),
        Result.BOUNCED: sum(one.state == "bounced" for one in all_sent),
        Result.OPENED: sum(one.opened_at is not None for one in all_sent),
        Result.CLICKED: sum(one.clicked_at is not None for one in all_sent),
        Result.REPLIED: 1,
        Result.COMPLAINED: 1,
        Result.UNSUBSCRIBED: 2,
        Result.FAILED: 0,
        Result.SKIPPED: 0,
    }
    assert {result: found.messages.of(result) for result in Result} == expected
    assert expected[Result.OPENED] == 6 and expected[Result.DELIVERED] == expected[Result.BOUNCED] == 1
    by_step = Counter(one.step_id for one in all_sent)
    assert {one.step.step_id: one.numbers.sent for one in found.step_messages} == {**by_step, "last": 0}
    [split] = found.splits
    assert {path.path_id: path.numbers.sent for path in split.paths} == {
        "try-a": by_step["short"],
        "try-b": by_step["long"],
    }
    assert sum(path.people for path in split.paths) == 12


def test_recipients_of_a_path_are_people_not_messages(app: Flask, bob: Person) -> None:
    """One path sends two emails and, whichever way a branch leads, a third one."""
    asked = {"all": [rule("contact.first_name", "equals", "P000")]}
    fork = branch("who", path("yes", "First", asked, email("third")), otherwise=[email("other")])
    arms = [
        {"id": "try-a", "name": "Three", "percent": 50, "steps": [email("one"), email("two"), fork]},
        {"id": "try-b", "name": "None", "percent": 50, "steps": []},
    ]
    it = campaign(app, bob.actor, step("try", "split", arms=arms))
    it.enroll(people(app, bob.actor, 12))
    go_on(it)
    [split] = read(it).splits
    many, none = split.paths
    assert many.people + none.people == 12 and many.numbers.sent == 3 * many.people
    assert many.recipients == many.emailed == many.people
    assert (none.recipients, none.interval(Result.OPENED)) == (0, None)
    answer = program_of(app, bob).get(f"/workflows/{it.public_id}/analytics")
    found = answer.json["splits"][0]["paths"][0]
    assert (found["recipients"], found["sent"]) == (many.people, 3 * many.people)


def test_text_messages_are_told_apart_and_a_step_may_be_switched_off(app: Flask, bob: Person) -> None:
    it = campaign(app, bob.actor, email("hello"), sms("text"))
    contact_id = add(app, bob.actor, "ann@example.com", phone="+49 30 901820")
    it.enroll([contact_id])
    go_on(it)
    _make_old(it)
    app.test_client().get(picture(app, messages(it)[0]), headers=BROWSER)
    found = read(it).messages
    rates = [found.rate(one) for one in (Result.OPENED, Result.REPLIED)]
    assert (found.sent, found.texts, rates) == (2, 1, [1.0, 0.0])
    with app.app_context():
        changed = workflows.WorkflowChanges(definition=definition(email("hello"), off(sms("text"))))
        workflows.update_workflow(bob.actor, it.public_id, changed)
        workflows.activate(bob.actor, it.public_id, workflows.Ask.NEVER)
    found = read(it)
    assert found.messages.texts == 1
    assert [one.step.detail for one in found.step_messages if not one.step.number] == ["switched off"]


def test_the_period_before_and_other_days(app: Flask, it: Campaign) -> None:
    today = now().date()
    week = read(it, key="7d")
    assert (week.period.first, week.period.last) == (today - timedelta(days=6), today)
    assert week.before is None, "there was nothing before that"
    assert read(it, key="all").people.enrolled == 12
    long_ago = read(it, first=date(2020, 1, 1), last=date(2020, 1, 31))
    assert (long_ago.people.enrolled, long_ago.messages.sent, long_ago.people.goal_rate) == (0, 0, None)


def test_migrating_computes_what_was_counted(app: Flask, it: Campaign) -> None:
    account_id = it.actor.account_id

    def kept() -> list[dict[Any, int]]:
        with app.app_context(), acting_for(account_id):
            workflow_id = workflows.find_workflow(it.actor, it.public_id).id
            of = (account_id, workflow_id)
            results = message_counts.kept(*of)
            known = {key: n for key, n in results.items() if key.result != Result.UNSUBSCRIBED}
            return [step_counts.kept(*of), end_counts.kept(*of), known]

    before = kept()
    with app.app_context():
        downgrade(revision="0059_sending_rules")
        upgrade()
    after = kept()
    assert after[:2] == before[:2]
    days = sum(after[2].values()), sum(before[2].values())
    assert days[0] == days[1]


def test_the_page_and_the_notes_on_the_drawing(it: Campaign, bob: Person, vera: Person) -> None:
    page = vera.get(f"/workflows/{it.public_id}/analytics")
    assert page.status_code == 200
    for words in ("12", "Goal rate", "25.0%", "add up to 12", "Days are in UTC", "=Long: Too early to tell"):
        assert words in page.text
    notes = bob.get(f"/workflows/{it.public_id}").text
    assert "12 passed" in notes and "sent," in notes and "opened" in notes


def test_days_that_are_no_period(it: Campaign, bob: Person) -> None:
    address = f"/workflows/{it.public_id}/analytics?period=custom"
    assert bob.get(f"{address}&from=2026-01-02&to=2026-01-01").status_code == 422
    for wrong in (
        "&from=&to=",
        "&from=x&to=2026-01-01",
        "&from=2026-01-01&to=9999-12-31",
        "&from=0001-01-01",
    ):
        answer = bob.get(address + wrong)
        assert answer.status_code == 422 and "The last 30 days are shown." in answer.text
    assert bob.get(f"{address}&from=0001-01-01&to=0001-01-02").status_code == 200
    assert bob.get(f"/workflows/{it.public_id}/analytics?period=nonsense").status_code == 200


@pytest.mark.parametrize("table", ["people", "sources", "steps", "messages", "splits"])
def test_downloads(it: Campaign, bob: Person, table: str) -> None:
    answer = bob.get(f"/workflows/{it.public_id}/analytics/{table}.csv?period=7d")
    assert answer.status_code == 200 and answer.mimetype == "text/csv"
    lines = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert len(lines) > 1 and len({len(line) for line in lines}) == 1
    assert not [cell for line in lines for cell in line if cell.startswith("=")]
    if table == "splits":
        assert [line[1] for line in lines[1:]] == ["Short", "'=Long"]
    if table == "sources":
        assert sum(int(line[-1]) for line in lines[1:]) == 12


def test_other_accounts_and_unknown_tables(it: Campaign, bob: Person, mallory: Person, sam: Person) -> None:
    for address in ("analytics", "analytics/steps.csv"):
        for stranger in (mallory, sam):
            assert stranger.get(f"/workflows/{it.public_id}/{address}").status_code == 404
    assert bob.get(f"/workflows/{it.public_id}/analytics/contacts.csv").status_code == 404


def test_a_workflow_without_people(app: Flask, bob: Person) -> None:
    quiet = campaign(app, bob.actor, email("hello"), name="Quiet")
    assert "Nobody has been enrolled yet" in bob.get(f"/workflows/{quiet.public_id}/analytics").text


def test_a_page_looks_at_few_tables_and_no_enrollments(it: Campaign, bob: Person) -> None:
    """However many people there are: the numbers are read, nobody is counted."""
    statements: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    with it.app.app_context():
        engine = session().get_bind()
        sa.event.listen(engine, "before_cursor_execute", listen)
        try:
            assert bob.get(f"/workflows/{it.public_id}/analytics").status_code == 200
        finally:
            sa.event.remove(engine, "before_cursor_execute", listen)
    assert not [one for one in statements if "FROM enrollments" in one or "FROM messages" in one]
    assert not [one for one in statements if "FROM enrollment_steps" in one]
    assert len(statements) <= 30, "\n".join(statements)


def test_numbers_that_are_wrong_are_found(app: Flask, it: Campaign) -> None:
    def verify() -> Any:
        return app.test_cli_runner().invoke(args=["verify-workflow", it.public_id])

    assert verify().exit_code == 0, verify().output
    with app.app_context(), acting_for(it.actor.account_id), transaction():
        for table, column in (("message_counts", "messages"), ("end_counts", "enrollments")):
            session().execute(
                sa.text(f"UPDATE {table} SET {column} = {column} + 1 WHERE account_id = :account"),
                {"account": it.actor.account_id},
            )
        for table in ("source_counts", "step_counts"):
            session().execute(
                sa.text(f"DELETE FROM {table} WHERE account_id = :account"), {"account": it.actor.account_id}
            )
    assert verify().exit_code == 1
    assert "BROKEN  Results of messages" in verify().output
    assert "BROKEN  Ended enrollments by day" in verify().output
    before = read(it)
    repair = app.test_cli_runner().invoke(args=["recount-enrollments"])
    assert repair.exit_code == 0, repair.output
    for line in ("enrolled by bulk_enrollment on", "passed mark, enrolled on", "short, sent on"):
        assert line in repair.output
    assert verify().exit_code == 0, verify().output
    assert (before.people.enrolled, read(it).people.enrolled) == (0, 12)
    assert app.test_cli_runner().invoke(args=["recount-enrollments"]).output == "All numbers are right.\n"


def test_numbers_are_looked_up_through_indexes(app: Flask, bob: Person) -> None:
    """Also among those of many other workflows and years."""
    account_id, on = bob.actor.account_id, date(2025, 1, 1)
    row = {"account_id": account_id, "version_id": 1, "step_id": "a", "day": on}
    places = [
        {**row, "workflow_id": place % 200, "day": on + timedelta(days=place // 200)}
        for place in range(20_000)
    ]
    with app.app_context(), transaction():
        results = [{**one, "channel": "email", "result": "sent", "messages": 1} for one in places]
        session().execute(sa.insert(MessageCount.__table__), results)
        ends = {"status": "completed", "reason": "", "minutes": 0, "enrollments": 1}
        session().execute(sa.insert(EndCount.__table__), [{**one, **ends} for one in places])
        refresh_statistics(MessageCount.__table__, EndCount.__table__)
    days = (on, on + timedelta(days=29))
    with app.app_context(), acting_for(account_id):
        plans = [
            _plan(lambda: message_counts.by_step(account_id, 7, *days)),
            _plan(lambda: end_counts.by_step(account_id, 7, *days)),
            _plan(lambda: end_counts.minutes_to_goal(account_id, 7, *days)),
        ]
    for plan in plans:
        assert "ix_message_counts" in plan or "ix_end_counts" in plan, plan


def _plan(read: Any) -> str:
    """The plan of the statement that a function runs."""
    found: list[tuple[str, Any]] = []

    def listen(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        found.append((statement, parameters))

    engine = session().get_bind()
    sa.event.listen(engine, "before_cursor_execute", listen)
    try:
        read()
    finally:
        sa.event.remove(engine, "before_cursor_execute", listen)
    [(statement, parameters)] = [one for one in found if "_counts" in one[0]]
    explain = "EXPLAIN QUERY PLAN " if is_sqlite() else "EXPLAIN "
    cursor = session().connection().connection.cursor()
    cursor.execute(explain + statement, parameters)
    return "\n".join(str(row) for row in cursor.fetchall())
