"""A real mailbox that is read over IMAP, with the commands that reading needs, which can misbehave."""

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.services.mail_server import CERTIFICATE

LOGIN = ("alice", "open sesame 7")


@dataclass
class ImapServer:
    """`emails` are {UID: source}; `came` is when all came. `said` are the commands that were received.

    `floods` answers a FETCH with endless text, `claims` with a literal of that size. `hangs_up_at` closes the
    connection instead of answering this command.
    """

    port: int = 0
    validity: int = 7
    emails: dict[int, bytes] = field(default_factory=dict)
    came: str = "01-Mar-2026 09:00:00 +0000"
    recent_from: int = 1
    said: list[str] = field(default_factory=list)
    floods: bool = False
    claims: int = 0
    hangs_up_at: str = ""

    def put(self, *sources: bytes | str) -> None:
        """Let emails come."""
        for source in sources:
            content = source if isinstance(source, bytes) else source.replace("\n", "\r\n").encode()
            self.emails[max(self.emails, default=0) + 1] = content

    def count(self, command: str) -> int:
        return sum(command in one for one in self.said)


@contextmanager
def imap_server(is_secure: bool = False) -> Iterator[ImapServer]:
    told = ImapServer()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"* OK ready\r\n")
            while line := self.rfile.readline().decode("latin-1").strip():
                tag, _, command = line.partition(" ")
                told.said.append(command)
                if told.hangs_up_at and told.hangs_up_at in command:
                    return
                try:
                    self.wfile.write(_answer(told, tag, command))
                except OSError:
                    return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def get_request(self) -> Any:
            connection, address = super().get_request()
            if is_secure:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(CERTIFICATE)
                connection = context.wrap_socket(connection, server_side=True)
            return connection, address

        def handle_error(self, *_: Any) -> None:
            return

    server = Server(("127.0.0.1", 0), Handler)
    told.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()


def _answer(told: ImapServer, tag: str, command: str) -> bytes:
    done = f"{tag} OK done\r\n".encode()
    if command == "CAPABILITY":
        return b"* CAPABILITY IMAP4rev1\r\n" + done
    if command.startswith("LOGIN"):
        user, password = LOGIN
        fits = command in (f'LOGIN "{user}" "{password}"', f'LOGIN {user} "{password}"')
        return done if fits else f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials\r\n".encode()
    if command == 'EXAMINE "INBOX"':
        number = max(told.emails, default=0) + 1
        return (
            f"* {len(told.emails)} EXISTS\r\n* OK [UIDVALIDITY {told.validity}] valid\r\n"
            f"* OK [UIDNEXT {number}] next\r\n{tag} OK [READ-ONLY] done\r\n"
        ).encode()
    if command.startswith("UID SEARCH"):
        return f"* SEARCH {' '.join(map(str, _found(told, command)))}\r\n".encode() + done
    if found := re.fullmatch(r"UID FETCH (\d+) \(INTERNALDATE BODY\.PEEK\[\]<0\.(\d+)>\)", command):
        return _email(told, int(found[1]), int(found[2])) + done
    return f"{tag} NO not here\r\n".encode()


def _found(told: ImapServer, command: str) -> list[int]:
    if between := re.fullmatch(r"UID SEARCH UID (\d+):(\d+)", command):
        return [uid for uid in told.emails if int(between[1]) <= uid <= int(between[2])]
    assert "SINCE" in command, command
    return [uid for uid in told.emails if uid >= told.recent_from]


def _email(told: ImapServer, uid: int, most: int) -> bytes:
    if told.floods:
        return b"* 1 FETCH nothing\r\n" * 200_000
    if uid not in told.emails:
        return b""
    source = told.emails[uid][:most]
    size = told.claims or len(source)
    head = f'* {uid} FETCH (UID {uid} INTERNALDATE "{told.came}" BODY[]<0> {{{size}}}\r\n'.encode()
    return head + source + b")\r\n"
