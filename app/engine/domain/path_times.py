"""How long the paths through a definition take for a contact who starts at a moment, and when their messages
leave."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.engine.domain.due import until, wait_ends
from app.messaging.domain.sms.quiet_hours import QuietHours
from app.workflows.domain import Step, WholePath


@dataclass(frozen=True, slots=True)
class Timing:
    """How a contact in `zone` who starts at a moment goes on. What steps wait for happens at once if
    `events_happen`, else never. Dates of contacts are not known and not waited for; text messages wait for
    the end of `quiet` hours."""

    starts_at: datetime
    zone: str
    quiet: QuietHours | None = None
    events_happen: bool = False

    def pace(self, step: Step, since: timedelta) -> timedelta:
        """Return how long after the start a contact goes on who comes to a step so long after it."""
        return self._after(step, self.starts_at + since) - self.starts_at

    def _after(self, step: Step, at: datetime) -> datetime:
        config = step.config
        if is_text(step) and self.quiet:
            return self.quiet.until(at, self.zone) or at
        if step.kind is None or step.kind.group != "timing":
            return at
        if "kind" in config:
            return until(config, at, self.zone) or at
        if timeout := config.get("timeout"):
            return at if self.events_happen else wait_ends(timeout, at)
        return wait_ends(config, at)


@dataclass(frozen=True, slots=True)
class PathTimes:
    """When each message leaves, how many of them wait for the end of quiet hours, and when the path ends."""

    messages: tuple[datetime, ...]
    delayed: int
    ends_at: datetime


def path_times(path: WholePath, timing: Timing) -> PathTimes:
    """Return the times on a path."""
    messages: list[datetime] = []
    delayed, since = 0, timedelta()
    for step in path.steps:
        came, since = since, timing.pace(step, since)
        if step.is_message:
            messages.append(timing.starts_at + since)
            delayed += since > came
    return PathTimes(tuple(messages), delayed, timing.starts_at + since)


def is_text(step: Step) -> bool:
    """Return whether a step sends a text message, which quiet hours are about."""
    return step.kind is not None and step.kind.channel == "sms"
