"""A copy of a workflow follows the template of its source (T-14, T-15)."""

from flask import Flask

from app.gallery.application.merging.comparing import template_update
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from tests.people import Person
from tests.rooms.gallery.updating import made_from_template, save_version, second_version


def test_updates_find_the_steps_of_a_copy(app: Flask, bob: Person) -> None:  # T-15
    template_id, source = made_from_template(app, bob.actor)
    with app.app_context(), acting_for(bob.actor.account_id):
        copy = workflows.duplicate(bob.actor, source).public_id
        copy_of_copy = workflows.duplicate(bob.actor, copy).public_id
    page = bob.get(f"/workflows/{copy_of_copy}").text
    assert "Made from Onboarding, version 1" in page and "updated to version" not in page
    save_version(app, bob.actor, template_id, second_version())
    with app.app_context(), acting_for(bob.actor.account_id):
        found = [template_update(bob.actor, one).comparison for one in (source, copy, copy_of_copy)]
    kinds = [
        [(one.kind, one.label, one.before, one.after) for one in comparison.changes]
        for comparison in found
        if comparison
    ]
    assert kinds[0] == kinds[1] == kinds[2] and len(kinds[0]) == 3
