"""Effects of a plan add up range by range, and survive being stored."""

from app.bulk_enrollment.domain.dry_runs.effects import SAMPLES, Effects, FieldEffect

ONE = Effects(
    rows=100,
    created=3,
    withheld=1,
    created_rows=(1, 5, 9),
    updated=7,
    fields={"contact.city": FieldEffect(2, 1, (4, 8)), "contact.phone": FieldEffect(1, 0, (8,))},
    people=90,
    lacking={"contact.birthday": 40},
)
OTHER = Effects(
    rows=50,
    created=1,
    created_rows=(120,),
    updated=2,
    fields={"contact.city": FieldEffect(0, 2, (101, 102)), "contact.company": FieldEffect(1, 0, (103,))},
    people=50,
    lacking={"contact.birthday": 0, "contact.phone": 2},
)


def test_they_add_up() -> None:
    both = ONE.plus(OTHER)
    assert (both.rows, both.created, both.withheld, both.updated, both.people) == (150, 4, 1, 9, 140)
    assert both.created_rows == (1, 5, 9) and len(both.created_rows) == SAMPLES
    assert both.fields == {
        "contact.city": FieldEffect(2, 3, (4, 8, 101)),
        "contact.phone": FieldEffect(1, 0, (8,)),
        "contact.company": FieldEffect(1, 0, (103,)),
    }
    assert both.lacking == {"contact.birthday": 40, "contact.phone": 2}
    assert Effects().plus(ONE) == ONE


def test_they_are_stored_and_read() -> None:
    for effects in (ONE, OTHER, Effects()):
        assert Effects.read(effects.write()) == effects
    assert Effects.read({"rows": 5, "of a later version": 1}) == Effects(rows=5)
