"""Custom fields: created, renamed, given a kind, merged, and deleted; files and filters respect the kinds."""

import html
import re

import pytest
import sqlalchemy as sa
from flask import Flask

from app.bulk_enrollment.application.jobs import start
from app.bulk_enrollment.application.jobs.start import JobRequest
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.selection import FilterSelection
from app.contacts.application import custom_fields, resolve_filter, selecting
from app.contacts.application.custom_fields import changing, values
from app.contacts.application.selecting import bulk_actions, segments
from app.contacts.application.selecting.list_columns import choose_columns, list_columns
from app.contacts.infrastructure.selecting import counting
from app.contacts.infrastructure.tables import Contact, CustomField
from app.platform.clock import now
from app.platform.database import session
from app.platform.errors import Conflict, Invalid, LimitReached
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.bulk_enrollment.trial import Trial
from tests.rooms.workflows.drafts import active, complete, draft
from tests.services.statements import statements

PAGE = "/settings/fields"


@pytest.fixture
def trial(app: Flask, bob: Person, run_tasks) -> Trial:
    return Trial(app, bob.actor, run_tasks)


def create(person: Person, label: str, kind: str = "text", choices: str = "") -> int:
    answer = person.post(PAGE, {"label": label, "kind": kind, "choices": choices})
    assert answer.status_code == 303, answer.text
    return field_id(person, label)


def field_id(person: Person, label: str) -> int:
    found = re.search(rf'href="{PAGE}/(\d+)">{re.escape(label)}<', person.get(PAGE).text)
    assert found, label
    return int(found[1])


def imported(trial: Trial, text: str, *labels: str, **more) -> str:
    mapping = {"0": "email"} | {str(at): f"custom:{label}" for at, label in enumerate(labels, 1)}
    choices = {"missing": "create", "existing": "overwrite", "mapping": mapping} | more
    return trial.run(text, None, **choices)


def custom(trial: Trial) -> dict[str, dict[str, str]]:
    """{address: custom values}."""
    with trial.acting():
        session().expire_all()
        return {one.email_key: one.custom or {} for one in session().scalars(sa.select(Contact))}


def matching(trial: Trial, op: str, value=None, key: str = "seats") -> set[str]:
    rule = {"field": f"contact.custom.{key}", "op": op, "value": value}
    with trial.acting():
        ids = resolve_filter(trial.actor.account_id, {"all": [rule]}, now())
        query = sa.select(Contact.email_key).where(
            Contact.account_id == trial.actor.account_id, Contact.id.in_(ids)
        )
        return {one.partition("@")[0] for one in session().scalars(query)}


def test_kinds_are_respected_by_files(bob, trial):
    create(bob, "Seats", "number"), create(bob, "Renewal", "date"), create(bob, "VIP", "yes_no")
    create(bob, "Plan", "choice", "Gold\nSilver")
    text = (
        "Email,Seats,Renewal,VIP,Plan\n"
        'a@example.com,"1.234,5",13.5.2026,ja,GOLD\n'
        "b@example.com,many,soon,perhaps,Bronze\n"
        "c@example.com,7,14.5.2026,no,silver\n"
    )
    job = imported(trial, text, "Seats", "Renewal", "VIP", "Plan")
    found = custom(trial)
    assert found["a@example.com"] == {
        "seats": "1234.5",
        "renewal": "2026-05-13",
        "vip": "yes",
        "plan": "Gold",
    }
    assert found["b@example.com"] == {}, "left out, not guessed"
    assert found["c@example.com"] == {"seats": "7", "renewal": "2026-05-14", "vip": "no", "plan": "Silver"}
    page = words_of(bob.get(f"/enrollments/{job}").text)
    for said in ("Seats", "Renewal", "VIP", "Plan", "many", "Bronze"):
        assert said in page


