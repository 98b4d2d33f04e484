"""Messages are well-formed whatever their texts hold, and MAIL_URL is validated."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from app.platform import mail
from app.platform.mail import SystemEmail
from app.platform.settings import SettingError, Settings

AT = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


def settings(tmp_path, **given: str) -> Settings:
    return Settings.from_environment(
        {"DATA_DIR": str(tmp_path), "MAIL_URL": "smtp://mail.example.com", **given}
    )


def test_no_text_adds_a_header(tmp_path) -> None:
    subject = "Spring\r\nBcc: mallory@example.org\r\n\r\nHello\u2028there\x00 " + "long " * 200
    email = SystemEmail(subject, "Text\r\n.\r\nRCPT TO:<x@example.org>", "<p>Text</p>")
    message = mail.message(email, "bob@example.com", settings(tmp_path), AT, "id-1")
    parsed = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert parsed["Bcc"] is None and parsed["To"] == "bob@example.com"
    assert parsed["Subject"].startswith("Spring Bcc: mallory@example.org Hello there long")
    assert len(parsed["Subject"]) <= mail.MAX_SUBJECT_LENGTH
    assert parsed["Message-ID"] == "<id-1@mail.example.com>"
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert {part.get_content_type() for part in parsed.iter_parts()} == {"text/plain", "text/html"}


@pytest.mark.parametrize(
    "address", ["bob@example.com\r\nBcc: x@example.org", "a@example.com, b@example.com", "bob", ""]
)
def test_an_address_is_one_address(tmp_path, address: str) -> None:
    with pytest.raises(ValueError):
        mail.message(SystemEmail("Hi", "Hi", "Hi"), address, settings(tmp_path), AT, "id-1")


def test_the_sender_is_chosen_or_that_of_the_mail_server(tmp_path) -> None:
    own = settings(tmp_path, MAIL_URL="smtps://ann%40example.net:p%40ss@mail.example.com:465")
    assert mail.sender(own) == "ann@example.net"
    assert mail.sender(settings(tmp_path)) == "muster@mail.example.com"
    assert mail.sender(settings(tmp_path, MAIL_FROM="no-reply@example.com")) == "no-reply@example.com"


@pytest.mark.parametrize("url", ["mail.example.com", "http://x", "smtp://", "smtp://x:99999", "smtp://x:0"])
def test_a_wrong_address_of_the_mail_server_is_refused_at_start(tmp_path, url: str) -> None:
    with pytest.raises(SettingError, match="MAIL_URL must look like"):
        settings(tmp_path, MAIL_URL=url)


@pytest.mark.parametrize("address", ["bob", "@example.com", "a b@example.com", "bob@example.com\n x"])
def test_a_wrong_sender_is_refused_at_start(tmp_path, address: str) -> None:
    with pytest.raises(SettingError, match="MAIL_FROM must be an email address"):
        settings(tmp_path, MAIL_FROM=address)
