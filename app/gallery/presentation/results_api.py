"""Operations of the API on what became of the workflows made from templates."""

from datetime import date
from typing import Annotated, Any, Final

from flask import Blueprint
from pydantic import ConfigDict

from app.gallery import application as gallery
from app.gallery.application.history import MONTHS
from app.gallery.application.results import VERSIONS
from app.gallery.presentation.api import TAG
from app.gallery.presentation.api_schemas import CategoryKey
from app.platform import web
from app.platform.api.operations import blueprint as api_blueprint
from app.platform.api.operations import operation
from app.platform.api.schemas import Query, Schema, described

NUMBERS: Final[dict[str, Any]] = {
    "workflows": 3,
    "enrolled": 120,
    "completed": 81,
    "completion_rate": 0.675,
}
MONTH: Final = {"month": "2026-03-01"} | NUMBERS
VERSION: Final = {"version": 3} | NUMBERS
CATEGORY: Final = {"category": "lead_nurturing"} | NUMBERS

blueprint: Blueprint = api_blueprint("template_results")


class ResultNumbers(Schema):
    """What became of the people who were enrolled in workflows."""

    workflows: int = described("How many workflows were created.", 3)
    enrolled: int = described("How many people were enrolled; someone enrolled again counts again.", 120)
    completed: int = described("How many of them have reached a goal or the end so far.", 81)
    completion_rate: float | None = described("Share of those; null below 20 enrollments.", 0.675)


class MonthResults(ResultNumbers):
    """The workflows that were created in a month, and the people who were enrolled in it."""

    model_config = ConfigDict(json_schema_extra={"examples": [MONTH]})

    month: date = described("First day of the month, in UTC.", "2026-03-01")


class VersionResults(ResultNumbers):
    """The workflows that were created from a version, to date."""

    model_config = ConfigDict(json_schema_extra={"examples": [VERSION]})

    version: int | None = described("Number of the version; null for all earlier ones together.", 3)


class CategoryResults(ResultNumbers):
    """The workflows that were created from the templates of a category."""

    model_config = ConfigDict(json_schema_extra={"examples": [CATEGORY]})

    category: CategoryKey = described("Category of the templates.", "lead_nurturing")


class TemplateMessages(Schema):
    """The messages of workflows. Rates are null below 20 messages that can have the result."""

    sent: int = described("How many messages were sent.", 240)
    opened_rate: float | None = described("Share of the emails that were opened.", 0.41)
    clicked_rate: float | None = described("Share of the emails in which a link was clicked.", 0.08)
    replied_rate: float | None = described("Share of all messages that were replied to.", 0.02)


class TemplateResults(ResultNumbers):
    """What became of all workflows that were created from a template, to date."""

    accounts: int = described("How many accounts are counted: the account and its sub-accounts.", 1)
    goal_reached: int = described("How many people have reached a goal.", 24)
    goal_rate: float | None = described("Share of those; null below 20 enrollments.", 0.2)
    messages: TemplateMessages = described(
        "Their messages.",
        {"sent": 240, "opened_rate": 0.41, "clicked_rate": 0.08, "replied_rate": 0.02},
    )
    versions: list[VersionResults] = described(
        f"The same by version, the newest first: the {VERSIONS} newest with workflows, and all before them.",
        [VERSION],
    )
    months: list[MonthResults] = described(f"The last {MONTHS} months, the oldest first.", [MONTH])


class LibraryResults(ResultNumbers):
    """What became of the workflows that were created from templates in the last months."""

    accounts: int = described("How many accounts are counted: the account and its sub-accounts.", 1)
    categories: list[CategoryResults] = described(
        "The same by category, those with numbers only, the most enrollments first.", [CATEGORY]
    )
    months: list[MonthResults] = described(f"The last {MONTHS} months, the oldest first.", [MONTH])


class ResultsQuery(Query):
    """Which templates to count."""

    category: Annotated[
        CategoryKey | None, described("Only templates of this category.", "lead_nurturing")
    ] = None


@blueprint.get("/workflow-templates/results")
@operation(TAG, LibraryResults, permission="report:view")
def get_results(query: ResultsQuery) -> LibraryResults:
    """Get the results of all templates

    Of the workflows that the account and its sub-accounts created from the templates that the account sees,
    by category and by month. The totals are those of the months.
    """
    found = gallery.template_history(web.actor(), query.category or "")
    return LibraryResults(
        **_numbers(found.total.workflows, found.total.people),
        accounts=found.accounts,
        categories=[
            CategoryResults(category=category.key, **_numbers(one.workflows, one.people))
            for category, one in found.categories
        ],
        months=_months(found),
    )


@blueprint.get("/workflow-templates/<public_id>/results")
@operation(TAG, TemplateResults, permission="report:view")
def get_template_results(public_id: str) -> TemplateResults:
    """Get the results of a template

    Of the workflows that the account and its sub-accounts created from it, archived ones included: to date,
    by version, and by month.
    """
    found = gallery.template_history(web.actor(), public_id=public_id)
    to_date = found.to_date
    assert to_date is not None
    rates = to_date.messages.rates
    return TemplateResults(
        **_numbers(to_date.workflows, to_date.totals),
        accounts=to_date.accounts,
        goal_reached=to_date.totals.goal_reached,
        goal_rate=to_date.totals.goal_rate,
        messages=TemplateMessages(
            sent=to_date.messages.sent, **{f"{result}_rate": rate for result, rate in rates.items()}
        ),
        versions=[
            VersionResults(version=one.number, **_numbers(one.workflows, one.totals))
            for one in found.versions
        ],
        months=_months(found),
    )


def _months(found: gallery.TemplateHistory) -> list[MonthResults]:
    return [MonthResults(month=month, **_numbers(one.workflows, one.people)) for month, one in found.months]


def _numbers(workflows: int, people: Any) -> dict[str, Any]:
    return {
        "workflows": workflows,
        "enrolled": people.enrolled,
        "completed": people.completed,
        "completion_rate": people.completion_rate,
    }