def test_kinds_are_respected_by_filters(bob, trial):
    create(bob, "Seats", "number"), create(bob, "VIP", "yes_no")
    imported(
        trial,
        "Email,Seats,VIP\na@example.com,5.0,yes\nb@example.com,50,no\nc@example.com,,\n",
        "Seats",
        "VIP",
    )
    assert matching(trial, "equals", "5") == {"a"}, "as a number, also if it is written as text"
    assert matching(trial, "greater", 9) == {"b"}
    assert matching(trial, "equals", True, "vip") == {"a"}
    assert matching(trial, "is_empty", key="vip") == {"c"}
    for op, value in (("contains", "5"), ("equals", "many"), ("before", "2026-01-01")):
        with pytest.raises(Invalid):
            matching(trial, op, value)


def test_kinds_are_respected_by_forms(bob, trial):
    create(bob, "Seats", "number"), create(bob, "Plan", "choice", "Gold\nSilver")
    form = {"email": "ann@example.com", "consent_basis": "opt_in", "own-seats": "many", "own-plan": "Silver"}
    answer = bob.post("/contacts", form)
    assert answer.status_code == 422 and "isn’t a number" in answer.text
    assert '<option selected value="Silver">' in answer.text
    assert bob.post("/contacts", form | {"own-seats": "1.000"}).status_code == 303
    assert custom(trial)["ann@example.com"] == {"seats": "1000", "plan": "Silver"}
    with trial.acting():
        number = session().scalars(sa.select(Contact.id)).one()
    assert "1,000" in words_of(bob.get(f"/contacts/{number}").text)


def test_a_new_kind_converts_what_fits_and_keeps_the_rest(bob, trial, monkeypatch):
    monkeypatch.setattr(values, "CONTACTS", 2)
    rows = "".join(f"p{number}@example.com,{number} 000\n" for number in range(1, 6))
    imported(trial, f"Email,Seats\n{rows}x@example.com,many\n", "Seats")
    number = field_id(bob, "Seats")
    assert bob.post(f"{PAGE}/{number}", {"label": "Seats", "kind": "number"}).status_code == 303
    assert "Converting values" in bob.get(PAGE).text
    assert bob.post(f"{PAGE}/{number}", {"label": "Other", "kind": "text"}).status_code == 409
    trial.run_tasks()
    assert custom(trial)["p3@example.com"] == {"seats": "3000"}
    assert custom(trial)["x@example.com"] == {"seats": "many"}
    assert matching(trial, "greater", 2500) == {"p3", "p4", "p5"}
    assert "Converting values" not in bob.get(PAGE).text


def test_a_renamed_field_keeps_its_values_and_its_column(bob, trial):
    imported(trial, "Email,Plan\na@example.com,Gold\n", "Plan")
    number = field_id(bob, "Plan")
    bob.post(f"{PAGE}/{number}", {"label": "Tariff", "kind": "text"})
    imported(trial, "Email,Plan\nb@example.com,Silver\n", "Plan")
    imported(trial, "Email,Tariff\nc@example.com,Bronze\n", "Tariff")
    assert {one["plan"] for one in custom(trial).values()} == {"Gold", "Silver", "Bronze"}
    with trial.acting():
        assert [one.label for one in session().scalars(sa.select(CustomField))] == ["Tariff"]
    answer = bob.post(PAGE, {"label": "plan", "kind": "text"})
    assert answer.status_code == 422 and "has or had this name" in answer.text


