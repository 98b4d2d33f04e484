"""A workflow whose template has a newer version: announced once, taken by change, undone (T-14, T-15)."""

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.activity.infrastructure.queries import audit_entries
from app.gallery import application as gallery
from app.gallery.application import load_system_templates
from app.gallery.application.load import FOLDER
from app.gallery.application.merging.taking import take_template_update
from app.notifications.infrastructure.tables import Notification
from app.platform.database import session
from app.platform.errors import Conflict
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from tests.people import Person
from tests.rooms.gallery.shelf import add_template, system_id
from tests.rooms.gallery.test_sharing import share, unshare
from tests.rooms.gallery.updating import (
    THREE_STEPS,
    clone_of,
    fields_of,
    key_of,
    made_from_template,
    page_of,
    save_version,
    second_version,
    send,
)
from tests.rooms.workflows.drafts import draft, found
from tests.unit.workflows.documents import definition, email, wait

AVAILABLE = "Update available"


def told(app: Flask) -> list[tuple[int, str, int]]:
    """(user, workflow, version) of every notification about a new version."""
    with app.app_context():
        query = sa.select(Notification).where(Notification.kind == "template_version")
        rows = session().scalars(query.order_by(Notification.id), execution_options={"cross_account": True})
        return [(row.user_id, row.subject_id, row.facts["version"]) for row in rows]


def subjects(app: Flask, person: Person, workflow_id: str) -> list[Any]:
    steps = found(app, person.actor, workflow_id).definition["steps"]
    return [one["config"].get("subject") for one in steps]


def edit(app: Flask, person: Person, workflow_id: str, step: int, **config: Any) -> None:
    """Change settings of a step, as the editor does."""
    with app.app_context(), acting_for(person.actor.account_id):
        workflow = workflows.find_workflow(person.actor, workflow_id)
        step_id = workflow.parsed.all_steps[step].id
        workflows.edit_step(person.actor, workflow_id, step_id, config, workflow.revision)


def test_a_newer_version_is_said_in_the_list_and_on_the_page(app: Flask, bob: Person) -> None:  # T-14
    template_id, workflow_id = made_from_template(app, bob.actor)
    other = clone_of(app, bob.actor, system_id(app, "new-lead-welcome"), "Other")
    assert AVAILABLE not in bob.get("/workflows").text
    save_version(app, bob.actor, template_id, second_version())
    listed = bob.get("/workflows").text
    assert listed.count(AVAILABLE) == 1 and f'href="{page_of(workflow_id)}"' in listed
    page = bob.get(f"/workflows/{workflow_id}").text
    assert "“Onboarding” is at version 2. This workflow has version 1." in page
    assert "template-news" not in bob.get(f"/workflows/{other}").text


def test_its_owner_is_told_once_for_each_version(app: Flask, bob: Person, alice: Person) -> None:  # T-14
    template_id, workflow_id = made_from_template(app, bob.actor)
    hers = clone_of(app, alice.actor, template_id, "Hers")
    save_version(app, bob.actor, template_id, second_version())
    both = [(bob.actor.user_id, workflow_id, 2), (alice.actor.user_id, hers, 2)]
    assert told(app) == both
    with app.app_context(), acting_for(bob.actor.account_id):
        changes = gallery.TemplateChanges(name="Onboarding, renamed")
        gallery.update_template(bob.actor, template_id, changes)
    assert told(app) == both, "the steps are the same"
    page = bob.get("/notifications").text
    assert "Version 2 of the template “Onboarding” is available" in page


def test_a_changed_file_of_a_system_template_is_told_in_every_account(
    app: Flask, bob: Person, mallory: Person, tmp_path: Path
) -> None:  # T-14
    key = "new-lead-welcome"
    for path in FOLDER.glob("*.yaml"):
        (tmp_path / path.name).write_text(path.read_text("utf-8"), "utf-8")
    made = [clone_of(app, person.actor, system_id(app, key)) for person in (bob, mallory)]
    text = (tmp_path / f"{key}.yaml").read_text("utf-8")
    changed = text.replace("subject: What made you get in touch?", "subject: What made you write to us?")
    (tmp_path / f"{key}.yaml").write_text(changed, "utf-8")
    with app.app_context():
        assert load_system_templates(tmp_path).changed == [key]
        assert load_system_templates(tmp_path).changed == []
    users = [bob.actor.user_id, mallory.actor.user_id]
    assert told(app) == [(user, workflow, 2) for user, workflow in zip(users, made, strict=True)]
    assert "<del>get in touch</del><ins>write to us</ins>" in mallory.get(page_of(made[1])).text


