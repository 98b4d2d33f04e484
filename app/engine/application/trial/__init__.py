"""Test runs: what a workflow or a template would do with one contact, with waits skipped (E-24, W-14).
Nothing is written, and nothing is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.contacts import application as contacts
from app.contacts.domain import may_be_contacted
from app.engine.application.trial.asked import (
    CHOICE,
    MAX_CHOICE,
    MAX_CONTACT,
    Asked,
    asked_in,
    checked_start,
    start_of,
)
from app.engine.application.trial.paths import PathFigures, PathsThrough, paths_through
from app.engine.application.trial.people import contact_for, sample_walker, walker_for
from app.engine.application.trial.steps import HAPPENS, TIMES_OUT, Choice, TrialStep, pass_steps
from app.engine.application.trial.walker import Subject, Walker
from app.engine.application.triggers.entering import criteria_of
from app.engine.domain.scoping import is_about_start
from app.platform.clock import now
from app.platform.errors import Invalid
from app.platform.text.wall_clock import is_weekend
from app.workflows import application as workflows

__all__ = [
    "CHOICE",
    "HAPPENS",
    "MAX_CHOICE",
    "MAX_CONTACT",
    "TIMES_OUT",
    "Asked",
    "Choice",
    "PathFigures",
    "PathsThrough",
    "Subject",
    "Trial",
    "TrialStep",
    "asked_in",
    "checked_start",
    "paths_through",
    "start_of",
    "try_out",
    "try_subject",
]


@dataclass(frozen=True)
class Trial:
    """What would happen to a contact; `contact_id` is 0 for a sample contact. `zone` is theirs if it is
    known, else the account's. Without `is_contactable`, they would not be enrolled; with `is_filtered_out`,
    not by the trigger. `messages` is how many they would get, `weekend_messages` how many of those on a
    weekend, in the account's time zone. Without `is_complete`, the workflow is too long to be shown to its
    end. `has_sample_event`: merge tags of the event that enrolls contacts show samples."""

    contact_id: int
    contact: str
    is_contactable: bool
    is_filtered_out: bool
    zone: str
    steps: Sequence[TrialStep]
    ends_at: datetime
    messages: int
    weekend_messages: int
    is_complete: bool
    has_sample_event: bool

    @property
    def has_skipped(self) -> bool:
        """Whether steps are skipped that are switched on."""
        return any(one.is_skipped and not one.is_off for one in self.steps)

    @property
    def has_choices(self) -> bool:
        return any(one.choices for one in self.steps)


def try_out(
    actor: Actor,
    public_id: str,
    who: str = "",
    chosen: Mapping[str, str] | None = None,
    at: datetime | None = None,
    *,
    is_sample: bool = False,
) -> Trial:
    """Walk a contact through a workflow as it is edited now. See `try_subject`; raises NotFound, too."""
    accounts.require(actor, Permission.REPORTS)
    workflow = workflows.find_workflow(actor, public_id)
    return try_subject(actor, Subject(workflow.parsed, workflow.id), who, chosen, at, is_sample=is_sample)


def try_subject(
    actor: Actor,
    subject: Subject,
    who: str = "",
    chosen: Mapping[str, str] | None = None,
    at: datetime | None = None,
    *,
    is_sample: bool = False,
) -> Trial:
    """Walk a contact through a definition; `who` is a name, an email address or id, by default the newest
    contact; `chosen` maps steps to one of their choices; the contact starts at a moment, by default now. A
    sample contact goes through if `is_sample`, and if the account has no contacts.

    Raises Invalid with `fields`, see `contacts.contact_meant`.
    """
    accounts.require(actor, Permission.REPORTS)
    contact_id = None if is_sample else contact_for(actor, who)
    if contact_id is None:
        walker = sample_walker(actor, subject, at or now())
        return _trial(walker, walker.person["full_name"], chosen)
    name = contacts.contact_names(actor.account_id, [contact_id]).get(contact_id, "")
    return _trial(walker_for(actor, subject, contact_id, at or now()), name, chosen)


def _trial(walker: Walker, name: str, chosen: Mapping[str, str] | None) -> Trial:
    zone = walker.zone or walker.account_zone
    status, is_filtered_out = walker.person["status"], _is_filtered_out(walker)
    passed = pass_steps(walker, chosen or {})
    messages = [one for one in passed.steps if one.message and not one.is_skipped]
    return Trial(
        contact_id=walker.contact_id,
        contact=name,
        is_contactable=may_be_contacted(status),
        is_filtered_out=is_filtered_out,
        zone=zone,
        steps=passed.steps,
        ends_at=walker.at,
        messages=len(messages),
        weekend_messages=sum(1 for one in messages if is_weekend(one.at, walker.account_zone)),
        is_complete=passed.is_complete,
        has_sample_event=bool(walker.shared["event"]),
    )


def _is_filtered_out(walker: Walker) -> bool:
    """Return whether the contact doesn't meet the conditions of the trigger; False if that depends on the
    event."""
    trigger = walker.definition.trigger
    criteria = criteria_of(trigger) if trigger.enrolls else None
    if criteria is None or is_about_start(criteria):
        return False
    try:
        return not walker.meets(criteria)
    except Invalid:
        return False
