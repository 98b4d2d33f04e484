"""Making a workflow of a template: complete, once, and refused with a sentence where it cannot be."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.infrastructure.tables import Account
from app.activity.infrastructure.queries import audit_entries
from app.contacts.infrastructure.tables import CustomField
from app.gallery import application as gallery
from app.gallery.infrastructure import queries
from app.gallery.infrastructure.tables import TemplateUse
from app.platform.database import session, transaction
from app.platform.errors import Invalid, LimitReached, NotAllowed
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from app.workflows.domain import STEPS
from app.workflows.domain.types.declarations import Look, StepType
from app.workflows.infrastructure.tables import Workflow
from tests.people import Person
from tests.rooms.gallery.shelf import (
    GREETING,
    SYSTEM_TEMPLATES,
    add_template,
    connect,
    definition,
    system_id,
    uses,
)
from tests.rooms.workflows.drafts import draft

EVERYTHING = ("sms", "webhook", "calendar", "payments", "reviews")


@pytest.fixture
def at_work(app: Flask, bob: Person) -> Iterator[Person]:
    """Bob inside the app, for use cases."""
    with app.app_context(), acting_for(bob.actor.account_id):
        yield bob


def workflows_of(person: Person) -> list[Workflow]:
    query = sa.select(Workflow).where(Workflow.account_id == person.actor.account_id)
    return list(session().scalars(query.execution_options(populate_existing=True)))


def uses_of(person: Person) -> list[TemplateUse]:
    query = sa.select(TemplateUse).where(TemplateUse.account_id == person.actor.account_id)
    return list(session().scalars(query))


def ids_in(value: Any) -> list[str]:
    """Every id in a document, in the order of its text: of steps, paths and goals."""
    if isinstance(value, list):
        return [found for member in value for found in ids_in(member)]
    if not isinstance(value, dict):
        return []
    own = [value["id"]] if "id" in value else []
    return own + [found for key in sorted(value) for found in ids_in(value[key])]


def with_every_id(value: Any, renamed: dict[str, str], is_id: bool = False) -> Any:
    """The document with its ids exchanged: own ids, steps that are named, and messages in conditions."""
    if isinstance(value, list):
        return [with_every_id(inner, renamed, is_id) for inner in value]
    if not isinstance(value, dict):
        return renamed[value] if is_id and isinstance(value, str) and value else value
    of_message = str(value.get("field", "")).startswith("event.")
    return {
        key: with_every_id(inner, renamed, key in ("id", "step") or (of_message and key == "value"))
        for key, inner in value.items()
    }


def test_clone_copies_everything_and_rewrites_every_reference(app: Flask, at_work: Person) -> None:  # T-03
    connect(app, at_work.actor, *EVERYTHING)
    templates = list(queries.system_templates())
    assert len(templates) == SYSTEM_TEMPLATES
    for template in templates:
        made = gallery.clone_template(
            at_work.actor, template.public_id, name=f"My {template.name}", idempotency_key=template.public_id
        )
        original = queries.version_definition(template.id, 1).document
        renamed = dict(zip(ids_in(original), ids_in(made.definition), strict=True))
        assert len(set(renamed.values())) == len(renamed)
        assert not set(renamed.values()) & set(renamed)
        assert made.definition == with_every_id(original, renamed)
        assert made.status == "draft"
        assert made.description == template.description
    assert len({workflow.public_id for workflow in workflows_of(at_work)}) == SYSTEM_TEMPLATES


def test_the_template_stays_as_it_was(app: Flask, at_work: Person) -> None:  # T-03, T-04
    [template] = queries.templates_called(at_work.actor.account_id, "new-lead-welcome", 2)
    before = queries.version_definition(template.id, 1).document
    made = gallery.clone_template(at_work.actor, template.public_id, name="Mine", idempotency_key="k")
    with transaction():
        made.definition = {**made.definition, "steps": []}
    assert queries.version_definition(template.id, 1).document == before
    assert template.version == 1


def test_clone_remembers_where_it_comes_from(app: Flask, at_work: Person) -> None:  # T-08
    [template] = queries.templates_called(at_work.actor.account_id, "new-lead-welcome", 2)
    made = gallery.clone_template(at_work.actor, template.public_id, name="Mine", idempotency_key="k")
    assert made.template_id == template.id
    assert (made.template_version, made.template_name) == (1, "New lead welcome")
    assert made.template_category == "lead_nurturing"
    assert made.cloned_at is not None


def test_a_clone_is_recorded_and_counted(app: Flask, at_work: Person) -> None:  # T-18, T-21
    public_id = system_id(app, "new-lead-welcome")
    made = gallery.clone_template(at_work.actor, public_id, name="Mine", idempotency_key="k")
    (use,) = uses_of(at_work)
    assert (use.workflow_id, use.version, use.user_id) == (made.id, 1, at_work.actor.user_id)
    assert uses(app, at_work.actor, public_id) == 1
    entry = audit_entries(at_work.actor.account_id)[0]
    assert (entry.action, entry.subject_id) == ("template_cloned", public_id)
    assert entry.facts["workflow"] == made.public_id


def test_the_same_form_twice_makes_one_workflow(app: Flask, at_work: Person) -> None:  # T-18
    public_id = system_id(app, "new-lead-welcome")
    first = gallery.clone_template(at_work.actor, public_id, name="Mine", idempotency_key="k")
    second = gallery.clone_template(at_work.actor, public_id, name="Mine", idempotency_key="k")
    assert first.public_id == second.public_id
    assert len(workflows_of(at_work)) == len(uses_of(at_work)) == 1
    assert uses(app, at_work.actor, public_id) == 1


def test_a_use_is_no_change_of_the_template(app: Flask, at_work: Person) -> None:  # T-18
    [template] = queries.templates_called(at_work.actor.account_id, "new-lead-welcome", 2)
    before = template.updated_at
    gallery.clone_template(at_work.actor, template.public_id, name="Mine", idempotency_key="k")
    session().refresh(template)
    assert (template.times_used, template.updated_at) == (1, before)


def test_own_fields_that_a_template_names_are_made(app: Flask, at_work: Person) -> None:  # T-03
    connect(app, at_work.actor, *EVERYTHING)
    public_id = system_id(app, "clinic-visit-reminder")
    gallery.clone_template(at_work.actor, public_id, name="Visits", idempotency_key="k")
    gallery.clone_template(at_work.actor, public_id, name="Visits again", idempotency_key="l")
    fields = session().scalars(
        sa.select(CustomField).where(CustomField.account_id == at_work.actor.account_id)
    )
    made = [(field.key, field.label, field.kind) for field in fields]
    assert made == [("next_appointment", "Next appointment", "date")]


def test_a_missing_integration_is_refused_and_nothing_is_made(app: Flask, at_work: Person) -> None:  # T-12
    public_id = system_id(app, "checkup-recall")
    with pytest.raises(Invalid) as refused:
        gallery.clone_template(at_work.actor, public_id, name="Recall", idempotency_key="k")
    assert refused.value.code == "MISSING_INTEGRATION"
    assert refused.value.facts["missing"] == ["sms", "calendar"]
    assert "Step 6, Send SMS" in refused.value.facts["steps"]
    assert refused.value.facts["next_url"] == "/settings/integrations"
    assert not workflows_of(at_work)
    assert not uses_of(at_work)
    assert uses(app, at_work.actor, public_id) == 0


def test_clone_with_what_is_affected_switched_off(app: Flask, at_work: Person) -> None:  # T-12
    public_id = system_id(app, "checkup-recall")
    connect(app, at_work.actor, "calendar")
    made = gallery.clone_template(
        at_work.actor, public_id, name="Recall", idempotency_key="k", switch_off_missing=True
    )
    off = [step.type for step in made.parsed.all_steps if not step.enabled]
    assert off == ["send_sms"]
    assert made.definition["trigger"]["enabled"]


def test_a_connected_integration_is_no_hindrance(app: Flask, at_work: Person) -> None:  # T-12
    connect(app, at_work.actor, "sms", "calendar")
    made = gallery.clone_template(
        at_work.actor, system_id(app, "checkup-recall"), name="Recall", idempotency_key="k"
    )
    assert all(step.enabled for step in made.parsed.all_steps)


def test_another_accounts_integration_does_not_count(app: Flask, at_work: Person, mallory: Person) -> None:
    connect(app, mallory.actor, *EVERYTHING)  # T-12
    with pytest.raises(Invalid):
        gallery.clone_template(
            at_work.actor, system_id(app, "checkup-recall"), name="Recall", idempotency_key="k"
        )


def test_who_may_only_look_may_not_clone(app: Flask, vera: Person) -> None:  # T-12
    public_id = system_id(app, "new-lead-welcome")
    with app.app_context(), acting_for(vera.actor.account_id), pytest.raises(NotAllowed):
        gallery.clone_template(vera.actor, public_id, name="Mine", idempotency_key="k")
    answer = vera.post(f"/templates/{public_id}/clone", {"name": "Mine", "idempotency_key": "k"})
    assert answer.status_code == 403
    assert "Ask an owner or admin" in answer.text
    page = vera.get(f"/templates/{public_id}/clone").text
    assert "Ask an owner or admin" in page
    assert "clone-form" not in page


def test_the_limit_of_workflows_holds(app: Flask, at_work: Person) -> None:  # T-12
    with transaction():
        account = session().get_one(Account, at_work.actor.account_id)
        account.limits = {"workflows": 1}
    public_id = system_id(app, "new-lead-welcome")
    gallery.clone_template(at_work.actor, public_id, name="One", idempotency_key="k")
    with pytest.raises(LimitReached) as refused:
        gallery.clone_template(at_work.actor, public_id, name="Two", idempotency_key="l")
    assert refused.value.code == "WORKFLOW_LIMIT_REACHED"
    assert len(workflows_of(at_work)) == 1
    assert uses(app, at_work.actor, public_id) == 1
    answer = at_work.post(f"/templates/{public_id}/clone", {"name": "Two", "idempotency_key": "m"})
    assert answer.status_code == 429
    assert "reached its limit" in answer.text
    assert 'value="Two"' in answer.text


def test_a_kind_of_step_that_is_out_of_use_is_refused(app: Flask, at_work: Person) -> None:  # T-12
    fax = StepType(type="send_fax", title="Send fax", look=Look("mail"), group="action", deprecated="Old.")
    STEPS.add(fax)
    try:
        public_id = add_template(
            app,
            at_work.actor,
            "Old ways",
            definition(GREETING, {"id": "fax", "type": "send_fax", "config": {}}),
        )
        with pytest.raises(Invalid) as refused:
            gallery.clone_template(at_work.actor, public_id, name="Old", idempotency_key="k")
        page = at_work.get(f"/templates/{public_id}/clone").text
    finally:
        STEPS.remove(fax.type)
    assert refused.value.code == "INVALID_TEMPLATE"
    assert "Step 2, Send fax" in refused.value.message
    assert "no longer supported" in page
    assert not workflows_of(at_work)


def test_a_template_with_a_fault_is_refused(app: Flask, at_work: Person) -> None:  # T-11, T-12
    broken = definition({"id": "w", "type": "wait", "config": {"amount": 2, "unit": "fortnights"}})
    public_id = add_template(app, at_work.actor, "Broken", broken)
    with pytest.raises(Invalid) as refused:
        gallery.clone_template(at_work.actor, public_id, name="Broken", idempotency_key="k")
    assert refused.value.code == "INVALID_TEMPLATE"


@pytest.mark.parametrize(("name", "sentence"), [("  ", "Enter a name"), ("x" * 121, "up to 120")])
def test_a_name_is_needed(app: Flask, at_work: Person, name: str, sentence: str) -> None:  # T-03
    answer = at_work.post(
        f"/templates/{system_id(app, 'new-lead-welcome')}/clone", {"name": name, "idempotency_key": "k"}
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert not workflows_of(at_work)


def test_the_form_is_filled_in_and_leads_to_the_new_workflow(app: Flask, bob: Person) -> None:  # T-03
    address = f"/templates/{system_id(app, 'new-lead-welcome')}/clone"
    page = bob.get(address).text
    assert 'value="New lead welcome"' in page
    key = re.search(r'name="idempotency_key" type="hidden" value="([^"]+)"', page)
    assert key is not None
    answers = [bob.post(address, {"name": "  Our   welcome ", "idempotency_key": key[1]}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    with app.app_context():
        (workflow,) = workflows_of(bob)
    assert workflow.name == "Our welcome"
    assert answers[0].location.endswith(f"/workflows/{workflow.public_id}")
    assert "“Our welcome” is ready" in bob.get(answers[0].location).text


def test_each_form_has_a_key_of_its_own(app: Flask, bob: Person) -> None:  # T-18
    address = f"/templates/{system_id(app, 'new-lead-welcome')}/clone"
    keys = {
        re.findall(r'name="idempotency_key"[^>]*value="([^"]+)"', bob.get(address).text)[0] for _ in range(3)
    }
    assert len(keys) == 3


def test_in_the_dialog_the_window_moves_on(app: Flask, bob: Person) -> None:  # T-03
    address = f"/templates/{system_id(app, 'new-lead-welcome')}/clone"
    sheet = {"HX-Target": "div#sheet-body"}
    assert bob.htmx("get", address, headers=sheet).text.lstrip().startswith('<div class="sheet"')
    refused = bob.htmx("post", address, data={"name": "", "idempotency_key": "k"}, headers=sheet)
    assert refused.status_code == 422
    assert refused.text.lstrip().startswith('<div class="sheet"')
    done = bob.htmx("post", address, data={"name": "Mine", "idempotency_key": "k"}, headers=sheet)
    assert (done.status_code, done.headers["HX-Redirect"][:11]) == (204, "/workflows/")


def test_the_form_offers_to_switch_off_what_cannot_run(app: Flask, bob: Person) -> None:  # T-12
    address = f"/templates/{system_id(app, 'checkup-recall')}/clone"
    page = bob.get(address).text
    assert "SMS and Calendar not connected" in page
    assert "Step 6, Send SMS" in page
    assert 'href="/settings/integrations"' in page
    refused = bob.post(address, {"name": "Recall", "idempotency_key": "k"})
    assert refused.status_code == 422
    assert "Create without these steps" in refused.text
    done = bob.post(address, {"name": "Recall", "idempotency_key": "k", "switch_off": "1"})
    assert done.status_code == 303
    with app.app_context():
        (workflow,) = workflows_of(bob)
    assert not workflow.definition["trigger"]["enabled"]


def test_no_token_no_clone(app: Flask, bob: Person) -> None:
    address = f"/templates/{system_id(app, 'new-lead-welcome')}/clone"
    answer = bob.post(address, {"name": "Mine", "idempotency_key": "k"}, headers={"X-CSRFToken": "wrong"})
    assert answer.status_code == 400


def test_a_clone_with_a_name_that_is_taken_asks(app: Flask, bob: Person) -> None:
    address = f"/templates/{system_id(app, 'checkup-recall')}/clone"
    sent = {"name": "Recall", "idempotency_key": "a", "switch_off": "1"}
    first = bob.post(address, sent)
    assert first.status_code == 303
    again = sent | {"idempotency_key": "b"}
    asked = bob.post(address, again)
    assert asked.status_code == 409
    assert "You already have a workflow named “Recall”. Use this name anyway?" in asked.text
    assert 'name="same_name" value="Recall"' in asked.text and 'name="switch_off" value="1"' in asked.text
    made = bob.post(address, again | {"same_name": "Recall"})
    assert made.status_code == 303 and made.location != first.location


def test_workflows_of_another_account_are_not_copied(at_work: Person, app: Flask, mallory: Person) -> None:
    ours, theirs = draft(app, at_work.actor, "Ours"), draft(app, mallory.actor, "Theirs")
    rules = [
        {"field": "contact.in_workflow", "op": "not_equals", "value": theirs},
        {"field": "contact.was_in_workflow", "op": "in_list", "value": [ours, theirs]},
    ]
    document = definition(
        GREETING,
        {"id": "in", "type": "enroll_in_workflow", "config": {"workflow": theirs}},
        {"id": "out", "type": "remove_from_workflow", "config": {"workflow": ours}},
        filters={"all": rules},
    )
    template_id = add_template(app, at_work.actor, "Linked", document)
    made = gallery.clone_template(at_work.actor, template_id, name="Linked", idempotency_key="linked")
    assert theirs not in str(made.definition)
    assert [step["config"].get("workflow") for step in made.definition["steps"]] == [None, "", ours]
    filters = made.definition["trigger"]["filters"]["all"]
    assert [rule["value"] for rule in filters] == ["", [ours, ""]], "a blank condition cannot be activated"
    with pytest.raises(Invalid):
        workflows.activate(at_work.actor, made.public_id, workflows.Ask.NEVER)