def test_sub_accounts_follow_a_template_while_it_is_shared(app: Flask, alice: Person, sam: Person) -> None:
    template_id = add_template(app, alice.actor, "Onboarding", THREE_STEPS)  # T-14, T-17
    share(app, alice, template_id, sam)
    workflow_id = clone_of(app, sam.actor, template_id)
    save_version(app, alice.actor, template_id, second_version())
    assert told(app) == [(sam.actor.user_id, workflow_id, 2)]
    assert AVAILABLE in sam.get("/workflows").text
    send(sam, workflow_id, fields_of(sam.get(page_of(workflow_id)).text), all="1")
    assert len(found(app, sam.actor, workflow_id).definition["steps"]) == 4
    assert sam.post(f"/templates/{template_id}/versions/1/restoration").status_code == 409
    unshare(app, alice, template_id, sam)
    third = second_version()
    third["steps"][3]["config"]["tag"] = "welcomed"
    save_version(app, alice.actor, template_id, third)
    assert len(told(app)) == 1 and AVAILABLE not in sam.get("/workflows").text
    assert "no longer available" in sam.get(page_of(workflow_id)).text


def test_not_now_is_for_one_version(app: Flask, bob: Person) -> None:  # T-14
    template_id, workflow_id = made_from_template(app, bob.actor)
    save_version(app, bob.actor, template_id, second_version())
    answer = bob.post(f"{page_of(workflow_id)}/dismissal", {"version": "2"})
    assert answer.status_code == 303
    assert AVAILABLE not in bob.get("/workflows").text
    assert "template-news" not in bob.get(f"/workflows/{workflow_id}").text
    assert fields_of(bob.get(page_of(workflow_id)).text)["takes"], "it can still be taken"
    third = second_version()
    third["steps"][2]["config"]["subject"] = "A big gift"
    save_version(app, bob.actor, template_id, third)
    assert AVAILABLE in bob.get("/workflows").text


def test_only_what_is_selected_is_taken(app: Flask, bob: Person) -> None:  # T-15
    template_id, workflow_id = made_from_template(app, bob.actor)
    save_version(app, bob.actor, template_id, second_version())
    page = bob.get(page_of(workflow_id)).text
    assert "<del>aboard</del><ins>on board</ins>" in page
    fields = fields_of(page)
    assert len(fields["takes"]) == 3 and not fields["chooses"]
    answer = send(bob, workflow_id, fields, take=[key_of(fields, "subject:"), key_of(fields, "added:")])
    assert answer.status_code == 303
    assert "2 changes taken from the template" in bob.get(answer.location).text
    steps = found(app, bob.actor, workflow_id).definition["steps"]
    assert [one["type"] for one in steps] == ["send_email", "wait", "send_email", "add_tag"]
    assert steps[0]["config"]["subject"] == "Welcome on board"
    assert steps[1]["config"]["amount"] == 2
    assert "up to date" in bob.get(page_of(workflow_id)).text
    listed = bob.get("/workflows").text
    assert AVAILABLE not in listed and "Onboarding, version 2" in listed
    assert (
        "Made from Onboarding, version 1; updated to version 2" in bob.get(f"/workflows/{workflow_id}").text
    )
    with app.app_context():
        actions = [one.action for one in audit_entries(bob.actor.account_id)[:2]]
    assert actions == ["template_update_taken", "workflow_redefined"]


def test_an_edit_of_ones_own_is_never_overwritten_unseen(app: Flask, bob: Person) -> None:  # T-15
    template_id, workflow_id = made_from_template(app, bob.actor)
    edit(app, bob, workflow_id, 0, subject="Welcome home")
    save_version(app, bob.actor, template_id, second_version())
    page = bob.get(page_of(workflow_id)).text
    fields = fields_of(page)
    assert len(fields["takes"]) == 2 and len(fields["chooses"]) == 1
    assert "<del>aboard</del><ins>home</ins>" in page and "<del>aboard</del><ins>on board</ins>" in page
    refused = send(bob, workflow_id, fields, take=fields["takes"])
    assert refused.status_code == 422 and "Choose which one to keep." in refused.text
    assert refused.text.count(" checked") == 2, "what was selected stays selected"
    assert subjects(app, bob, workflow_id)[0] == "Welcome home"
    [choice] = fields["chooses"]
    assert send(bob, workflow_id, fields, take=fields["takes"], **{choice: "mine"}).status_code == 303
    assert subjects(app, bob, workflow_id) == ["Welcome home", None, "A small gift", None]


