"""People who are added begin now, and are told what that means for the workflow's trigger."""

import pytest

from app.workflows.domain import TRIGGERS, beginning_words, parse
from tests.unit.workflows.documents import email, parsed


def words(kind, is_held=False, **config):
    workflow = parsed(email(), trigger={"type": kind, "enabled": True, "config": config})
    return beginning_words(workflow, is_held=is_held)


@pytest.mark.parametrize(
    ("kind", "config", "sentence"),
    [
        ("manual", {}, "People start at step 1 now."),
        ("date_reached", {"field": "contact.birthday"}, "People start at step 1 now, not on their birthday."),
        (
            "date_reached",
            {"field": "contact.birthday", "days_before": 7},
            "People start at step 1 now, not 7 days before their birthday.",
        ),
        (
            "date_reached",
            {"field": "contact.custom.renewal_date", "days_before": 1},
            "People start at step 1 now, not 1 day before the date in “Renewal date”.",
        ),
        ("appointment_booked", {}, "People start at step 1 now, not when they book an appointment."),
        ("appointment_completed", {}, "People start at step 1 now, not after their appointment."),
    ],
)
def test_the_sentence_fits_the_trigger(kind, config, sentence):
    assert words(kind, **config) == sentence


def test_people_of_a_workflow_that_has_not_been_started_do_not_start_now():
    assert words("manual", is_held=True) == "People start at step 1 once you start the workflow."
    birthday = words("date_reached", is_held=True, field="contact.birthday")
    assert birthday == "People start at step 1 once you start the workflow, not on their birthday."


def test_every_trigger_has_words_and_so_has_nonsense():
    for kind in TRIGGERS:
        assert words(kind.type).startswith("People start at step 1 now")
    for document in ({}, None, {"trigger": []}, {"trigger": {"type": []}}):
        assert beginning_words(parse(document), is_held=False) == "People start at step 1 now."
    odd = {"trigger": {"type": "date_reached", "config": {"field": [], "days_before": True}}}
    assert beginning_words(parse(odd), is_held=False).startswith("People start at step 1 now, not on")
