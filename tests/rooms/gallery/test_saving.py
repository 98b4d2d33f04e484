"""A workflow becomes a template without the personal data of contacts (T-09, T-10), on its page and through
the API."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from flask import Flask

from app.accounts.application import change_business
from app.activity.infrastructure.queries import audit_entries
from app.contacts import application as contacts
from app.contacts.domain import ConsentBasis
from app.gallery import application as gallery
from app.gallery.application import saving
from app.gallery.domain.sanitizing import texts_of
from app.gallery.domain.sanitizing.view import fold
from app.gallery.infrastructure import contact_values
from app.platform.tenancy import acting_for
from tests.people import Person, Program, program_of
from tests.rooms.gallery.test_api_own_templates import refused
from tests.rooms.gallery.test_api_templates import TEMPLATES, UNKNOWN, listed
from tests.rooms.workflows.drafts import draft
from tests.services.statements import statements
from tests.unit.workflows.documents import branch, definition, email, path, rule, sms, step, wait

NORA = {
    "first_name": "Nóra",
    "last_name": "Lindqvist",
    "email": "nora@lindqvist.example",
    "phone": "+49 151 23456789",
    "company": "Café Lindqvist & Söner",
    "city": "Uppsala",
    "birthday": "1988-06-12",
}
WRITTEN = ("name", "description", "tags", "definition")
TRACES = ("nora", "lindqvist", "23456789", "soner", "k-10482", "1988")
BODY = """Hi N&oacute;ra,

