"""Contents of the home page and the limits page, collected from all rooms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.accounts.application import maximum_limits, own_limits, require
from app.accounts.domain import Actor, Permission
from app.accounts.domain.limits import LIMITS
from app.bulk_enrollment.application import JobState, job_states
from app.bulk_enrollment.domain.brakes.texts import approval_words, canary_words, failures_words
from app.bulk_enrollment.domain.job import WORKED_ON, badge_of
from app.bulk_enrollment.domain.outcomes import FAILED, Outcome
from app.bulk_enrollment.domain.pausing import PausedBy
from app.bulk_enrollment.domain.timing.texts import missed_start_words
from app.contacts import application as contacts
from app.contacts.application import ContactTotals
from app.gallery import application as gallery
from app.gallery.domain.browsing import GalleryQuery
from app.gallery.domain.card import Card
from app.home.application.growth import GrowthChart, growth_chart
from app.home.infrastructure import queries
from app.home.infrastructure.queries import Figures, JobWithWorkflow, Onboarding
from app.platform.clock import now
from app.platform.ids import is_public_id
from app.platform.settings import UNLIMITED, Settings
from app.platform.text.formats import number
from app.tasks import application as tasks
from app.tasks.application import DueTasks

ATTENTION_PERIOD = timedelta(days=14)
# Suggested to accounts without a workflow.
STARTER_TEMPLATES = ("new-lead-welcome", "shop-win-back", "birthday-greeting")


@dataclass(frozen=True)
class JobSummary:
    """A job on the home page. `workflow` (name) and `workflow_id` (public id) are None for an import.
    `is_suspended`: it waits, because its account is suspended."""

    state: JobState
    workflow: str | None
    workflow_id: str | None
    is_suspended: bool = False

    @property
    def badge(self) -> str:
        """Code of the badge: the status, or what a job waits for."""
        job = self.state.job
        return badge_of(job.status, job.decision, self.is_suspended)

    @property
    def waits_for(self) -> str:
        """Describe what a job waits for that a person has to decide about; empty for any other."""
        job, timing = self.state.job, self.state.timing
        if timing.missed_at is not None:
            return missed_start_words(timing.missed_at, timing.zone)
        match job.paused_by:
            case PausedBy.APPROVAL:
                return approval_words(job.total, None)
            case PausedBy.CANARY:
                return canary_words(self.state.progress)
            case PausedBy.BRAKE:
                return failures_words(job.failures)
        return ""

    @property
    def failed(self) -> int:
        """Number of rows that failed and can be corrected or retried."""
        return sum(rows for outcome, rows in self.state.outcomes.items() if outcome in FAILED)

    @property
    def invalid(self) -> int:
        """Number of failed rows with a validation error."""
        return self.state.outcomes.get(Outcome.VALIDATION_ERROR, 0)


@dataclass(frozen=True)
class CurrentWork:
    """Unfinished jobs; those of them that wait for a person's decision; jobs that finished with failures in
    the last ATTENTION_PERIOD; and how many tasks are due."""

    unfinished: list[JobSummary]
    waiting: list[JobSummary]
    need_attention: list[JobSummary]
    due: DueTasks


@dataclass(frozen=True)
class Overview:
    people: ContactTotals
    figures: Figures
    onboarding: Onboarding
    work: CurrentWork
    suggested: list[Card]
    growth: GrowthChart | None


@dataclass(frozen=True)
class Limit:
    """One limit of an account.

    `limit` is in effect; `default` is the installation's, `highest` the maximum, `own` the account's own
    value (None: default), `used` the current count (None: not counted).
    """

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

    @property
    def is_off(self) -> bool:
        """Whether nothing is limited; `default` is then UNLIMITED, too."""
        return self.limit >= UNLIMITED

    @property
    def hint(self) -> str:
        """What the account may set."""
        if self.highest >= UNLIMITED:
            return "No limit by default."
        return f"Default {number(self.default)}, at most {number(self.highest)}."


def overview(actor: Actor) -> Overview:
    """Return the contents of the home page. Raises NotAllowed."""
    require(actor, Permission.REPORTS)
    onboarding = queries.onboarding(actor.account_id)
    people = contacts.totals_of(actor)
    return Overview(
        people=people,
        figures=queries.figures(actor.account_id),
        onboarding=onboarding,
        work=current_work(actor),
        suggested=[] if onboarding.has_workflow else _suggested(actor),
        growth=growth_chart(actor, people),
    )


def figures(actor: Actor) -> tuple[ContactTotals, Figures]:
    """Return the account's key figures. Raises NotAllowed."""
    require(actor, Permission.REPORTS)
    return contacts.totals_of(actor), queries.figures(actor.account_id)


def current_work(actor: Actor) -> CurrentWork:
    """Return the part of the home page that is polled. Raises NotAllowed."""
    require(actor, Permission.REPORTS)
    found = [
        queries.unfinished_jobs(actor.account_id),
        queries.jobs_waiting_for_people(actor.account_id),
        queries.jobs_with_failures(actor.account_id, now() - ATTENTION_PERIOD),
    ]
    shown = iter(_work(actor, [one for part in found for one in part]))
    unfinished, waiting, need_attention = ([next(shown) for _ in part] for part in found)
    return CurrentWork(unfinished, waiting, need_attention, tasks.due_tasks(actor))


def dismissed_work(actor: Actor, public_id: str) -> JobSummary | None:
    """Return a job whose to-do was dismissed, so that the page can offer to restore it. Raises NotAllowed."""
    require(actor, Permission.REPORTS)
    found = queries.dismissed_job(actor.account_id, public_id) if is_public_id(public_id) else None
    return _work(actor, [found])[0] if found else None


def limits(actor: Actor, settings: Settings) -> Sequence[Limit]:
    """Return the account's limits and current usage (P-08). Raises NotAllowed."""
    require(actor, Permission.REPORTS)
    counts = queries.figures(actor.account_id)
    used = {
        "workflows": counts.workflows,
        "unfinished_jobs": counts.unfinished_jobs,
        "running_batches": queries.running_batches(actor.account_id),
    }
    own, highest = own_limits(actor.account_id), maximum_limits(actor.account_id, settings)
    return [
        Limit(
            name,
            LIMITS[name].title,
            LIMITS[name].text,
            min(own.get(name, default), highest[name]),
            default,
            highest[name],
            own.get(name),
            used.get(name),
        )
        for name, default in settings.account_limits.items()
    ]


def _suggested(actor: Actor) -> list[Card]:
    cards = {card.key: card for card in gallery.browse_templates(actor, GalleryQuery()).page.cards}
    return [cards[key] for key in STARTER_TEMPLATES if key in cards]


def _work(actor: Actor, found: list[JobWithWorkflow]) -> list[JobSummary]:
    if not found:
        return []
    states = job_states(actor.account_id, [one.job for one in found])
    return [
        JobSummary(
            state, one.workflow, one.workflow_id, actor.is_suspended and state.progress.status in WORKED_ON
        )
        for state, one in zip(states, found, strict=True)
    ]
