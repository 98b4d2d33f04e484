"""The trigger is chosen with its filters; goals are added and removed (W-01, T-04)."""

import pytest

from app.workflows.domain import GOALS, TRIGGERS, editing, parse, problems
from app.workflows.domain.definition.parts import Goal
from app.workflows.domain.editing import EditRefused
from tests.unit.workflows.documents import IN_GERMANY, email, goal, goals, parsed


def test_another_trigger_keeps_the_filters_and_says_what_it_needs() -> None:  # T-04
    found = parsed(email(), trigger={"type": "manual", "enabled": False, "config": {}, "filters": IN_GERMANY})
    for kind in TRIGGERS:
        chosen = parse(editing.choose_trigger(found, kind))
        assert chosen.trigger.kind is kind and not chosen.trigger.faults
        assert chosen.trigger.filters == IN_GERMANY
        assert kind.about and len(kind.about) <= 60
        required = {setting.name for setting in kind.settings if setting.required}
        assert {problem.field for problem in problems(chosen)} <= required
    same = TRIGGERS.get("manual")
    assert same and editing.choose_trigger(found, same) == found.document, "it stays switched off"


def test_filters_are_set_and_removed() -> None:  # T-04
    found = parse(editing.set_filters(parsed(email()), IN_GERMANY))
    assert found.trigger.filters == IN_GERMANY and problems(found) == []
    assert "filters" not in editing.set_filters(found, None)["trigger"]
    with pytest.raises(EditRefused):
        editing.set_filters(parse({}), IN_GERMANY)


def test_up_to_three_goals_are_added_and_removed() -> None:  # W-01
    found = parsed(email())
    for kind in list(GOALS)[:3]:
        document, goal_id = editing.add_goal(found, kind, "5")
        found = parse(document)
        assert kind.about and len(kind.about) <= 60
        assert found.goals[-1].id == goal_id and found.goals[-1].kind is kind
    assert len({one.id for one in found.goals}) == 3 and not found.goal_faults
    with pytest.raises(EditRefused, match="up to 3 goals"):
        editing.add_goal(found, next(iter(GOALS)))
    left = parse(editing.remove_goal(found, found.goals[1]))
    assert [one.id for one in left.goals] == [found.goals[0].id, found.goals[2].id]


def test_any_or_all_goals_are_required() -> None:  # W-01
    found = parsed(email(), goals=goals(goal("g", "tag_added", tag="x")))
    assert parse(editing.match_goals(found, "all")).match == "all"
    assert isinstance(parse(editing.match_goals(found, "all")).part("g"), Goal)
    with pytest.raises(EditRefused):
        editing.match_goals(found, "most")
