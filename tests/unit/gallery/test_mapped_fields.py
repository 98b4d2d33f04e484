"""Fields of the account in the place of those of a template: what fits, what is suggested, and that a merge
doesn't take them for edits (T-12, T-15)."""

from copy import deepcopy
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.contacts.domain.own_fields import OwnField, OwnKind
from app.gallery.domain.merging import align, apply, compare
from app.gallery.domain.readiness import misfit, suggested, targets, used_fields
from app.workflows.domain import copy_definition, new_ids, parse
from app.workflows.domain.definition.custom_fields import with_fields
from tests.unit.gallery.edited_documents import Document, edited, new_document, steps_of, taking_all
from tests.unit.workflows.documents import definition, email, rule, step

BIRTHDAY, DOB = "contact.custom.birthday", "contact.custom.dob"
NAMES = {BIRTHDAY: DOB}
ON_BIRTHDAY = {"type": "date_reached", "enabled": True, "config": {"field": BIRTHDAY}}


def own(label: str, kind: OwnKind = OwnKind.TEXT, *choices: str) -> OwnField:
    key = label.lower().replace(" ", "_")
    return OwnField(key, label, kind, choices, frozenset((key,)))


def with_birthdays(rng: Random, document: Document) -> Document:
    """The document with a field in its trigger, and in some texts and conditions."""
    used = deepcopy(document)
    used["trigger"] = deepcopy(ON_BIRTHDAY)
    for one in steps_of(used):
        if one["type"] == "send_email" and rng.random() < 0.7:
            one["config"]["body"] += " {{ contact.custom.birthday | date: '%B' }}"
        for arm in one["config"].get("arms", []):
            arm["criteria"]["all"].append(rule(BIRTHDAY, "is_not_empty"))
    return used


@settings(deadline=None, max_examples=100)
@given(st.randoms(use_true_random=False))
def test_a_merge_with_the_same_version_keeps_the_mapped_workflow(rng: Random) -> None:  # T-12
    template = parse(with_birthdays(rng, new_document(rng)))
    mapped = with_fields(template, NAMES)
    assert new_ids(mapped) == new_ids(template)
    mine = edited(rng, copy_definition(mapped), "m")
    same = compare(align(mapped, with_fields(template, NAMES), parse(mine), new_ids(template)))
    assert same.changes == ()
    assert apply(same, taking_all(same)).document == mine


@settings(deadline=None, max_examples=50)
@given(st.randoms(use_true_random=False))
def test_what_a_new_version_brings_uses_the_mapped_field(rng: Random) -> None:  # T-12
    document = with_birthdays(rng, new_document(rng))
    newer = with_birthdays(rng, edited(rng, document, "t"))
    base, theirs = (with_fields(parse(one), NAMES) for one in (document, newer))
    found = compare(align(base, theirs, parse(copy_definition(base)), new_ids(base)))
    assert not list(found.conflicts)
    merged = parse(apply(found, taking_all(found)).document)
    assert {one.name for one in used_fields(merged)} == {DOB}


def test_the_kind_comes_from_how_a_field_is_used() -> None:  # T-12
    document = definition(
        step("set", "update_field", field="contact.custom.tier", value="gold"),
        email(body="{{ contact.custom.city_part }}"),
        trigger={**ON_BIRTHDAY, "filters": {"all": [rule("contact.custom.visits", "greater", 3)]}},
    )
    kinds = {one.key: one.kind for one in used_fields(parse(document))}
    text, date, number = OwnKind.TEXT, OwnKind.DATE, OwnKind.NUMBER
    assert kinds == {"birthday": date, "visits": number, "tier": text, "city_part": text}


def test_what_does_not_fit_says_why() -> None:  # T-12
    document = definition(
        step("set", "update_field", field="contact.custom.tier", value="gold"), trigger=ON_BIRTHDAY
    )
    birthday, tier = used_fields(parse(document))
    dob, size, grade, number = targets(
        [
            own("DOB", OwnKind.DATE),
            own("Size", OwnKind.CHOICE, "S"),
            own("Grade", OwnKind.CHOICE, "Gold"),
            own("Visits", OwnKind.NUMBER),
        ]
    )[:4]
    assert misfit(birthday, dob) == ""
    assert (
        misfit(birthday, number) == "Visits is a field of the type number. The template needs the type date."
    )
    assert "“gold” isn’t one of the choices of Size" in misfit(tier, size)
    assert misfit(tier, grade) == ""
    assert "isn’t a number" in misfit(tier, number)


def test_fields_that_mean_or_read_the_same_are_suggested() -> None:  # T-12
    [birthday] = used_fields(parse(definition(email(), trigger=ON_BIRTHDAY)))
    fitting: list[Any] = [
        one
        for one in targets([own("Shoe size"), own("DOB", OwnKind.DATE), own("Birth day"), own("Renewal")])
        if not misfit(birthday, one)
    ]
    labels = [one.label for one in suggested(birthday, fitting)]
    assert labels[0] in ("DOB", "Birthday") and set(labels) == {"DOB", "Birthday", "Birth day"}
