"""The pages of jobs: their lists, and for each job its progress, results, and skipped and failed rows."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.bulk_enrollment.application import undoing
from app.bulk_enrollment.application.control import approvals
from app.bulk_enrollment.application.control.pace_changes import can_change_pace
from app.bulk_enrollment.application.fixing.retry import retry_state
from app.bulk_enrollment.application.report import shown_jobs as report
from app.bulk_enrollment.application.report.problems import show_problems
from app.bulk_enrollment.application.report.shown_jobs import ShownJob
from app.bulk_enrollment.application.report.throughput import throughput_of
from app.bulk_enrollment.application.selection import corrections
from app.bulk_enrollment.application.telling import NEEDS_APPROVAL
from app.bulk_enrollment.domain import job_texts
from app.bulk_enrollment.domain.forecast import words_of
from app.bulk_enrollment.domain.job import FINISHED, RUNNING, JobStatus
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.domain.permissions import permission_for
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.problem_rows import MAX_SEARCH_LENGTH, MOST, SORTS, ProblemFilter
from app.bulk_enrollment.presentation.report import figures, panel_marks
from app.bulk_enrollment.presentation.report.job_lists import job_list
from app.bulk_enrollment.presentation.selection.when_form import form_for
from app.contacts import application as contacts
from app.contacts.domain import consent_words
from app.notifications import application as notifications
from app.platform import web
from app.platform.clock import now
from app.platform.text import formats
from app.platform.text.numbers import whole_number
from app.platform.text.pace_words import date_and_time, pace_words, portion_words
from app.workflows import application as workflows

blueprint = Blueprint("jobs", __name__, url_prefix="/enrollments")
imports = Blueprint("imports", __name__, url_prefix="/contacts/imports")


@blueprint.get("")
def index() -> ResponseReturnValue:
    return job_list("enroll")


@imports.get("", endpoint="index")
def imports_index() -> ResponseReturnValue:
    return job_list("import")


@blueprint.get("/<public_id>")
def show(public_id: str) -> ResponseReturnValue:
    """Show a job. A search, filter or page of its rows gets only the part that changes."""
    mark = panel_marks.mark_of(web.actor(), public_id)  # before the job is read: later events are news
    shown = report.show_job(web.actor(), public_id)
    facts = _problem_facts(shown) | {"mark": mark}
    if _asks_for("problem-list"):
        has_moved = request.args.get("seen", shown.mark) != shown.mark
        return render_template(
            "bulk_enrollment/_list_answer.html",
            has_moved=has_moved,
            **_panel_facts(shown),
            **facts,
        )
    return render_template(
        "bulk_enrollment/job.html",
        nav_active="contacts" if shown.job.workflow_id is None else "enrollments",
        relatives=corrections.relatives_of(web.actor(), shown.job),
        emails=_emails_to_starter(shown),
        filter_words=_filter_words(shown),
        consent=consent_words(shown.job.options.consent_basis),
        **_panel_facts(shown),
        **facts,
    )


def _is_held(shown: ShownJob) -> bool:
    """Return whether the people of a job wait for somebody to start the workflow."""
    workflow_id = shown.job.workflow_id
    return workflow_id is not None and workflows.is_held(shown.job.account_id, workflow_id)


@blueprint.get("/<public_id>/panel")
@web.unless_unchanged(panel_marks.is_shown)
def panel(public_id: str) -> ResponseReturnValue:
    """Return the panel that an unfinished job's page polls.

    `seen` is the mark of the state the page shows around the panel; if the state has changed, the response
    also contains the parts around it. `rows` is the number of problem rows the page knows. A poll without
    news does not reach this function (see the module `panel_marks`).
    """
    return panel_answer(public_id)


def panel_answer(public_id: str, *, after_action: bool = False) -> Response:
    """Return the panel of a job. `after_action` means that the user pressed one of the page's actions, so
    that the response contains the parts around the panel, too."""
    mark = panel_marks.mark_of(web.actor(), public_id)
    shown = report.show_job(web.actor(), public_id)
    has_moved = after_action or request.args.get("seen") != shown.mark
    has_more_rows = has_moved or request.args.get("rows") != str(sum(shown.problems.values()))
    answer = make_response(
        render_template(
            "bulk_enrollment/_panel_answer.html",
            has_moved=has_moved,
            has_more_rows=has_more_rows,
            keeps_focus=after_action,
            tabs=_tabs(shown, _problem_filter()),
            mark=mark,
            **_panel_facts(shown),
        )
    )
    if has_more_rows:
        answer.headers["HX-Trigger"] = "problems-changed"
    return answer


def _panel_facts(shown: ShownJob) -> dict[str, Any]:
    actor, facts = web.actor(), shown.facts
    may_change = actor.may(permission_for(shown.job.kind))
    retries = retry_state(actor, shown.job) if shown.is_over else None
    return {
        "shown": shown,
        "figures": figures.figures_of(shown),
        "headline": job_texts.headline(facts, retries.left if retries else None),
        "skipped": job_texts.skipped(shown.state.outcomes),
        "happening": job_texts.happening(facts),
        "cancel_warning": job_texts.cancel_warning(shown.state.progress, shown.job.kind),
        "retries": retries,
        "correction": corrections.correction_of(actor, shown.job) if retries and retries.to_fix else None,
        "may_undo": undoing.may_undo(actor, shown.job),
        "lacks_workers": report.lacks_workers(shown),
        "may_change": may_change,
        "held": _is_held(shown),
        "may_cancel": may_change and shown.can_be_cancelled,
        "may_pause": may_change and shown.status in RUNNING,
        "may_resume": may_change and shown.can_be_resumed,
        "may_change_pace": may_change and can_change_pace(shown.job),
        **_approval_facts(shown),
        "poll_seconds": _poll_seconds(shown),
        "when": form_for(shown.job.options, actor.time_zone) if may_change and shown.is_scheduled else None,
        "throughput": None if shown.is_over else throughput_of(shown.job, now()),
    } | _timing_facts(shown)


def _approval_facts(shown: ShownJob) -> dict[str, Any]:
    if not shown.needs_approval:
        return {"may_decide": False}
    return {
        "may_decide": approvals.may_decide(web.actor(), shown.job),
        "approvers": approvals.approvers_of(web.actor(), shown.job),
        "expected": figures.expected_figures(shown),
    }


def _timing_facts(shown: ShownJob) -> dict[str, Any]:
    """Return what the page says about start and pace, and what a dry run expects of a scheduled job."""
    options, timing = shown.job.options, shown.state.timing
    planned = shown.job.expected if shown.is_scheduled and shown.job.planned_at else {}
    return {
        "scheduled_for": date_and_time(options.scheduled_at, timing.zone) if options.scheduled_at else "",
        "pace": pace_words(options.drip) if options.drip else "",
        "portions": portion_words(timing.plan, timing.zone, timing.now) if timing.plan else [],
        "planned": [words_of(one, planned[one.name]) for one in Outcome if planned.get(one.name)],
    }


def _poll_seconds(shown: ShownJob) -> int | None:
    if shown.status in FINISHED:
        return None
    return 5 if shown.waits or shown.status is JobStatus.PAUSED else 1


def _problem_facts(shown: ShownJob) -> dict[str, Any]:
    wanted = _problem_filter()
    after, before = _row_number("after"), _row_number("before")
    rows = show_problems(shown, wanted, after, before)
    place = {"after": after} if after is not None else {"before": before} if before is not None else {}
    outcome = wanted.outcomes[0] if wanted.outcomes else None
    return {
        "rows": rows,
        "wanted": wanted,
        "code": outcome.name if outcome else "",
        "here": _without_anchor(_rows_url(shown, wanted, **place)),
        "sort_url": _without_anchor(_rows_url(shown, ProblemFilter(wanted.outcomes, wanted.search))),
        "back_url": rows.back is not None and _rows_url(shown, wanted, before=rows.back),
        "on_url": rows.on is not None and _rows_url(shown, wanted, after=rows.on),
        "tabs": _tabs(shown, wanted),
        "clock": formats.time_with_seconds,
    }


def _emails_to_starter(shown: ShownJob) -> list[Any]:
    """Return the emails to the address that was asked for, not those to people who may approve the job."""
    emails = notifications.emails_about(shown.job.account_id, shown.job.public_id)
    return [one for one in emails if one.kind != NEEDS_APPROVAL]


def _tabs(shown: ShownJob, wanted: ProblemFilter) -> list[dict[str, Any]]:
    """Return the tabs of the problem rows: all, and one for each outcome, with counts."""
    counts: list[tuple[str, tuple[Outcome, ...], int]] = [("All", (), sum(shown.problems.values()))]
    counts += [(outcome.label, (outcome,), rows) for outcome, rows in shown.problems.items()]
    counts += [(one.label, (one,), 0) for one in wanted.outcomes if one not in shown.problems]
    return [
        {
            "text": text,
            "count": rows,
            "url": _rows_url(shown, ProblemFilter(outcomes, wanted.search, wanted.sort)),
            "active": outcomes == wanted.outcomes,
        }
        for text, outcomes, rows in counts
    ]


def _problem_filter() -> ProblemFilter:
    """Return the filter from the query string, or from the form of an action; invalid values are ignored."""
    code, sort = request.values.get("code", ""), request.values.get("sort", "")
    return ProblemFilter(
        outcomes=(Outcome[code],) if code in Outcome.__members__ else (),
        search=request.values.get("q", "").replace("\0", "").strip()[:MAX_SEARCH_LENGTH],
        sort=sort if sort.removeprefix("-") in SORTS else "row",
    )


def _row_number(name: str) -> int | None:
    return whole_number(request.args.get(name), MOST)


def _rows_url(shown: ShownJob, wanted: ProblemFilter, **place: Any) -> str:
    return url_for(
        "jobs.show",
        public_id=shown.job.public_id,
        code=wanted.outcomes[0].name if wanted.outcomes else None,
        q=wanted.search or None,
        sort=wanted.sort if wanted.sort != "row" else None,
        **place,
        _anchor="problems",
    )


def _without_anchor(url: str) -> str:
    """Return the URL without its fragment, so that an htmx request does not scroll the page."""
    return url.partition("#")[0]


def _asks_for(part: str) -> bool:
    return web.is_htmx() and web.is_for(part)


def _filter_words(shown: ShownJob) -> str:
    """Return the filter that selected a job's contacts; empty if they were selected otherwise."""
    job = shown.job
    criteria = None if shown.is_of_file else queries.criteria_of(job.account_id, job.id)
    return contacts.filter_words(job.account_id, criteria) if criteria else ""
