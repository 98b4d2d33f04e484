"""What each type of step does with the enrollments that reach it, by set and in the transaction that takes
them on.

An effect takes the setting, the step and the people who are there; it yields outcomes that together cover all
of them.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, TypeAlias

from app.contacts import application as contacts
from app.engine.application.enrolling import enroll_many
from app.engine.application.moving import loops
from app.engine.application.moving.outcomes import Outcome, People, Setting
from app.engine.application.moving.requests import plan_requests
from app.engine.application.moving.telling import tell_team
from app.engine.application.moving.texts import filled
from app.engine.domain import BY_WORKFLOW, SKIPPED, EndReason, EnrollmentStatus, WaitsFor
from app.engine.domain.due import day_in, until, wait_ends, zone_for
from app.engine.domain.interests import TAG_ADDED, wait_of
from app.engine.domain.scoping import is_about_start, scoped
from app.engine.domain.splits import path_of
from app.engine.infrastructure import queries, store
from app.engine.infrastructure.positions import Claimed
from app.messaging import application as messaging
from app.platform.database.many_rows import id_list
from app.platform.errors import Invalid
from app.tasks import application as tasks
from app.workflows import application as workflows
from app.workflows.domain import Step

Effect: TypeAlias = Callable[[Setting, Step, People], Iterable[Outcome]]


def _add_tag(setting: Setting, step: Step, people: People) -> Iterator[Outcome]:
    tag_ids = contacts.ensure_tags(setting.account_id, [step.config.text("tag")])
    ids = id_list(list(people))
    contacts.tag_many(setting.account_id, ids, tag_ids, None, setting.at, source=setting.public_id)
    yield Outcome(people)


def _remove_tag(setting: Setting, step: Step, people: People) -> Iterator[Outcome]:
    tag_ids = contacts.ensure_tags(setting.account_id, [step.config.text("tag")])
    ids = id_list(list(people))
    contacts.untag_many(setting.account_id, ids, tag_ids, setting.at, source=setting.public_id)
    yield Outcome(people)


def _update_field(setting: Setting, step: Step, people: People) -> Iterator[Outcome]:
    """Set the field, if the text is a value of it; contacts for which it is none keep what they have."""
    field, text = step.config.text("field"), step.config.text("value")
    if "{" not in text:
        ids = id_list(list(people))
        done = contacts.set_field_many(
            setting.account_id, ids, field, text, setting.at, source=setting.public_id
        )
        yield Outcome(people, result=SKIPPED if done.problem else "")
        return
    texts = filled(setting, text, people, one_line=True)
    problems = contacts.set_field_each(
        setting.account_id, texts, field, setting.at, source=setting.public_id
    ).problems
    if problems:
        yield Outcome(problems, result=SKIPPED)
    yield Outcome([one for one in people if one not in problems])


def _wait(setting: Setting, step: Step, people: People) -> Iterator[Outcome]:
    yield Outcome(people, waits_for=WaitsFor.TIME, due_at=wait_ends(step.config, setting.at))


def _wait_until(setting: Setting, step: Step, people: People) -> Iterator[Outcome]:
    """Group the contacts by the moment at which they go on."""
    field = step.config.text("field") if step.config.get("kind") == "contact_field" else ""
    known = contacts.dates_and_zones(setting.account_id, list(people), field)
    ends: dict[datetime | None, list[int]] = defaultdict(list)
    found: dict[tuple[date | None, str], datetime | None] = {}
    for contact_id in people:
        value, contact_zone = known.get(contact_id, (None, None))
        zone = zone_for(step.config, contact_zone, setting.time_zone)
        key = (day_in(value, zone), zone)
        if key not in found:
            found[key] = until(step.config, setting.at, zone, key[0])
        ends[found[key]].append(contact_id)
    for end, waiting in ends.items():
        if end is None:
            yield Outcome(waiting, end=EnrollmentStatus.COMPLETED, reason=EndReason.DATE_PASSED)
        elif end <= setting.at:
            yield Outcome(waiting)
        else:
            yield Outcome(waiting, waits_for=WaitsFor.TIME, due_at=end)


def _wait_for_event(setting: Setting, step: Step, people: People) -> Iterator[Outcome]:
    """Let pass for whom it has happened already: they have the tag, or have reacted to the message."""
    has: set[int] = set()
    if step.config.text("event") == TAG_ADDED:
        has = contacts.tagged_among(setting.account_id, list(people), step.config.text("tag"))
    elif (wait := wait_of(step)) and wait.criteria:
        criteria = scoped(wait.criteria, setting.workflow_id, setting.messages)
        has = contacts.which_of(setting.account_id, list(people), criteria, setting.at)
    if has:
        yield Outcome(has)
    due_at = wait_ends(step.config.get("timeout") or {}, setting.at)
    yield Outcome([one for one in people if one not in has], waits_for=WaitsFor.EVENT, due_at=due_at)


def _branch(setting: Setting, step: Step, people: People) -> Iterator[Outcome]:
    """Send each contact into the first path whose criteria it meets. If criteria cannot be evaluated, such as
    those on a deleted custom field, nobody is sent the wrong way: the enrollments fail."""
    left = list(people)
    for path in step.paths:
        if path.is_default or not left:
            break
        try:
            met = _meeting(setting, {one: people[one] for one in left}, path.criteria)
        except Invalid:
            yield Outcome(left, end=EnrollmentStatus.FAILED, reason=EndReason.CRITERIA)
            return
        if met:
            yield Outcome([one for one in left if one in met], path=path, result=path.id)
            left = [one for one in left if one not in met]
    if left:
        yield Outcome(left, path=step.paths[-1], result=step.paths[-1].id or "default")


def _meeting(setting: Setting, people: People, document: Any) -> set[int]:
    """Return who meets criteria, which may be about the event that started the enrollment: where none did,
    its details are empty. Raises Invalid."""
    criteria = scoped(document, setting.workflow_id, setting.messages)
    if not is_about_start(criteria):
        return contacts.which_of(setting.account_id, list(people), criteria, setting.at)
    event_of = queries.events_of(setting.account_id, [one.id for one in people.values()])
    data = contacts.event_data(setting.account_id, set(event_of.values()))
    events = [
        contacts.HeardEvent(contact_id, contact_id, data.get(event_of.get(one.id, 0), {}))
        for contact_id, one in people.items()
    ]
    return contacts.events_meeting(setting.account_id, events, criteria, setting.at)


def _split(setting: Setting, step: Step, people: People) -> Iterator[Outcome]:
    shares: dict[int, list[int]] = defaultdict(list)
    for contact_id in people:
        shares[path_of(step.id, step.paths, contact_id).number].append(contact_id)
    for path in step.paths:
        if path.number in shares:
            yield Outcome(shares[path.number], path=path, result=path.id)


def _stop(setting: Setting, step: Step, people: People) -> Iterator[Outcome]:
    yield Outcome(people, end=EnrollmentStatus.COMPLETED, reason=EndReason.STOPPED)


def _enroll(setting: Setting, step: Step, people: People) -> Iterator[Outcome]:
    """Add the contacts to another workflow, if people can be added to it now, and to none too often."""
    target = workflows.enterable(setting.account_id, step.config.text("workflow"))
    if target is None:
        yield Outcome(people, result=SKIPPED)
        return
    cut = loops.added_too_often(setting, target, people)
    added = [one for one in people if one not in cut]
    if added:
        enroll_many(
            setting.account_id,
            id_list(added),
            workflow_id=target.workflow_id,
            version_id=target.version_id,
            first_step=target.first_step,
            again=target.enroll_again,
            source=BY_WORKFLOW,
            job_id=None,
            at=setting.at,
        )
    yield Outcome(added)
    if cut:
        loops.tell_owner(setting, target, len(cut))
        yield Outcome(cut, result=SKIPPED)


def _remove(setting: Setting, step: Step, people: People) -> Iterator[Outcome]:
    workflow_id = workflows.id_of(setting.account_id, step.config.text("workflow"))
    if workflow_id == setting.workflow_id:
        yield Outcome(people, end=EnrollmentStatus.WITHDRAWN, reason=EndReason.OTHER_WORKFLOW)
        return
    if workflow_id is not None:
        store.withdraw_from(
            setting.account_id, workflow_id, id_list(list(people)), EndReason.OTHER_WORKFLOW, setting.at
        )
    yield Outcome(people)


def _add_note(setting: Setting, step: Step, people: People) -> Iterator[Outcome]:
    texts = filled(setting, step.config.text("text"), people)
    notes = [
        tasks.NewNote(contact_id, text, _source(setting, step, people[contact_id]))
        for contact_id, text in texts.items()
    ]
    tasks.add_notes(setting.account_id, notes, setting.at)
    yield Outcome(people)


def _create_task(setting: Setting, step: Step, people: People) -> Iterator[Outcome]:
    days = step.config.whole("due_days")
    due_at = tasks.due_in_days(1 if days is None else days, setting.at, setting.time_zone)
    titles = filled(setting, step.config.text("title"), people, one_line=True)
    notes = filled(setting, step.config.text("notes"), people)
    new = [
        tasks.NewTask(
            contact_id,
            title,
            due_at,
            notes=notes[contact_id],
            source=_source(setting, step, people[contact_id]),
        )
        for contact_id, title in titles.items()
    ]
    tasks.create_many(setting.account_id, new, setting.at)
    yield Outcome(people)


def _source(setting: Setting, step: Step, enrollment: Claimed) -> tasks.Source:
    return tasks.Source(setting.workflow_id, enrollment.id, step.id, enrollment.visit)


def _notify_team(setting: Setting, step: Step, people: People) -> Iterator[Outcome]:
    tell_team(setting, step, people)
    yield Outcome(people)


def _send(setting: Setting, step: Step, people: People) -> Iterator[Outcome]:
    """Plan the messages. The enrollments go on when theirs are sent."""
    channel = "sms" if step.type == "send_sms" else "email"
    topic = step.config.text("topic")
    origin = messaging.Origin(channel, setting.workflow_id, setting.version_id, step.id, topic)
    rows = [(one.id, one.contact_id, one.visit) for one in people.values()]
    messaging.plan(setting.account_id, origin, rows, setting.at)
    done = messaging.take_up(setting.account_id, origin, rows, setting.at) if setting.may_repeat else set()
    yield from _waiting(people, done, WaitsFor.MESSAGE)


def _call(setting: Setting, step: Step, people: People) -> Iterator[Outcome]:
    """Plan the requests. The enrollments go on when theirs are answered, or have failed for good."""
    yield from _waiting(people, plan_requests(setting, step, people), WaitsFor.ANSWER)


def _waiting(people: People, done: Collection[int], waits_for: WaitsFor) -> Iterator[Outcome]:
    """Let people wait, apart from the enrollments that are `done` with the step."""
    past = {contact_id for contact_id, one in people.items() if one.id in done}
    if past:
        yield Outcome(past)
    if len(past) < len(people):
        yield Outcome(people.keys() - past, waits_for=waits_for)


EFFECTS: Mapping[str, Effect] = {
    "add_tag": _add_tag,
    "remove_tag": _remove_tag,
    "update_field": _update_field,
    "wait": _wait,
    "wait_until": _wait_until,
    "wait_for_event": _wait_for_event,
    "branch": _branch,
    "split": _split,
    "stop": _stop,
    "enroll_in_workflow": _enroll,
    "remove_from_workflow": _remove,
    "add_note": _add_note,
    "create_task": _create_task,
    "notify_team": _notify_team,
    "send_email": _send,
    "send_sms": _send,
    "webhook": _call,
}

IN_TRIALS: Mapping[str, str] = {
    "add_tag": "gain",
    "remove_tag": "lose",
    "update_field": "set",
    "stop": "end",
    "remove_from_workflow": "leave",
}
"""What test runs remember of steps, because later steps may depend on it."""
