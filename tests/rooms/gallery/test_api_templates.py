"""Templates through the API: listing, search, details, preview, and versions."""

from typing import Any

import pytest
from flask import Flask

from app.gallery.domain.categories import CATEGORIES, CATEGORY_KEYS
from app.gallery.presentation.api_preview import TemplatePreview
from app.gallery.presentation.api_schemas import (
    Template,
    TemplateCategory,
    TemplateVersion,
    TemplateVersionWithDefinition,
    TemplateWithDefinition,
)
from tests.people import Person, Program, program_of
from tests.rooms.gallery.shelf import SYSTEM_TEMPLATES, add_template, connect, system_id
from tests.services.statements import statements
from tests.unit.workflows.documents import (
    as_large_as_allowed,
    branch,
    definition,
    email,
    path,
    rule,
    sms,
    wait,
)

TEMPLATES = "/workflow-templates"
UNKNOWN = "01936b1c-0000-7000-8000-000000000000"


def listed(program: Program, address: str = TEMPLATES) -> list[dict[str, Any]]:
    """The items of a list, collected over its pages by their Link headers."""
    found = []
    pages = 0
    while address:
        answer = program.get(address)
        assert answer.status_code == 200, answer.text
        found += answer.json["data"]
        link = answer.headers.get("Link", "")
        assert bool(link) == (answer.json["next_cursor"] is not None)
        address = link.partition(">")[0].removeprefix("</api/v1") if link else ""
        pages += 1
        assert pages < 100
    return found


def test_every_template_is_listed_once_over_all_pages(program: Program) -> None:
    whole = listed(program, f"{TEMPLATES}?limit=100")
    assert len(whole) == SYSTEM_TEMPLATES
    assert listed(program, f"{TEMPLATES}?limit=7") == whole
    assert len({one["id"] for one in whole}) == SYSTEM_TEMPLATES
    for one in whole:
        Template.model_validate(one, strict=False)
        assert one.keys() == Template.model_fields.keys()
        assert one["is_system"] is True and "definition" not in one


@pytest.mark.parametrize("sort", ["recommended", "used", "completed", "name", "newest", "shortest"])
def test_each_order_has_the_same_templates(program: Program, sort: str) -> None:
    ids = [one["id"] for one in listed(program, f"{TEMPLATES}?sort={sort}&limit=10")]
    assert len(ids) == len(set(ids)) == SYSTEM_TEMPLATES


def test_filters_work_together(program: Program) -> None:
    nurturing = listed(program, f"{TEMPLATES}?category=lead_nurturing")
    assert {one["category"] for one in nurturing} == {"lead_nurturing"}
    with_sms = listed(program, f"{TEMPLATES}?category=lead_nurturing&step=send_sms")
    assert 0 < len(with_sms) < len(nurturing)
    assert all("sms" in one["channels"] for one in with_sms)
    tag = nurturing[0]["tags"][0]
    tagged = listed(program, f"{TEMPLATES}?tag={tag.upper()}")
    assert tagged and all(tag in one["tags"] for one in tagged)
    assert listed(program, f"{TEMPLATES}?q=new%20lead%20welcom")[0]["key"] == "new-lead-welcome"
    assert listed(program, f"{TEMPLATES}?q=zzzzqqqq") == []
    by_name = listed(program, f"{TEMPLATES}?q=sms&sort=name&limit=3")
    assert [one["name"].casefold() for one in by_name] == sorted(one["name"].casefold() for one in by_name)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("category=nothing", "category"),
        ("sort=best", "sort"),
        ("step=fly", "step"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("q=" + "x" * 201, "q"),
        ("q=a%00b", "q"),
        ("q=a&q=b", "q"),
        ("cursor=abc", "cursor"),
        ("cursor=WyJ4Il0", "cursor"),
        ("colour=red", "colour"),
    ],
)
def test_wrong_parameters_are_named(program: Program, query: str, field: str) -> None:
    answer = program.get(f"{TEMPLATES}?{query}")
    assert answer.status_code == 422, answer.text
    assert list(answer.json["fields"]) == [field]


