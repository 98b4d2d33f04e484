"""SPF (RFC 7208): which servers may send for a domain."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from app.messaging.domain.sending_domains.findings import (
    Finding,
    Level,
    Record,
    Texts,
    Unanswered,
    not_checked,
    shown,
)

MOST_LOOKUPS: Final = 10
_TERM: Final = re.compile(r"[-+~?]?(all|include|a|mx|ptr|exists|ip4|ip6|redirect)(?:[:=]([^/\s]*))?(/\S*)?")
_TO_ALL: Final = ("all", "+all")
# {end of a mail server's name: SPF record to include, as its provider documents it}
_INCLUDES: Final = {
    "amazonaws.com": "amazonses.com",
    "sendgrid.net": "sendgrid.net",
    "mailgun.org": "mailgun.org",
    "postmarkapp.com": "spf.mtasv.net",
    "gmail.com": "_spf.google.com",
    "google.com": "_spf.google.com",
    "office365.com": "spf.protection.outlook.com",
    "outlook.com": "spf.protection.outlook.com",
    "brevo.com": "spf.brevo.com",
    "mailjet.com": "spf.mailjet.com",
    "mandrillapp.com": "spf.mandrillapp.com",
    "fastmail.com": "spf.messagingengine.com",
}


@dataclass
class _Allowed:
    """What a record allows, with those it includes. `broken` are included domains without an SPF record."""

    names: set[str] = field(default_factory=set)
    networks: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    lookups: int = 0


def check_spf(domain: str, server: str, texts: Texts) -> Finding:
    """Check the SPF record of a domain. `server` is the mail server that sends its emails, empty if none is
    connected."""
    try:
        return _checked(domain, server, texts)
    except Unanswered:
        return not_checked("SPF")


def term_for(server: str) -> str:
    """Return the term that allows a mail server; empty if its name or address is known in its own network
    only."""
    for ending, include in _INCLUDES.items():
        if server == ending or server.endswith(f".{ending}"):
            return f"include:{include}"
    try:
        ip = ipaddress.ip_address(server)
    except ValueError:
        return f"a:{server}" if "." in server else ""
    return f"ip{ip.version}:{ip}" if ip.is_global else ""


def _checked(domain: str, server: str, texts: Texts) -> Finding:
    records, wanted = _spf_records(texts(domain)), term_for(server)
    if not records:
        return _missing(domain, wanted)
    if len(records) > 1:
        text = "There is more than one SPF record, so mailbox providers ignore all of them. Keep only one."
        return Finding("SPF", Level.WRONG, text, shown(records))
    terms = records[0].split()[1:]
    if any(term.lower() in _TO_ALL for term in terms):
        text = "The record allows every server to send for this domain. It should end in ~all."
        better = " ".join("~all" if term.lower() in _TO_ALL else term for term in records[0].split())
        return Finding("SPF", Level.WRONG, text, shown(records), Record(domain, better))
    allowed = _allowed(domain, terms, texts)
    if allowed.broken:
        text = f"The record refers to {allowed.broken[0]}, which has no SPF record. Remove that part."
        return Finding("SPF", Level.WRONG, text, shown(records))
    if allowed.lookups > MOST_LOOKUPS:
        text = (
            f"The record needs more than {MOST_LOOKUPS} DNS lookups, so mailbox providers ignore it."
            " Remove services that you no longer use."
        )
        return Finding("SPF", Level.WRONG, text, shown(records))
    return _compared(domain, server, wanted, records[0], allowed)


def _missing(domain: str, wanted: str) -> Finding:
    text = "Mailbox providers can’t tell which servers may send for this domain."
    if not wanted:
        text += " Your email provider can tell you the record to add."
    record = Record(domain, f"v=spf1 {wanted} ~all") if wanted else None
    return Finding("SPF", Level.MISSING, text, record=record)


def _compared(domain: str, server: str, wanted: str, record: str, allowed: _Allowed) -> Finding:
    kind, _, target = wanted.partition(":")
    if not wanted:
        text = "The record is valid. Make sure that it allows the servers your emails are sent from."
        return Finding("SPF", Level.UNSURE, text, shown([record]))
    is_ip = kind.startswith("ip")
    if any(_contains(one, target) for one in allowed.networks) if is_ip else target in allowed.names:
        return Finding("SPF", Level.RIGHT, f"The record allows {server} to send.", shown([record]))
    text = (
        f"The record doesn’t mention {server}. If your email provider told you to add something else, and the"
        " record has it, ignore this."
    )
    return Finding("SPF", Level.UNSURE, text, shown([record]), Record(domain, _with(record, wanted)))


def _with(record: str, term: str) -> str:
    """Return a record with one more term, before the one about all other servers."""
    terms = record.split()
    places = [at for at, one in enumerate(terms) if re.fullmatch(r"[-+~?]?all|redirect=.*", one.lower())]
    at = places[0] if places else len(terms)
    return " ".join([*terms[:at], term, *terms[at:]])


def _spf_records(texts: Sequence[str]) -> list[str]:
    return [text for text in texts if text.lower().split(" ", 1)[0] == "v=spf1"]


def _allowed(domain: str, terms: Sequence[str], texts: Texts) -> _Allowed:
    """Follow what a record includes, as mailbox providers do, until it needs too many lookups."""
    found, waiting = _Allowed(), [(domain, terms)]
    while waiting and found.lookups <= MOST_LOOKUPS:
        owner, some = waiting.pop()
        for kind, target in filter(None, map(_read, some)):
            if kind in ("ip4", "ip6"):
                found.networks.append(target)
            elif kind != "all":
                found.lookups += 1
            if kind in ("a", "include", "redirect"):
                found.names.add(target or owner)
            if kind in ("include", "redirect") and "%" not in target and found.lookups <= MOST_LOOKUPS:
                records = _spf_records(texts(target))
                found.broken += [] if records else [target]
                waiting += [(target, record.split()[1:]) for record in records[:1]]
    return found


def _read(term: str) -> tuple[str, str] | None:
    """Return (kind, target) of a term; the target of an address is its network. None for what is no term."""
    read = _TERM.fullmatch(term.lower())
    if read is None:
        return None
    target = (read[2] or "").rstrip(".")
    return (read[1], target + (read[3] or "") if read[1].startswith("ip") else target)


def _contains(network: str, address: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