write to no**ra@lind**qvist.example or [nora](mailto:NORA%40Lindqvist.example?cc=nora@lindqvist.example).
Call 0 1 5 1 2 3 4 5 6 7 8 9, number k-10482, born June 12, 1988.
Ｎｏｒａ　ＬＩＮＤＱＶＩＳＴ’s offer from CAFÉ LINDQVIST & SÖNER is at
[your page](https://shop.example/?a=1&who=Nora+Lindqvist&b=2). Mark it.
{{ contact.city | default: "Nora" }}"""


@pytest.fixture
def nora(app: Flask, bob: Person) -> None:
    """Contacts of the agency: Nora, with a customer number, and Mark May."""
    with app.app_context():
        contacts.ensure_fields(bob.actor.account_id, ["Customer number"])
        custom = {"customer_number": "K-10482"}
        contacts.add_contact(bob.actor, NORA, consent_basis=ConsentBasis.OPT_IN, custom=custom)
        mark = {"first_name": "Mark", "last_name": "May", "email": "mark.may@mail.example"}
        contacts.add_contact(bob.actor, mark, consent_basis=ConsentBasis.OPT_IN)


def personal() -> dict[str, Any]:
    """A definition with data of Nora in awkward ways."""
    only_nora = {"any": [rule("contact.email", "equals", "nora@lindqvist.example")]}
    return definition(
        email("hello", "For no\u200bra", BODY),
        sms("text", "Nora: +49 (151) 234-567-89"),
        branch("ways", path("one", "Nora only", only_nora, step("tag", "add_tag", tag="nora-lindqvist"))),
        wait("pause"),
    )


def traces_in(value: Any) -> list[str]:
    text = fold(unescape(json.dumps(value, ensure_ascii=False)).replace("*", ""))
    bare = re.sub(r"[\s\u200b]", "", text)
    return [trace for trace in TRACES if trace in text or trace in bare]


def page_of(workflow: str) -> str:
    return f"/workflows/{workflow}/template"


def hidden(page: Any, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page.text)
    assert found, page.text
    return found[1]


def ticks(page: Any) -> dict[str, tuple[str, bool]]:
    """{value: (its id, whether it is ticked)} of the values that a page lists."""
    found = re.findall(
        r'name="replace" value="(\w+)"( checked)?>\s*<span class="check-text"><span class="saving-change">'
        r"<(?:del|span)>(.*?)</",
        page.text,
        re.DOTALL,
    )
    return {unescape(text): (value_id, bool(checked)) for value_id, checked, text in found}


def answers(page: Any, **given: Any) -> dict[str, Any]:
    """What a browser would send from a page."""
    ticked = [value_id for value_id, is_ticked in ticks(page).values() if is_ticked]
    form = {"name": "Ours", "description": "", "category": "onboarding", "tags": "Fair, B2B", "act": "save"}
    kept = {name: hidden(page, name) for name in ("listed", "seen")}
    return form | kept | {"replace": ticked} | given


@pytest.mark.usefixtures("nora")
def test_the_page_shows_what_will_be_replaced_and_saves(app: Flask, bob: Person) -> None:  # T-09 T-10
    workflow = draft(app, bob.actor, "Welcome for Nora", definition=personal(), description="For Nora.")
    page = bob.get(page_of(workflow))
    assert page.status_code == 200, page.text
    found = ticks(page)
    assert found["nora@lindqvist.example"][1] and found["Mark"] == (found["Mark"][0], False)
    assert 'value="Welcome for Name"' in page.text and "For Name.</textarea>" in page.text
    assert "<del>0 1 5 1 2 3 4 5 6 7 8 9</del><ins>{{ contact.phone }}</ins>" in page.text
    assert "Step 2, Send SMS" in page.text and "Wait" not in page.text.partition("Step by step")[2]
    assert listed(program_of(app, bob), f"{TEMPLATES}?category=onboarding&q=ours") == []

    saved = bob.post(page_of(workflow), answers(page))
    assert saved.status_code == 303, saved.text
    template = program_of(app, bob).get(f"{TEMPLATES}/{saved.location.rpartition('/')[2]}").json
    assert (template["name"], template["category"], template["tags"]) == (
        "Ours",
        "onboarding",
        ["fair", "b2b"],
    )
    assert traces_in([template[name] for name in WRITTEN]) == []
    config = template["definition"]["steps"][0]["config"]
    assert config["body"] == (
        "Hi {{ contact.first_name }},\n\n"
        "write to **{{ contact.email }}** or [{{ contact.first_name }}](mailto:name@example.com).\n"
        "Call {{ contact.phone }}, number {{ contact.custom.customer_number }}, "
        "born {{ contact.birthday }}.\n"
        "{{ contact.full_name }}’s offer from {{ contact.company }} is at\n"
        '[your page](https://shop.example/?a=1&b=2). Mark it.\n{{ contact.city | default: "Name" }}'
    )
    assert "is saved as a template" in bob.get(saved.location).text
    with app.app_context():
        entries = audit_entries(bob.actor.account_id)
    entry = next(one for one in entries if one.action == "template_created")
    assert entry.facts["workflow"] == workflow
    assert traces_in(entry.facts["name"]) == []
    again = program_of(app, bob).post(
        f"{TEMPLATES}/{template['id']}/clone", {"name": "Clone", "switch_off_missing": True}
    )
    assert again.status_code == 201, again.text


@pytest.mark.usefixtures("nora")
def test_a_program_saves_and_reads_what_was_replaced(app: Flask, program: Program) -> None:  # T-09 T-10
    workflow = draft(app, program.actor, definition=personal(), description="Nora’s.")
    answer = program.post(f"/workflows/{workflow}/save-as-template", {"name": "Ours", "replace": ["Mark"]})
    assert answer.status_code == 201, answer.text
    made = answer.json
    assert (
        made["description"] == "Name’s."
        and "mark" not in made["definition"]["steps"][0]["config"]["body"].lower()
    )
    found = {one["text"]: one for one in made["replacements"]}
    assert found["Mark"] | {"places": []} == {
        "text": "Mark",
        "kind": "first_name",
        "of_contact": True,
        "replaced": True,
        "becomes": ["{{ contact.first_name }}"],
        "places": [],
    }
    assert found["Mark"]["places"] == [{"step": "hello", "name": "Step 1, Send email", "field": "body"}]
    assert traces_in([made[name] for name in WRITTEN]) == []
    assert answer.headers["Location"] == f"/api/v1{TEMPLATES}/{made['id']}"
    other = program.post(TEMPLATES, {"name": "Ours", "workflow_id": workflow})
    assert other.status_code == 201 and traces_in([other.json[name] for name in WRITTEN]) == []


@pytest.mark.usefixtures("nora")
def test_values_of_contacts_stay_only_with_a_confirmation(app: Flask, bob: Person) -> None:  # T-09
    workflow = draft(
        app, bob.actor, definition=definition(email("hello", "Hi", "Nora, write to a@b.example"))
    )
    page = bob.get(page_of(workflow))
    found = ticks(page)
    kept = answers(page, replace=[found["a@b.example"][0]])
    refusal = bob.post(page_of(workflow), kept)
    assert refusal.status_code == 409 and "Keep these values of contacts" in refusal.text
    assert not ticks(refusal)["Nora"][1]
    saved = bob.post(page_of(workflow), kept | {"keeps_contact_values": "y"})
    assert saved.status_code == 303, saved.text
    program = program_of(app, bob)
    body = {"name": "Other", "keep": ["nora", "A@b.example"]}
    problem = refused(
        program.post(f"/workflows/{workflow}/save-as-template", body), 409, "CONFIRMATION_NEEDED"
    )
    assert problem["confirm"] == "keep_contact_values" and problem["values"] == ["Nora"]
    made = program.post(f"/workflows/{workflow}/save-as-template", body | {"keep_contact_values": True}).json
    assert made["definition"]["steps"][0]["config"]["body"] == "Nora, write to a@b.example"


@pytest.mark.usefixtures("nora")
def test_nothing_is_saved_that_was_not_shown(app: Flask, bob: Person) -> None:  # T-09
    workflow = draft(app, bob.actor, definition=definition(email("hello", "Hi", "See you")))
    page = bob.get(page_of(workflow))
    assert "No personal data was found" in page.text
    refusal = bob.post(page_of(workflow), answers(page, name="For Nora"))
    assert refusal.status_code == 409 and "Review it, then save." in refusal.text
    assert "Nora" in ticks(refusal) and 'value="For Nora"' in refusal.text
    saved = bob.post(page_of(workflow), answers(refusal, name="For Nora"))
    assert saved.status_code == 303, saved.text
    assert "For Name" in bob.get(saved.location).text

    page = bob.get(page_of(workflow))
    changed = {"definition": definition(email("hello", "Hi", "See you, Nora"))}
    assert program_of(app, bob).patch(f"/workflows/{workflow}", changed).status_code == 200
    assert bob.post(page_of(workflow), answers(page)).status_code == 409


@pytest.mark.usefixtures("nora")
def test_more_can_be_replaced(app: Flask, bob: Person) -> None:  # T-09
    workflow = draft(app, bob.actor, definition=definition(email("hello", "Hi", "Ask Zoe in Hall 7, Mark")))
    page = bob.get(page_of(workflow))
    asked = answers(page, new_text="hall  7", new_kind="other", act="review")
    added = bob.post(page_of(workflow), asked)
    assert added.status_code == 200 and "<del>Hall 7</del><ins>[edit this]</ins>" in added.text
    more = answers(added, chosen_text="hall 7", chosen_kind="other", new_text="Zoe", new_kind="full_name")
    shown = bob.post(page_of(workflow), more)
    assert shown.status_code == 409 and "<del>Zoe</del>" in shown.text
    mark = ticks(shown)["Mark"][0]
    rows = {"chosen_text": ["hall 7", "Zoe"], "chosen_kind": ["other", "full_name"]}
    without = bob.post(page_of(workflow), answers(shown, **rows, remove="0"))
    assert without.status_code == 200 and "<del>Hall 7</del><ins>" not in without.text
    saved = bob.post(page_of(workflow), answers(shown, **rows, replace=[mark]))
    assert saved.status_code == 303, saved.text
    body = program_of(app, bob).get(f"{TEMPLATES}/{saved.location.rpartition('/')[2]}").json["definition"]
    text = body["steps"][0]["config"]["body"]
    assert text == "Ask {{ contact.full_name }} in [edit this], {{ contact.first_name }}"
    assert bob.post(page_of(workflow), answers(page, new_text="?!")).status_code == 422
    program = program_of(app, bob)
    wrong = program.post(
        f"/workflows/{workflow}/save-as-template", {"name": "X", "also_replace": {"!": "other"}}
    )
    assert refused(wrong, 422, "VALIDATION_ERROR")["fields"].keys() == {"also_replace"}


def test_a_workflow_with_a_secret_is_refused(app: Flask, bob: Person) -> None:  # T-10
    hook = step("hook", "webhook", url="https://a.example/", fields={"api_key": "s3cr3t-value-of-ours"})
    workflow = draft(app, bob.actor, definition=definition(email("hello"), hook))
    page = bob.get(page_of(workflow))
    assert "Remove this secret first" in page.text and f"/workflows/{workflow}/steps/hook" in page.text
    assert "s3cr3t-value" not in page.text and "Save template" not in page.text
    form = {"name": "X", "category": "custom", "seen": hidden(page, "seen")}
    assert bob.post(page_of(workflow), form).status_code == 422
    problem = refused(
        program_of(app, bob).post(f"/workflows/{workflow}/save-as-template", {"name": "X"}),
        422,
        "INVALID_TEMPLATE",
    )
    [one] = problem["problems"]
    assert (one["step"], one["name"], one["field"]) == ("hook", "Step 2, Call webhook", "fields")
    refused(
        program_of(app, bob).post(TEMPLATES, {"name": "X", "workflow_id": workflow}), 422, "INVALID_TEMPLATE"
    )


def test_a_workflow_that_would_not_run_is_refused(app: Flask, bob: Person) -> None:  # T-11
    workflow = draft(app, bob.actor, definition=definition(email("hello", "")))
    page = bob.get(page_of(workflow))
    assert page.status_code == 200 and "Subject is missing" in page.text and "Save template" not in page.text
    assert bob.post(page_of(workflow), answers(page)).status_code == 422


def test_the_business_becomes_merge_tags(app: Flask, alice: Person) -> None:  # T-10
    with app.app_context():
        change_business(
            alice.actor,
            {
                "website": "https://www.harbor.example",
                "phone": "+49 30 5550123",
                "postal_address": "1 Quay Street\nBristol",
            },
        )
    text = (
        "Call 030 5550123, come to 1 Quay Street, Bristol, see https://www.harbor.example or ask at Agency."
    )
    workflow = draft(app, alice.actor, definition=definition(email("hello", "Hi", text)))
    saved = program_of(app, alice).post(f"/workflows/{workflow}/save-as-template", {"name": "Ours"}).json
    assert saved["definition"]["steps"][0]["config"]["body"] == (
        "Call {{ account.phone }}, come to {{ account.postal_address }}, see {{ account.website }} or ask "
        "at Agency."
    )


def test_a_name_that_is_taken_is_asked_about(app: Flask, bob: Person) -> None:  # T-09
    workflow = draft(app, bob.actor)
    page = bob.get(page_of(workflow))
    assert bob.post(page_of(workflow), answers(page)).status_code == 303
    refusal = bob.post(page_of(workflow), answers(page))
    assert refusal.status_code == 409 and "Use this name anyway" in refusal.text
    assert bob.post(page_of(workflow), answers(refusal, same_name="Ours")).status_code == 303
    address, program = f"/workflows/{workflow}/save-as-template", program_of(app, bob)
    assert (
        refused(program.post(address, {"name": "Ours"}), 409, "CONFIRMATION_NEEDED")["confirm"] == "same_name"
    )
    assert program.post(address, {"name": "Ours", "same_name": True}).status_code == 201


def test_wrong_details_are_shown_at_their_fields(app: Flask, bob: Person) -> None:
    workflow = draft(app, bob.actor)
    page = bob.get(page_of(workflow))
    for wrong in (
        {"name": " "},
        {"name": "x" * 121},
        {"name": "x\x00"},
        {"description": "x" * 1_001},
        {"category": "none"},
        {"tags": "x" * 41},
        {"tags": ",".join(map(str, range(13)))},
    ):
        for act in ("save", "review"):
            answer = bob.post(page_of(workflow), answers(page, **wrong, act=act))
            assert answer.status_code == 422 and 'class="field-error"' in answer.text, wrong


@pytest.mark.usefixtures("nora")
def test_wrong_details_leave_the_choices(app: Flask, bob: Person) -> None:
    workflow = draft(app, bob.actor, definition=definition(email("hello", "Hi", "Mark, a@b.example")))
    page = bob.get(page_of(workflow))
    answer = bob.post(page_of(workflow), answers(page, name="", replace=[ticks(page)["Mark"][0]]))
    assert answer.status_code == 422
    assert [ticks(answer)[one][1] for one in ("Mark", "a@b.example")] == [True, False]


@pytest.mark.parametrize("act", ["save", "review"])
def test_long_details_are_refused_before_they_are_searched(
    app: Flask, bob: Person, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    workflow = draft(app, bob.actor)
    page = bob.get(page_of(workflow))
    examined: list[Mapping[str, str]] = []

    def texts(definition: Any, details: Mapping[str, str]) -> Any:
        examined.append(details)
        return texts_of(definition, details)

    monkeypatch.setattr(saving, "texts_of", texts)
    for long in (
        {"name": "Nora " * 50_000},
        {"description": "a@b.example " * 20_000},
        {"tags": "a,b," * 50_000},
    ):
        bob.post(page_of(workflow), answers(page, **long, act=act))
    assert examined and max(len(" ".join(one.values())) for one in examined) < 1_000


@pytest.fixture
def small_app(app: Flask) -> Iterator[Flask]:
    """The app with a limit of one custom template."""
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, max_templates=1)
    yield app
    app.extensions["settings"] = before


def test_the_limit_of_templates_holds(small_app: Flask, sam: Person) -> None:  # T-16
    workflow = draft(small_app, sam.actor)
    page = sam.get(page_of(workflow))
    assert sam.post(page_of(workflow), answers(page)).status_code == 303
    full = sam.post(page_of(workflow), answers(page, name="Another"))
    assert full.status_code == 429 and "limit of 1 custom templates" in full.text
    assert 'value="Another"' in full.text


def test_who_may_save(app: Flask, bob: Person, vera: Person, mallory: Person, sam: Person) -> None:  # T-22
    workflow = draft(app, bob.actor)
    assert f'href="{page_of(workflow)}"' in bob.get(f"/workflows/{workflow}").text
    assert f'href="{page_of(workflow)}"' not in vera.get(f"/workflows/{workflow}").text
    assert vera.get(page_of(workflow)).status_code == vera.post(page_of(workflow)).status_code == 403
    for person in (mallory, sam):
        for address in (page_of(workflow), page_of(UNKNOWN), page_of("x")):
            assert person.get(address).status_code == person.post(address, {"name": "X"}).status_code == 404
    answer = program_of(app, mallory).post(f"/workflows/{workflow}/save-as-template", {"name": "X"})
    refused(answer, 404, "WORKFLOW_NOT_FOUND")


def test_a_program_that_may_not_read_learns_nothing(app: Flask, bob: Person) -> None:  # T-22
    workflow, program = draft(app, bob.actor), program_of(app, bob, "template:manage")
    for address, body in (
        (f"/workflows/{workflow}/save-as-template", {"name": "X"}),
        (TEMPLATES, {"name": "X", "workflow_id": workflow}),
    ):
        assert refused(program.post(address, body), 403, "NOT_ALLOWED")["permission"] == "report:view"


@pytest.mark.usefixtures("nora")
def test_contacts_of_others_are_not_known(app: Flask, mallory: Person) -> None:  # T-22
    body = "Hi Nora Lindqvist, write to nora@lindqvist.example"
    workflow = draft(app, mallory.actor, definition=definition(email("hello", "Hi", body)))
    found = ticks(mallory.get(page_of(workflow)))
    assert found.keys() == {"nora@lindqvist.example"}
    made = program_of(app, mallory).post(f"/workflows/{workflow}/save-as-template", {"name": "X"}).json
    assert made["definition"]["steps"][0]["config"]["body"] == "Hi Nora Lindqvist, write to name@example.com"


def test_markup_stays_text(app: Flask, bob: Person) -> None:
    nasty = '<script>alert(1)</script> <b>x@y.example</b> "><img src=x>'
    workflow = draft(app, bob.actor, "<script>", definition=definition(email("hello", "Hi", nasty)))
    page = bob.get(page_of(workflow)).text
    assert "<script>alert" not in page and "<img src=x" not in page and "&lt;img src=x" in page


@pytest.mark.usefixtures("nora")
def test_a_few_statements_however_long_the_texts(app: Flask, bob: Person) -> None:
    with app.app_context():
        short = gallery.review_saving(
            bob.actor, draft(app, bob.actor, definition=definition(email("a", "Nora")))
        )
        assert short.report.replaced
    words = " ".join(f"Word{number} nora{number}@mail.example Nora" for number in range(300))
    long = definition(*(email(f"m{number}", "Hi", words) for number in range(10)))
    counts = []
    for document in (definition(email("a", "Nora", "Hello")), long):
        workflow = draft(app, bob.actor, definition=document)
        with app.app_context(), statements(app) as sent:
            gallery.review_saving(bob.actor, workflow)
        counts.append(len(sent))
    assert counts[1] <= counts[0] + 3, counts


@pytest.mark.parametrize("few_fields", [0, 5])
def test_values_of_many_contacts_are_looked_up_in_pieces(
    app: Flask, bob: Person, mallory: Person, monkeypatch: pytest.MonkeyPatch, few_fields: int
) -> None:
    """So that no statement of a large account takes longer than statements of pages may."""
    monkeypatch.setattr(contact_values, "PIECE", 3)
    monkeypatch.setattr(contact_values, "FEW_FIELDS", few_fields)
    account_id, long = bob.actor.account_id, "The house at the end of Mill Lane"
    with app.app_context():
        contacts.ensure_fields(account_id, ["Code", "Note"])
        for number in range(14):
            custom = {"code": "Everybody 1" if number < 11 else "Few 22", "note": f"Only {number}"}
            custom |= {"note": long} if number in (0, 13) else {}
            contacts.add_contact(
                bob.actor,
                {"email": f"p{number}@mail.example"},
                consent_basis=ConsentBasis.OPT_IN,
                custom=custom,
            )
        asked = {"everybody 1", "few 22", "only 5", "only 99", "other 7"}
        with acting_for(account_id), statements(app) as sent:
            found = contact_values.custom_values_among(account_id, asked, lambda text: "mill" in text)
        assert found == {"few 22": "code", "only 5": "note", long.lower(): "note"}
        reading = [one for one in sent if "lower(" in one]
        assert len(reading) == 5 and all("contacts.id >=" in one for one in reading)
        assert "contacts.id <" not in reading[-1] and all("contacts.id <" in one for one in reading[:-1])
        with acting_for(mallory.actor.account_id):
            assert not contact_values.custom_values_among(mallory.actor.account_id, asked, bool)
