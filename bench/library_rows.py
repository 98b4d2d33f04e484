"""Templates of the account, and workflows with results made from them, for `bench.library`."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from bench.site import Site

FIRST = 1_000_000  # ids of the rows that are put in
MONTHS, VERSION = 12, 1
TEMPLATE = (
    *("id", "public_id", "account_id", "name", "description", "category", "tags", "version", "summary"),
    *("content_hash", "times_used", "created_at", "updated_at"),
)
WORKFLOW = (
    *("id", "public_id", "account_id", "name", "description", "status", "revision", "enroll_again"),
    *("held_until_started", "tracks_reactions", "template_id", "template_version", "definition"),
    *("created_at", "updated_at"),
)


def fill(here: Site, templates: int, workflow: str) -> None:
    """Put templates into the account, copies of the built-in ones under other names, each of which a workflow
    was made from, a copy of this one. Twenty-five people were enrolled in each."""
    with here.sql() as execute:
        models = execute(
            "SELECT t.name, t.description, t.category, t.tags, t.summary, v.definition"
            " FROM workflow_templates t JOIN workflow_template_versions v"
            " ON v.template_id = t.id AND v.number = t.version WHERE t.account_id IS NULL ORDER BY t.id"
        )
        [(document,)] = execute(
            "SELECT definition FROM workflows WHERE public_id = ?", [workflow.rpartition("/")[2]]
        )
        numbers = range(templates)
        at = _now()
        execute.load(
            "workflow_templates",
            TEMPLATE,
            (_template(number, models[number % len(models)], at) for number in numbers),
        )
        execute.load(
            "workflow_template_versions",
            ("template_id", "number", "definition", "note", "created_at", "updated_at"),
            (
                (FIRST + number, VERSION, _json(models[number % len(models)][-1]), "", at, at)
                for number in numbers
            ),
        )
        execute.load("workflows", WORKFLOW, (_workflow(number, _json(document), at) for number in numbers))
        execute.load(
            "template_uses",
            ("account_id", "template_id", "version", "workflow_id", "idempotency_key", "at"),
            ((1, FIRST + number, VERSION, FIRST + number, uuid4().hex, at) for number in numbers),
        )
        _load_counts(execute, templates)
        execute("ANALYZE")


def insert_workflow(execute: Any, document: str, name: str) -> None:
    """Insert a workflow."""
    marks = ", ".join("?" * (len(WORKFLOW) - 1))
    at = _now()
    row = (str(uuid4()), 1, name, "", "draft", 1, False, True, True, FIRST, VERSION, document, at, at)
    execute(f"INSERT INTO workflows ({', '.join(WORKFLOW[1:])}) VALUES ({marks})", row)


def _load_counts(execute: Any, workflows: int) -> None:
    """Put in how many people were enrolled, and what has become of them."""
    days = [(datetime.now(UTC) - timedelta(days=30 * month)).date().isoformat() for month in range(MONTHS)]
    numbers = range(workflows)
    execute.load(
        "enrollment_counts",
        ("account_id", "workflow_id", "version_id", "step_id", "status", "enrollments"),
        (
            (1, FIRST + number, 1, "", status, people + number % 5)
            for number in numbers
            for status, people in (("completed", 15), ("active", 10))
        ),
    )
    execute.load(
        "source_counts",
        ("account_id", "workflow_id", "source", "day", "enrollments"),
        ((1, FIRST + number, "bulk_enrollment", day, 2 + number % 3) for number in numbers for day in days),
    )
    execute.load(
        "end_counts",
        (
            *("account_id", "workflow_id", "version_id", "step_id", "day", "status", "reason", "minutes"),
            "enrollments",
        ),
        ((1, FIRST + number, 1, "", day, "completed", "", 0, 1) for number in numbers for day in days),
    )


def _template(number: int, model: Any, at: Any) -> tuple[Any, ...]:
    name, description, category, tags, summary, _ = model
    return (
        FIRST + number, str(uuid4()), 1, f"{name} {number}", description, category, _json(tags), VERSION,
        _json(summary), "", 1 + number % 7, at, at,
    )  # fmt: skip


def _workflow(number: int, document: str, at: Any) -> tuple[Any, ...]:
    return (
        FIRST + number, str(uuid4()), 1, f"Made {number}", "", "draft", 1, False, True, True,
        FIRST + number, VERSION, document, at, at,
    )  # fmt: skip


def _json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _now() -> str:
    return datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ")
