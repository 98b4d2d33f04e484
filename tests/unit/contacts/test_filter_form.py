"""A filter as a form: rows and groups become a criteria document and come back (B-18)."""

import pytest

from app.contacts.domain.criteria import criteria_problems, filter_form_of, read_filter_form

TWO_GROUPS = {
    "join": ["any"],
    "g0-join": ["all"],
    "g0-0-field": ["contact.tags"],
    "g0-0-op": ["has_all"],
    "g0-0-value": ["VIP, lead ,"],
    "g0-1-field": ["contact.created_at"],
    "g0-1-op": ["between"],
    "g0-1-value": ["2026-01-01"],
    "g0-1-to": ["2026-02-01"],
    "g3-join": ["any"],
    "g3-0-field": ["contact.status"],
    "g3-0-op": ["in_list"],
    "g3-0-value": ["active", "bounced"],
}
DOCUMENTS = [
    {"all": [{"field": "contact.tags", "op": "has_none", "value": ["a", "b"]}]},
    {"any": [{"field": "contact.city", "op": "in_list", "value": ["Rome, Italy", "Köln"]}]},
    {"all": [{"field": "contact.last_activity_at", "op": "in_last_days", "value": 30}]},
    {"all": [{"field": "contact.custom.plan", "op": "between", "value": ["1", "2.5"]}]},
    {"all": [{"field": "contact.birthday", "op": "is_empty"}]},
    {"all": [{"field": "contact.country", "op": "in_list", "value": ["DE", "AT"]}]},
    {"all": [{"field": "contact.search", "op": "starts_with", "value": "ann"}]},
    {
        "all": [
            {"any": [{"field": "contact.email_domain", "op": "equals", "value": "example.com"}]},
            {"all": [{"field": "contact.status", "op": "not_equals", "value": "blocked"}]},
        ]
    },
]


def test_inputs_become_a_document() -> None:
    document = read_filter_form(TWO_GROUPS).document
    assert document == {
        "any": [
            {
                "all": [
                    {"field": "contact.tags", "op": "has_all", "value": ["VIP", "lead"]},
                    {"field": "contact.created_at", "op": "between", "value": ["2026-01-01", "2026-02-01"]},
                ]
            },
            {"any": [{"field": "contact.status", "op": "in_list", "value": ["active", "bounced"]}]},
        ]
    }
    assert list(criteria_problems(document)) == []


@pytest.mark.parametrize("place", range(len(DOCUMENTS)))
def test_a_document_comes_back_unchanged(place: int) -> None:
    form = filter_form_of(DOCUMENTS[place])
    assert form is not None and form.document == DOCUMENTS[place]
    assert list(criteria_problems(form.document)) == []


def test_conditions_beside_groups_become_a_group() -> None:
    rule = {"field": "contact.tags", "op": "has_any", "value": ["a"]}
    form = filter_form_of({"any": [rule, {"all": [rule, rule]}]})
    assert form is not None and form.document == {"any": [{"any": [rule]}, {"all": [rule, rule]}]}


def test_three_levels_do_not_fit_a_form() -> None:
    rule = {"field": "contact.tags", "op": "has_any", "value": ["a"]}
    assert filter_form_of({"all": [{"any": [{"all": [rule]}]}]}) is None


def test_an_operator_that_does_not_fit_its_field_is_replaced() -> None:
    given = {"g0-0-field": ["contact.status"], "g0-0-op": ["has_any"], "g0-0-value": ["active"]}
    assert read_filter_form(given).document == {
        "all": [{"field": "contact.status", "op": "equals", "value": "active"}]
    }


@pytest.mark.parametrize("field", ["", "contact.nothing", "x" * 5000, "contact.custom.Ä"])
def test_an_unknown_field_is_replaced(field: str) -> None:
    [group] = read_filter_form({"g0-0-field": [field]}).groups
    assert group.rows[0].known.name == "contact.tags"


@pytest.mark.parametrize(
    ("act", "rows"),
    [
        ("add-0", [2 + 1, 1]),
        ("remove-0-0", [1, 1]),
        ("remove-1-0", [2]),
        ("add-group", [2, 1, 1]),
        ("remove-0-9", [2, 1]),
        ("add-7", [2, 1]),
        ("remove-0", [2, 1]),
        ("nonsense", [2, 1]),
    ],
)
def test_buttons(act: str, rows: list[int]) -> None:
    assert [len(group.rows) for group in read_filter_form(TWO_GROUPS).after(act).groups] == rows


def test_a_form_keeps_one_condition_and_has_an_end() -> None:
    form = read_filter_form({"g0-0-field": ["contact.city"]}).after("remove-0-0")
    assert len(form.groups) == 1 and len(form.groups[0].rows) == 1
    for _ in range(80):
        form = form.after("add-0")
    assert len(form.groups[0].rows) == 50 and not form.has_room
    for _ in range(20):
        form = form.after("add-group")
    assert len(form.groups) == 1
