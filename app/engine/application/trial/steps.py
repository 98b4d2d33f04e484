"""What each step would do with the contact of a test run, and how it goes on from there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from app.contacts.domain import tag_key
from app.engine.application.messages.writing import CONTINUE, NO_ADDRESS
from app.engine.application.moving.effects import IN_TRIALS
from app.engine.application.trial.walker import Walker
from app.engine.domain.due import day_in, until, wait_ends, zone_for
from app.engine.domain.interests import EVENT_RECEIVED, TAG_ADDED, Interest, wait_of
from app.engine.domain.route import Route
from app.engine.domain.scoping import is_about_start
from app.engine.domain.splits import path_of
from app.messaging import application as messaging
from app.platform.errors import Invalid
from app.workflows import application as workflows
from app.workflows.domain import Step, names_in, step_words
from app.workflows.domain.definition.parts import Path
from app.workflows.domain.messages.rendering import Rendered

MOST_STEPS: Final = 500
HAPPENS, TIMES_OUT = "happens", "times_out"
REACTION_TIME: Final = timedelta(hours=1)
"""How long after its wait began an event is said to happen."""

REACHED: Final = "This reaches the goal, so the workflow ends here."
QUIET: Final = "This falls in quiet hours, so it’s sent when they end."
OFF: Final = "Skipped: This step is switched off."
FAILS: Final = "The enrollment fails here."
DATE_PASSED: Final = "The day has passed, so the workflow ends here."
HAPPENED: Final = "This has already happened, so the contact continues immediately."
UNKNOWN_EVENT: Final = "This depends on the event that enrolls the contact. Choose the path to follow."


class Choice(NamedTuple):
    """One of the ways to go on from a step."""

    value: str
    label: str


@dataclass(frozen=True)
class TrialStep:
    """A step that the contact comes to at a moment. `message` is what they would get, unless it `is_skipped`,
    as also those are that are off (`is_off`); `note` is what else is to be said. `choices` are the ways to go
    on, if the user can choose one, and `chosen` the one that was taken."""

    id: str
    number: int
    title: str
    detail: str
    kind: Any
    at: datetime
    message: Rendered | None = None
    note: str = ""
    choices: Sequence[Choice] = ()
    chosen: str = ""
    is_skipped: bool = False
    is_off: bool = False

    @property
    def chooses_event(self) -> bool:
        return any(one.value == HAPPENS for one in self.choices)


class Passed(NamedTuple):
    """The steps that were passed. Without `is_complete`, there are more."""

    steps: Sequence[TrialStep]
    is_complete: bool


class _Result(NamedTuple):
    """The step as it is shown, the path that is taken, and whether the workflow ends here."""

    shown: TrialStep
    path: Path | None = None
    ends: bool = False


def pass_steps(walker: Walker, chosen: Mapping[str, str]) -> Passed:
    """Let the contact pass the steps up to the end, on the ways that are `chosen`: {step id: choice}."""
    definition = walker.definition
    route, names = Route(definition, with_off=True), names_in(definition)
    steps: list[TrialStep] = []
    step = route.step_at(definition.steps[0].id) if definition.steps else None
    while step is not None and len(steps) < MOST_STEPS:
        words = step_words(step, names)
        shown = TrialStep(step.id, step.number, words.title, words.detail, step.kind, walker.at)
        if not step.is_live:
            steps.append(replace(shown, note=OFF, is_skipped=True, is_off=True))
            step = route.after(step)
            continue
        if why := walker.subject.skipped.get(step.id):
            steps.append(replace(shown, note=why, message=_rendered(walker, step), is_skipped=True))
            step = route.after(step)
            continue
        result = _pass(walker, step, shown, chosen.get(step.id, ""))
        if walker.reached:
            note = " ".join(filter(None, (result.shown.note, REACHED)))
            return Passed([*steps, replace(result.shown, note=note)], True)
        steps.append(result.shown)
        if result.ends:
            return Passed(steps, True)
        step = route.into(step, result.path) if result.path else route.after(step)
    return Passed(steps, step is None)


def _pass(walker: Walker, step: Step, shown: TrialStep, choice: str) -> _Result:
    if step.kind and step.kind.message:
        if why := walker.why_skipped(step.config.text("topic")):
            return _Result(replace(shown, note=why))
        shown = _message(walker, step, shown)
        fails = shown.message is None and step.value("on_failure") != CONTINUE
        return _Result(replace(shown, note=f"{shown.note} {FAILS}") if fails else shown, ends=fails)
    if step.paths:
        return _fork(walker, step, shown, choice)
    if step.kind and step.kind.group == "timing":
        wait = wait_of(step)
        return _wait_for(walker, step, shown, wait, choice) if wait else _wait(walker, step, shown)
    tag = tag_key(step.config.text("tag"))
    match IN_TRIALS.get(step.type):
        case "end":
            return _Result(shown, ends=True)
        case "leave":
            own = (
                workflows.id_of(walker.account_id, step.config.text("workflow")) == walker.subject.workflow_id
            )
            return _Result(shown, ends=own)
        case "gain":
            walker.tag(tag)
        case "lose":
            walker.untag(tag)
        case "set":
            return _Result(replace(shown, note=_set_field(walker, step)))
    return _Result(replace(shown, note=_texts(walker, step)))


def _message(walker: Walker, step: Step, shown: TrialStep) -> TrialStep:
    assert step.kind and step.kind.message
    message = step.kind.message
    if not walker.person.get(message.address.removeprefix("contact.")):
        return replace(shown, note=f"Not sent: {NO_ADDRESS[message.address]}")
    if step.kind.channel == "sms" and (why := walker.no_texts()):
        return replace(shown, note=f"Not sent: {why}")
    if step.kind.channel == "sms" and (until := walker.quiet_until()):
        walker.at = until
        shown = replace(shown, at=until, note=QUIET)
    return replace(shown, message=_rendered(walker, step))


def _rendered(walker: Walker, step: Step) -> Rendered | None:
    """Return what the contact would get by a step; None if it sends no message."""
    message = step.kind.message if step.kind else None
    if message is None:
        return None
    sender = {"name": messaging.sender_name(walker.account_id, step.config.text("sender"))}
    return message.render(step.config, {**walker.values, "sender": sender})


def _fork(walker: Walker, step: Step, shown: TrialStep, choice: str) -> _Result:
    """Take the chosen path, else the one that the contact would take. Criteria that can't be evaluated let
    enrollments fail."""
    by_id = {path.id or "default": path for path in step.paths}
    shown = replace(shown, choices=[Choice(path_id, path.name) for path_id, path in by_id.items()])
    path, note = by_id.get(choice), ""
    if path is None:
        try:
            path, note = _own_path(walker, step)
        except Invalid as problem:
            note = f"{problem.message} {FAILS}"
            return _Result(
                replace(shown, note=note, choices=[Choice("", "Choose a path"), *shown.choices]), ends=True
            )
    return _Result(replace(shown, chosen=path.id or "default", note=note), path)


def _own_path(walker: Walker, step: Step) -> tuple[Path, str]:
    if step.paths[0].criteria is None:
        return path_of(step.id, step.paths, walker.contact_id), ""
    for path in step.paths:
        if path.is_default:
            break
        if walker.meets(path.criteria):
            return path, ""
    is_known = not any(path.criteria and is_about_start(path.criteria) for path in step.paths)
    return step.paths[-1], "" if is_known else UNKNOWN_EVENT


def _wait(walker: Walker, step: Step, shown: TrialStep) -> _Result:
    config, at = step.config, walker.at
    if "kind" not in config:
        walker.at = wait_ends(config, at)
        return _Result(shown)
    zone = zone_for(config, walker.zone, walker.account_zone)
    value = walker.date_in(config.text("field")) if config.get("kind") == "contact_field" else None
    end = until(config, at, zone, day_in(value, zone))
    if end is None:
        return _Result(replace(shown, note=DATE_PASSED), ends=True)
    walker.at = end
    return _Result(shown)


def _wait_for(walker: Walker, step: Step, shown: TrialStep, wait: Interest, choice: str) -> _Result:
    """The event happens after an hour if the user says so, else the wait ends by its time-out."""
    if wait.criteria and walker.meets(wait.criteria):
        return _Result(replace(shown, note=HAPPENED))
    happens = choice == HAPPENS
    if not happens:
        walker.at = wait_ends(step.config.get("timeout") or {}, walker.at)
    else:
        walker.at += REACTION_TIME
        if wait.kind == TAG_ADDED:
            walker.tag(wait.what)
        elif wait.kind != EVENT_RECEIVED:
            walker.react(wait.kind, wait.what)
    choices = [Choice(TIMES_OUT, "It doesn’t happen"), Choice(HAPPENS, "It happens an hour later")]
    return _Result(replace(shown, choices=choices, chosen=HAPPENS if happens else TIMES_OUT))


def _set_field(walker: Walker, step: Step) -> str:
    text = walker.render(step.config.text("value"))
    problem = walker.set_field(step.config.text("field"), text)
    if problem:
        return f"The field keeps its value. {problem}"
    return f"New value: {text}" if text else "The field becomes empty."


def _texts(walker: Walker, step: Step) -> str:
    """Return the texts of a step with merge tags as they would be filled in."""
    return " ".join(walker.render(text) for _, text in step.texts if "{" in text)
