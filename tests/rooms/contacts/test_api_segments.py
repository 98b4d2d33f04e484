"""The API lists segments, whose filters select the people of a job."""

from flask import Flask

from app.contacts import application as contacts
from tests.people import Person, Program, program_of

LEADS = {"all": [{"field": "contact.tags", "op": "has_any", "value": ["lead"]}]}


def test_segments_are_listed_by_name(app: Flask, alice: Person, mallory: Person, program: Program) -> None:
    with app.app_context():
        for name in ("Leads", "Customers"):
            contacts.save_segment(alice.actor, name, LEADS)
    found = program.get("/segments").json
    assert [one["name"] for one in found["data"]] == ["Customers", "Leads"]
    assert found["data"][0]["filter"] == LEADS and found["next_cursor"] is None
    assert program_of(app, mallory).get("/segments").json["data"] == []