def test_two_fields_are_merged_as_announced(bob, trial, monkeypatch):
    monkeypatch.setattr(values, "CONTACTS", 2)
    imported(
        trial,
        "Email,Plan,Tarif\na@example.com,Gold,\nb@example.com,,Silver\nc@example.com,Gold,Gold\n"
        "d@example.com,Gold,Bronze\ne@example.com,,\nf@example.com,,Bronze\n",
        "Plan", "Tarif",
    )  # fmt: skip
    plan, tarif = field_id(bob, "Plan"), field_id(bob, "Tarif")
    words = words_of(bob.get(f"{PAGE}/{tarif}/merge", query_string={"into": plan}).text)
    assert "4 contacts have a value in Tarif." in words
    assert "2 values move to Plan." in words and "1 value is already the same there." in words
    assert "1 value is deleted, because Plan has a different one, which stays." in words
    assert bob.post(f"{PAGE}/{tarif}/merge", {"into": plan}).status_code == 303
    trial.run_tasks()
    assert {address[0]: found for address, found in custom(trial).items()} == {
        "a": {"plan": "Gold"}, "b": {"plan": "Silver"}, "c": {"plan": "Gold"}, "d": {"plan": "Gold"},
        "e": {}, "f": {"plan": "Bronze"},
    }  # fmt: skip
    imported(trial, "Email,Tarif\ng@example.com,Iron\n", "Tarif")
    assert custom(trial)["g@example.com"] == {"plan": "Iron"}, "the old column fills the merged field"
    log = words_of(bob.get("/activity").text)
    assert "merged a field into the field Plan (“Tarif”: 2 values moved, 1 deleted)" in log


def test_a_field_of_another_kind_cannot_be_merged(app, bob, trial):
    text, number = create(bob, "Notes"), create(bob, "Seats", "number")
    assert bob.get(f"{PAGE}/{text}/merge", query_string={"into": number}).status_code == 409
    assert bob.get(f"{PAGE}/{text}/merge", query_string={"into": text}).status_code == 409
    assert bob.get(f"{PAGE}/{number}/merge", query_string={"into": text}).status_code == 200
    assert 'name="into"' in bob.get(f"{PAGE}/{number}").text
    assert 'name="into"' not in bob.get(f"{PAGE}/{text}").text, "nothing is offered that is refused"
    assert bob.get(f"{PAGE}/{number}/merge", query_string={"into": "x"}).status_code == 409


def test_a_deleted_field_takes_its_values_along(bob, trial):
    imported(trial, "Email,Plan,Notes\na@example.com,Gold,x\nb@example.com,,y\n", "Plan", "Notes")
    plan = field_id(bob, "Plan")
    assert "1 contact loses its value." in words_of(bob.get(f"{PAGE}/{plan}/deletion").text)
    bob.post(f"{PAGE}/{plan}/deletion")
    assert "Deleting" in bob.get(PAGE).text
    with trial.acting(), pytest.raises(Conflict):
        custom_fields.ensure_fields(trial.actor.account_id, ["Plan"])
    trial.run_tasks()
    assert {one.get("plan") for one in custom(trial).values()} == {None}
    assert {one["notes"] for one in custom(trial).values()} == {"x", "y"}
    assert "Plan" not in bob.get(PAGE).text


def test_pages_before_a_change_count_for_a_moment(bob, trial, monkeypatch):
    """With more contacts than can be counted, numbers are estimates, and say so."""
    rows = "".join(f"p{number}@example.com,Gold,{'x' if number % 2 else ''}\n" for number in range(256))
    imported(trial, f"Email,Plan,Tarif\n{rows}", "Plan", "Tarif")
    plan, tarif = field_id(bob, "Plan"), field_id(bob, "Tarif")

    def asked() -> tuple[str, str]:
        deletion = bob.get(f"{PAGE}/{plan}/deletion")
        return words_of(deletion.text), words_of(
            bob.get(f"{PAGE}/{plan}/merge", query_string={"into": tarif}).text
        )

    monkeypatch.setattr(counting, "SMALL", 10)
    monkeypatch.setattr(changing, "COUNT_SECONDS", 60.0)
    deletion, merge = asked()
    assert "256 contacts lose their value." in deletion and "256 contacts have a value in Plan." in merge
    assert "128 values move to Tarif." in merge and "128 values are deleted" in merge
    monkeypatch.setattr(changing, "COUNT_SECONDS", 0.0)
    with statements(trial.app) as asked_for:
        deletion, merge = asked()
    assert re.search(r"About \d+ contacts lose their value\.", deletion)
    assert re.search(r"About \d+ contacts have a value in Plan\.", merge)
    assert re.search(r"About \d+ values move to Tarif\.", merge)
    assert "Few values are already the same there." in merge
    counts = [one for one in asked_for if "count(" in one and "custom" in one]
    assert len(counts) == 4 and all("contacts.id <" in one for one in counts), "a part of the contacts each"
    assert bob.post(f"{PAGE}/{plan}/deletion").status_code == 303
    assert "(256 values)" in words_of(bob.get("/activity").text), "the log has the exact number"


