"""What an account sets for its emails: mail server, senders with limits, whom a rehearsal reaches."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.platform.addresses import AddressProblem, email_key
from app.platform.text.numbers import typed_number
from app.platform.text.redacting import ERASED

MAX_HOST: Final = 253
MAX_USER: Final = 254
MAX_PASSWORD: Final = 1000
MAX_NAME: Final = 120
MAX_FOLDER: Final = 200
MAX_FAILURE: Final = 300
MAX_ONLY_TO: Final = 100
MOST_A_PERIOD: Final = 10_000_000
LIMITS: Final = ("per_second", "per_hour", "per_day")

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_WRONG_ADDRESS = "Enter a complete email address, such as news@example.com."


class Security(StrEnum):
    """How the connection is encrypted: not at all, after STARTTLS, or from the start."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True)
class ServerAddress:
    """Where a mail server is, and who signs in; without `user`, nobody does."""

    host: str
    port: int
    security: Security
    user: str

    def keeps_password(self, before: "ServerAddress") -> bool:
        """Return whether a password that was saved for `before` may be used here. It is sent to no other
        server, for no other user, and not without encryption if it was encrypted."""
        is_exposed = self.security == Security.NONE != before.security
        return (self.host, self.user) == (before.host, before.user) and not is_exposed


@dataclass(frozen=True)
class Limits:
    """How many emails a sender sends at most; None is no limit."""

    per_second: int | None = None
    per_hour: int | None = None
    per_day: int | None = None


@dataclass(frozen=True)
class SenderDetails:
    """Whom emails are from, where replies go (empty: to the sender), and how many are sent."""

    name: str
    address: str
    reply_to: str
    limits: Limits


def read_server(typed: Mapping[str, str], ports: str = "587, 465, and 25") -> ServerAddress | dict[str, str]:
    """Read host, port, security, and user; return {field: sentence} if something is wrong. `ports` are the
    usual ones."""
    host = _host(typed.get("host", ""))
    port = typed_number(typed.get("port"), 65_535)
    security = typed.get("security", "")
    user = typed.get("user", "").strip()
    wrong: dict[str, str] = {}
    if problem := _host_problem(host):
        wrong["host"] = problem
    if not port:
        wrong["port"] = f"Enter a number from 1 to 65,535. Usual ports are {ports}."
    if security not in list(Security):
        wrong["security"] = "Choose how the connection is encrypted."
    if len(user) > MAX_USER or not (user.isascii() and user.isprintable()):
        wrong["user"] = f"Use at most {MAX_USER} characters, and none with accents."
    return wrong or ServerAddress(host, port or 0, Security(security), user)


def folder_problem(folder: str) -> str | None:
    """Return why a folder of a mailbox can't be used, or None."""
    if not folder or len(folder) > MAX_FOLDER or not (folder.isascii() and folder.isprintable()):
        return f"Enter a name of at most {MAX_FOLDER} characters, without accents. Usually, it is INBOX."
    return None


def password_problem(password: str) -> str | None:
    """Return why a password can't be used, or None."""
    if len(password) > MAX_PASSWORD or not (password.isascii() and password.isprintable()):
        return f"Use at most {MAX_PASSWORD:,} characters, and none with accents."
    return None


def read_sender(typed: Mapping[str, str]) -> SenderDetails | dict[str, str]:
    """Read a sender; return {field: sentence} if something is wrong."""
    name = " ".join(typed.get("name", "").split())
    address, reply_to = (read_address(typed.get(field, "")) for field in ("address", "reply_to"))
    numbers = {field: typed_number(typed.get(field), MOST_A_PERIOD) for field in LIMITS}
    wrong: dict[str, str] = {}
    if not name or len(name) > MAX_NAME or not name.isprintable():
        wrong["name"] = f"Enter a name of at most {MAX_NAME} characters."
    if address is None:
        wrong["address"] = _WRONG_ADDRESS
    if reply_to is None and typed.get("reply_to", "").strip():
        wrong["reply_to"] = _WRONG_ADDRESS
    for field, number in numbers.items():
        if not number and typed.get(field, "").strip():
            wrong[field] = f"Enter a whole number from 1 to {MOST_A_PERIOD:,}, or leave this empty."
    return wrong or SenderDetails(name, address or "", reply_to or "", Limits(**numbers))


def read_address(text: str) -> str | None:
    """Return an email address in the form in which addresses are compared; None if it is none, or has
    characters that not every mail server takes."""
    key = email_key(text)
    return None if isinstance(key, AddressProblem) or not key.isascii() else key


def read_only_to(text: str) -> tuple[str, ...] | str:
    """Read addresses and domains, one on each line; return a sentence if one of them is wrong. An entry of
    an erased person stays, and reaches nobody."""
    entries = list(dict.fromkeys(filter(None, (part.strip() for part in re.split(r"[\s,;]+", text)))))
    if len(entries) > MAX_ONLY_TO:
        return f"Enter at most {MAX_ONLY_TO} addresses and domains."
    found = []
    for entry in entries:
        if entry == ERASED:
            found.append(entry)
            continue
        name, _, domain = entry.rpartition("@")
        address = read_address(f"{name or 'someone'}@{domain}")
        if address is None:
            return f"“{entry[:60]}” isn’t an email address or a domain."
        found.append(address if name else address.rpartition("@")[2])
    return tuple(dict.fromkeys(found))


def is_among(address: str, only_to: tuple[str, ...]) -> bool:
    """Return whether an address, or its domain, is listed. An empty list has all."""
    key = read_address(address) or ""
    return not only_to or (bool(key) and (key in only_to or key.rpartition("@")[2] in only_to))


def may_be_mail_server(address: str) -> bool:
    """Return whether an IP address may be connected to.

    A relay may have a private or loopback address. Link-local addresses, and the few others at which clouds
    answer about the machine itself, are none of a mail server; nor is an IPv6 address that stands for one.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            ip = inner
    return not (ip.is_link_local or ip.is_multicast or ip in _METADATA)


_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_METADATA: Final = {
    ipaddress.ip_address(text)
    for text in (
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd00:42::42",
        "fd20:ce::254",
        "100.100.100.200",
        "168.63.129.16",
    )
}


def _host(text: str) -> str:
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    if not text.isascii():
        try:
            return text.encode("idna").decode()
        except UnicodeError:
            return text
    return text.lower()


def _host_problem(host: str) -> str | None:
    example = "such as smtp.example.com"
    if not host:
        return f"Enter the name of your mail server, {example}."
    is_ip = _is_ip(host)
    if len(host) > MAX_HOST or not (is_ip or _HOST.fullmatch(host)):
        return f"Enter only the name or IP address of the server, {example}."
    if is_ip and not may_be_mail_server(host):
        return "Emails can’t be sent to this address. Enter the address of a mail server."
    return None


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