def test_a_page_continues_although_its_last_template_is_gone(app: Flask, program: Program) -> None:
    names = [f"Ours {number}" for number in range(6)]
    ids = {name: add_template(app, program.actor, name) for name in names}
    first = program.get(f"{TEMPLATES}?category=custom&sort=name&limit=3").json
    assert [one["name"] for one in first["data"]] == names[:3]
    assert program.delete(f"{TEMPLATES}/{ids['Ours 2']}").status_code == 204
    rest = program.get(f"{TEMPLATES}?category=custom&sort=name&cursor={first['next_cursor']}").json
    assert set(names[4:]) <= {one["name"] for one in rest["data"]}
    assert rest["next_cursor"] is None


def test_categories_have_the_counts_of_their_lists(program: Program) -> None:  # T-05
    answer = program.get(f"{TEMPLATES}/categories")
    assert answer.status_code == 200 and answer.json["next_cursor"] is None
    shown = [TemplateCategory.model_validate(one) for one in answer.json["data"]]
    assert tuple(one.key for one in shown) == CATEGORY_KEYS
    assert shown[0].label == CATEGORIES[0].label
    for one in shown:
        assert one.count == len(listed(program, f"{TEMPLATES}?category={one.key}&limit=100"))


def test_details_have_the_definition_and_what_is_missing(app: Flask, program: Program) -> None:
    public_id = system_id(app, "gym-first-month")
    answer = program.get(f"{TEMPLATES}/{public_id}")
    assert answer.status_code == 200 and answer.headers["ETag"].startswith('"')
    assert answer.json.keys() == TemplateWithDefinition.model_fields.keys()
    TemplateWithDefinition.model_validate(answer.json, strict=False)
    assert answer.json["definition"]["format"] == 1
    assert answer.json["needs"] == answer.json["missing"] == ["sms"]
    connect(app, program.actor, "sms")
    assert program.get(f"{TEMPLATES}/{public_id}").json["missing"] == []


@pytest.mark.parametrize("public_id", [UNKNOWN, "x", "1", UNKNOWN.upper() + "A", "%00", "..", "a" * 5000])
@pytest.mark.parametrize("part", ["", "/preview", "/versions", "/versions/1"])
def test_what_does_not_exist_is_not_found(program: Program, public_id: str, part: str) -> None:
    answer = program.get(f"{TEMPLATES}/{public_id}{part}")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.json["code"] in ("TEMPLATE_NOT_FOUND", "NOT_FOUND")


def test_templates_of_others_do_not_exist(app: Flask, program: Program, mallory: Person) -> None:  # T-22
    theirs = add_template(app, mallory.actor, "Theirs")
    for part in ("", "/preview", "/versions", "/versions/1"):
        assert program.get(f"{TEMPLATES}/{theirs}{part}").status_code == 404
    assert theirs not in {one["id"] for one in listed(program, f"{TEMPLATES}?limit=100")}
    assert theirs in {one["id"] for one in listed(program_of(app, mallory), f"{TEMPLATES}?limit=100")}


def test_a_preview_shows_everything_in_order_and_in_words(app: Flask, program: Program) -> None:  # T-07
    clicked = {"all": [rule("event.link_clicked", "equals", "hello")]}
    document = definition(
        email("hello", "Hi {{ contact.first_name }}", "Good to **have** you. <script>alert(1)</script>"),
        wait("pause", 2, "days"),
        branch("ways", path("yes", "Clicked", clicked, sms("short", "See you")), otherwise=[email("bye")]),
    )
    public_id = add_template(app, program.actor, "Drawn", document)
    answer = program.get(f"{TEMPLATES}/{public_id}/preview")
    assert answer.status_code == 200, answer.text
    preview = TemplatePreview.model_validate(answer.json)
    assert (preview.template_id, preview.version, preview.days) == (public_id, 1, 2)
    assert [node.id for node in preview.steps] == ["hello", "pause", "ways"]
    hello, pause, ways = preview.steps
    assert hello.channel == "email" and hello.merge_tags == ["contact.first_name"]
    assert hello.message is not None and "<strong>have</strong>" in hello.message.html
    assert "<script" not in hello.message.html
    assert "{{" not in hello.message.subject
    assert (pause.kind, pause.title, pause.wait_minutes) == ("timing", "Wait 2 days", 2 * 24 * 60)
    yes, others = ways.paths
    assert yes.rule and others.is_default and others.rule == ""
    [short] = yes.steps
    assert short.missing == ["sms"] and short.message is not None and short.message.sms_parts == 1
    assert preview.trigger.kind == "trigger" and preview.trigger.title
    assert preview.goals == []


