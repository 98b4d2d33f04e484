"""What a workflow means for the people of a job, in figures, and what can be done before the start."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from app.bulk_enrollment.domain.dry_runs.effects import Effects
from app.contacts.domain.criteria import field_label
from app.platform.text.formats import number
from app.platform.text.words import counted
from app.workflows.domain import AddedByHand, NeededValue, start_words

Offer: TypeAlias = Literal["trigger", "leave_out"]
"""`trigger`: enroll nobody, so that the trigger does. `leave_out`: leave out people without a value."""


@dataclass(frozen=True)
class Remark:
    """A remark: `lacking` people have no value in the contact field `field` ("": none is needed)."""

    title: str
    text: str
    field: str = ""
    lacking: int = 0
    offers: tuple[Offer, ...] = ()


def remarks_on(meaning: AddedByHand, effects: Effects, *, is_held: bool) -> list[Remark]:
    """Return the remarks on adding the people of a plan to a workflow, most important first. `is_held`: they
    wait until somebody starts it."""
    if not effects.people:
        return []
    found = [_start(meaning, effects, is_held)] if meaning.starts_otherwise else []
    found += [
        _message(need, effects)
        for need in meaning.needed
        if need.purpose == "message" and effects.lacking.get(need.field)
    ]
    return found


def value_words(field: str) -> str:
    """Return the name of a contact field in a sentence: `phone number`."""
    return {"contact.phone": "phone number", "contact.email": "email address"}.get(
        field, field_label(field).lower()
    )


def _start(meaning: AddedByHand, effects: Effects, is_held: bool) -> Remark:
    people = effects.people
    title = start_words("They", meaning.otherwise, is_held=is_held)
    date = next((need.field for need in meaning.needed if need.purpose == "start"), "")
    lacking = effects.lacking.get(date, 0)
    sentences = []
    if date:
        sentences.append(_of_people(lacking, people, f"no {value_words(date)}") + ".")
    if meaning.event_messages:
        uses = counted(meaning.event_messages, "message uses", "messages use")
        sentences.append(f"{uses} details that only the trigger brings; for people you add, they stay empty.")
    offers: tuple[Offer, ...] = ("trigger", "leave_out") if 0 < lacking < people else ("trigger",)
    return Remark(title, " ".join(sentences), date, lacking, offers)


def _message(need: NeededValue, effects: Effects) -> Remark:
    lacking, people = effects.lacking[need.field], effects.people
    value = value_words(need.field)
    title = _of_people(lacking, people, f"no {value}") + "."
    them = "this person" if lacking == 1 else "these people"
    if need.is_only_way:
        text = f"All messages of this workflow need one, so none of them reaches {them}."
    else:
        text = f"{counted(need.steps, 'message needs', 'messages need')} one and won’t reach {them}."
    return Remark(title, text, need.field, lacking, ("leave_out",) if lacking < people else ())


def _of_people(some: int, people: int, what: str) -> str:
    has = "has" if some == 1 else "have"
    if some == people and people > 1:
        return f"All {counted(people, 'person', 'people')} have {what}"
    return f"{number(some)} of {counted(people, 'person', 'people')} {has} {what}"
