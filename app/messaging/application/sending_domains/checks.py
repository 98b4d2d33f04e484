"""Checking the DNS records of a sender's domain, within the request that asks for it."""

from collections.abc import Sequence
from typing import Final

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.messaging.application.sending_domains.keys import (
    refuse_lost,
    sending_domain,
    start_signing,
)
from app.messaging.application.servers.server_tests import count_attempt
from app.messaging.domain.sending_domains.dkim import check_dkim
from app.messaging.domain.sending_domains.dmarc import check_dmarc
from app.messaging.domain.sending_domains.findings import Finding, Level
from app.messaging.domain.sending_domains.spf import check_spf
from app.messaging.infrastructure.servers import store
from app.messaging.infrastructure.servers.name_servers import NameServers
from app.platform.database import forget_snapshot
from app.platform.settings import current

CHECKS: Final = "domain_checks"
MOST_CHECKS, SECONDS = 30, 600
"""At most so many checks per account within so many seconds."""


def check_domain(actor: Actor, sender_id: int) -> tuple[Finding, ...]:
    """Return what the DNS says about SPF, DKIM, and DMARC of a sender's domain. Raises NotFound and
    LimitReached."""
    accounts.require(actor, Permission.ACCOUNT)
    domain = sending_domain(actor, sender_id)
    server = store.server_of(actor.account_id)
    host = server.host if server else ""
    names = _ready_to_ask(actor)
    keys = [(key.selector, key.public_key) for key in (domain.signing, domain.waiting) if key is not None]
    return findings_of(domain.name, host, keys, names)


def findings_of(
    domain: str, host: str, keys: Sequence[tuple[str, str]], names: NameServers
) -> tuple[Finding, ...]:
    """Return what the DNS says about a domain with the mail server `host`, empty without one, and with keys
    given as (selector, public key)."""
    return (
        check_spf(domain, host, names.texts),
        *_of_keys(domain, keys, names),
        check_dmarc(domain, names.texts),
    )


def start_signing_if_published(actor: Actor, sender_id: int) -> Finding | None:
    """Sign emails with the waiting key if the DNS has its record; otherwise return what is wrong. Raises
    NotFound, Conflict if the key is lost, and LimitReached."""
    accounts.require(actor, Permission.ACCOUNT)
    key = (domain := sending_domain(actor, sender_id)).waiting
    if key is not None:
        refuse_lost(key)
        finding = check_dkim(domain.name, key.selector, key.public_key, _ready_to_ask(actor).texts)
        if finding.level != Level.RIGHT:
            return finding
    start_signing(actor, sender_id)
    return None


def _of_keys(domain: str, keys: Sequence[tuple[str, str]], names: NameServers) -> list[Finding]:
    if not keys:
        text = "Muster doesn’t sign emails from this domain. Your email provider may do so itself."
        return [Finding("DKIM", Level.OFF, text)]
    return [check_dkim(domain, selector, public_key, names.texts) for selector, public_key in keys]


def _ready_to_ask(actor: Actor) -> NameServers:
    count_attempt(actor, CHECKS, f"checked DNS records {MOST_CHECKS} times")
    forget_snapshot()
    return NameServers(current().dns_servers)
