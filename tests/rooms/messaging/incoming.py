"""Emails that come to a mailbox: returned ones, complaints, replies, and what machines write."""

RETURNED = """\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example.com>
To: news@example.com
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your email could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; p0@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--b
Content-Type: {kind}

Message-ID: <{id}@example.com>
Subject: Hello

--b--
"""

COMPLAINT = """\
From: feedback@provider.example
To: abuse@example.com
Subject: FW: Hello
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an abuse report.

--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Provider/1.0
Version: 1

--b
Content-Type: message/rfc822

From: news@example.com
Message-ID: <{id}@example.com>

Hello

--b--
"""

REPLY = """\
From: Ann <ann@example.com>
To: news@example.com
Subject: Re: Hello
In-Reply-To: <{id}@example.com>
References: <first@example.org> <{id}@example.com>
Message-ID: <answer@example.com>
{more}Content-Type: text/plain

Yes, please!
"""


def returned(
    message_id: str, status: str = "5.1.1", said: str = "550 5.1.1 No such user", **changes: str
) -> str:
    values = {"action": "failed", "kind": "text/rfc822-headers", "status": status, "said": said}
    return RETURNED.format(id=message_id, **values | changes)


def complaint(message_id: str, kind: str = "abuse") -> str:
    return COMPLAINT.format(id=message_id, kind=kind)


def reply(message_id: str, more: str = "") -> str:
    return REPLY.format(id=message_id, more=more)