def test_all_without_conflict_are_taken_with_one_button(app: Flask, bob: Person) -> None:  # T-15
    template_id, workflow_id = made_from_template(app, bob.actor)
    edit(app, bob, workflow_id, 0, subject="Welcome home")
    save_version(app, bob.actor, template_id, second_version())
    fields = fields_of(bob.get(page_of(workflow_id)).text)
    answer = send(bob, workflow_id, fields, all="1")
    kept = "Your version was kept where both had changes: “Step 1, Send email: Welcome home: Subject”."
    assert answer.status_code == 303 and kept in bob.get(answer.location).text
    steps = found(app, bob.actor, workflow_id).definition["steps"]
    assert [steps[0]["config"]["subject"], steps[1]["config"]["amount"]] == ["Welcome home", 3]
    assert steps[3]["config"] == {"tag": "onboarded"}


def test_undo_restores_the_workflow_as_it_was(app: Flask, bob: Person) -> None:  # T-15
    template_id, workflow_id = made_from_template(app, bob.actor)
    before = found(app, bob.actor, workflow_id).definition
    save_version(app, bob.actor, template_id, second_version())
    send(bob, workflow_id, fields_of(bob.get(page_of(workflow_id)).text), all="1")
    page = bob.get(f"/workflows/{workflow_id}").text
    assert "Undo this update" in page and "Updated to version 2 of the template" in page
    revision = str(found(app, bob.actor, workflow_id).revision)
    assert bob.post(f"{page_of(workflow_id)}/reversal", {"revision": revision}).status_code == 303
    assert found(app, bob.actor, workflow_id).definition == before
    assert AVAILABLE in bob.get("/workflows").text
    again = bob.post(f"{page_of(workflow_id)}/reversal", {"revision": str(int(revision) + 1)})
    assert again.status_code == 409
    fields = fields_of(bob.get(page_of(workflow_id)).text)
    assert len(fields["takes"]) == 3, "the changes are offered again"


def test_the_editor_neither_undoes_nor_redoes_an_update(app: Flask, bob: Person) -> None:  # T-15, W-01
    """The record of the update would stay, and its changes would never be offered again."""
    template_id, workflow_id = made_from_template(app, bob.actor)
    edit(app, bob, workflow_id, 0, body="Welcome, all of you.")
    save_version(app, bob.actor, template_id, second_version())
    send(bob, workflow_id, fields_of(bob.get(page_of(workflow_id)).text), all="1")

    def revision() -> dict[str, str]:
        return {"revision": str(found(app, bob.actor, workflow_id).revision)}

    assert bob.post(f"/workflows/{workflow_id}/undo", revision()).status_code == 422
    assert len(found(app, bob.actor, workflow_id).definition["steps"]) == 4
    edit(app, bob, workflow_id, 0, body="Welcome, both of you.")
    assert bob.post(f"/workflows/{workflow_id}/undo", revision()).status_code == 303
    assert bob.post(f"{page_of(workflow_id)}/reversal", revision()).status_code == 303
    for way in ("undo", "redo"):
        assert bob.post(f"/workflows/{workflow_id}/{way}", revision()).status_code == 422
    assert len(found(app, bob.actor, workflow_id).definition["steps"]) == 3


def test_undoing_asks_before_it_discards_later_edits(app: Flask, bob: Person) -> None:  # T-15
    template_id, workflow_id = made_from_template(app, bob.actor)
    before = found(app, bob.actor, workflow_id).definition
    save_version(app, bob.actor, template_id, second_version())
    send(bob, workflow_id, fields_of(bob.get(page_of(workflow_id)).text), all="1")
    edit(app, bob, workflow_id, 2, subject="A big gift")
    sent = {"revision": str(found(app, bob.actor, workflow_id).revision)}
    asked = bob.post(f"{page_of(workflow_id)}/reversal", sent)
    assert asked.status_code == 409 and 'name="lose_edits" value="1"' in asked.text
    assert subjects(app, bob, workflow_id)[2] == "A big gift"
    assert bob.post(f"{page_of(workflow_id)}/reversal", sent | {"lose_edits": "1"}).status_code == 303
    assert found(app, bob.actor, workflow_id).definition == before


