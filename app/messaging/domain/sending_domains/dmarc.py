"""DMARC (RFC 7489): what mailbox providers do with forged emails."""

from typing import Final

from app.messaging.domain.sending_domains.findings import (
    Finding,
    Level,
    Record,
    Texts,
    Unanswered,
    not_checked,
    shown,
    tags_of,
)

_MOST_NAMES: Final = 5
_POLICIES: Final = {
    "none": "Forged emails that claim to be from this domain are still delivered.",
    "quarantine": "Forged emails that claim to be from this domain go to the spam folder.",
    "reject": "Forged emails that claim to be from this domain are rejected.",
}


def check_dmarc(domain: str, texts: Texts) -> Finding:
    """Check the DMARC record of a domain, or of the one above it that has one."""
    try:
        return _checked(domain, texts)
    except Unanswered:
        return not_checked("DMARC")


def _checked(domain: str, texts: Texts) -> Finding:
    wanted = Record(f"_dmarc.{domain}", "v=DMARC1; p=none")
    for name in _names(domain):
        records = [text for text in texts(f"_dmarc.{name}") if _is_dmarc(text)]
        if records:
            return _read(domain, name, records, wanted)
    text = "Large mailbox providers require this record from bulk senders."
    return Finding("DMARC", Level.MISSING, text, record=wanted)


def _read(domain: str, name: str, records: list[str], wanted: Record) -> Finding:
    if len(records) > 1:
        text = "There is more than one DMARC record, so mailbox providers ignore all of them. Keep only one."
        return Finding("DMARC", Level.WRONG, text, shown(records))
    tags = tags_of(records[0])
    policy = tags.get("p", "").lower()
    if name != domain:
        policy = tags.get("sp", policy).lower()
    if policy not in _POLICIES:
        text = "The record doesn’t contain a valid policy: p=none, p=quarantine, or p=reject."
        return Finding("DMARC", Level.WRONG, text, shown(records), wanted)
    inherited = f" The record of {name} applies." if name != domain else ""
    return Finding("DMARC", Level.RIGHT, _POLICIES[policy] + inherited, shown(records))


def _names(domain: str) -> list[str]:
    """Return a domain and those above it, but no top-level domain."""
    labels = domain.split(".")
    return [".".join(labels[at:]) for at in range(max(len(labels) - 1, 1))][:_MOST_NAMES]


def _is_dmarc(text: str) -> bool:
    return tags_of(text).get("v") == "DMARC1"
