"""Opens connections to mail servers, which tenants choose, and says in a sentence why one can't be opened.

A name is resolved once, and the connection goes to an address that was checked, whatever the name resolves to
a moment later. Certificates are still checked for the name.
"""

import smtplib
import socket
import ssl
from typing import Any, Final

from app.messaging.domain.mail_settings import may_be_mail_server
from app.platform.text.headers import one_line

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
    client: smtplib.SMTP | None = None
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
    except (OSError, smtplib.SMTPException) as failure:
        if client is not None:
            client.close()
        raise NotConnected(_why(failure)) from None
    return client


class _ForbiddenAddress(OSError):
    """All addresses of a host are of a kind that is never connected to."""


class _CheckedSMTP(smtplib.SMTP):
    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return _connected(host, port, timeout)


class _CheckedSMTPS(smtplib.SMTP_SSL):
    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        plain = _connected(host, port, timeout)
        try:
            return self.context.wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise


def _connected(host: str, port: int, timeout: float) -> socket.socket:
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


def _why(failure: Exception) -> str:
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
