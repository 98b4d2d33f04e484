"""Writing the bodies of deliveries, with the values that contacts have at that moment."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.accounts import application as accounts
from app.contacts import application as contacts
from app.deliveries.domain.requests import MAX_BODY_BYTES, body_of
from app.deliveries.infrastructure import queries
from app.deliveries.infrastructure.store import Claimed
from app.platform.logs import log
from app.workflows.domain import Step, render_text
from app.workflows.infrastructure.tables import WorkflowVersion

GONE = "The contact or the step no longer exists."
TOO_LARGE = f"The request would be larger than {MAX_BODY_BYTES // 1024} KB."
NOT_WRITTEN = "The request couldn’t be composed. Details are in the server log."


class NotWritten(Exception):
    """There is no body; the text says why."""


def write(account_id: int, deliveries: Sequence[Claimed]) -> dict[int, str | NotWritten]:
    """Return {delivery id: its body, or why it has none}. A fault in one is not one of the others."""
    if not deliveries:
        return {}
    versions = queries.versions(account_id, {one.version_id for one in deliveries})
    names = queries.workflow_names(account_id, {one.workflow_id for one in deliveries})
    people = contacts.merge_values(account_id, [one.contact_id for one in deliveries])
    shared = accounts.account_values(account_id)
    return {
        one.id: _written(
            one, versions.get(one.version_id), names.get(one.workflow_id), people.get(one.contact_id), shared
        )
        for one in deliveries
    }


def _written(
    delivery: Claimed,
    version: WorkflowVersion | None,
    workflow: tuple[str, str, bool] | None,
    person: Mapping[str, Any] | None,
    shared: Mapping[str, Any],
) -> str | NotWritten:
    step = version.parsed.step(delivery.step_id) if version else None
    if version is None or step is None or workflow is None or person is None:
        return NotWritten(GONE)
    try:
        fields = _fields(step, {**shared, "contact": person})
        about = {"id": workflow[1], "name": workflow[0], "version": version.number}
        place = {"id": step.id, "number": step.number}
        body = body_of(delivery.key, about, place, {"id": delivery.contact_id, **person}, fields)
    except Exception:
        log.exception("delivery_not_written", extra={"delivery_id": delivery.id})
        return NotWritten(NOT_WRITTEN)
    return body if len(body.encode()) <= MAX_BODY_BYTES else NotWritten(TOO_LARGE)


def _fields(step: Step, context: Mapping[str, Any]) -> dict[str, str]:
    given = step.config.get("fields")
    pairs = given.items() if isinstance(given, Mapping) else ()
    return {str(name): render_text(str(text), context) for name, text in pairs}
