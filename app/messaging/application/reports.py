"""Feedback about emails as it comes in: it names an email by its Message-ID, which anybody may have made
up."""

import time
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Final

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.messaging.application.composing import message_with_id
from app.messaging.application.feedback import receive
from app.messaging.domain.reactions.feedback import Report
from app.messaging.infrastructure.reactions import store as reactions
from app.platform.clock import now
from app.platform.text.headers import one_line

SECONDS_A_REQUEST: Final = 10.0
OLDEST: Final = timedelta(days=3_650)


class Result(StrEnum):
    """What became of a report. IGNORED: it is of a kind that changes nothing. LATER: there was no
    time for it."""

    RECORDED = "recorded"
    UNKNOWN_MESSAGE = "unknown_message"
    NOT_SENT = "not_sent"
    IGNORED = "ignored"
    LATER = "later"


def receive_many(actor: Actor, reports: Sequence[Report]) -> list[Result]:
    """Record feedback that a program has, as much as fits into a request; return what became of each
    report."""
    accounts.require(actor, Permission.CONTACTS)
    end = time.monotonic() + SECONDS_A_REQUEST
    return [
        receive_report(actor.account_id, report) if time.monotonic() < end else Result.LATER
        for report in reports
    ]


def receive_report(account_id: int, report: Report) -> Result:
    """Record a report about an email of an account. One about an email of another account changes nothing,
    and does not tell that there is one."""
    if report.what is None:
        return Result.IGNORED
    message_id = message_with_id(report.message_id)
    if message_id is None:
        return Result.UNKNOWN_MESSAGE
    at = max(min(report.at or now(), now()), now() - OLDEST)
    if receive(account_id, message_id, report.what, one_line(report.answer), at):
        return Result.RECORDED
    found = reactions.tracked(message_id, account_id)
    return Result.NOT_SENT if found is not None else Result.UNKNOWN_MESSAGE