def test_a_field_in_use_stays(bob, trial):
    number = create(bob, "Seats", "number")
    job = trial.start(
        "Email,Seats\na@example.com,5\n", None, missing="create", mapping={"0": "email", "1": "custom:Seats"}
    )
    page = bob.get(f"{PAGE}/{number}/deletion").text
    assert "is still in use" in page and "the job of people.csv" in page
    assert bob.post(f"{PAGE}/{number}/deletion").status_code == 409
    trial.finish(job)
    active(trial.app, bob.actor)
    assert bob.post(f"{PAGE}/{number}/deletion").status_code == 303


def test_a_bulk_action_that_is_not_over_keeps_its_field(app, bob, trial, monkeypatch):
    """Without the field, its filter would mean nothing, and the action would never end."""
    seats, other = create(bob, "Seats"), create(bob, "Chairs")
    imported(trial, "Email,Seats\na@example.com,5\nb@example.com,5\n", "Seats")
    monkeypatch.setattr(bulk_actions, "STEP", 1)
    monkeypatch.setattr(bulk_actions, "SECONDS_IN_REQUEST", -1)
    with app.app_context():
        rule = {"field": "contact.custom.seats", "op": "equals", "value": "5"}
        selection = selecting.select_matching(bob.actor, {"all": [rule]})
        action = selecting.tag_selection(bob.actor, selection.id, "lead")
    for change, given in (("deletion", {}), ("merge", {"into": other})):
        refused = bob.post(f"{PAGE}/{seats}/{change}", given)
        assert refused.status_code == 409 and "a bulk action that isn’t over" in refused.text
    trial.settle()
    with app.app_context():
        assert selecting.show_action(bob.actor, action).changed == 2
    assert bob.post(f"{PAGE}/{seats}/deletion").status_code == 303


def test_the_number_of_fields_and_of_their_names_is_limited(app, bob, trial, monkeypatch):
    monkeypatch.setattr("app.contacts.application.custom_fields.listing.MAX_FIELDS", 2)
    monkeypatch.setattr("app.contacts.application.custom_fields.changing.MAX_ALIASES", 3)
    first = create(bob, "Seats")
    create(bob, "Chairs")
    full = bob.post(PAGE, {"label": "Tables", "kind": "text"})
    assert full.status_code == 429 and "up to 2 contact fields" in full.text
    with pytest.raises(LimitReached):
        imported(trial, "Email,Tables\na@example.com,5\n", "Tables")
    for label in ("Places", "Stools"):
        assert bob.post(f"{PAGE}/{first}", {"label": label, "kind": "text"}).status_code == 303
    refused = bob.post(f"{PAGE}/{first}", {"label": "Benches", "kind": "text"})
    assert refused.status_code == 422 and "has had 3 names" in refused.text
    assert bob.post(f"{PAGE}/{first}", {"label": "Seats", "kind": "text"}).status_code == 303


def test_an_interrupted_change_goes_on(app, bob, trial, monkeypatch):
    imported(trial, "Email,Plan\na@example.com,Gold\n", "Plan")
    bob.post(f"{PAGE}/{field_id(bob, 'Plan')}/deletion")
    from redis import Redis

    Redis.from_url(app.extensions["settings"].redis_url).flushall()
    monkeypatch.setattr(values, "UNTOUCHED", values.UNTOUCHED * 0)
    with app.app_context():
        values.resume_changes()
    trial.run_tasks()
    assert custom(trial)["a@example.com"] == {}


