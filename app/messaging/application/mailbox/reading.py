"""Reading accounts' mailboxes: each email that is new is read once, and what it tells is recorded.

Nothing in a mailbox is changed. Up to where it was read is kept after what was read has been recorded, and
recording the same again changes nothing, so a reader that is killed neither loses nor doubles anything.
"""

import time
from datetime import timedelta
from typing import Final

from app.messaging.application.mailbox.settings import LOST, server_of
from app.messaging.application.opting_out.unsubscribing import unsubscribe_by_email
from app.messaging.application.reports import Result, receive_report
from app.messaging.domain.reactions.feedback import Report
from app.messaging.domain.reactions.incoming import read_incoming, unsubscribe_token
from app.messaging.infrastructure.servers import mailbox_store as store
from app.messaging.infrastructure.servers.mailboxes import Folder, Incoming, MailboxServer, Unreadable, opened
from app.messaging.infrastructure.servers.tables import Mailbox
from app.platform import queue
from app.platform.clock import now
from app.platform.database import forget_snapshot, transaction
from app.platform.logs import log

READ_TASK: Final = "messaging.read_mailbox"
MOST_A_TURN: Final = 200
AT_ONCE: Final = 20
SECONDS_IN_A_ROW: Final = 20.0  # fewer than a connection may take
PAUSE_SECONDS: Final = 60.0
BEFORE_CONNECTING: Final = timedelta(days=3)
"""How old the emails are that are read from a mailbox at first."""
WAKE_AGAIN_SECONDS: Final = 30.0
MOST_WOKEN: Final = 500

_woken: dict[int, float] = {}


def wake_readers() -> None:
    """Send a task for each mailbox that is to be read. Called by the clock."""
    tick = time.monotonic()
    for account_id in store.accounts_due(MOST_WOKEN):
        if tick - _woken.get(account_id, -WAKE_AGAIN_SECONDS) >= WAKE_AGAIN_SECONDS:
            _woken[account_id] = tick
            queue.send(READ_TASK, account_id)


def read_mailbox(account_id: int) -> None:
    """Read what is new in an account's mailbox, unless somebody does or it is not time yet. After a failure,
    nobody tries again for a while that grows."""
    with transaction():
        row = store.take_turn(account_id)
    if row is None:
        return
    server, turn, failures = server_of(row), row.turn, row.failures
    failure, is_done = LOST, True
    if server is not None:
        try:
            failure, is_done = "", _read(row, server)
        except Unreadable as refused:
            failure = str(refused)
            log.info("mailbox_unreadable", extra={"account": account_id})
    with transaction():
        store.end_turn(account_id, turn, _wait(failures if failure else None, is_done), failure[:300])


def _wait(failures: int | None, is_done: bool) -> float:
    if failures is None:
        return PAUSE_SECONDS if is_done else 0.0
    return float(min(PAUSE_SECONDS * 2 ** min(failures, 10), store.LONGEST_WAIT.seconds))


def _read(row: Mailbox, server: MailboxServer) -> bool:
    """Read the next emails; return whether there are no more. Raises Unreadable."""
    account_id, turn, validity, last = row.account_id, row.turn, row.uid_validity, row.last_uid
    forget_snapshot()
    end_of_turn = time.monotonic() + SECONDS_IN_A_ROW
    with opened(server) as folder:
        if validity != folder.validity:
            last = folder.last_before((now() - BEFORE_CONNECTING).date())
        uids, end = folder.uids_after(last, MOST_A_TURN)
        for start in range(0, len(uids), AT_ONCE):
            some = uids[start : start + AT_ONCE]
            for uid in some:
                _take(account_id, folder, uid)
            is_over = queue.should_stop() or time.monotonic() >= end_of_turn
            if not _keep_place(account_id, turn, folder, some[-1]) or is_over:
                return False
        return _keep_place(account_id, turn, folder, end) and end + 1 >= folder.next_uid


def _keep_place(account_id: int, turn: int, folder: Folder, uid: int) -> bool:
    with transaction():
        return store.keep_place(account_id, turn, folder.validity, uid)


def _take(account_id: int, folder: Folder, uid: int) -> None:
    email = folder.read(uid)
    if email is not None and not _unsubscribes(account_id, email):
        for report in _reports(account_id, email):
            if receive_report(account_id, report) != Result.UNKNOWN_MESSAGE:
                return


def _unsubscribes(account_id: int, email: Incoming) -> bool:
    """Unsubscribe whoever asks for it, and return whether this is what an email is about."""
    try:
        token = unsubscribe_token(email.source)
    except Exception:
        return False  # an email that nobody can read is noted by `_reports`
    return bool(token) and unsubscribe_by_email(account_id, token, email.at)


def _reports(account_id: int, email: Incoming) -> list[Report]:
    """Return what an email tells, for each email that it may be about."""
    try:
        notice = read_incoming(email.source)
    except Exception:  # an email that nobody can read must not stop those that come after it
        log.warning("incoming_email_unreadable", extra={"account": account_id, "uid": email.uid})
        return []
    if notice is None:
        return []
    return [Report(known, notice.what, notice.answer, email.at) for known in notice.message_ids]