def test_every_system_template_has_a_preview(program: Program) -> None:
    for one in listed(program, f"{TEMPLATES}?limit=100"):
        answer = program.get(f"{TEMPLATES}/{one['id']}/preview")
        assert answer.status_code == 200, answer.text
        preview = TemplatePreview.model_validate(answer.json)
        assert preview.days == one["days"] and preview.trigger.title


def test_versions_are_listed_newest_first(app: Flask, program: Program) -> None:  # T-13
    public_id = add_template(app, program.actor, "Ours")
    for number in range(2, 6):
        changed = program.patch(
            f"{TEMPLATES}/{public_id}", {"name": f"Ours {number}", "note": f"No. {number}"}
        )
        assert changed.status_code == 200, changed.text
    found = listed(program, f"{TEMPLATES}/{public_id}/versions?limit=2")
    assert [one["version"] for one in found] == [5, 4, 3, 2, 1]
    assert [one["is_current"] for one in found] == [True, False, False, False, False]
    assert found[0]["note"] == "No. 5" and found[0]["created_by"] == program.actor.user_id
    for one in found:
        TemplateVersion.model_validate(one, strict=False)
        answer = program.get(f"{TEMPLATES}/{public_id}/versions/{one['version']}")
        TemplateVersionWithDefinition.model_validate(answer.json, strict=False)
        assert answer.json["definition"]["steps"][0]["id"] == "hello"


@pytest.mark.parametrize("number", ["0", "6", "-1", "x", "9" * 30, "2147483648"])
def test_a_version_that_does_not_exist_is_not_found(app: Flask, program: Program, number: str) -> None:
    public_id = system_id(app, "new-lead-welcome")
    assert program.get(f"{TEMPLATES}/{public_id}/versions/{number}").status_code == 404


def test_a_viewer_reads_everything(app: Flask, vera: Person) -> None:
    program = program_of(app, vera)
    public_id = system_id(app, "new-lead-welcome")
    for path_ in ("", "/categories", *(f"/{public_id}{part}" for part in ("", "/preview", "/versions"))):
        assert program.get(f"{TEMPLATES}{path_}").status_code == 200


def test_a_token_without_the_scope_reads_nothing(app: Flask, alice: Person) -> None:
    answer = program_of(app, alice, "template:manage").get(TEMPLATES)
    assert (answer.status_code, answer.json["code"]) == (403, "NOT_ALLOWED")
    assert answer.json["permission"] == "report:view"


def test_the_list_costs_the_same_however_long_it_is(app: Flask, program: Program) -> None:
    program.get(f"{TEMPLATES}?limit=1")  # builds the catalog, and notes the use of the token
    with statements(app) as few:
        program.get(f"{TEMPLATES}?limit=1")
    with statements(app) as many:
        program.get(f"{TEMPLATES}?limit=100")
    assert len(few) == len(many) <= 12


def test_a_template_as_large_as_allowed_is_previewed(app: Flask, program: Program) -> None:
    public_id = add_template(app, program.actor, "Large", as_large_as_allowed())
    answer = program.get(f"{TEMPLATES}/{public_id}/preview")
    assert answer.status_code == 200
    assert answer.text.count('"type":"send_email"') == 25
