"""What a workflow needs, and what is switched off when it is missing (T-02, T-12)."""

from typing import Any

import pytest

from app.workflows.domain import (
    draw,
    needs,
    parse,
    problems,
    switch_off,
)
from tests.unit.workflows.documents import (
    EVERY_TRIGGER,
    IN_GERMANY,
    branch,
    definition,
    email,
    goal,
    goals,
    off,
    one_of_everything,
    parsed,
    path,
    sms,
    step,
)


@pytest.mark.parametrize(
    ("document", "needed"),
    [
        (definition(email()), set()),
        (definition(sms()), {"sms"}),
        (definition(off(sms())), set()),
        (definition(off(branch("b", path("a", "A", IN_GERMANY, sms()))), email()), set()),
        (definition(branch("b", path("a", "A", IN_GERMANY, sms()))), {"sms"}),
        (definition(step("h", "webhook", url="https://example.com")), set()),
        (definition(email(body="{{ account.booking_link }}")), {"calendar"}),
        (definition(email(subject="{% if account.review_link %}x{% endif %}")), {"reviews"}),
        (definition(email(), trigger=EVERY_TRIGGER[6]), {"calendar"}),
        (definition(email(), trigger=EVERY_TRIGGER[10]), {"payments"}),
        (definition(email(), trigger=EVERY_TRIGGER[12]), {"webhook"}),
        (definition(email(), trigger=off(EVERY_TRIGGER[12])), set()),
        (
            definition(email(), goals=goals(goal("g", "purchase_made"), goal("h", "tag_added", tag="x"))),
            {"payments"},
        ),
        (one_of_everything(), {"sms", "calendar", "payments"}),
        (None, set()),
    ],
)
def test_needs_are_derived(document: Any, needed: set[str]) -> None:  # T-02, T-12
    assert needs(parse(document)) == needed


def test_switching_off_names_what_it_switched_off() -> None:  # T-12
    document = definition(
        email("a", body="{{ account.booking_link }}"),
        branch("b", path("x", "X", IN_GERMANY, sms("s"))),
        off(sms("already")),
        email("c"),
        trigger=EVERY_TRIGGER[7],
        goals=goals(goal("g", "appointment_booked")),
    )
    changed, names = switch_off(parse(document), {"sms", "calendar"})
    assert names == [
        "Trigger, Appointment canceled",
        "Step 1, Send email",
        "Step 3, Send SMS",
        "Goal 1, Books an appointment",
    ]
    assert needs(changed) == set()
    assert problems(changed) == []
    assert needs(parse(document)) == {"sms", "calendar"}


def test_switching_off_nothing_changes_nothing() -> None:  # T-12
    everything = parse(one_of_everything())
    assert switch_off(everything, set()) == (everything, [])


def test_the_drawing_marks_what_is_missing() -> None:  # T-02, T-12
    nodes = draw(parsed(sms("s", "Hi {{ account.review_link }}"), email("e")), missing={"sms"}).nodes
    assert [(node.needs, node.missing) for node in nodes[1:]] == [(("sms", "reviews"), ("sms",)), ((), ())]
