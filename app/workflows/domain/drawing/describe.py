"""Descriptions of the parts of a definition in plain language, for the drawing, cards and lists.

The wording of a type is part of its declaration. Drafts are described, too, so missing values get generic
words (“a tag”), and nothing raises.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.contacts.domain.criteria import criteria_words
from app.platform.text.words import joined
from app.workflows.domain.definition.parts import Definition, Goal, Part, Step
from app.workflows.domain.types.declarations import NO_NAMES, Described, Names
from app.workflows.domain.types.words import readable


@dataclass(frozen=True, slots=True)
class Words:
    """A title, such as “Wait 2 days”, and one line of detail, which may be empty."""

    title: str
    detail: str = ""


def names_in(definition: Definition, workflows: Mapping[str, str] | None = None) -> Names:
    """Return the names of messages and other workflows. `workflows` is {public id: name}."""
    return Names(message_names(definition), workflows or {})


def message_names(definition: Definition) -> dict[str, str]:
    """Return {step id: name of the message}: the subject of an email, the beginning of an SMS."""
    return {step.id: message_name(step) for step in definition.messages if step.id}


def message_name(step: Step) -> str:
    """Return the name of a message, shortened to 60 characters."""
    message = step.kind.message if step.kind else None
    return readable(step.config.get(message.name) if message else "", 60) or step.title


def step_words(step: Part, names: Names = NO_NAMES) -> Words:
    """Return the title and detail of a step, or of another part."""
    return _words(step, names) or Words(step.title, step.type[:40])


def trigger_words(definition: Definition) -> Words:
    """Return a title such as “When the tag “new-lead” is added”, with the filters as detail."""
    names, filters = names_in(definition), definition.trigger.filters
    words = _words(definition.trigger, names) or Words("No trigger yet")
    if not _any_rule(filters):
        return words
    return Words(words.title, f"Only if: {_lower(criteria_words(filters, names.messages))}")


def beginning_words(definition: Definition, *, is_held: bool) -> str:
    """Return when people start who are added by hand or from a file, regardless of the trigger; see
    `start_words`."""
    trigger = definition.trigger
    otherwise = trigger.kind.otherwise(Described(trigger.config)) if trigger.kind else ""
    return start_words("People", otherwise, is_held=is_held)


def start_words(people: str, otherwise: str, *, is_held: bool) -> str:
    """Return when added people start, not `otherwise`, which is when the trigger would start them. `is_held`:
    they wait until somebody starts the workflow.

    For example: “People start at step 1 now, not on their birthday.”
    """
    when = "once you start the workflow" if is_held else "now"
    return f"{people} start at step 1 {when}{f', not {otherwise}' if otherwise else ''}."


def goal_words(goal: Goal, names: Names = NO_NAMES) -> str:
    """Return the description of a goal, such as “Gets the tag “customer””."""
    words = _words(goal, names)
    return words.title if words else "Goal with no type"


def goals_words(definition: Definition) -> str:
    """Return all goals that are switched on in one sentence; empty if there are none.

    For example: “Ends when the contact gets the tag “customer” or books an appointment”.
    """
    names = names_in(definition)
    words = [_lower(goal_words(goal, names)) for goal in definition.goals if goal.enabled]
    last = "and" if definition.match == "all" else "or"
    return f"Ends when the contact {joined(words, last)}" if words else ""


def _words(part: Part, names: Names) -> Words | None:
    """Return the words of its declaration, or None for an unknown type."""
    if part.kind is None:
        return None
    it = Described(part.config, names, part.paths if isinstance(part, Step) else ())
    return Words(part.kind.headline(it) if part.kind.headline else part.kind.title, part.kind.detail(it))


def _any_rule(filters: Any) -> bool:
    return isinstance(filters, dict) and bool(filters.get("all") or filters.get("any"))


def _lower(text: str) -> str:
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