def test_viewers_look_and_others_do_not_exist(bob, vera, mallory, trial):
    number = create(bob, "Plan")
    page = vera.get(PAGE)
    assert (
        page.status_code == 200
        and "Plan" in page.text
        and "<form" not in page.text.partition("<main")[2].partition("</main>")[0]
    )
    assert vera.get(f"{PAGE}/{number}").status_code == 403
    assert vera.post(PAGE, {"label": "x", "kind": "text"}).status_code == 403
    assert "Plan" not in mallory.get(PAGE).text
    for address in ("", "/merge", "/deletion"):
        assert mallory.get(f"{PAGE}/{number}{address}").status_code == 404
        assert mallory.post(f"{PAGE}/{number}{address}").status_code == 404
    with trial.app.app_context(), acting_for(mallory.actor.account_id):
        assert custom_fields.own_field_list(mallory.actor.account_id) == []


def segment(person: Person, trial: Trial, name: str, op: str, value=None, key: str = "seats") -> int:
    rule = {"field": f"contact.custom.{key}", "op": op} | ({} if value is None else {"value": value})
    in_bonn = {"field": "contact.city", "op": "equals", "value": "Bonn"}
    criteria = {"any": [{"all": [rule]}, {"all": [in_bonn]}]}
    with trial.acting():
        return segments.save_segment(person.actor, name, criteria).id


def criteria(trial: Trial, segment_id: int):
    with trial.acting():
        return segments.find_segment(trial.actor, segment_id).criteria["any"][0]["all"][0]


def test_segments_follow_a_merged_field(bob, trial):
    text = "Email,Seats,Places\na@example.com,5,\nb@example.com,,5\nc@example.com,7,\n"
    imported(trial, text, "Seats", "Places")
    seats, places = field_id(bob, "Seats"), field_id(bob, "Places")
    few = segment(bob, trial, "Few <b>seats</b>", "equals", "5")
    other = segment(bob, trial, "Other", "equals", "5", key="places")
    with trial.acting():
        choose_columns(bob.actor, ["email", "custom.seats"])
    link = f'href="/contacts/segments/{few}/edit">The segment Few &lt;b&gt;seats&lt;/b&gt;</a>'
    assert link in bob.get(f"{PAGE}/{seats}").text, "what uses a field is said on its page"
    page = bob.get(f"{PAGE}/{seats}/merge", query_string={"into": places}).text
    assert "These use Places instead from then on:" in page and link in page and "Other" not in page
    assert bob.post(f"{PAGE}/{seats}/merge", {"into": places}).status_code == 303
    trial.run_tasks()
    assert criteria(trial, few) == criteria(trial, other)
    assert criteria(trial, few) == {"field": "contact.custom.places", "op": "equals", "value": "5"}
    shown = words_of(bob.get("/contacts", query_string={"segment": few}).text)
    assert "2 contacts" in shown and "a@example.com" in shown and "b@example.com" in shown
    with trial.acting():
        assert [column.key for column in list_columns(bob.actor)] == ["email", "custom.places"]
    assert "changed the segment Few <b>seats</b> (its filter)" in html.unescape(
        words_of(bob.get("/activity").text)
    )


def test_fields_are_merged_and_deleted_without_a_request(app, bob, trial):
    """As a worker or a shell does."""
    imported(trial, "Email,Seats,Places\na@example.com,5,\nb@example.com,7,8\n", "Seats", "Places")
    seats, places, rooms = field_id(bob, "Seats"), field_id(bob, "Places"), create(bob, "Rooms", "number")
    few = segment(bob, trial, "Few seats", "equals", "5")
    definition = complete()
    rule = {"field": "contact.custom.rooms", "op": "greater", "value": 3}
    definition["trigger"]["filters"] = {"all": [rule]}
    draft(app, bob.actor, "Big rooms", definition=definition)
    with trial.acting():
        with pytest.raises(Conflict, match="Rooms is still in use: the workflow Big rooms"):
            custom_fields.delete_field(bob.actor, rooms)
        custom_fields.merge_fields(bob.actor, seats, places)
    trial.run_tasks()
    assert custom(trial) == {"a@example.com": {"places": "5"}, "b@example.com": {"places": "8"}}
    assert criteria(trial, few)["field"] == "contact.custom.places"


