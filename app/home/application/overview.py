"""What the home page and the limits page show, put together from all rooms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.accounts.application import maximum_limits, own_limits, require
from app.accounts.domain import Actor, Permission
from app.bulk_enrollment.application import JobState, job_states
from app.bulk_enrollment.domain.outcomes import FAILED, Outcome
from app.gallery import application as gallery
from app.gallery.domain.browsing import Wish
from app.gallery.domain.card import Card
from app.home.infrastructure import queries
from app.home.infrastructure.queries import Beginnings, Figures, JobWithWorkflow
from app.platform.clock import now
from app.platform.ids import is_public_id
from app.platform.settings import Settings

ATTENTION = timedelta(days=14)
# Offered to whoever has made no workflow yet.
TO_BEGIN_WITH = ("new-lead-welcome", "shop-win-back", "birthday-greeting")

LIMIT_WORDS = (
    ("Workflows", "Includes drafts and archived workflows."),
    ("Unfinished enrollments and imports", "Jobs that are queued, running, or paused."),
    ("People per enrollment", "Larger files can be split, or imported as contacts."),
    ("Rows per import", "Contacts added without enrolling them."),
    ("Batches at a time", "Keeps one account from slowing down the others."),
)


@dataclass(frozen=True)
class Work:
    """A job as home tells of it. `workflow` is None for an import."""

    state: JobState
    workflow: str | None
    workflow_id: str | None

    @property
    def failed(self) -> int:
        """Rows that somebody could mend or try again."""
        return sum(rows for outcome, rows in self.state.outcomes.items() if outcome in FAILED)

    @property
    def to_mend(self) -> int:
        """Those of them that are typing mistakes."""
        return self.state.outcomes.get(Outcome.VALIDATION_ERROR, 0)


@dataclass(frozen=True)
class WorkNow:
    """What runs, and what of the last days ended with failures."""

    under_way: list[Work]
    need_you: list[Work]


@dataclass(frozen=True)
class Overview:
    figures: Figures
    beginnings: Beginnings
    work: WorkNow
    suggested: list[Card]


@dataclass(frozen=True)
class Limit:
    """One limit: how much there may be, the installation's default, how high it may be set, what the account
    has set itself, and how much there is where that can be counted."""

    name: str
    title: str
    text: str
    limit: int
    default: int
    highest: int
    own: int | None = None
    used: int | None = None

    @property
    def percent(self) -> float:
        return min(100.0, 100 * (self.used or 0) / self.limit)


def overview(actor: Actor) -> Overview:
    """Everything on the home page."""
    require(actor, Permission.REPORTS)
    beginnings = queries.beginnings(actor.account_id)
    return Overview(
        figures=queries.figures(actor.account_id),
        beginnings=beginnings,
        work=work_now(actor),
        suggested=[] if beginnings.has_workflow else _suggested(actor),
    )


def figures(actor: Actor) -> Figures:
    """What there is in the account, in numbers."""
    require(actor, Permission.REPORTS)
    return queries.figures(actor.account_id)


def work_now(actor: Actor) -> WorkNow:
    """The part of the home page that changes while somebody looks at it."""
    require(actor, Permission.REPORTS)
    return WorkNow(
        under_way=_work(actor, queries.jobs_under_way(actor.account_id)),
        need_you=_work(actor, queries.jobs_with_failures(actor.account_id, now() - ATTENTION)),
    )


def dismissed_work(actor: Actor, public_id: str) -> Work | None:
    """The to-do that was just dismissed, so that it can be brought back."""
    require(actor, Permission.REPORTS)
    found = queries.dismissed_job(actor.account_id, public_id) if is_public_id(public_id) else None
    return _work(actor, [found])[0] if found else None


def limits(actor: Actor, settings: Settings) -> Sequence[Limit]:
    """What the account may have, and how much of it it has (P-08)."""
    require(actor, Permission.REPORTS)
    there = queries.figures(actor.account_id)
    used = {"workflows": there.workflows, "unfinished_jobs": there.unfinished_jobs}
    own, highest = own_limits(actor.account_id), maximum_limits(actor.account_id, settings)
    return [
        Limit(
            name, title, text, own.get(name, default), default, highest[name], own.get(name), used.get(name)
        )
        for (name, default), (title, text) in zip(settings.account_limits.items(), LIMIT_WORDS, strict=True)
    ]


def _suggested(actor: Actor) -> list[Card]:
    cards = {card.key: card for card in gallery.browse_templates(actor, Wish()).shelf.cards}
    return [cards[key] for key in TO_BEGIN_WITH if key in cards]


def _work(actor: Actor, found: list[JobWithWorkflow]) -> list[Work]:
    if not found:
        return []
    states = job_states(actor.account_id, [one.job for one in found])
    return [Work(state, one.workflow, one.workflow_id) for state, one in zip(states, found, strict=True)]
