"""Health endpoints: `/healthz` (this process responds) and `/readyz` (so does everything it needs)."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.home.infrastructure import health as state
from app.platform import disk, queue, web
from app.platform.settings import current

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@web.skip_authentication
def alive() -> ResponseReturnValue:
    return jsonify(status="alive")


@blueprint.get("/readyz")
@web.skip_authentication
def ready() -> ResponseReturnValue:
    """Return 200 if database, migrations, queue, workers, and disk are all ready; otherwise 503."""
    database_is_up = state.database_answers()
    parts = {
        "database": database_is_up,
        "migrations": database_is_up and state.migrations_are_applied(),
        "queue": queue.takes_writes(),
        "workers": current().workers == 0 or queue.alive_workers() > 0,
    }
    parts["disk"] = disk.is_writable(current())
    is_ready = all(parts.values())
    return jsonify(status="ready" if is_ready else "not ready", **parts), 200 if is_ready else 503