def test_the_result_must_be_valid_and_problems_are_said_at_their_place(app: Flask, bob: Person) -> None:
    template_id, workflow_id = made_from_template(app, bob.actor)  # T-11, T-15
    waiting = {**wait("opened"), "type": "wait_for_event", "config": _opened("first")}
    steps = [email("first", "First things first"), waiting, *deepcopy(THREE_STEPS["steps"])]
    save_version(app, bob.actor, template_id, definition(*steps))
    fields = fields_of(bob.get(page_of(workflow_id)).text)
    _, waits = fields["takes"]
    before = found(app, bob.actor, workflow_id).definition
    refused = send(bob, workflow_id, fields, take=[waits])
    assert refused.status_code == 422
    assert "Not saved: the workflow would have 1 problem" in refused.text
    assert refused.text.count("refers to the message") == 2, "in the summary, and at the step"
    assert found(app, bob.actor, workflow_id).definition == before
    assert send(bob, workflow_id, fields, take=fields["takes"]).status_code == 303


def _opened(step_id: str) -> dict[str, Any]:
    return {"event": "email_opened", "step": step_id, "timeout": {"amount": 1, "unit": "days"}}


def test_two_people_at_once_lose_nothing(app: Flask, bob: Person, alice: Person) -> None:  # T-15
    template_id, workflow_id = made_from_template(app, bob.actor)
    save_version(app, bob.actor, template_id, second_version())
    fields = fields_of(bob.get(page_of(workflow_id)).text)
    edit(app, alice, workflow_id, 0, subject="Welcome home")
    late = send(bob, workflow_id, fields, take=fields["takes"])
    assert late.status_code == 409 and "Someone else changed this workflow" in late.text
    assert subjects(app, bob, workflow_id) == ["Welcome home", None, "A small gift"]
    assert len(fields_of(late.text)["chooses"]) == 1, "the conflict is shown"


def test_the_same_update_sent_by_two_people_is_taken_once(app: Flask, bob: Person, alice: Person) -> None:
    template_id, workflow_id = made_from_template(app, bob.actor)  # T-15
    save_version(app, bob.actor, template_id, second_version())
    revision = found(app, bob.actor, workflow_id).revision

    def take(person: Person) -> str:
        with app.app_context(), acting_for(person.actor.account_id):
            try:
                given = {"version": 2, "revision": revision, "choices": None}
                return str(take_template_update(person.actor, workflow_id, **given).count)
            except Conflict as conflict:
                return conflict.code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, (bob, alice))) == ["3", "CONFLICT"]
    assert len(found(app, bob.actor, workflow_id).definition["steps"]) == 4


def test_the_next_update_begins_where_the_last_one_ended(app: Flask, bob: Person) -> None:  # T-15
    template_id, workflow_id = made_from_template(app, bob.actor)
    save_version(app, bob.actor, template_id, second_version())
    fields = fields_of(bob.get(page_of(workflow_id)).text)
    send(bob, workflow_id, fields, take=[key_of(fields, "added:")])
    third = second_version()
    third["steps"][3]["config"]["tag"] = "welcomed"
    save_version(app, bob.actor, template_id, third)
    fields = fields_of(bob.get(page_of(workflow_id)).text)
    assert len(fields["takes"]) == 1, "what was left is not offered again"
    send(bob, workflow_id, fields, take=fields["takes"])
    steps = found(app, bob.actor, workflow_id).definition["steps"]
    assert steps[3]["config"]["tag"] == "welcomed"
    assert steps[0]["config"]["subject"] == "Welcome aboard"


def test_steps_with_ids_of_their_own_are_found_by_what_they_say(app: Flask, bob: Person) -> None:  # T-15
    template_id, workflow_id = made_from_template(app, bob.actor)
    rewritten = deepcopy(found(app, bob.actor, workflow_id).definition)
    for number, one in enumerate(rewritten["steps"]):
        one["id"] = f"own-{number}"
    with app.app_context(), acting_for(bob.actor.account_id):
        changes = workflows.WorkflowChanges(definition=rewritten)
        workflows.update_workflow(bob.actor, workflow_id, changes)
    save_version(app, bob.actor, template_id, second_version())
    send(bob, workflow_id, fields_of(bob.get(page_of(workflow_id)).text), all="1")
    steps = found(app, bob.actor, workflow_id).definition["steps"]
    assert [one["id"] for one in steps[:3]] == ["own-0", "own-1", "own-2"]
    assert subjects(app, bob, workflow_id) == ["Welcome on board", None, "A small gift", None]


