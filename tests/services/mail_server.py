"""A real mail server that keeps what it receives, and can refuse, stall, or drop the connection."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from tests.services.ports import free_port

# For localhost and 127.0.0.1, until 2126; signed by itself.
CERTIFICATE = Path(__file__).resolve().parents[1] / "data" / "certificates" / "localhost.pem"


class MailServer:
    """`received` are the messages, `raw` their bytes; `attempts` counts those that began to be handed over,
    `connections` those who said hello.

    `refusal` is the answer to every recipient, such as "550 Unknown", `refusals` that to some addresses;
    `late_refusal` is the answer to the message. On a message to `hangs_up_on`, the server hangs up.
    With `drops`, the connection is closed in the middle of a message, with `closes_after` after so many.
    `stalls` are seconds before the answer; `most_at_once` is how many waited for one at the same time. With
    `waits_for`, messages after the first one are answered when so many have waited together, or after 10
    seconds. After `lets_in` connections, others are closed; those after the first `listens_to` may send no
    message. If it `pipelines`, it takes several commands at once; if it `hangs_up`, it does so after it has
    refused a sender or a recipient.
    """

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.attempts = 0
        self.connections = 0
        self.sender_refusal = ""
        self.refusal = ""
        self.refusals: dict[str, str] = {}
        self.late_refusal = ""
        self.hangs_up_on = ""
        self.drops = False
        self.closes_after = 0
        self.takes_all_letters = True
        self.stalls = 0.0
        self.most_at_once = self._at_once = self.waits_for = 0
        self._has_come = asyncio.Condition()
        self.lets_in = self.listens_to = 0
        self.pipelines = self.hangs_up = False
        self.port = 0

    async def handle_EHLO(
        self, server: SMTP, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        if self.lets_in and self.connections >= self.lets_in:
            server.transport.abort()
            return []
        self.connections += 1
        session.number = self.connections
        session.host_name = hostname
        if self.pipelines:
            responses.insert(1, "250-PIPELINING")
        return responses if self.takes_all_letters else [one for one in responses if "SMTPUTF8" not in one]

    async def handle_MAIL(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        refusal = self.sender_refusal
        if self.listens_to and session.number > self.listens_to:
            refusal = "421 Too many connections"
        if refusal:
            return await self._refused(server, refusal)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        self.attempts += 1
        if address == self.hangs_up_on:
            server.transport.abort()
            return "421 Gone"
        if refusal := self.refusal or self.refusals.get(address, ""):
            return await self._refused(server, refusal)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Any) -> str:
        if self.drops:
            server.transport.abort()
            return "421 Gone"
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        await asyncio.sleep(self.stalls)
        if self.received:
            await self._wait_for_others()
        self._at_once -= 1
        if self.late_refusal:
            return self.late_refusal
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.received.append(message)
        self.raw.append(bytes(envelope.content))
        if self.closes_after and len(self.received) % self.closes_after == 0:
            asyncio.get_running_loop().call_later(0.01, server.transport.close)
        return "250 Kept"

    async def _refused(self, server: SMTP, answer: str) -> str:
        if self.hangs_up:
            await server.push(answer)
            server.transport.close()
        return answer

    async def _wait_for_others(self) -> None:
        """Wait until `waits_for` messages have waited at the same time; after waiting in vain, no longer."""
        async with self._has_come:
            self._has_come.notify_all()
            try:
                async with asyncio.timeout(10):
                    await self._has_come.wait_for(lambda: self.most_at_once >= self.waits_for)
            except TimeoutError:
                self.waits_for = 0
                self._has_come.notify_all()


@contextmanager
def mail_server(scheme: str = "smtp", login: tuple[str, str] | None = None) -> Iterator[MailServer]:
    """Run a server that speaks as the scheme of MAIL_URL says: smtp, smtps, or starttls."""
    server = MailServer()
    server.port = free_port()
    options: dict[str, Any] = {}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    if scheme == "smtps":
        options["ssl_context"] = context
    if scheme == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    if login is not None:
        options |= {"authenticator": _checks(login), "auth_required": True, "auth_require_tls": False}
    controller = Controller(server, hostname="127.0.0.1", port=server.port, enable_SMTPUTF8=True, **options)
    controller.start()
    try:
        yield server
    finally:
        controller.stop(no_assert=True)


def _checks(login: tuple[str, str]) -> Any:
    def check(
        _server: SMTP, _session: Any, _envelope: Any, _mechanism: str, given: LoginPassword
    ) -> AuthResult:
        name, password = login
        fits = (given.login, given.password) == (name.encode(), password.encode())
        return AuthResult(success=fits, handled=False)

    return check
