"""The metrics of `/metrics`, and their text.

Labels have a limited number of values: states, queues, routes. Every state is listed, also with 0. What can't
be read now is left out, and `muster_up` says which part does not respond.
"""

import platform
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from flask import current_app
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from app.bulk_enrollment.domain.job import BatchStatus, JobStatus
from app.bulk_enrollment.domain.outcomes import Outcome
from app.deliveries.domain.states import OPEN as UNSENT_WEBHOOKS
from app.engine.domain import EnrollmentStatus
from app.home.infrastructure import health
from app.home.infrastructure.system_figures import SystemFigures, system_figures
from app.messaging.domain.states import State as MessageState
from app.platform import disk, metrics, queue, queue_state
from app.platform.errors import Unavailable
from app.platform.schema_version import newest_migration
from app.platform.settings import current
from app.platform.web.every_request import UNKNOWN

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
UNSENT_MESSAGES: Final = (MessageState.PLANNED, MessageState.SENDING, MessageState.UNCERTAIN)


def text() -> bytes:
    """Return all metrics in Prometheus’ text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Installation())
    return generate_latest(registry)


class _Installation(Collector):
    """Reads everything once for each request."""

    def collect(self) -> Iterator[Metric]:
        figures, is_migrated = None, False
        if is_up := health.database_is_readable():
            is_migrated = health.migrations_are_applied()
            figures = system_figures() if is_migrated else None
        waiting, saved = _waiting(), metrics.saved()
        up = {"database": is_up, "migrations": is_migrated, "queue": waiting is not None}
        yield _gauge(
            "up", "1 for each part that responds.", "part", {name: int(on) for name, on in up.items()}
        )
        yield _labeled(
            GaugeMetricFamily,
            "build_info",
            "Versions.",
            ("schema", "python"),
            {(newest_migration(), platform.python_version()): 1},
        )
        yield _number("disk_free_bytes", "Free space of DATA_DIR.", disk.free_bytes(current().data_dir))
        if figures is not None:
            yield from _of_database(figures)
        if waiting is not None:
            yield from _of_queue(waiting)
        if saved is not None:
            yield from _of_processes(saved)


def _waiting() -> dict[str, queue_state.Waiting] | None:
    try:
        return queue_state.waiting()
    except Unavailable:
        return None


def _of_database(found: SystemFigures) -> Iterator[Metric]:
    yield _gauge("jobs", "Jobs, with dry runs (draft).", "status", _each(JobStatus, found.jobs))
    yield _gauge("batches", "Batches of unfinished jobs.", "status", _each(BatchStatus, found.batches))
    yield _gauge(
        "enrollments",
        "People in workflows, also earlier ones.",
        "status",
        _each(EnrollmentStatus, found.enrollments),
    )
    yield _gauge(
        "messages",
        "Unsent messages, up to 10,000 for each state.",
        "state",
        _each(UNSENT_MESSAGES, found.messages),
    )
    yield _gauge(
        "webhooks",
        "Unsent webhooks, up to 10,000 for each state.",
        "state",
        _each(UNSENT_WEBHOOKS, found.webhooks),
    )
    yield _number("database_bytes", "Size of the database.", found.database_bytes)


def _of_queue(waiting: Mapping[str, queue_state.Waiting]) -> Iterator[Metric]:
    tasks = {name: one.tasks for name, one in waiting.items()}
    yield _gauge("queue_tasks", "Tasks that wait for a worker.", "queue", tasks)
    seconds = {name: one.seconds for name, one in waiting.items()}
    yield _gauge("queue_oldest_task_seconds", "How long the oldest task has waited.", "queue", seconds)
    if (beats := queue.heartbeats()) is not None:
        busy = sum(bool(beat.partition(" ")[2]) for beat in beats.values())
        yield _gauge("workers", "Workers alive.", "state", {"busy": busy, "idle": len(beats) - busy})
    if (streams := metrics.listeners()) is not None:
        yield _number("event_stream_listeners", "Open event streams.", streams)


def _of_processes(saved: metrics.Saved) -> Iterator[Metric]:
    rows = saved.counts.get(metrics.ROWS, {})
    yield _labeled(
        CounterMetricFamily,
        "rows",
        "Rows that batches have settled.",
        ("outcome",),
        {(one.name,): rows.get((one.name,), 0) for one in Outcome},
    )
    yield _labeled(
        CounterMetricFamily,
        "message_results",
        "Results of messages: sent, delivered, opened, and so on.",
        ("channel", "result"),
        saved.counts.get(metrics.MESSAGES, {}),
    )
    yield _labeled(
        CounterMetricFamily,
        "webhook_attempts",
        "Attempts to send webhooks, by the state after it (planned: it will be sent again).",
        ("state",),
        saved.counts.get(metrics.WEBHOOKS, {}),
    )
    yield _labeled(
        CounterMetricFamily,
        "http_requests",
        "Requests.",
        ("route", "method", "status"),
        _of_known_routes(saved.counts.get(metrics.REQUESTS, {})),
    )
    yield _histogram(
        "http_request_duration_seconds",
        "Time to answer a request.",
        ("route",),
        _of_known_routes(saved.durations.get(metrics.REQUEST_SECONDS, {})),
    )
    for name, key, help_text in (
        ("batch", metrics.BATCH_SECONDS, "Time to run a batch, or some small ones together."),
        ("move", metrics.MOVE_SECONDS, "Time to take people on to their next steps."),
    ):
        yield _histogram(f"{name}_duration_seconds", help_text, (), saved.durations.get(key, {}))


def _of_known_routes(found: Mapping[tuple[str, ...], Any]) -> dict[tuple[str, ...], Any]:
    """Leave out routes of earlier versions."""
    known = current_app.view_functions.keys() | {UNKNOWN}
    return {labels: value for labels, value in found.items() if labels[0] in known}


def _each(states: Iterable[str], found: Mapping[str, int]) -> dict[str, int]:
    return {str(state): found.get(state, 0) for state in states}


def _number(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"muster_{name}", help_text, value=value)


def _gauge(name: str, help_text: str, label: str, values: Mapping[str, float]) -> Metric:
    return _labeled(
        GaugeMetricFamily, name, help_text, (label,), {(key,): value for key, value in values.items()}
    )


def _labeled(
    kind: Any, name: str, help_text: str, labels: tuple[str, ...], values: Mapping[tuple[str, ...], float]
) -> Metric:
    family: Metric = kind(f"muster_{name}", help_text, labels=labels)
    for key, value in sorted(values.items()):
        family.add_metric(key, value)  # type: ignore[attr-defined]
    return family


def _histogram(
    name: str, help_text: str, labels: tuple[str, ...], values: Mapping[tuple[str, ...], metrics.Durations]
) -> Metric:
    family = HistogramMetricFamily(f"muster_{name}", help_text, labels=labels)
    for key, found in sorted(values.items()):
        family.add_metric(key, list(found.up_to.items()), found.seconds)
    return family