def test_an_active_workflow_keeps_its_version_until_it_is_activated(app: Flask, bob: Person) -> None:  # T-15
    template_id, workflow_id = made_from_template(app, bob.actor)
    with app.app_context(), acting_for(bob.actor.account_id):
        workflows.activate(bob.actor, workflow_id, workflows.Ask.NEVER)
    save_version(app, bob.actor, template_id, second_version())
    send(bob, workflow_id, fields_of(bob.get(page_of(workflow_id)).text), all="1")
    assert "Changed since it was activated" in bob.get(f"/workflows/{workflow_id}").text


def test_who_may_only_look_reads_the_changes(app: Flask, bob: Person, vera: Person) -> None:  # T-15
    template_id, workflow_id = made_from_template(app, bob.actor)
    save_version(app, bob.actor, template_id, second_version())
    page = vera.get(page_of(workflow_id)).text
    assert "<ins>on board</ins>" in page and "update-form" not in page
    for way in ("", "/dismissal", "/reversal"):
        assert vera.post(page_of(workflow_id) + way, {"version": "2", "revision": "1"}).status_code == 403


@pytest.mark.parametrize("way", ["", "/dismissal", "/reversal"])
def test_another_accounts_workflow_is_not_found(app: Flask, bob: Person, mallory: Person, way: str) -> None:
    template_id, workflow_id = made_from_template(app, bob.actor)  # T-22
    save_version(app, bob.actor, template_id, second_version())
    answer = mallory.post(page_of(workflow_id) + way, {"version": "2", "revision": "1", "all": "1"})
    assert answer.status_code == 404
    assert mallory.get(page_of(workflow_id)).status_code == 404
    assert len(found(app, bob.actor, workflow_id).definition["steps"]) == 3


def test_a_deleted_template_leaves_the_workflow_alone(app: Flask, bob: Person) -> None:  # T-14
    template_id, workflow_id = made_from_template(app, bob.actor)
    save_version(app, bob.actor, template_id, second_version())
    with app.app_context(), acting_for(bob.actor.account_id):
        gallery.delete_template(bob.actor, template_id)
    assert AVAILABLE not in bob.get("/workflows").text
    assert "no longer available" in bob.get(page_of(workflow_id)).text
    sent = {"version": "2", "revision": "1", "all": "1"}
    assert bob.post(page_of(workflow_id), sent).status_code == 409


def test_markup_in_texts_is_shown_as_text(app: Flask, bob: Person) -> None:  # T-15
    template_id, workflow_id = made_from_template(app, bob.actor)
    evil = second_version()
    evil["steps"][0]["config"]["subject"] = "<script>alert(1)</script>"
    save_version(app, bob.actor, template_id, evil)
    page = bob.get(page_of(workflow_id)).text
    assert "<script>alert" not in page and "alert" in page


def test_long_texts_are_shown_in_short_and_without_markdown(app: Flask, bob: Person) -> None:  # T-15
    long = "Some words that stay as they are. " * 20
    link = "[Book a **seat**]({{ account.website }}), {{ contact.city }}."
    body = f"# Hello\n\n{long}\n\n{link}\n\n{long}"
    template_id, workflow_id = made_from_template(app, bob.actor, definition(email(body=body)))
    save_version(
        app, bob.actor, template_id, definition(email(body=body.replace("a **seat**", "two **seats**")))
    )
    page = bob.get(page_of(workflow_id)).text
    short, whole = page.split("Show the whole text")
    assert "<del>a seat</del><ins>two seats</ins> ({{ account.website }}), {{ contact.city }}." in short
    assert short.count("Some words that stay") < 10 < whole.count("Some words that stay")
    assert "**" not in page and "# Hello" not in page
    signs = definition(email(body=body.replace("**seat**", "*seat*")))
    save_version(app, bob.actor, template_id, signs)
    assert "<del>*</del>" in bob.get(page_of(workflow_id)).text, "only the signs have changed"


def test_a_workflow_without_a_template_has_no_update_page(app: Flask, bob: Person) -> None:  # T-14
    assert bob.get(page_of(draft(app, bob.actor))).status_code == 404
