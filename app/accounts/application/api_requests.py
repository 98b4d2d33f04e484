"""Requests of programs that may be repeated: the second time they get the first response.

Response and effect are committed together: a request whose response was lost has either done its work, and
the next one gets that response, or nothing.
"""

import hashlib
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any, Final

from app.accounts.application.permissions import lock
from app.accounts.domain import Actor
from app.accounts.infrastructure import api_tokens as store
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Conflict, Invalid

KEPT: Final = timedelta(hours=24)
MAX_KEY: Final = 255

Answer = dict[str, Any]
"""A response as JSON; this room does not look into it."""


def answer_once(actor: Actor, key: str, fingerprint: str, make: Callable[[], Answer]) -> tuple[Answer, bool]:
    """Return (answer, whether it is an earlier one) for an idempotency key of the user.

    `make` runs in the transaction that keeps its answer, and not at all if there is one. Nothing is kept
    after an error. Raises Invalid if the key is malformed or was used for a request with another
    `fingerprint`, and Conflict if the answer has been forgotten.
    """
    if not (0 < len(key) <= MAX_KEY and key.isprintable() and key.isascii()):
        sentence = f"An Idempotency-Key must be 1 to {MAX_KEY} printable ASCII characters."
        raise Invalid.in_fields({"Idempotency-Key": sentence})
    key_hash = hashlib.sha256(f"{actor.user_id}:{key}".encode()).hexdigest()
    with transaction():
        lock(actor.account_id)
        known = store.request_with_key(actor.account_id, key_hash, now() - KEPT)
        if known is None:
            answer = make()
            store.keep_request(actor.account_id, key_hash, fingerprint, answer, now())
            return answer, False
        if known.fingerprint != fingerprint:
            sentence = (
                "This Idempotency-Key was used for another request, or with a token of other scopes. "
                "Use a new key for each new request."
            )
            raise Invalid("IDEMPOTENCY_KEY_REUSED", sentence, fields={"Idempotency-Key": sentence})
        if not known.answer:
            raise Conflict("CONFLICT", "The response to this request named a person who was erased since.")
        return known.answer, True


def forget_answers(account_id: int, texts: Collection[str]) -> None:
    """Forget the kept answers that contain one of the texts (in lower case). Their keys stay used."""
    store.blank_answers(account_id, texts)


def discard_old_requests() -> int:
    """Delete responses that are kept no longer; return how many."""
    with transaction():
        return store.discard_requests(now() - KEPT)
