"""Types that no product has, declared as a new one would be: everything about each in one place."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.workflows.domain import GOALS, STEPS, TRIGGERS
from app.workflows.domain.messages.merge_tags import render_text
from app.workflows.domain.messages.rendering import Rendered
from app.workflows.domain.messages.sms_length import sms_length
from app.workflows.domain.types.declarations import (
    ForkType,
    GoalType,
    Look,
    MessageType,
    StepType,
    TriggerType,
)
from app.workflows.domain.types.setting import Setting


def _letter_faults(config):
    if config.text("paper") == "postcard" and len(config.text("words")) > 20:
        yield "words", "Words: a postcard holds 20 characters."


def _render(config, context):
    text = render_text(config.text("words"), context)
    return Rendered("bubble", text=text, length=sms_length(text))


LETTER = StepType(
    type="send_pigeon",
    title="Send pigeon",
    group="action",
    channel="pigeons",
    look=Look("flag", "violet"),
    also_called="bird airmail",
    settings=(
        Setting("words", "Words", "line", hint="What the bird carries."),
        Setting("paper", "Paper", "choice", choices=(("letter", "A letter"), ("postcard", "A postcard"))),
        Setting("after", "After", "step", required=False, event=lambda _: "replied"),
    ),
    headline=lambda it: f"Send a pigeon to {it.config.text('words') or 'somebody'}",
    detail=lambda it: f"After {it.names.messages.get(it.config.text('after'), 'nothing')}",
    need=lambda config: "reviews" if config.get("paper") == "postcard" else "",
    check=_letter_faults,
    message=MessageType(name="words", events=frozenset({"replied"}), render=_render),
    editable=("words", "paper"),
)
LOTTERY = StepType(
    type="draw_lots",
    title="Draw lots",
    group="logic",
    look=Look("star", "warning"),
    fork=ForkType(
        label="Lottery", least=2, most=3, chosen_by="percent", has_default=False, wrong_count="{count} lots."
    ),
)
FULL_MOON = TriggerType(
    type="full_moon",
    title="Full moon",
    look=Look("star", "accent"),
    also_called="lunar",
    settings=(Setting("after", "After", "step", required=False, event=lambda _: "replied"),),
    headline=lambda _: "When the moon is full",
    otherwise=lambda _: "at full moon",
    need="calendar",
    brings=("event.location",),
)
HOME = GoalType(
    type="bird_is_home",
    title="Bird is home",
    settings=(Setting("after", "After", "step", event=lambda _: "replied"),),
    headline=lambda it: f"Comes home after {it.names.messages.get(it.config.text('after'), 'a flight')}",
    need="payments",
)


@contextmanager
def made_up_types() -> Iterator[None]:
    """The types exist inside."""
    declared = [(STEPS, LETTER), (STEPS, LOTTERY), (TRIGGERS, FULL_MOON), (GOALS, HOME)]
    for registry, one in declared:
        registry.add(one)
    try:
        yield
    finally:
        for registry, one in declared:
            registry.remove(one.type)
