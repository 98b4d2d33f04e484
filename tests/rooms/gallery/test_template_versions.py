"""The versions of a template: read, shown, compared, and restored (T-13)."""

from copy import deepcopy

from flask import Flask

from app.activity.infrastructure.queries import audit_entries
from app.gallery.infrastructure import queries
from app.platform.tenancy import acting_for
from tests.people import Person, Program
from tests.rooms.gallery.shelf import add_template, system_id
from tests.rooms.gallery.updating import THREE_STEPS, save_version, second_version


def with_versions(app: Flask, person: Person) -> str:
    """The public id of a template with three versions."""
    template_id = add_template(app, person.actor, "Onboarding", THREE_STEPS)
    save_version(app, person.actor, template_id, second_version(), "A longer wait")
    third = deepcopy(second_version())
    third["steps"][2]["config"]["subject"] = "A big gift"
    save_version(app, person.actor, template_id, third)
    return template_id


def current(app: Flask, person: Person, template_id: str) -> tuple[int, str]:
    """The number of the newest version, and the subject of its last email."""
    with app.app_context(), acting_for(person.actor.account_id):
        template = queries.template_by_public_id(person.actor.account_id, template_id)
        assert template is not None
        document = queries.version_definition(template.id, template.version).document
        return template.version, document["steps"][2]["config"]["subject"]


def test_the_history_has_author_time_and_note(app: Flask, alice: Person) -> None:  # T-13
    template_id = with_versions(app, alice)
    page = alice.get(f"/templates/{template_id}/versions").text
    assert page.index("Version 3") < page.index("Version 2") < page.index("Version 1")
    assert "A longer wait" in page and "Alice" in page and page.count("Current") == 1
    assert f"/templates/{template_id}/versions" in alice.get(f"/templates/{template_id}").text


def test_every_version_can_be_previewed(app: Flask, alice: Person) -> None:  # T-13
    template_id = with_versions(app, alice)
    assert "A small gift" in alice.get(f"/templates/{template_id}/versions/2").text
    assert "A big gift" in alice.get(f"/templates/{template_id}/versions/3").text
    for number in ("0", "4", "9999999999999999999"):
        assert alice.get(f"/templates/{template_id}/versions/{number}").status_code == 404


def test_two_versions_are_compared_word_by_word(app: Flask, alice: Person) -> None:  # T-13, T-15
    template_id = with_versions(app, alice)
    here = f"/templates/{template_id}/versions/comparison"
    assert "A <del>small</del><ins>big</ins> gift" in alice.get(here).text
    whole = alice.get(f"{here}?from=3&to=1").text
    assert "What version 3 changes" in whole and "<del>aboard</del>" in whole and "onboarded" in whole
    assert "No differences" in alice.get(f"{here}?from=2&to=2").text
    assert alice.get(f"{here}?from=1&to=7").status_code == 404


def test_restoring_makes_a_new_version(app: Flask, alice: Person) -> None:  # T-13
    template_id = with_versions(app, alice)
    restored = alice.post(f"/templates/{template_id}/versions/2/restoration", {"current": "3"})
    assert restored.status_code == 303
    assert current(app, alice, template_id) == (4, "A small gift")
    page = alice.get(restored.location).text
    assert "Version 2 is restored as version 4" in page and "Restored version 2." in page
    with app.app_context():
        actions = [one.action for one in audit_entries(alice.actor.account_id)[:2]]
    assert actions == ["template_version_restored", "template_changed"]
    alice.post(f"/templates/{template_id}/versions/4/restoration", {"current": "4"})
    assert current(app, alice, template_id)[0] == 4, "nothing differs"


def test_system_templates_are_not_restored(app: Flask, alice: Person) -> None:  # T-13
    here = f"/templates/{system_id(app, 'new-lead-welcome')}/versions"
    assert "Muster" in alice.get(here).text
    assert "Restore this version" not in alice.get(f"{here}/1").text
    assert alice.post(f"{here}/1/restoration").status_code == 409


def test_versions_of_another_account_are_not_found(
    app: Flask, alice: Person, mallory: Person, sam: Person
) -> None:  # T-22
    template_id = with_versions(app, alice)
    for person in (mallory, sam):
        for way in ("", "/1", "/comparison"):
            assert person.get(f"/templates/{template_id}/versions{way}").status_code == 404
        assert person.post(f"/templates/{template_id}/versions/1/restoration").status_code == 404
    assert current(app, alice, template_id)[0] == 3


def test_only_who_may_change_templates_restores(app: Flask, alice: Person, vera: Person) -> None:  # T-13
    template_id = with_versions(app, alice)
    assert "Restore this version" not in vera.get(f"/templates/{template_id}/versions/1").text
    assert vera.post(f"/templates/{template_id}/versions/1/restoration").status_code == 403


def test_a_program_restores_a_version(app: Flask, program: Program, alice: Person) -> None:  # T-13
    template_id = with_versions(app, alice)
    here = f"/workflow-templates/{template_id}"
    restored = program.post(f"{here}/versions/1/restore")
    assert restored.status_code == 200, restored.text
    assert restored.json["version"] == 4 and len(restored.json["definition"]["steps"]) == 3
    assert program.get(here).headers["ETag"] == restored.headers["ETag"]
    stale = program.post(f"{here}/versions/2/restore", headers={"If-Match": '"old"'})
    assert stale.status_code == 412
    assert program.post(f"{here}/versions/9/restore").status_code == 404
    system = f"/workflow-templates/{system_id(app, 'new-lead-welcome')}/versions/1/restore"
    assert program.post(system).json["code"] == "TEMPLATE_READ_ONLY"
