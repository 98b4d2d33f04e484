"""What the home page and the limits page show, put together from all rooms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.accounts.application import limit_of, require
from app.accounts.domain import Actor, Permission
from app.bulk_enrollment.application import JobState, job_states
from app.bulk_enrollment.domain.outcomes import FAILED, Outcome
from app.gallery import application as gallery
from app.gallery.domain.browsing import Wish
from app.gallery.domain.card import Card
from app.home.infrastructure import queries
from app.home.infrastructure.queries import Beginnings, Figures, JobWithWorkflow
from app.platform.clock import now
from app.platform.settings import Settings

ATTENTION = timedelta(days=14)
# Offered to whoever has made no workflow yet.
TO_BEGIN_WITH = ("new-lead-welcome", "shop-win-back", "birthday-greeting")


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
    """One limit: how much there may be, and how much there is where that can be counted."""

    title: str
    text: str
    limit: int
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


def limits(actor: Actor, settings: Settings) -> Sequence[Limit]:
    """What the account may have, and how much of it it has (P-08)."""
    require(actor, Permission.REPORTS)
    there = queries.figures(actor.account_id)
    of = _limits_of(actor.account_id, settings)
    return (
        Limit("Workflows", "Drafts and archived ones count too.", of["workflows"], there.workflows),
        Limit(
            "Unfinished enrollments and imports",
            "Those that wait, run or are paused. The next one has to wait until one of them has ended.",
            of["unfinished_jobs"],
            there.unfinished_jobs,
        ),
        Limit(
            "People in one enrollment",
            "A longer file is refused before anything happens.",
            of["contacts_per_job"],
        ),
        Limit(
            "Rows in one import",
            "Contacts that are added without putting them into a workflow.",
            of["import_rows"],
        ),
        Limit(
            "Batches at the same time",
            "So that one account cannot slow down the others.",
            of["running_batches"],
        ),
    )


def _suggested(actor: Actor) -> list[Card]:
    cards = {card.key: card for card in gallery.browse_templates(actor, Wish()).shelf.cards}
    return [cards[key] for key in TO_BEGIN_WITH if key in cards]


def _limits_of(account_id: int, settings: Settings) -> Mapping[str, int]:
    defaults = {
        "workflows": settings.max_workflows,
        "unfinished_jobs": settings.max_unfinished_jobs,
        "contacts_per_job": settings.max_contacts_per_job,
        "import_rows": settings.max_import_rows,
        "running_batches": settings.max_running_batches,
    }
    return {name: limit_of(account_id, name, default) for name, default in defaults.items()}


def _work(actor: Actor, found: list[JobWithWorkflow]) -> list[Work]:
    if not found:
        return []
    states = job_states(actor.account_id, [one.job for one in found])
    return [Work(state, one.workflow, one.workflow_id) for state, one in zip(states, found, strict=True)]
