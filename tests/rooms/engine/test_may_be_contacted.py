"""Who may be contacted: one rule in Python and SQL, applied by the engine’s door whoever calls it (W-08)."""

import pytest
import sqlalchemy as sa

from app.contacts.domain import Status, may_be_contacted
from app.contacts.infrastructure import conditions
from app.contacts.infrastructure.tables import Contact
from app.engine import application as engine
from app.engine.infrastructure.tables import Enrollment
from app.platform.clock import now
from app.platform.database import session, transaction
from app.workflows import application as workflows
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active


@pytest.mark.parametrize("status", [*Status, "paused", "", None])
def test_both_forms_of_the_rule_agree(app, status):
    with app.app_context():
        given = sa.literal(status, sa.String)
        rule = conditions.may_be_contacted(given)
        yes, no = (
            session().execute(sa.select(sa.case((rule, 1), else_=0), sa.case((~rule, 1), else_=0))).one()
        )
    assert (yes, no) == (int(may_be_contacted(status)), int(not may_be_contacted(status)))
    assert may_be_contacted(status) == (status == "active")


def _enrolled(app, actor, public_id, contact_ids, account_id=None):
    """Call the door with these contacts, without any condition of the caller's."""
    with app.app_context(), transaction():
        into = workflows.startable(actor, public_id)
        ids = sa.union_all(*(sa.select(sa.literal(one).label("id")) for one in contact_ids)).subquery()
        count = engine.enroll_many(
            actor.account_id,
            sa.select(ids.c.id),
            workflow_id=into.workflow_id,
            version_id=into.version_id,
            first_step=into.first_step,
            again=True,
            source="bulk_enrollment",
            job_id=None,
            at=now(),
        )
        query = sa.select(Enrollment.contact_id).where(Enrollment.account_id == actor.account_id)
        return count, set(session().scalars(query))


def test_the_door_enrolls_nobody_who_may_not_be_contacted(app, bob):
    public_id = active(app, bob.actor)
    ids = {status: add(app, bob.actor, f"{status}@example.com") for status in (*Status, "odd")}
    with app.app_context(), transaction():
        for status, contact_id in ids.items():
            session().execute(
                sa.update(Contact)
                .where(Contact.account_id == bob.actor.account_id, Contact.id == contact_id)
                .values(status=str(status))
            )
    assert _enrolled(app, bob.actor, public_id, ids.values()) == (1, {ids[Status.ACTIVE]})


def test_the_door_enrolls_nobody_of_another_account(app, bob, mallory):
    public_id = active(app, bob.actor)
    theirs, mine = add(app, mallory.actor, "eve@example.com"), add(app, bob.actor, "ann@example.com")
    assert _enrolled(app, bob.actor, public_id, [theirs, mine, 999_999]) == (1, {mine})
