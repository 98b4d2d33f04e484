"""An account's own templates in the browser: lists, details, deleting, restoring, copying (T-16)."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.infrastructure.tables import Account
from app.activity.infrastructure.queries import audit_entries
from app.gallery import application as gallery
from app.gallery.infrastructure.tables import WorkflowTemplate
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.gallery.shelf import add_template, cards, system_id

LIBRARY = "/templates/library"


def text_of(page: Any) -> str:
    assert page.status_code == 200, page.text
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2]).split())


def details(**given: str) -> dict[str, str]:
    usual = {
        "name": "Ours",
        "category": "onboarding",
        "description": "What it is.",
        "tags": "Fair, b2b , fair",
    }
    return usual | given


def card_of(app: Flask, person: Person, public_id: str) -> Any:
    with app.app_context(), acting_for(person.actor.account_id):
        return gallery.template_details(person.actor, public_id).card


def deleted_days_ago(app: Flask, person: Person, name: str, days: float) -> str:
    public_id = add_template(app, person.actor, name)
    with app.app_context(), acting_for(person.actor.account_id), transaction():
        of_one = WorkflowTemplate.public_id == public_id
        own = WorkflowTemplate.account_id == person.actor.account_id
        gone = {"deleted_at": now() - timedelta(days=days)}
        session().execute(sa.update(WorkflowTemplate).where(own, of_one).values(gone))
    return public_id


def limited(app: Flask, person: Person, limit: int) -> None:
    with app.app_context(), transaction():
        session().get_one(Account, person.actor.account_id).limits = {"templates": limit}


def test_own_templates_are_listed_and_no_others(
    app: Flask, bob: Person, sam: Person, mallory: Person
) -> None:  # T-16, T-22
    assert "No templates of your own yet" in bob.get(LIBRARY).text
    add_template(app, bob.actor, "Fair follow-up")
    add_template(app, mallory.actor, "Secret sauce")
    page = bob.get(LIBRARY).text
    assert "Fair follow-up" in page and "Secret sauce" not in page and "New lead welcome" not in page
    assert "custom templates used" not in page
    assert "Fair follow-up" not in sam.get(LIBRARY).text
    add_template(app, sam.actor, "Mine")
    assert "1 of 10 custom templates used" in text_of(sam.get(LIBRARY))


def test_many_templates_are_shown_in_pages(app: Flask, bob: Person) -> None:  # T-16
    for number in range(27):
        add_template(app, bob.actor, f"Number {number:02}")
    first, second = bob.get(LIBRARY).text, bob.get(f"{LIBRARY}?page=2").text
    assert "Number 00" in first and "Number 24" in first and "Number 25" not in first
    assert "Number 25" in second and "Number 26" in second and "Number 24" not in second
    assert bob.get(f"{LIBRARY}?page=99").text.count("Number 26") >= 1
    assert bob.get(f"{LIBRARY}?page=x").status_code == 200


def test_details_are_changed_as_a_new_version(app: Flask, bob: Person) -> None:  # T-16
    public_id = add_template(app, bob.actor, "Old name")
    address = f"/templates/{public_id}/settings"
    assert 'value="Old name"' in bob.get(address).text
    answer = bob.post(address, details(name="New <b>name</b>", note="Renamed", version="1"))
    assert answer.status_code == 303
    card = card_of(app, bob, public_id)
    assert (card.name, card.category, card.tags) == ("New <b>name</b>", "onboarding", ("fair", "b2b"))
    assert (card.description, card.version) == ("What it is.", 2)
    assert "<b>name" not in bob.get(address).text
    assert "New &lt;b&gt;name" in bob.get("/templates?q=new+name").text


def test_what_was_typed_is_kept_with_what_is_wrong(app: Flask, bob: Person) -> None:  # T-16
    public_id = add_template(app, bob.actor, "Old name")
    answer = bob.post(f"/templates/{public_id}/settings", details(name=" ", category="nonsense", note="Why"))
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text and 'value="Why"' in answer.text
    assert card_of(app, bob, public_id).version == 1


def test_a_newer_version_is_not_overwritten_unasked(app: Flask, bob: Person) -> None:  # T-16
    public_id = add_template(app, bob.actor, "Old name")
    address = f"/templates/{public_id}/settings"
    assert bob.post(address, details(name="First", version="1")).status_code == 303
    late = bob.post(address, details(name="Second", version="1"))
    assert late.status_code == 409
    assert "Someone else has saved version 2" in late.text and 'value="Second"' in late.text
    [version] = re.findall(r'name="version"[^>]*value="(\d+)"', late.text)
    assert bob.post(address, details(name="Second", version=version)).status_code == 303
    assert card_of(app, bob, public_id).name == "Second"


def test_a_deleted_template_is_restored(app: Flask, bob: Person) -> None:  # T-16, T-21
    public_id = add_template(app, bob.actor, "Fair follow-up")
    bob.post(f"/templates/{public_id}/clone", {"name": "Mine", "idempotency_key": "k"})
    assert "One workflow was created from it" in bob.get(f"/templates/{public_id}/settings").text
    answer = bob.post(f"/templates/{public_id}/deletion")
    assert answer.status_code == 303 and answer.location == f"{LIBRARY}?show=deleted"
    assert bob.get(f"/templates/{public_id}").status_code == 404
    deleted = text_of(bob.get(answer.location))
    assert "Fair follow-up" in deleted and " 30 " in deleted
    assert bob.post(f"/templates/{public_id}/deletion/removal").status_code == 303
    assert "Fair follow-up" in cards(bob.get("/templates?category=custom"))
    card = card_of(app, bob, public_id)
    assert card.version == 1
    with app.app_context():
        entries = audit_entries(bob.actor.account_id)[:3]
    assert [entry.action for entry in entries] == [
        "template_restored",
        "template_deleted",
        "template_cloned",
    ]
    log = " ".join(bob.get("/activity").text.split())
    assert "restored the template" in log and "deleted the template" in log


def test_after_thirty_days_it_is_too_late(app: Flask, bob: Person) -> None:  # T-16
    late, early = (deleted_days_ago(app, bob, f"Gone {days}", days) for days in (30.1, 29.9))
    page = text_of(bob.get(f"{LIBRARY}?show=deleted"))
    assert "Gone 29.9" in page and "Gone 30.1" not in page and " 1 " in page
    assert bob.post(f"/templates/{late}/deletion/removal").status_code == 404
    assert bob.post(f"/templates/{early}/deletion/removal").status_code == 303
    assert bob.post(f"/templates/{early}/deletion/removal").status_code == 404  # is back already


def test_the_limit_holds_when_restoring_and_copying(app: Flask, sam: Person) -> None:  # T-16
    limited(app, sam, 1)
    public_id = deleted_days_ago(app, sam, "Old", 1)
    other = add_template(app, sam.actor, "New")
    refused = sam.post(f"/templates/{public_id}/deletion/removal", follow_redirects=True)
    assert "limit of 1 custom templates" in refused.text and "Old" in refused.text
    copied = sam.post(f"/templates/{other}/copy", details())
    assert copied.status_code == 429 and "limit of 1" in copied.text and 'value="Ours"' in copied.text
    assert sam.post(f"/templates/{other}/deletion").status_code == 303
    assert sam.post(f"/templates/{public_id}/deletion/removal").status_code == 303


def test_a_system_template_is_copied(app: Flask, bob: Person) -> None:  # T-16
    original = system_id(app, "new-lead-welcome")
    form = bob.get(f"/templates/{original}/copy").text
    assert 'value="Copy of New lead welcome"' in form
    answer = bob.post(f"/templates/{original}/copy", details(name="Our welcome"))
    assert answer.status_code == 303
    public_id = answer.location.split("/")[2]
    with app.app_context(), acting_for(bob.actor.account_id):
        made = gallery.template_details(bob.actor, public_id)
        source = gallery.template_details(bob.actor, original)
        assert made.definition.document == source.definition.document
    assert (made.card.name, made.card.tags, made.card.is_system) == ("Our welcome", ("fair", "b2b"), False)
    assert bob.post(f"/templates/{original}/copy", details(name="")).status_code == 422


@pytest.mark.parametrize("address", ["settings", "deletion"])
def test_system_templates_are_read_only(app: Flask, bob: Person, address: str) -> None:  # T-16
    answer = bob.post(f"/templates/{system_id(app, 'new-lead-welcome')}/{address}", details())
    assert answer.status_code == 409 and "comes with Muster" in answer.text


def test_who_may_only_look_sees_no_buttons(app: Flask, bob: Person, vera: Person) -> None:  # T-16
    public_id = add_template(app, bob.actor, "Ours")
    gone = deleted_days_ago(app, bob, "Gone", 1)
    for address in (LIBRARY, f"{LIBRARY}?show=deleted", f"/templates/{public_id}"):
        page = vera.get(address).text.partition("<main")[2].partition("</main>")[0]
        assert "<form" not in page and "/settings" not in page and "/copy" not in page
    for way in ("settings", "copy"):
        assert vera.get(f"/templates/{public_id}/{way}").status_code == 403
    assert vera.post(f"/templates/{gone}/deletion/removal").status_code == 403
