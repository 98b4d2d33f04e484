"""What a job's panel shows, as a mark that its poll sends back: while nothing was published since, and the
panel is young, the poll needs no database. Time left and rates go on from the panel that is drawn next."""

import hashlib
import time
from typing import Final

from flask import current_app, request, session
from itsdangerous import BadSignature, URLSafeSerializer

from app.accounts.domain import Actor
from app.bulk_enrollment.application.jobs.progress import latest_event

FRESH_SECONDS: Final = 5.0  # an older panel is drawn again: workers may have died, which nobody publishes


def mark_of(actor: Actor, public_id: str) -> str | None:
    """The mark of a panel that is drawn after this call; None when events cannot be read."""
    event = latest_event(actor.account_id, public_id)
    if event is None:
        return None
    return str(_signed().dumps([actor.account_id, public_id, event, time.time(), _session_mark()]))


def is_shown(public_id: str) -> bool:
    """Whether the panel that asks shows the newest event and was drawn for this session a moment ago."""
    try:
        account_id, of, event, drawn_at, drawn_for = _signed().loads(request.args.get("shown", ""))
    except (BadSignature, ValueError, TypeError):
        return False
    if of != public_id or drawn_for != _session_mark() or not drawn_for:
        return False
    return 0 <= time.time() - drawn_at < FRESH_SECONDS and latest_event(account_id, public_id) == event


def _session_mark() -> str:
    """Tells what one person sees in one account from what others see; empty for nobody."""
    user, account = session.get("_user_id"), session.get("account_id")
    return hashlib.sha256(f"{user}:{account}".encode()).hexdigest()[:32] if user else ""


def _signed() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="job panel")
