"""Clones that meet: every one counted once, every idempotency key good for one workflow."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import sqlalchemy as sa
from flask import Flask

from app.accounts.infrastructure.tables import Account
from app.gallery import application as gallery
from app.gallery.infrastructure.tables import TemplateUse
from app.platform.database import session, transaction
from app.platform.errors import LimitReached
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.gallery.shelf import system_id, uses

AT_ONCE = 8


def all_at_once(app: Flask, work: Callable[[int], object]) -> list[object]:
    """Run `work(number)` in threads that begin together; returns what each gave, or its LimitReached."""
    ready = Barrier(AT_ONCE)

    def run(number: int) -> object:
        with app.app_context():
            ready.wait(timeout=30)
            try:
                return work(number)
            except LimitReached as reached:
                return reached

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def clone(person: Person, public_id: str, key: str) -> str:
    with acting_for(person.actor.account_id):
        made = gallery.clone_template(
            person.actor, public_id, name="Mine", idempotency_key=key, same_name=True
        )
        return made.public_id


def noted(app: Flask, person: Person) -> int:
    with app.app_context():
        query = sa.select(sa.func.count()).select_from(TemplateUse)
        return session().scalar(query.where(TemplateUse.account_id == person.actor.account_id)) or 0


def test_clones_at_the_same_time_are_each_counted_once(app: Flask, bob: Person) -> None:  # T-18
    public_id = system_id(app, "new-lead-welcome")
    made = all_at_once(app, lambda number: clone(bob, public_id, f"key-{number}"))
    assert len(set(made)) == AT_ONCE
    assert uses(app, bob.actor, public_id) == noted(app, bob) == AT_ONCE


def test_accounts_that_clone_at_the_same_time_are_each_counted_once(
    app: Flask, bob: Person, sam: Person, mallory: Person
) -> None:  # T-18
    public_id = system_id(app, "new-lead-welcome")
    people = [bob, sam, mallory]
    all_at_once(app, lambda number: clone(people[number % 3], public_id, f"key-{number}"))
    assert uses(app, bob.actor, public_id) == AT_ONCE
    assert [noted(app, person) for person in people] == [3, 3, 2]


def test_a_form_sent_many_times_at_once_makes_one_workflow(app: Flask, bob: Person) -> None:  # T-18
    public_id = system_id(app, "new-lead-welcome")
    made = all_at_once(app, lambda _: clone(bob, public_id, "one-key"))
    assert len(set(made)) == 1
    assert uses(app, bob.actor, public_id) == noted(app, bob) == 1


def test_two_accounts_may_have_the_same_key(app: Flask, bob: Person, mallory: Person) -> None:  # T-18, T-22
    public_id = system_id(app, "new-lead-welcome")
    with app.app_context():
        assert clone(bob, public_id, "k") != clone(mallory, public_id, "k")


def test_the_limit_holds_when_many_clone_at_once(app: Flask, bob: Person) -> None:  # T-12
    with app.app_context(), transaction():
        session().get_one(Account, bob.actor.account_id).limits = {"workflows": 3}
    public_id = system_id(app, "new-lead-welcome")
    made = all_at_once(app, lambda number: clone(bob, public_id, f"key-{number}"))
    assert sum(isinstance(one, str) for one in made) == 3
    assert uses(app, bob.actor, public_id) == noted(app, bob) == 3
