"""Templates at the command line."""

import json
from pathlib import Path
from typing import Any

from flask import Flask

from app.accounts.application import create_sub_account
from tests.people import Person
from tests.rooms.gallery.shelf import (
    SYSTEM_TEMPLATES,
    add_template,
    system_id,
)
from tests.rooms.workflows.drafts import found

FIELDS = {
    *("id", "key", "name", "description", "category", "tags", "is_system", "is_shared", "version", "needs"),
    *("missing", "steps", "days", "channels", "times_used", "completion_rate", "created_at", "updated_at"),
    "created_by",
    "shared_by",
}


def run(app: Flask, *args: str) -> Any:
    return app.test_cli_runner().invoke(args=args)


def test_templates_as_json(app: Flask) -> None:  # T-19
    listed = json.loads(run(app, "templates", "--json").stdout)
    assert len(listed) == SYSTEM_TEMPLATES
    for one in listed:
        assert set(one) == FIELDS
    recall = next(one for one in listed if one["key"] == "checkup-recall")
    assert recall["needs"] == recall["missing"] == ["sms", "calendar"]
    assert recall["channels"] == ["email", "sms"]
    assert (recall["is_system"], recall["version"], recall["completion_rate"]) == (True, 1, None)


def test_templates_as_a_table(app: Flask) -> None:
    output = run(app, "templates").stdout
    assert output.startswith("KEY")
    assert "new-lead-welcome" in output
    assert "sms (not connected)" in output


def test_templates_of_an_account(app: Flask, sam: Person) -> None:  # T-22
    add_template(app, sam.actor, "Sam's own")
    assert "Sam's own" in run(app, "templates", "--account", "Branch").stdout
    assert "Sam's own" not in run(app, "templates").stdout
    unknown = run(app, "templates", "--account", "Nobody")
    assert (unknown.exit_code, unknown.output) == (1, "Error: No account is named Nobody.\n")


def test_clone_by_key_name_and_id(app: Flask) -> None:  # T-03
    for reference in ("new-lead-welcome", "New lead welcome", system_id(app, "new-lead-welcome")):
        done = run(app, "clone", reference, "--name", "Mine", "--same-name", "--json")
        assert done.exit_code == 0, done.output
        answer = json.loads(done.stdout)
        assert set(answer) == {
            *("workflow_id", "name", "status", "template_id", "template_version", "switched_off")
        }
        assert (answer["name"], answer["status"], answer["template_version"]) == ("Mine", "draft", 1)


def test_clone_and_activate(app: Flask) -> None:  # W-02
    done = run(app, "clone", "new-lead-welcome", "--name", "Mine", "--activate", "--json")
    assert json.loads(done.stdout)["status"] == "active"


def test_what_cannot_be_cloned_is_one_sentence(app: Flask) -> None:  # T-12
    unknown = run(app, "clone", "nonsense", "--name", "Mine")
    assert unknown.exit_code == 1
    assert unknown.output.count("\n") == 1
    missing = run(app, "clone", "checkup-recall", "--name", "Mine")
    assert missing.exit_code == 1
    assert "SMS and Calendar are not connected" in missing.output
    done = run(app, "clone", "checkup-recall", "--name", "Mine", "--switch-off-missing", "--json")
    assert "Step 6, Send SMS" in json.loads(done.stdout)["switched_off"]


def test_activating_at_the_terminal_says_what_is_missing(app: Flask) -> None:
    done = run(app, "clone", "new-lead-welcome", "--name", "Mine", "--activate")
    assert done.exit_code == 0
    assert "Missing: Your website isn’t set." in done.stderr


def test_a_workflow_that_would_send_nothing_stays_a_draft_at_the_terminal(app: Flask) -> None:
    without = ("clone", "salon-review-after-visit", "--switch-off-missing")
    refused = run(app, *without, "--name", "Quiet", "--activate")
    assert refused.exit_code == 1
    assert "No message in this workflow is live" in refused.output and "stays a draft" in refused.output
    done = run(app, *without, "--name", "Quiet anyway", "--activate-anyway", "--json")
    assert json.loads(done.stdout)["status"] == "active"


