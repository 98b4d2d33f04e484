"""How long the paths through a definition are, and when their messages leave, whoever the contact is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.engine.domain.path_times import Timing, is_text, path_times
from app.messaging import application as messaging
from app.platform.clock import now
from app.platform.text.wall_clock import is_weekend
from app.workflows.domain import Definition, WholePath, longest_path, shortest_path


@dataclass(frozen=True)
class PathFigures:
    """A path in figures: its length, also rounded to `days`, its `messages`, how many of them leave on a
    weekend, how many wait for the end of quiet hours, and when it ends."""

    length: timedelta
    days: int
    messages: int
    weekend_messages: int
    delayed_messages: int
    ends_at: datetime


@dataclass(frozen=True)
class PathsThrough:
    """The longest and the shortest path for a contact who starts at a moment, in the account's time zone."""

    starts_at: datetime
    longest: PathFigures
    shortest: PathFigures


def paths_through(actor: Actor, definition: Definition, at: datetime | None = None) -> PathsThrough:
    """Return the paths of a definition in figures, for a contact who starts at a moment, by default now. On
    the longest, events that steps wait for never happen, on the shortest, at once."""
    accounts.require(actor, Permission.REPORTS)
    at = at or now()
    has_texts = any(map(is_text, definition.live_steps))
    quiet = messaging.quiet_hours(actor.account_id) if has_texts else None
    slow = Timing(at, actor.time_zone, quiet)
    fast = Timing(at, actor.time_zone, quiet, events_happen=True)
    return PathsThrough(
        starts_at=at,
        longest=_figures(longest_path(definition, slow.pace), slow),
        shortest=_figures(shortest_path(definition, fast.pace), fast),
    )


def _figures(path: WholePath, timing: Timing) -> PathFigures:
    times = path_times(path, timing)
    return PathFigures(
        length=path.length,
        days=path.days,
        messages=len(times.messages),
        weekend_messages=sum(1 for one in times.messages if is_weekend(one, timing.zone)),
        delayed_messages=times.delayed,
        ends_at=times.ends_at,
    )
