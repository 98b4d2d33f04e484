"""Documents of email providers are read as reports; kinds that nobody knows say nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.messaging.domain.providers.reading import METADATA, MOST_REPORTS, Provider, reports_in
from app.messaging.domain.providers.signing import (
    is_certificate_of_amazon,
    is_recent,
    is_subscription_of_amazon,
    key_problem,
)
from app.messaging.domain.reactions.feedback import Feedback

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECONDS = int(AT.timestamp())


def postmark(kind: str, **more: Any) -> dict[str, Any]:
    return {"RecordType": kind, "MessageID": "theirs", "Metadata": {METADATA: "ours"}, **more}


def sendgrid(kind: str, **more: Any) -> list[dict[str, Any]]:
    return [{"event": kind, "smtp-id": "<ours@example.com>", "timestamp": SECONDS, **more}]


def mailgun(kind: str, **more: Any) -> dict[str, Any]:
    message = {"headers": {"message-id": "ours@example.com"}}
    return {
        "signature": {},
        "event-data": {"event": kind, "timestamp": SECONDS + 0.5, "message": message, **more},
    }


def ses(kind: str, **more: Any) -> dict[str, Any]:
    headers = [{"name": "Message-ID", "value": "<ours@example.com>"}]
    return {"notificationType": kind, "mail": {"messageId": "theirs", "headers": headers}, **more}


BOUNCE = {"bounceType": "Permanent", "timestamp": "2026-03-01T12:00:00.000Z"}


@pytest.mark.parametrize(
    ("provider", "document", "what"),
    [
        ("postmark", postmark("Delivery", DeliveredAt="2026-03-01T12:00:00Z"), "delivered"),
        ("postmark", postmark("Bounce", Type="HardBounce", BouncedAt="2026-03-01T12:00:00Z"), "bounced"),
        ("postmark", postmark("Bounce", Type="SoftBounce"), "soft_bounced"),
        ("postmark", postmark("Bounce", Type="AutoResponder"), None),
        ("postmark", postmark("Bounce", Type="SpamNotification"), None),
        ("postmark", postmark("SpamComplaint"), "complained"),
        ("postmark", postmark("Open"), None),
        ("postmark", postmark("SubscriptionChange"), None),
        ("sendgrid", sendgrid("delivered"), "delivered"),
        ("sendgrid", sendgrid("bounce", type="bounce", reason="550 5.1.1"), "bounced"),
        ("sendgrid", sendgrid("bounce", type="blocked"), "soft_bounced"),
        ("sendgrid", sendgrid("deferred"), None),
        ("sendgrid", sendgrid("dropped", reason="Bounced Address"), None),
        ("sendgrid", sendgrid("spamreport"), "complained"),
        ("sendgrid", sendgrid("unsubscribe"), None),
        ("mailgun", mailgun("delivered"), "delivered"),
        ("mailgun", mailgun("failed", severity="permanent", reason="bounce"), "bounced"),
        ("mailgun", mailgun("failed", severity="permanent", reason="old"), "soft_bounced"),
        ("mailgun", mailgun("failed", severity="temporary", reason="generic"), None),
        ("mailgun", mailgun("complained"), "complained"),
        ("mailgun", mailgun("opened"), None),
        ("ses", ses("Bounce", bounce=BOUNCE), "bounced"),
        ("ses", ses("Bounce", bounce=BOUNCE | {"bounceType": "Transient"}), "soft_bounced"),
        ("ses", ses("Complaint", complaint={}), "complained"),
        ("ses", ses("Complaint", complaint={"complaintFeedbackType": "abuse"}), "complained"),
        ("ses", ses("Complaint", complaint={"complaintFeedbackType": "not-spam"}), None),
        ("ses", ses("Delivery", delivery={"smtpResponse": "250 OK"}), "delivered"),
        ("ses", ses("Open"), None),
    ],
)
def test_kinds(provider: str, document: Any, what: str | None) -> None:
    [report] = reports_in(Provider(provider), document)
    assert report.what == (Feedback(what) if what else None)
    assert report.message_id.strip("<>").partition("@")[0] == "ours"


def test_answers_and_times() -> None:
    [one] = reports_in(Provider.SENDGRID, sendgrid("bounce", type="bounce", reason="550 5.1.1 unknown"))
    assert (one.answer, one.at) == ("550 5.1.1 unknown", AT)
    [one] = reports_in(
        Provider.POSTMARK, postmark("Bounce", Type="HardBounce", BouncedAt="2026-03-01T12:00:00Z")
    )
    assert one.at == AT
    recipients = [{"diagnosticCode": "smtp; 550 5.1.1 user unknown"}]
    [one] = reports_in(Provider.SES, ses("Bounce", bounce=BOUNCE | {"bouncedRecipients": recipients}))
    assert (one.answer, one.at) == ("smtp; 550 5.1.1 user unknown", AT)
    status = {"message": "5.1.1 unknown"}
    given = mailgun("failed", severity="permanent", reason="bounce", **{"delivery-status": status})
    [one] = reports_in(Provider.MAILGUN, given)
    assert one.answer == "5.1.1 unknown"


@pytest.mark.parametrize("provider", list(Provider))
@pytest.mark.parametrize(
    "document", [None, 3, "text", [], {}, [3], {"event-data": 3}, {"mail": [], "bounce": 1}]
)
def test_other_shapes_say_nothing(provider: Provider, document: Any) -> None:
    assert all(report.what is None or not report.message_id for report in reports_in(provider, document))


def test_strange_values() -> None:
    for stamp in ("x", 1e300, -1e300, True, None, float("nan"), [1]):
        [one] = reports_in(
            Provider.SENDGRID, sendgrid("delivered") and [{"event": "delivered", "timestamp": stamp}]
        )
        assert one.at is None
    assert len(reports_in(Provider.SENDGRID, sendgrid("delivered") * (MOST_REPORTS + 5))) == MOST_REPORTS


@pytest.mark.parametrize(
    ("url", "is_it"),
    [
        ("https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem", True),
        ("https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-1.pem", True),
        ("http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem", False),
        ("https://sns.eu-west-1.amazonaws.com.evil.example/a.pem", False),
        ("https://sns.eu-west-1.amazonaws.com@evil.example/a.pem", False),
        ("https://evil.example/sns.eu-west-1.amazonaws.com/a.pem", False),
        ("https://bucket.s3.amazonaws.com/a.pem", False),
        ("https://sns.eu-west-1.amazonaws.com:8443/a.pem", False),
        ("https://sns.eu-west-1.amazonaws.com/?Action=ListTopics&x=/SimpleNotificationService-1.pem", False),
        ("https://sns.eu-west-1.amazonaws.com/../SimpleNotificationService-1.pem", False),
        ("https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem?", False),
        ("https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem\n", False),
        ("", False),
    ],
)
def test_certificates_are_taken_from_amazon_only(url: str, is_it: bool) -> None:
    assert is_certificate_of_amazon(url) is is_it


def test_subscriptions_are_confirmed_at_amazon_only() -> None:
    right = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu&Token=1f"
    assert is_subscription_of_amazon(right)
    for wrong in (
        right.replace("Confirm", "Delete"),
        right.replace("https", "http"),
        right.replace(".com/", ".com.evil.example/"),
        f"{right}&Action=DeleteTopic",
        f"{right}\r\nHost: evil.example",
        "",
    ):
        assert not is_subscription_of_amazon(wrong), wrong


def test_what_was_signed_long_ago_does_not_count() -> None:
    now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    assert is_recent(str(SECONDS), now) and is_recent("2026-03-01T12:00:00.000Z", now)
    for wrong in ("", "x", "1", "9" * 40, "2020-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "-5"):
        assert not is_recent(wrong, now), wrong


@pytest.mark.parametrize(
    ("provider", "key", "is_right"),
    [
        ("postmark", "", True),
        ("mailgun", "key-0123456789abcdef0123", True),
        ("mailgun", "", False),
        ("sendgrid", "not base64", False),
        ("ses", "arn:aws:sns:eu-west-1:123456789012:feedback", True),
        ("ses", "arn:aws:sqs:eu-west-1:123456789012:feedback", False),
    ],
)
def test_keys(provider: str, key: str, is_right: bool) -> None:
    assert (key_problem(Provider(provider), key) is None) is is_right