def test_numbers_keep_their_meaning_when_a_field_becomes_text(bob, trial):
    create(bob, "Seats", "number")
    create(bob, "Notes")
    imported(trial, "Email,Seats\na@example.com,1000\nb@example.com,7\n", "Seats")
    seats, notes = field_id(bob, "Seats"), field_id(bob, "Notes")
    many = segment(bob, trial, "Many", "equals", "1,000")
    bob.post(f"{PAGE}/{seats}/merge", {"into": notes})
    trial.run_tasks()
    assert criteria(trial, many) == {"field": "contact.custom.notes", "op": "equals", "value": 1000}
    assert "1 contact" in words_of(bob.get("/contacts", query_string={"segment": many}).text)


def test_a_field_that_a_segment_uses_is_not_deleted(bob, trial):
    seats = create(bob, "Seats", "number")
    few = segment(bob, trial, "Few", "less", 10)
    page = bob.get(f"{PAGE}/{seats}/deletion").text
    assert "is still in use" in page and f'href="/contacts/segments/{few}/edit"' in page
    assert bob.post(f"{PAGE}/{seats}/deletion").status_code == 409
    bob.post(f"/contacts/segments/{few}/removal")
    assert bob.post(f"{PAGE}/{seats}/deletion").status_code == 303


def test_a_kind_that_filters_do_not_fit_is_refused(app, bob, trial):
    seats = create(bob, "Seats", "number")
    few = segment(bob, trial, "Few", "less", 10)
    segment(bob, trial, "Some", "is_not_empty")
    answer = bob.post(f"{PAGE}/{seats}", {"label": "Seats", "kind": "yes_no"})
    assert answer.status_code == 422
    assert "With the type yes or no, a filter in the segment Few would no longer work." in answer.text
    assert "the segment Some" not in answer.text and "The segment Some" in answer.text
    assert f'href="/contacts/segments/{few}/edit"' in answer.text
    assert bob.post(f"{PAGE}/{seats}", {"label": "Chairs", "kind": "number"}).status_code == 303
    bob.post(f"/contacts/segments/{few}/removal")
    assert bob.post(f"{PAGE}/{seats}", {"label": "Chairs", "kind": "yes_no"}).status_code == 303


def test_filters_of_workflows_and_jobs_count(app, bob, trial):
    seats = create(bob, "Seats", "number")
    rule = {"field": "contact.custom.seats", "op": "greater", "value": 3}
    definition = complete()
    definition["trigger"]["filters"] = {"all": [rule]}
    draft(app, bob.actor, "Big rooms", definition=definition)
    imported(trial, "Email,Seats\na@example.com,5\n", "Seats")
    with trial.acting():
        wanted = JobRequest(FilterSelection({"all": [rule]}), JobOptions(), active(app, bob.actor))
        start.dry_run(bob.actor, wanted)
    page = words_of(bob.get(f"{PAGE}/{seats}").text)
    assert "The workflow Big rooms" in page and "The job of Filtered contacts" in page
    answer = bob.post(f"{PAGE}/{seats}", {"label": "Seats", "kind": "yes_no"})
    assert "a filter in the workflow Big rooms and the job of Filtered contacts" in answer.text
    assert bob.post(f"{PAGE}/{seats}/deletion").status_code == 409
    places = create(bob, "Places", "number")
    assert bob.post(f"{PAGE}/{seats}/merge", {"into": places}).status_code == 409
