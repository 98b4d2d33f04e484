"""Whether and how an account's messages go out, for programs."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.accounts.domain import Actor
from app.messaging.application.outbox.lists import names_of
from app.messaging.application.pace.brakes import Stopped, is_paused, stopped_workflows
from app.messaging.application.pace.frequency import frequency_cap
from app.messaging.domain.pace.frequency import FrequencyCap


@dataclass(frozen=True)
class SendingState:
    """`stopped` are the workflows that have stopped by themselves, with their public ids (None if they have
    been deleted), the latest first."""

    is_paused: bool
    cap: FrequencyCap | None
    stopped: Sequence[tuple[str | None, Stopped]]


def sending_state(actor: Actor) -> SendingState:
    stopped = stopped_workflows(actor)
    known = names_of(actor.account_id, [one.workflow_id for one in stopped])
    ids = {key: one.public_id for key, one in known.items() if not one.is_deleted}
    named = [(ids.get(one.workflow_id), one) for one in stopped]
    return SendingState(is_paused(actor.account_id), frequency_cap(actor), named)
