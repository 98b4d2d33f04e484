"""Which addresses a webhook may have, which may be called, and how calls are signed."""

import hashlib
import hmac

import pytest

from app.platform.outgoing.rules import is_public, secret_of, signature, url_problem


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/hooks/muster?key=1",
        "https://example.com:8443",
        "https://93.184.215.14/x",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
    ],
)
def test_public_addresses_are_accepted(url: str) -> None:
    assert url_problem(url, may_be_private=False) is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "ftp://example.com",
        "file:///etc/passwd",
        "https://",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://user:pass@example.com/",
        "https://user@example.com/",
        "https://example.com/#part",
        "https://exa mple.com/",
        "https://example.com\\@127.0.0.1/",
        "https://example.com/\r\nX: y",
        "https://müller.example/",
        "https://[::1",
        "https://example.com/" + "x" * 500,
        "http://example.com/",
        "https://localhost/",
        "https://metadata.google.internal/",
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fd00::1]/",
    ],
)
def test_other_addresses_are_refused_with_a_sentence(url: str) -> None:
    problem = url_problem(url, may_be_private=False)
    assert problem and problem.endswith(".")


def test_self_hosters_can_allow_private_addresses() -> None:
    for url in ("http://127.0.0.1:9000/x", "http://localhost/", "https://10.0.0.1/"):
        assert url_problem(url, may_be_private=True) is None
    assert url_problem("ftp://10.0.0.1/", may_be_private=True)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254",
        "100.64.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "::ffff:10.0.0.1",
        "::ffff:169.254.169.254", "2002:7f00:1::", "2002:a00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
        "2001:0:1::1", "2001:db8::1", "example.com", "",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700::1", "::ffff:8.8.8.8"])
def test_public_ones(address: str) -> None:
    assert is_public(address)


def test_a_receiver_can_check_the_signature() -> None:
    secret = secret_of("installation key", 7, "salt")
    assert secret.startswith("whsec_") and len(secret) == 6 + 43
    header = signature([secret], 1_700_000_000, b'{"id":"x"}')
    timestamp, signed = (part.split("=")[1] for part in header.split(","))
    expected = hmac.new(secret.encode(), timestamp.encode() + b'.{"id":"x"}', hashlib.sha256).hexdigest()
    assert (timestamp, signed) == ("1700000000", expected)


def test_a_secret_belongs_to_one_account_salt_and_installation() -> None:
    secrets = {
        secret_of(key, account, salt) for key in ("a", "b") for account in (1, 2) for salt in ("x", "y")
    }
    assert len(secrets) == 8
