"""What belongs to another account is not there: not listed, not shown, not cloned (T-22)."""

import pytest
from flask import Flask

from app.gallery import application as gallery
from app.gallery.infrastructure import queries
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import NotFound
from app.platform.ids import new_public_id
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.gallery.shelf import (
    SYSTEM_TEMPLATES,
    add_template,
    cards,
    uses,
)


@pytest.mark.parametrize("way", ["", "/steps/hello", "/clone"])
def test_pages_of_another_accounts_template_are_not_found(
    app: Flask, bob: Person, mallory: Person, sam: Person, way: str
) -> None:  # T-22
    public_id = add_template(app, bob.actor, "Secret sauce")
    assert bob.get(f"/templates/{public_id}{way}").status_code == 200
    for person in (mallory, sam):
        answer = person.get(f"/templates/{public_id}{way}")
        assert answer.status_code == 404
        assert "Secret" not in answer.text
        assert person.get(f"/templates/{new_public_id()}{way}").status_code == 404


def test_another_accounts_template_cannot_be_cloned(app: Flask, bob: Person, mallory: Person) -> None:  # T-22
    public_id = add_template(app, bob.actor, "Secret sauce")
    answer = mallory.post(f"/templates/{public_id}/clone", {"name": "Mine", "idempotency_key": "k"})
    assert answer.status_code == 404
    assert uses(app, bob.actor, public_id) == 0


def test_another_accounts_template_is_neither_listed_nor_found(
    app: Flask, bob: Person, mallory: Person
) -> None:  # T-22
    add_template(app, bob.actor, "Secret sauce", tags=["hush"])
    assert cards(bob.get("/templates?q=secret+sauce")) == ["Secret sauce"]
    assert cards(mallory.get("/templates?q=secret+sauce")) == []
    assert "hush" not in mallory.get("/templates").text
    assert len(cards(mallory.get("/templates"))) == SYSTEM_TEMPLATES
    with app.app_context(), acting_for(mallory.actor.account_id):
        assert not [one for one in gallery.all_templates(mallory.actor) if not one.card.is_system]
        with pytest.raises(NotFound):
            gallery.named_template(mallory.actor, "Secret sauce")


@pytest.mark.parametrize("nonsense", ["1", "nonsense", "new-lead-welcome", "%00", "' OR 1=1 --", "x" * 3000])
def test_what_is_no_id_is_not_found(bob: Person, nonsense: str) -> None:  # T-22
    assert bob.get(f"/templates/{nonsense}").status_code == 404


def test_a_deleted_template_is_gone(app: Flask, bob: Person) -> None:  # T-16
    public_id = add_template(app, bob.actor, "Old")
    with app.app_context(), transaction():
        template = queries.template_by_public_id(bob.actor.account_id, public_id)
        assert template is not None
        template.deleted_at = now()
    assert bob.get(f"/templates/{public_id}").status_code == 404
    assert "Old" not in cards(bob.get("/templates?category=custom"))


def test_a_stranger_has_to_sign_in(app: Flask, stranger) -> None:
    answer = stranger.get("/templates")
    assert answer.status_code == 303
    assert "/sign-in" in answer.location
