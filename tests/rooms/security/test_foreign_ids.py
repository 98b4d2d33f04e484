"""Ids of another account in a form, a filter, or as the second id of a URL.

The first id of each URL is covered by the guard test over all routes.
"""

import io

import pytest
import sqlalchemy as sa
from flask import Flask

from app.contacts.infrastructure.tables import Contact, ContactTag, Tag
from app.platform.database import session
from app.platform.tenancy import acting_for
from app.workflows.infrastructure.tables import Workflow
from tests.guards.test_strangers import (
    OPEN_TO_ALL_WITH_THE_LINK,
    SAME_NAMES_IN_ALL,
    addresses,
    app,
    ids,
    ids_of,
)
from tests.people import Person

__all__ = ["app", "ids"]

FILE = b"Email\nann@example.com\n"


@pytest.fixture
def own(app: Flask, mallory: Person) -> dict[str, str]:
    """Objects of Mallory's account."""
    account = mallory.actor.account_id
    with app.app_context(), acting_for(account):
        return {
            "workflow": session().scalars(sa.select(Workflow.public_id).limit(1)).one(),
            "contact": str(session().scalars(sa.select(Contact.id).limit(1)).one()),
            "upload": uploaded(mallory),
        }


def uploaded(person: Person) -> str:
    data = {"file": (io.BytesIO(FILE), "a.csv")}
    answer = person.post("/contacts/import", data, content_type="multipart/form-data")
    return str(answer.headers["Location"].rsplit("/", 1)[1])


def test_a_file_of_others_in_a_workflow_of_ones_own(
    mallory: Person, own: dict[str, str], ids: dict[str, str]
) -> None:
    chosen = {"column-0": "email", "missing": "create", "consent_basis": "opt_in", "act": "start"}
    for way in (f"/workflows/{own['workflow']}/enroll", "/contacts/import"):
        address = f"{way}/{ids['upload_id']}"
        assert mallory.get(address).status_code == 404
        assert mallory.get(f"{address}/newcomers?column=0&identifier=email").status_code == 404
        assert mallory.post(address, chosen).status_code == 404
        assert mallory.post(f"{address}/checkup", chosen).status_code == 404
        assert mallory.get(f"{way}/{own['upload']}").status_code == 200, "their own is there"


def test_a_check_of_others_shows_none_of_its_choices(
    mallory: Person, own: dict[str, str], ids: dict[str, str]
) -> None:
    page = mallory.get(f"/contacts/import/{own['upload']}?check={ids['/enrollments/job_id']}")
    assert page.status_code == 200
    assert "spring fair" not in page.text, "the tag that Alice chose for her job"


def test_a_tag_of_others_stays_where_it_is(
    app: Flask, alice: Person, mallory: Person, own: dict[str, str], ids: dict[str, str]
) -> None:
    tag = ids["/contacts/tag_id"]
    tagged = sa.select(sa.func.count()).where(
        ContactTag.account_id == alice.actor.account_id, ContactTag.tag_id == int(tag)
    )
    with app.app_context():
        before = session().scalar(tagged)
    mallory.post(f"/contacts/{own['contact']}/tags/{tag}/removal")
    with app.app_context():
        assert session().scalar(tagged) == before
        names = sa.select(sa.func.count()).where(
            Tag.account_id == mallory.actor.account_id, Tag.id == int(tag)
        )
        assert session().scalar(names) == 0


def test_places_in_lists_of_others_lead_to_the_first_page(
    mallory: Person, own: dict[str, str], ids: dict[str, str]
) -> None:
    for address in (
        f"/contacts?after={ids['/contacts/contact_id']}",
        f"/contacts?before={ids['/contacts/contact_id']}",
        f"/workflows?after={ids['/workflows/public_id']}",
        f"/enrollments?older={ids['/enrollments/public_id']}",
        f"/enrollments?workflow={ids['/workflows/public_id']}",
        f"/workflows/{own['workflow']}/people?after=1",
    ):
        answer = mallory.get(address)
        assert answer.status_code == 200
        assert "Agency" not in answer.text


def test_a_sub_account_finds_nothing_of_its_agency(app: Flask, sam: Person, ids: dict[str, str]) -> None:
    wrong = [
        f"{method} {rule}"
        for rule, method, address in addresses(app, ids)
        if ids_of(rule)
        and rule.endpoint not in OPEN_TO_ALL_WITH_THE_LINK | SAME_NAMES_IN_ALL
        and sam.browser.open(address, method=method).status_code != 404
    ]
    assert not wrong, "\n".join(wrong)
