"""Rules for webhooks: which addresses may be called, how a call is signed."""

import base64
import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

MAX_URL_LENGTH: Final = 500
SECRET_PREFIX: Final = "whsec_"
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


def url_problem(text: str, may_be_private: bool, longest: int = MAX_URL_LENGTH) -> str | None:
    """Return why a webhook cannot have this address, or None. `longest` is how many characters it may have.

    Names are resolved when the webhook is called, not here; see `is_public`.
    """
    if not text:
        return "Enter the address that Muster should call."
    if len(text) > longest:
        return f"Enter an address of at most {longest:,} characters."
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        return "Enter an address without spaces or special characters."
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "Enter a complete address, such as https://example.com/hooks/muster."
    if parts.scheme not in ("https", "http") or not host or port == 0:
        return "Enter a complete address, such as https://example.com/hooks/muster."
    if parts.username is not None or parts.password is not None:
        return "Leave out the user name and password."
    if parts.fragment:
        return "Leave out the part after the #."
    if may_be_private:
        return None
    if parts.scheme != "https":
        return "Use an address that starts with https://."
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")) or _is_private_ip(host):
        return "Use a public address. Private addresses are blocked on this installation."
    return None


def _is_private_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return not is_public(host)


def is_public(address: str) -> bool:
    """Return whether an IP address belongs to the public internet.

    Private, loopback, link-local, multicast, and reserved addresses do not, nor do IPv6 addresses that stand
    for such an IPv4 address.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:  # such as fe80::1%eth0
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.teredo is not None or ip.is_site_local:
            return False
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def secret_of(secret_key: str, account_id: int, salt: str) -> str:
    """Return the secret of an account's webhook.

    It is derived from the installation's secret key and a random salt, so the database alone does not reveal
    it.
    """
    digest = hmac.digest(secret_key.encode(), f"muster webhook {account_id} {salt}".encode(), hashlib.sha256)
    return SECRET_PREFIX + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def signature(secrets: Sequence[str], timestamp: int, body: bytes) -> str:
    """Return the value of the header Muster-Signature: `t=<timestamp>,v1=<HMAC-SHA256 of "t.body", in hex>`,
    with a `v1` for each secret that is valid.

    `timestamp` is in seconds since 1970; receivers reject old ones, so that a recorded call cannot be
    repeated.
    """
    text = f"{timestamp}.".encode() + body
    signed = [hmac.new(one.encode(), text, hashlib.sha256).hexdigest() for one in secrets]
    return ",".join([f"t={timestamp}", *(f"v1={one}" for one in signed)])
