"""What email providers sign: SendGrid's key, Mailgun's, and a server that stands for Amazon SNS."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from app.messaging.domain.providers.signing import signed_by_sns

TOPIC = "arn:aws:sns:eu-west-1:123456789012:feedback"
MAILGUN_KEY = "0123456789abcdef0123456789abcdef"
VALIDITY = {"/key.pem": (-1, 1), "/expired.pem": (-9, -1), "/early.pem": (1, 9)}
"""{path of a certificate: days from now on which it begins and ends to be valid}."""


class SendGrid:
    """A verification key, and requests that are signed with its other half."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        public = self._private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.key = base64.b64encode(public).decode()

    def headers(self, body: bytes, stamp: str = "") -> dict[str, str]:
        stamp = stamp or _now()
        signature = self._private.sign(stamp.encode() + body, ec.ECDSA(SHA256()))
        name = "X-Twilio-Email-Event-Webhook"
        return {f"{name}-Timestamp": stamp, f"{name}-Signature": base64.b64encode(signature).decode()}


def signed_by_mailgun(event: dict[str, Any], key: str = MAILGUN_KEY, stamp: str = "") -> bytes:
    """A request, with a token of its own."""
    stamp, token = stamp or _now(), secrets.token_hex(25)
    digest = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    signature = {"timestamp": stamp, "token": token, "signature": digest}
    return json.dumps({"signature": signature, "event-data": event}).encode()


def _now() -> str:
    return str(int(datetime.now(UTC).timestamp()))


@dataclass
class FakeSns:
    """Serves its certificate, and at the other paths of `validity` those of other days; `confirmed` are the
    tokens of subscriptions that were confirmed, `asked` the paths of certificates that were fetched."""

    url: str = ""
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    confirmed: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    validity: dict[str, tuple[int, int]] = field(default_factory=lambda: dict(VALIDITY))

    def envelope(self, kind: str, version: str = "1", **more: Any) -> dict[str, Any]:
        """A signed message: a notification, or a request to confirm a subscription."""
        found = {
            "Type": kind,
            "MessageId": "1",
            "TopicArn": TOPIC,
            "Timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "SignatureVersion": version,
            "SigningCertURL": f"{self.url}/key.pem",
            **more,
        }
        kind_of_hash = SHA256() if version == "2" else SHA1()
        signature = self.key.sign(signed_by_sns(found), PKCS1v15(), kind_of_hash)
        return found | {"Signature": base64.b64encode(signature).decode()}

    def certificate(self, first_day: int, last_day: int) -> bytes:
        """Return a certificate that is valid from so many days from now on, until so many."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(1)
            .not_valid_before(now + timedelta(days=first_day))
            .not_valid_after(now + timedelta(days=last_day))
            .sign(self.key, SHA256())
        )
        return made.public_bytes(Encoding.PEM)


@contextmanager
def fake_sns() -> Iterator[FakeSns]:
    told = FakeSns()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/confirm?"):
                told.confirmed.append(self.path.partition("?")[2])
            body = b"<ok/>"
            if self.path in told.validity:
                told.asked.append(self.path)
                body = told.certificate(*told.validity[self.path])
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
