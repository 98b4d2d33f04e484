"""What an incoming email says about one that was sent: returned (RFC 3464), marked as spam (RFC 5965), or
replied to by a person. Anybody may have written it, so it is only believed about emails whose Message-ID it
knows, which nobody can make up."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Final
from urllib.parse import quote

from app.messaging.domain.reactions.feedback import Feedback

MOST_IDS: Final = 20
_MOST_PARTS: Final = 50  # of a report
_IDS = re.compile(r"<([^<>\s]{1,250})>")
_UNSUBSCRIBE = re.compile(r"(?i)unsubscribe\s+([0-9a-f]{32})")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_CODE = re.compile(r"\b([245])\d\d\b")
_BY_MACHINES: Final = (
    *("X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond"),
    *("List-Id", "List-Unsubscribe", "X-Failed-Recipients"),
)
_PRECEDENCES: Final = {"bulk", "junk", "list", "auto_reply"}
_MACHINES: Final = re.compile(r"(?i)\b(mailer-daemon|postmaster|no-?reply|do-?not-?reply)@")
_NOT_FOR_GOOD: Final = ((2, 2), (2, 3), (3, 4))
"""Details of 5.x.x statuses for a full mailbox and a message that is too large, which say nothing about the
address. Neither does 5.7.x, the refusal of a sender."""


@dataclass(frozen=True)
class Notice:
    """What happened to an email that has one of these Message-IDs, and what a mail server said."""

    what: Feedback
    message_ids: tuple[str, ...]
    answer: str = ""


def mail_to(address: str, token: str) -> str:
    """Return what a link to unsubscribe by email says after “mailto:”. Its email is read by
    `unsubscribe_token`."""
    return f"{quote(address, safe='@+')}?subject=unsubscribe%20{token}"


def unsubscribe_token(source: bytes) -> str:
    """Return the token of the message that an email wants to unsubscribe from; empty if it wants nothing of
    the kind. Often, mail programs send it by themselves."""
    subject = _header(BytesHeaderParser().parsebytes(source), "Subject")
    found = _UNSUBSCRIBE.fullmatch(subject[:200])
    return found[1].lower() if found else ""


def read_incoming(source: bytes) -> Notice | None:
    """Return what an email, or its beginning, tells about one that was sent; None if it tells nothing."""
    mail = message_from_bytes(source)
    if mail.get_content_type() == "multipart/report":
        kind = str(mail.get_param("report-type", "")).lower()
        if kind == "delivery-status":
            return _delivery_status(mail)
        return _complaint(mail) if kind == "feedback-report" else None
    return None if _is_by_machine(mail) else _reply(mail)


def _delivery_status(mail: Message) -> Notice | None:
    found: dict[Feedback, str] = {}
    for block in _blocks(mail, "message/delivery-status"):
        if what := _outcome(block):
            found.setdefault(what, _said(block))
    ids = _returned_ids(mail)
    for what in (Feedback.BOUNCED, Feedback.SOFT_BOUNCED, Feedback.DELIVERED):
        if what in found and ids:
            return Notice(what, ids, found[what])
    return None


def _outcome(block: Message) -> Feedback | None:
    """Return what became of an email for one recipient; None if that is not known yet."""
    action = _header(block, "Action").lower()
    if action == "delivered":
        return Feedback.DELIVERED
    if action != "failed":
        return None
    status = _STATUS.search(_header(block, "Status"))
    if status is None:
        code = _CODE.search(_header(block, "Diagnostic-Code"))
        return Feedback.BOUNCED if code and code[1] == "5" else Feedback.SOFT_BOUNCED
    kind, subject, detail = (int(part) for part in status.groups())
    is_final = kind == 5 and subject != 7 and (subject, detail) not in _NOT_FOR_GOOD
    return Feedback.BOUNCED if is_final else Feedback.SOFT_BOUNCED


def _said(block: Message) -> str:
    kind, _, text = _header(block, "Diagnostic-Code").partition(";")
    return text.strip() or kind or _header(block, "Status")


def _complaint(mail: Message) -> Notice | None:
    kinds = {_header(block, "Feedback-Type").lower() for block in _blocks(mail, "message/feedback-report")}
    ids = _returned_ids(mail)
    return Notice(Feedback.COMPLAINED, ids) if kinds == {"abuse"} and ids else None


def _reply(mail: Message) -> Notice | None:
    named = [*_ids(_header(mail, "In-Reply-To")), *reversed(_ids(_header(mail, "References")))]
    ids = tuple(dict.fromkeys(named))[:MOST_IDS]
    return Notice(Feedback.REPLIED, ids) if ids else None


def _is_by_machine(mail: Message) -> bool:
    """Return whether an email says of itself that nobody has written it, or that it goes to many."""
    return (
        _header(mail, "Auto-Submitted").partition(";")[0].strip().lower() not in ("", "no")
        or _header(mail, "Precedence").lower() in _PRECEDENCES
        or any(name in mail for name in _BY_MACHINES)
        or _header(mail, "Return-Path") == "<>"
        or bool(_MACHINES.search(_header(mail, "From")))
        or mail.get_content_type() == "multipart/report"
    )


def _returned_ids(mail: Message) -> tuple[str, ...]:
    """Return the Message-ID of the email that a report is about: from what was returned of it, else from the
    report itself."""
    for part in _parts(mail):
        kind = part.get_content_type()
        if kind == "message/rfc822":
            found = _ids(_header(_first(part), "Message-ID"))
        elif kind in ("text/rfc822-headers", "message/rfc822-headers"):
            found = _ids(_header(_headers(part), "Message-ID"))
        else:
            continue
        if found:
            return tuple(found[:1])
    own = [_header(block, "X-Original-Message-ID") for block in _blocks(mail, "message/delivery-status")]
    named = [*own, _header(mail, "In-Reply-To"), _header(mail, "References")]
    return tuple(dict.fromkeys(_ids(" ".join(named))))[:MOST_IDS]


def _blocks(mail: Message, kind: str) -> Iterator[Message]:
    """Yield the groups of fields in the parts of a report that are for machines."""
    for part in _parts(mail):
        if part.get_content_type() == kind:
            inside = part.get_payload()
            if isinstance(inside, list):
                yield from (one for one in inside[:_MOST_PARTS] if isinstance(one, Message))


def _parts(mail: Message) -> list[Message]:
    """Return the direct parts of a report. What an email that was returned contains is no part of it."""
    inside = mail.get_payload()
    return (
        [one for one in inside[:_MOST_PARTS] if isinstance(one, Message)] if isinstance(inside, list) else []
    )


def _first(part: Message) -> Message:
    return next(iter(_parts(part)), Message())


def _headers(part: Message) -> Message:
    inside = _first(part)
    if inside.keys():
        return inside
    content = part.get_payload(decode=True)
    return message_from_bytes(content) if isinstance(content, bytes) else message_from_string("")


def _ids(text: str) -> list[str]:
    return [found[1] for found in _IDS.finditer(text[:20_000])]


def _header(mail: Message, name: str) -> str:
    return str(mail.get(name, "")).strip()
