"""Marks of the state that a job's panel shows, sent back with each poll.

While no event has been published since, and the panel is younger than FRESH_SECONDS, the poll is answered
without the database. Rates and time left are updated with the next panel.
"""

import hashlib
import time
from typing import Final

from flask import current_app, request, session
from itsdangerous import BadSignature, URLSafeSerializer

from app.accounts.domain import Actor
from app.bulk_enrollment.application.jobs.progress import latest_event

FRESH_SECONDS: Final = 5.0  # older panels are rendered again: the death of a worker publishes no event


def mark_of(actor: Actor, public_id: str) -> str | None:
    """Return the mark of a panel rendered after this call, or None if events cannot be read."""
    event = latest_event(actor.account_id, public_id)
    if event is None:
        return None
    return str(_signed().dumps([actor.account_id, public_id, event, time.time(), _session_mark()]))


def is_shown(public_id: str) -> bool:
    """Return whether the polling panel is up to date, and was recently rendered for this session."""
    try:
        account_id, of, event, drawn_at, drawn_for = _signed().loads(request.args.get("shown", ""))
    except (BadSignature, ValueError, TypeError):
        return False
    if of != public_id or drawn_for != _session_mark() or not drawn_for:
        return False
    is_fresh: bool = 0 <= time.time() - drawn_at < FRESH_SECONDS
    return is_fresh and latest_event(account_id, public_id) == event


def _session_mark() -> str:
    """Return a mark of the signed-in user and account; empty if nobody is signed in."""
    user, account = session.get("_user_id"), session.get("account_id")
    return hashlib.sha256(f"{user}:{account}".encode()).hexdigest()[:32] if user else ""


def _signed() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="job panel")