def test_a_name_that_is_taken_needs_an_option_at_the_terminal(app: Flask) -> None:
    assert run(app, "clone", "new-lead-welcome", "--name", "Mine").exit_code == 0
    refused = run(app, "clone", "new-lead-welcome", "--name", "Mine")
    assert refused.exit_code == 1
    assert "You already have a workflow named “Mine”." in refused.output and "--same-name" in refused.output
    assert run(app, "clone", "new-lead-welcome", "--name", "Mine", "--same-name").exit_code == 0


def test_a_contact_field_is_used_instead_at_the_terminal(app: Flask, bob: Person) -> None:  # T-12
    command = ("clone", "pet-birthday", "--switch-off-missing", "--json")
    wrong = run(app, *command, "--field", "pet_birthday", "nothing")
    assert wrong.exit_code == 1 and "This contact field doesn’t exist." in wrong.output
    done = run(app, *command, "--field", "pet_birthday", "birthday")
    assert done.exit_code == 0, done.output
    definition = str(found(app, bob.actor, json.loads(done.stdout)["workflow_id"]).definition)
    assert "contact.birthday" in definition and "pet_birthday" not in definition


def test_a_template_is_exported_and_imported(app: Flask, sam: Person, tmp_path: Path) -> None:  # T-20
    file = tmp_path / "recall.yaml"
    file.write_bytes(run(app, "export-template", "checkup-recall").stdout_bytes)
    assert file.read_text("utf-8").startswith("key: checkup-recall\n")
    done = run(app, "import-template", str(file), "--name", "Recall", "--account", "Branch")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("Recall is imported: ")
    assert "Not connected: SMS and Calendar" in done.stderr
    made = json.loads(run(app, "templates", "--account", "Branch", "--json").stdout)
    [recall] = [one for one in made if one["id"] == done.stdout.split()[-1]]
    assert (recall["name"], recall["is_system"]) == ("Recall", False)
    assert run(app, "export-template", recall["id"]).exit_code == 1, "it belongs to another account"


def test_a_name_of_several_is_not_taken_for_one_of_them(
    app: Flask, alice: Person, sam: Person, tmp_path: Path
) -> None:  # T-20, T-22
    file = tmp_path / "recall.yaml"
    file.write_bytes(run(app, "export-template", "checkup-recall").stdout_bytes)
    with app.app_context():
        twin = create_sub_account(alice.actor, name="Branch")
    refused = run(app, "import-template", str(file), "--account", "Branch")
    ids = f"{sam.actor.account_id}, {twin}"
    assert refused.exit_code == 1 and refused.output == (
        f"Error: Several accounts are named Branch. Use the ID of one of them, such as {ids}.\n"
    )
    account = ("--account", str(sam.actor.account_id))
    for _ in range(2):
        done = run(app, "import-template", str(file), *account)
        assert done.exit_code == 0, done.output
    made = done.stdout.split()[-1]
    assert run(app, "export-template", made, *account).exit_code == 0
    name = done.stdout.partition(" is imported")[0]
    refused = run(app, "export-template", name, *account)
    assert refused.exit_code == 1 and f"Several templates are named “{name}”." in refused.output
    assert run(app, "export-template", "checkup-recall", *account).exit_code == 0


def test_what_cannot_be_imported_is_one_sentence(app: Flask, tmp_path: Path) -> None:  # T-20
    file = tmp_path / "other.yaml"
    for content, words in ((b"\xff\xfe", "isn’t text in UTF-8"), (b"name: X\n", "isn’t a template file")):
        file.write_bytes(content)
        refused = run(app, "import-template", str(file))
        assert refused.exit_code == 1 and words in refused.output and refused.output.count("\n") == 1
    assert run(app, "import-template", str(tmp_path / "none.yaml")).exit_code == 2
