"""What may be entered for a mail server, a sender, and a rehearsal, and which addresses are connected to."""

import pytest

from app.messaging.domain.mail_settings import (
    Limits,
    Security,
    SenderDetails,
    ServerAddress,
    is_among,
    may_be_mail_server,
    password_problem,
    read_only_to,
    read_sender,
    read_server,
)

SERVER = {"host": " SMTP.Example.com ", "port": "587", "security": "starttls", "user": " alice "}
SENDER = {"name": " The  News ", "address": "News@Example.com", "reply_to": ""}


def test_a_server_is_read() -> None:
    assert read_server(SERVER) == ServerAddress("smtp.example.com", 587, Security.STARTTLS, "alice")


@pytest.mark.parametrize(
    ("host", "read"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("10.0.0.25", "10.0.0.25"),
        ("[::1]", "::1"),
        ("fd12::25", "fd12::25"),
        ("localhost", "localhost"),
        ("mail_relay", "mail_relay"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("smtp.example.com.", "smtp.example.com."),
    ],
)
def test_hosts_that_may_be_entered(host: str, read: str) -> None:
    found = read_server(SERVER | {"host": host})
    assert isinstance(found, ServerAddress) and found.host == read


@pytest.mark.parametrize(
    "host",
    [
        "",
        "smtp.example.com:587",
        "https://smtp.example.com",
        "alice@smtp.example.com",
        "smtp example.com",
        "smtp.example.com/x",
        "-smtp.example.com",
        "smtp..example.com",
        "x" * 64 + ".example.com",
        "a." * 127 + "com",
        "smtp.example.com\r\nX: y",
        "169.254.169.254",
        "fe80::1",
        "[::ffff:169.254.169.254]",
        "fd00:ec2::254",
    ],
)
def test_hosts_that_are_refused(host: str) -> None:
    found = read_server(SERVER | {"host": host})
    assert isinstance(found, dict) and set(found) == {"host"}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        *(("port", port) for port in ("", "0", "65536", "smtp", "-1")),
        *(("security", security) for security in ("", "ssl")),
        *(("user", user) for user in ("x" * 255, "alice\r\nX: y", "älice")),
    ],
)
def test_mistakes_are_told_at_their_field(field: str, text: str) -> None:
    found = read_server(SERVER | {field: text})
    assert isinstance(found, dict) and set(found) == {field}


def test_all_mistakes_are_told_at_once() -> None:
    assert set(read_server({})) == {"host", "port", "security"}  # type: ignore[arg-type]
    assert set(read_sender({})) == {"name", "address"}  # type: ignore[arg-type]


def test_passwords() -> None:
    assert password_problem("a b\"'\\~") is None
    for wrong in ("x" * 1001, "a\nb", "a\0b", "pässword"):
        assert password_problem(wrong)


@pytest.mark.parametrize(
    ("change", "is_kept"),
    [
        ({}, True),
        ({"port": "465", "security": "tls"}, True),
        ({"host": "smtp.example.org"}, False),
        ({"user": "bob"}, False),
        ({"security": "none"}, False),
    ],
)
def test_a_password_goes_to_no_other_place(change: dict[str, str], is_kept: bool) -> None:
    before, wanted = read_server(SERVER), read_server(SERVER | change)
    assert isinstance(before, ServerAddress) and isinstance(wanted, ServerAddress)
    assert wanted.keeps_password(before) is is_kept


def test_a_password_that_was_never_encrypted_may_be_kept() -> None:
    plain = ServerAddress("relay", 25, Security.NONE, "alice")
    assert plain.keeps_password(plain)


def test_a_sender_is_read() -> None:
    typed = SENDER | {"per_second": "5", "per_hour": "1,000", "per_day": ""}
    assert read_sender(typed) == SenderDetails("The News", "news@example.com", "", Limits(5, 1000, None))


@pytest.mark.parametrize(
    ("field", "text"),
    [
        *(("name", name) for name in (" ", "x" * 121, "News\u200eX")),
        *(("address", address) for address in ("", "news", "news@", "a@b@example.com", "ñews@example.com")),
        ("reply_to", "support"),
        *(("per_second", number) for number in ("0", "many", "-1", "1.5", "10000001")),
    ],
)
def test_mistakes_in_a_sender(field: str, text: str) -> None:
    found = read_sender(SENDER | {field: text})
    assert isinstance(found, dict) and set(found) == {field}


def test_a_rehearsal_reaches_its_addresses_and_domains() -> None:
    only_to = read_only_to(" Ann@Example.com\n@example.org, example.net ;ann@example.com")
    assert only_to == ("ann@example.com", "example.org", "example.net")
    reached = ("ANN@example.com", "any@example.org", "any@EXAMPLE.NET")
    missed = ("ben@example.com", "any@sub.example.org", "any@myexample.org", "example.org", "", "ann")
    assert [is_among(address, only_to) for address in (*reached, *missed)] == [True] * 3 + [False] * 6
    assert is_among("anyone@example.com", ())


@pytest.mark.parametrize("text", ["nobody", "a@b@c.example", "x y@", "*"])
def test_a_rehearsal_with_something_else_in_it(text: str) -> None:
    assert isinstance(read_only_to(text), str)


def test_a_rehearsal_has_a_size() -> None:
    assert isinstance(read_only_to("\n".join(f"ann{n}@example.com" for n in range(101))), str)
    assert read_only_to("") == ()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "10.0.0.25",
        "192.168.1.1",
        "172.16.0.1",
        "fd12::25",
        "93.184.215.14",
        "2606:2800::1",
    ],
)
def test_public_private_and_loopback_addresses_are_connected_to(address: str) -> None:
    assert may_be_mail_server(address)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.0.1",
        "fe80::1",
        "fe80::1%eth0",
        "febf::1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "fd00:ec2::254",
        "100.100.100.200",
        "224.0.0.1",
        "ff02::1",
        "",
        "name",
    ],
)
def test_addresses_at_which_machines_and_clouds_answer_are_not(address: str) -> None:
    assert not may_be_mail_server(address)
