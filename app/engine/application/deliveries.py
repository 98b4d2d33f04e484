"""What becomes of enrollments once their request to other software is answered, or has failed for good
(E-16)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from app.deliveries import application as deliveries
from app.deliveries.application import Settled, State
from app.engine.domain import WaitsFor
from app.engine.infrastructure import hearing, returning

END = "end"


def register_delivery_source() -> None:
    deliveries.register_source(deliveries.Source(_settled, returning.hold_active))


def _settled(account_id: int, settled: Sequence[Settled], at: datetime) -> None:
    """Let enrollments go on, or end those whose request has failed if the step says so."""
    groups: dict[tuple[str, int, bool], list[int]] = defaultdict(list)
    for one in settled:
        if one.state != State.WITHDRAWN:
            ends = one.state == State.FAILED and one.on_failure == END
            groups[one.step_id, one.visit, ends].append(one.enrollment_id)
    for (step_id, visit, ends), ids in sorted(groups.items()):
        if ends:
            hearing.fail_request(account_id, step_id, visit, sorted(ids), at)
        else:
            hearing.go_on(account_id, step_id, visit, sorted(ids), at, WaitsFor.ANSWER)
