"""Opens connections to mail servers, which tenants choose, and says in a sentence why one can't be opened.

A name is resolved once, and the connection goes to an address that was checked, whatever the name resolves to
a moment later. Certificates are still checked for the name.
"""

import os
import smtplib
import socket
import ssl
import threading
import time
from contextlib import suppress
from typing import Any, Final

from app.messaging.domain.mail_settings import may_be_mail_server
from app.platform.text.headers import one_line

MOST_BYTES: Final = 64 * 1024  # of an answer
MOST_ADDRESSES: Final = 3  # of a name; each may take the whole time


class NotConnected(Exception):
    """There is no connection; the text says why."""


def connect(
    host: str, port: int, security: str, sign_in: tuple[str, str] | None, own_name: str, timeout: float
) -> smtplib.SMTP:
    """Connect to a mail server and sign in with (user, password). `security` is none, starttls, or tls.

    Raises NotConnected.
    """
    context = ssl.create_default_context()
    client: _CheckedSMTP | _CheckedSMTPS | None = None
    try:
        if security == "tls":
            client = _CheckedSMTPS(host, port, own_name, timeout=timeout, context=context)
        else:
            client = _CheckedSMTP(host, port, own_name, timeout=timeout)
        if security == "starttls":
            client.starttls(context=context)
        client.ehlo_or_helo_if_needed()
        if sign_in is not None:
            client.login(*sign_in)
        client.deadline.cancel()
    except (OSError, ValueError, smtplib.SMTPException) as failure:
        if client is not None:
            client.close()
        raise NotConnected(why_not(failure)) from None
    return client


class Deadline:
    """Cuts a connection after so many seconds, unless it is canceled: a server may send its answer so slowly
    that the time limit of the socket is never reached."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self._guard = socket.socket(fileno=os.dup(connection.fileno()))
        _watch.add(self, seconds)

    def cancel(self) -> None:
        if _watch.remove(self):
            self._guard.close()

    def cut(self) -> None:
        with suppress(OSError):
            self._guard.shutdown(socket.SHUT_RDWR)
        self._guard.close()


class _Watch:
    """Cuts connections at their deadlines, in one thread: each message has a deadline, and a thread for each
    would take longer than the message. The thread ends when there is nothing to watch."""

    def __init__(self) -> None:
        self._ends: dict[Deadline, float] = {}
        self._changed = threading.Condition()
        self._is_running = False
        self._wakes_at = 0.0

    def add(self, deadline: Deadline, seconds: float) -> None:
        with self._changed:
            self._ends[deadline] = end = time.monotonic() + seconds
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, name="deadlines", daemon=True).start()
            elif end < self._wakes_at:
                self._changed.notify()

    def remove(self, deadline: Deadline) -> bool:
        """Return False if the connection was cut."""
        with self._changed:
            return self._ends.pop(deadline, None) is not None

    def _run(self) -> None:
        while True:
            with self._changed:
                over = self._expired()
                if not over and not self._ends:
                    self._is_running = False
                    return
                if not over:
                    self._wakes_at = min(self._ends.values())
                    self._changed.wait(max(0.0, self._wakes_at - time.monotonic()))
            for deadline in over:
                deadline.cut()

    def _expired(self) -> list[Deadline]:
        """Take out those that are over: they can no longer be canceled."""
        at = time.monotonic()
        over = [deadline for deadline, end in self._ends.items() if end <= at]
        for deadline in over:
            del self._ends[deadline]
        return over


_watch = _Watch()


class _Bounded:
    """What a server says, of which an answer has at most MOST_BYTES."""

    def __init__(self, file: Any) -> None:
        self._file, self.left = file, MOST_BYTES

    def readline(self, size: int) -> bytes:
        line = bytes(self._file.readline(size))
        self.left -= len(line)
        if self.left < 0:
            raise OSError("The answer is too long.")
        return line

    def close(self) -> None:
        self._file.close()


class _ForbiddenAddress(OSError):
    """All addresses of a host are of a kind that is never connected to."""


class _CheckedSMTP(smtplib.SMTP):
    deadline: Deadline

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Bounded(self.sock.makefile("rb"))
        if self.file is not None:
            self.file.left = MOST_BYTES
        return super().getreply()

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        plain = connect_socket(host, port, timeout)
        self.deadline = Deadline(plain, 2 * timeout)
        return plain


class _CheckedSMTPS(_CheckedSMTP, smtplib.SMTP_SSL):
    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        plain = super()._get_socket(host, port, timeout)
        try:
            return self.context.wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise


def connect_socket(host: str, port: int, timeout: float) -> socket.socket:
    """Connect to the first address of a host that accepts it. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = dict.fromkeys(str(info[4][0]) for info in found)
    allowed = [address for address in addresses if may_be_mail_server(address)]
    if not allowed:
        raise _ForbiddenAddress
    failures = []
    for address in allowed[:MOST_ADDRESSES]:
        try:
            return socket.create_connection((address, port), timeout)
        except OSError as failure:
            failures.append(failure)
    raise failures[0]


def why_not(failure: Exception) -> str:
    """Return why there is no connection, as a sentence."""
    match failure:
        case _ForbiddenAddress():
            return "Emails can’t be sent to the address of this mail server."
        case smtplib.SMTPAuthenticationError():
            return f"The mail server refused the user name or password ({failure.smtp_code})."
        case smtplib.SMTPNotSupportedError() if "STARTTLS" in str(failure):
            return "The mail server doesn’t offer STARTTLS."
        case smtplib.SMTPResponseException():
            said = failure.smtp_error
            text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
            return f"The mail server refused the connection: {failure.smtp_code} {one_line(text)}"
        case smtplib.SMTPNotSupportedError():
            return "The mail server doesn’t offer to sign in. It may do so over an encrypted connection."
        case ssl.SSLCertVerificationError():
            return f"The mail server’s certificate isn’t valid: {failure.verify_message.rstrip('.')}."
        case ssl.SSLError() if failure.reason == "WRONG_VERSION_NUMBER":
            return "The mail server doesn’t use TLS on this port."
        case ssl.SSLError():
            return f"No secure connection to the mail server: {failure.reason or failure}."
        case socket.gaierror():
            return "The name of the mail server isn’t known."
        case ConnectionRefusedError():
            return "The mail server refused the connection."
        case TimeoutError():
            return "The mail server didn’t respond in time."
        case smtplib.SMTPServerDisconnected() if "timed out" in str(failure):  # how smtplib reports it
            return "The mail server didn’t respond in time."
        case smtplib.SMTPServerDisconnected() | ConnectionError():
            return "The mail server closed the connection. It may need another port or encryption."
        case _:
            return f"The mail server can’t be reached ({type(failure).__name__})."
