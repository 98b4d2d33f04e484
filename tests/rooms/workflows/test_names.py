"""A name that another workflow has already is used only by somebody who wants it."""

import pytest

from app.workflows import application as workflows
from tests.rooms.workflows.drafts import draft, found


def renamed(person, public_id, name, **sent):
    return person.post(f"/workflows/{public_id}", {"name": name, "revision": "1", **sent})


@pytest.mark.parametrize("typed", ["Taken", " taken  ", "TAKEN"])
def test_a_name_that_is_taken_asks(app, bob, typed):
    draft(app, bob.actor, "Taken")
    public_id = draft(app, bob.actor, "Mine")
    asked = renamed(bob, public_id, typed, description="Kept")
    assert asked.status_code == 409
    assert "You already have a workflow named" in asked.text and "Use this name anyway?" in asked.text
    assert f'name="same_name" value="{typed}"' in asked.text and "Kept</textarea>" in asked.text
    assert found(app, bob.actor, public_id).name == "Mine"
    assert renamed(bob, public_id, typed, same_name=typed).status_code == 303
    assert found(app, bob.actor, public_id).name == typed.strip()


@pytest.mark.parametrize("typed", ["ÄRZTE IM MÄRZ", "ärzte im märz"])
def test_letters_of_all_languages_count(app, bob, typed):
    draft(app, bob.actor, "Ärzte im März")
    public_id = draft(app, bob.actor, "Mine")
    assert renamed(bob, public_id, typed).status_code == 409


def test_the_answer_counts_for_one_name_only(app, bob):
    draft(app, bob.actor, "First")
    draft(app, bob.actor, "Second")
    public_id = draft(app, bob.actor, "Mine")
    assert renamed(bob, public_id, "Second", same_name="First").status_code == 409


def test_keeping_ones_own_name_asks_nothing(app, bob):
    public_id = draft(app, bob.actor, "Mine")
    assert renamed(bob, public_id, "Mine", description="New").status_code == 303
    assert renamed(bob, public_id, "mine", revision="2").status_code == 303


def test_names_of_other_accounts_are_nobodys_business(app, bob, mallory):
    draft(app, mallory.actor, "Theirs")
    public_id = draft(app, bob.actor, "Mine")
    assert renamed(bob, public_id, "Theirs").status_code == 303


def test_the_use_case_asks_by_itself(app, bob):
    draft(app, bob.actor, "Taken")
    public_id = draft(app, bob.actor, "Mine")
    with app.app_context(), pytest.raises(workflows.SameName) as asked:
        workflows.rename(bob.actor, public_id, "Taken", "", 1)
    assert (asked.value.code, asked.value.facts["name"]) == ("CONFIRMATION_NEEDED", "Taken")
