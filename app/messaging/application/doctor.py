"""Checks of `flask doctor`: mail servers of accounts, the DNS records of their senders, and the outbox.

They name no account and no address: the owner of an account sees more under Settings > Email.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from app.accounts import application as accounts
from app.messaging.application.sending_domains.checks import findings_of
from app.messaging.domain.sending_domains.findings import Finding, Level
from app.messaging.infrastructure import due
from app.messaging.infrastructure.servers import all_accounts
from app.messaging.infrastructure.servers.name_servers import NameServers
from app.messaging.infrastructure.servers.passwords import decrypted
from app.messaging.infrastructure.servers.smtp import Connection, MailServer, Unreachable
from app.messaging.infrastructure.store import SMS
from app.platform.clock import now
from app.platform.database import forget_snapshot
from app.platform.doctor import Check, Result, ok, problem, side_by_side, warning, worst
from app.platform.doctor import register as add
from app.platform.settings import current
from app.platform.text.words import counted, joined

MOST_SERVERS: Final = 20
MOST_DOMAINS: Final = 20
COMMAND_SECONDS: Final = 3.0
SECONDS: Final = 14.0
NETWORK_SECONDS: Final = 11.0
LATE: Final = timedelta(hours=1)
LATE_ANSWER: Final = "The mail server didn’t respond in time."
EXPIRED_SECONDS: Final = 300.0


def register() -> None:
    add(Check("mail_servers", "Mail servers of accounts", mail_servers, SECONDS, reads_data=True))
    add(Check("sending_domains", "DNS of senders", sending_domains, SECONDS, reads_data=True))
    add(Check("outbox", "Outbox", outbox, reads_data=True))


def mail_servers() -> Result:
    """Connect to the mail servers of accounts, and sign in, without sending anything."""
    rows = all_accounts.mail_servers(MOST_SERVERS)
    if not rows:
        return ok("No account has connected a mail server, so emails are kept in the outbox.")
    found: list[Result] = []
    if not current().public_url:
        found.append(
            problem(
                "Emails aren’t sent, because people couldn’t unsubscribe without PUBLIC_URL.",
                "Set PUBLIC_URL to the address at which others reach Muster.",
            )
        )
    passwords = [decrypted(row.password) if row.password else "" for row in rows]
    lost = passwords.count(None)
    if lost:
        found.append(
            problem(
                f"The passwords of {counted(lost, 'mail server')} can’t be decrypted, because the key has"
                " changed.",
                "Set the earlier ENCRYPTION_KEY or SECRET_KEY, or enter the passwords again under"
                " Settings > Email.",
            )
        )
    servers = [
        MailServer(row.host, row.port, row.security, row.user, password)
        for row, password in zip(rows, passwords, strict=True)
        if password is not None
    ]
    forget_snapshot()
    answers = side_by_side(_failure_of, servers, NETWORK_SECONDS)
    failures = [LATE_ANSWER if answer is None else answer for answer in answers if answer != ""]
    if failures:
        reasons = " ".join(dict.fromkeys(failures))
        found.append(
            problem(
                f"{counted(len(failures), 'mail server')} of {len(servers)} can’t be used. {reasons}",
                "Check that this machine may connect to it; its account can test and correct it under"
                " Settings > Email.",
            )
        )
    return worst(found, f"{counted(len(servers), 'mail server')} tested, all accept connections.")


def _failure_of(server: MailServer) -> str:
    """Return why a server can’t be used, without what it said, which may name a user; empty if it can."""
    try:
        Connection(server, COMMAND_SECONDS).try_out()
    except Unreachable as failure:
        return f"{str(failure).partition(':')[0].rstrip('.')}."
    return ""


def sending_domains() -> Result:
    """Check SPF, DKIM, and DMARC of the domains of senders."""
    domains = all_accounts.sending_domains(MOST_DOMAINS)
    if not domains:
        return ok("No account has a sender.")
    forget_snapshot()
    name_servers = current().dns_servers

    def findings(domain: all_accounts.SendingDomain) -> tuple[Finding, ...]:
        return findings_of(domain.name, domain.server, domain.keys, NameServers(name_servers))

    answers = [answer or () for answer in side_by_side(findings, domains, NETWORK_SECONDS)]
    unanswered = sum(not answer or any(one.level is Level.UNCHECKED for one in answer) for answer in answers)
    if unanswered:
        return problem(
            f"The DNS didn’t answer for {counted(unanswered, 'domain')} of {len(domains)}.",
            "Check the name servers of this machine, or set DNS_SERVERS.",
        )
    wrong = [
        f"{domain.name} ({joined(subjects)})"
        for domain, answer in zip(domains, answers, strict=True)
        if (subjects := _subjects_of_faults(answer))
    ]
    if wrong:
        return warning(
            f"Records are missing or wrong, so emails may be treated as spam: {', '.join(wrong)}.",
            "Its account sees the records to add under Settings > Email.",
        )
    return ok(f"{counted(len(domains), 'domain')} checked, with SPF, DKIM, and DMARC as they should be.")


def _subjects_of_faults(findings: Sequence[Finding]) -> list[str]:
    faults = (Level.MISSING, Level.WRONG)
    return list(dict.fromkeys(one.subject for one in findings if one.level in faults))


def outbox() -> Result:
    """Check for messages that should have left long ago, and for those whose lease nobody has ended."""
    at = now() - LATE
    late = {account for channel in ("email", SMS) for account in due.accounts_due(channel, at)}
    late -= all_accounts.accounts_that_pause() | accounts.suspended_among(late)
    found = []
    if expired := due.expired(EXPIRED_SECONDS):
        found.append(
            problem(
                f"{counted(expired, 'message')} being sent when a worker stopped, not looked at since.",
                "The clock process marks them as uncertain: see its check.",
            )
        )
    if late:
        found.append(
            warning(
                f"Messages of {counted(len(late), 'account')} should have left more than an hour ago.",
                "Check that workers are running, and the limits and the mail server of the account.",
            )
        )
    return worst(found, "No messages wait longer than planned.")
