"""What is said about a workflow and the people of a job, in figures."""

import pytest

from app.bulk_enrollment.domain.dry_runs.effects import Effects
from app.bulk_enrollment.domain.dry_runs.meaning import remarks_on
from app.workflows.domain import TRIGGERS, added_by_hand
from tests.unit.workflows.documents import EVERY_TRIGGER, email, parsed, sms

BIRTHDAY = {"type": "date_reached", "enabled": True, "config": {"field": "contact.birthday"}}


def said(
    workflow, people: int, *, is_held: bool = False, **lacking: int
) -> list[tuple[str, str, tuple[str, ...]]]:
    effects = Effects(people=people, lacking={f"contact.{name}": count for name, count in lacking.items()})
    found = remarks_on(added_by_hand(workflow), effects, is_held=is_held)
    return [(one.title, one.text, one.offers) for one in found]


def test_a_birthday() -> None:
    workflow = parsed(email(), trigger=BIRTHDAY)
    assert said(workflow, 2_360, birthday=2_289) == [
        (
            "They start at step 1 now, not on their birthday.",
            "2,289 of 2,360 people have no birthday.",
            ("trigger", "leave_out"),
        )
    ]
    [(held, *_)] = said(workflow, 2_360, is_held=True, birthday=2_289)
    assert held == "They start at step 1 once you start the workflow, not on their birthday."
    [(_, everybody, offers)] = said(workflow, 5, birthday=5)
    assert everybody == "All 5 people have no birthday." and offers == ("trigger",), "nobody would be left"
    [(_, nobody, offers)] = said(workflow, 5, birthday=0)
    assert nobody == "0 of 5 people have no birthday." and offers == ("trigger",)


def test_texts_to_people_without_a_phone() -> None:
    assert said(parsed(email(), sms()), 2_360, phone=900, email=0) == [
        (
            "900 of 2,360 people have no phone number.",
            "1 message needs one and won’t reach these people.",
            ("leave_out",),
        )
    ]
    [(_, text, _)] = said(parsed(sms("a"), sms("b")), 10, phone=1)
    assert text == "All messages of this workflow need one, so none of them reaches this person."


def test_nobody_to_enroll_needs_no_remark() -> None:
    assert said(parsed(sms(), trigger=BIRTHDAY), 0, phone=0) == []


def test_what_is_switched_off_needs_nothing() -> None:
    silent = {**sms(), "enabled": False}
    assert said(parsed(email(), silent), 10, phone=10) == []


@pytest.mark.parametrize("trigger", EVERY_TRIGGER, ids=lambda one: one["type"])
def test_every_trigger_is_judged_by_its_declaration(trigger) -> None:
    declared = TRIGGERS.get(trigger["type"])
    workflow = parsed(email("a", "Hi", "At {{ event.starts_at }}"), trigger=trigger)
    found = said(workflow, 10, birthday=4)
    is_special = bool(declared.brings) or added_by_hand(workflow).needed[0].purpose == "start"
    assert bool(found) == is_special
    if found:
        assert found[0][0].startswith("They start at step 1 now, not ")
