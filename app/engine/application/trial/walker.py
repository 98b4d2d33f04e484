"""A contact on the way through a definition in a test run: what is known of it, changed by the steps."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.contacts import application as contacts
from app.contacts.domain.criteria import (
    FIELDS,
    Clock,
    Facts,
    Unanswerable,
    country_words,
    custom_key,
    day_of,
    matches,
)
from app.contacts.domain.names import full_name
from app.engine.domain.interests import FIELD_CHANGED, TAG_ADDED, Interest, goals_of
from app.engine.domain.scoping import REACTIONS, message_steps, scoped
from app.messaging import application as messaging
from app.platform.errors import Invalid
from app.workflows.domain import Definition, render_text

_OF_EVENT: Final = {name: None for name in FIELDS if name.startswith("event.")}
_NO_REACTIONS: Final[Mapping[str, frozenset[str]]] = {name: frozenset() for name in REACTIONS}
_NAMES: Final = ("first_name", "last_name")


@dataclass(frozen=True)
class Subject:
    """What is tried out: the definition of a workflow, or of a template, which has no workflow id.

    `skipped` is {id of a step that can't run: the reason}, `new_fields` are the keys of custom fields that
    the account will only have once a workflow is created.
    """

    definition: Definition
    workflow_id: int = 0
    skipped: Mapping[str, str] = field(default_factory=dict)
    new_fields: Collection[str] = ()


@dataclass
class Walker:
    """`contact_id` is 0 for a sample contact. `person` are the values of merge tags, `facts` those of
    criteria, `shared` the merge values that are not the contact's. `zone` is None if the contact's is not
    known; `stopped_topics` are {key: name}; `reached` says that a goal was."""

    account_id: int
    subject: Subject
    contact_id: int
    person: dict[str, Any]
    facts: Facts
    shared: Mapping[str, Any]
    account_zone: str
    zone: str | None
    at: datetime
    stopped_topics: Mapping[str, str]
    reacted: dict[str, set[str]] = field(default_factory=dict)
    reached: bool = False

    def render(self, text: str) -> str:
        """Return a text with its merge tags filled in."""
        return render_text(text, self.values, one_line=True)

    @property
    def definition(self) -> Definition:
        return self.subject.definition

    @property
    def values(self) -> Mapping[str, Any]:
        return {**self.shared, "contact": self.person}

    def meets(self, criteria: Any) -> bool:
        """Return whether the contact meets criteria; nothing is known of the event that has enrolled it.
        Raises Invalid."""
        document = scoped(criteria, self.subject.workflow_id, message_steps(self.definition))
        new_fields = self.subject.new_fields
        asked = contacts.criteria_for(self.account_id, document, of_event=True, new_fields=new_fields)
        reacted = {name: frozenset(keys) for name, keys in self.reacted.items()}
        known = {**self.facts.values, **_OF_EVENT, **_NO_REACTIONS, **reacted}
        try:
            clock = Clock(self.at, ZoneInfo(self.account_zone))
            return matches(asked, replace(self.facts, values=known), clock)
        except Unanswerable as rule:
            raise Invalid("VALIDATION_ERROR", rule.sentence) from None

    def why_skipped(self, topic: str) -> str:
        """Return why an email about a topic is skipped, given by its key; empty if it is not."""
        return messaging.why_skipped(self.stopped_topics[topic]) if topic in self.stopped_topics else ""

    def no_texts(self) -> str:
        """Return why the contact's phone number gets no text messages; empty if it does, as that of a sample
        contact."""
        if not self.contact_id:
            return ""
        said = contacts.sms_consent_of(self.account_id, self.facts.values["contact.phone"])
        return messaging.no_texts(self.account_id, said.is_given if said else None)

    def quiet_until(self) -> datetime | None:
        """Return when a text message leaves that is due now, if the contact has quiet hours; None if not."""
        return messaging.quiet_until(self.account_id, self.at, self.zone or self.account_zone)

    def tag(self, key: str) -> None:
        if key not in self._tags:
            self._set_facts({"contact.tags": self._tags | {key}})
            self._notice(TAG_ADDED, key)

    def untag(self, key: str) -> None:
        self._set_facts({"contact.tags": self._tags - {key}})

    def react(self, kind: str, step_id: str) -> None:
        """Let the contact react to the message of a step; to those of all steps without `step_id`."""
        steps = [step_id] if step_id else message_steps(self.definition)
        self.reacted.setdefault(kind, set()).update(f"{self.subject.workflow_id}:{one}" for one in steps)
        for one in steps:
            self._notice(kind, one)

    def date_in(self, name: str) -> date | datetime | None:
        """Return the date or moment in a field."""
        key = custom_key(name)
        return (
            day_of(self.person["custom"].get(key)) if key else self.person.get(name.removeprefix("contact."))
        )

    def set_field(self, name: str, text: str) -> str:
        """Set a field to a text; return what is wrong with it, and then the field stays as it is."""
        key = custom_key(name)
        if key and key in self.subject.new_fields:
            self._set_custom({key: text})
        else:
            reading = contacts.read_value(self.account_id, name, text)
            if reading.problems:
                return next(iter(reading.problems.values()))
            if key:
                self._set_custom(reading.values.get("custom", {key: ""}))
            else:
                self._set_own(name.removeprefix("contact."), reading.values)
        self._notice(FIELD_CHANGED, name)
        return ""

    def _set_custom(self, values: Mapping[str, Any]) -> None:
        own = {**self.person["custom"], **values}
        self.person["custom"] = own
        self.facts = replace(self.facts, custom={one: value for one, value in own.items() if value})

    def _set_own(self, name: str, values: Mapping[str, Any]) -> None:
        value = values.get(name)
        if name == "birthday":
            value = date.fromisoformat(value) if value else None
        if name == "time_zone":
            self.zone = value
        self.person[name] = country_words(value) if value and name == "country" else value
        known = {f"contact.{name}": value if name == "birthday" else value or ""}
        if name in _NAMES:
            whole = full_name(*(self.person[one] for one in _NAMES))
            self.person["full_name"] = whole or None
            known["contact.full_name"] = whole
        self._set_facts(known)

    @property
    def _tags(self) -> frozenset[str]:
        return frozenset(self.facts.values["contact.tags"])

    def _set_facts(self, values: Mapping[str, Any]) -> None:
        self.facts = replace(self.facts, values={**self.facts.values, **values})

    def _notice(self, kind: str, what: str) -> None:
        """Note that a goal is reached by what has just happened."""
        goals = list(goals_of(self.definition))
        about = [one for one in goals if one and one.kind == kind and one.what in ("", what)]
        if about and self.definition.match == "any":
            self.reached = self.reached or any(map(self._holds, about))
        elif about:
            self.reached = self.reached or all(map(self._holds, goals))

    def _holds(self, goal: Interest | None) -> bool:
        """Return whether a goal is reached; one for events from other software never is."""
        try:
            return goal is not None and bool(goal.criteria) and self.meets(goal.criteria)
        except Invalid:
            return False
