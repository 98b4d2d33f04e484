"""The frequency cap: setting it, and holding messages back that are beyond it (E-26)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts import application as contacts
from app.messaging.application.sources import Settled, source
from app.messaging.application.time_line import note_held
from app.messaging.domain.pace.frequency import SKIPS, Beyond, FrequencyCap, read_cap
from app.messaging.domain.reasons import Delay
from app.messaging.domain.states import State
from app.messaging.infrastructure import message_counts, store
from app.messaging.infrastructure.pace import frequency, holding, rules
from app.messaging.infrastructure.pace.frequency import Held
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Invalid


def frequency_cap(actor: Actor) -> FrequencyCap | None:
    """Return the account's frequency cap; None without one."""
    accounts.require(actor, Permission.REPORTS)
    return rules.cap_of(actor.account_id)


def change_frequency_cap(actor: Actor, typed: Mapping[str, str]) -> None:
    """Set the frequency cap with cap_messages, cap_days, and cap_beyond, or remove it, if both numbers are
    empty. Messages that wait are looked at again. Raises Invalid with `fields`."""
    accounts.require(actor, Permission.ACCOUNT)
    wanted = read_cap(typed)
    if isinstance(wanted, dict):
        raise Invalid.in_fields(wanted)
    with transaction():
        accounts.lock(actor.account_id)
        before = rules.hold_cap(actor.account_id)
        if before == wanted:
            return
        values = {
            "cap_messages": wanted.messages if wanted else None,
            "cap_days": wanted.days if wanted else None,
            "cap_skips": wanted is not None and wanted.beyond == Beyond.SKIP,
        }
        rules.save(actor.account_id, values, actor.user_id)
        holding.end_delay(actor.account_id, Delay.FREQUENCY_CAP, now())
        if wanted is None:
            activity.record(actor, "frequency_cap_removed", "sending", actor.account_id)
        else:
            facts = {"messages": wanted.messages, "days": wanted.days}
            activity.record(actor, "frequency_cap_set", "sending", actor.account_id, **facts)


def hold_back(account_id: int, ids: Sequence[int], at: datetime) -> None:
    """Let those of these due messages that are beyond the cap wait, or skip them and let their contacts go
    on."""
    with transaction():
        cap = rules.hold_cap(account_id)
        if cap is None:
            return
        contacts.hold_many(account_id, store.contacts_of(account_id, ids))
        held = frequency.beyond_cap(account_id, ids, cap, at)
        if held and cap.beyond == Beyond.SKIP:
            _skip(account_id, held, at)
        elif held:
            _wait(account_id, held, cap, at)


def _wait(account_id: int, held: Sequence[Held], cap: FrequencyCap, at: datetime) -> None:
    """Each contact learns of it once, however often the message is looked at again."""
    counted = frequency.counted_times(account_id, [one.contact_id for one in held], cap, at)
    ends = {one.id: cap.allows_at(counted.get(one.contact_id, ()), at) for one in held}
    delayed = holding.delay(account_id, ends, Delay.FREQUENCY_CAP, at)
    waited = {one.id for one in held if one.answer == Delay.FREQUENCY_CAP}
    note_held(account_id, "waiting", sorted(delayed - waited), at)


def _skip(account_id: int, held: Sequence[Held], at: datetime) -> None:
    skipped = holding.skip(account_id, [one.id for one in held], SKIPS, at)
    message_counts.count_new(account_id, sorted(skipped))
    note_held(account_id, "skipped", sorted(skipped), at)
    settled = [
        Settled(one.enrollment_id, one.step_id, one.visit, State.SKIPPED) for one in held if one.id in skipped
    ]
    source().settled(account_id, settled, at)
