"""Keys that sign emails: made, read, and used with OpenSSL, which `cryptography` loads when it is needed."""

import base64
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from app.messaging.domain.sending_domains import dkim
from app.messaging.infrastructure.servers.passwords import decrypted
from app.platform.encryption import saved_keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

BITS: Final = 2048
FEWEST_BITS: Final = 1024
MOST_BITS: Final = 4096


class SigningKey(NamedTuple):
    """A key that signs; `private_key` is encrypted."""

    domain: str
    selector: str
    private_key: str


class UnusableKey(ValueError):
    """A private key can't sign; the text says why."""


def new_key() -> str:
    """Return a new private key in PEM."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    return _pem(rsa.generate_private_key(public_exponent=65537, key_size=BITS))


def read_key(pem: str) -> str:
    """Return a private key in the form in which keys are kept. Raises UnusableKey."""
    key = _read(pem)
    if not FEWEST_BITS <= key.key_size <= MOST_BITS:
        raise UnusableKey(f"Enter a key of {FEWEST_BITS:,} to {MOST_BITS:,} bits. {BITS:,} are usual.")
    return _pem(key)


def public_key_of(pem: str) -> str:
    """Return the public key that belongs to a private one, in Base64."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = _read(pem).public_key()
    content = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(content).decode()


def signed(mail: bytes, by: SigningKey | None, at: datetime) -> bytes:
    """Return an email with a signature. It stays as it is without a key, and with one that can't be read
    anymore."""
    key = _loaded(by.private_key, saved_keys()) if by else None
    if by is None or key is None:
        return mail
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    return dkim.signed(
        mail, by.domain, by.selector, at, lambda content: key.sign(content, PKCS1v15(), SHA256())
    )


@lru_cache(maxsize=256)
def _loaded(encrypted: str, _keys: tuple[str, ...]) -> "RSAPrivateKey | None":
    """Return a key, which is decrypted and parsed once in a process."""
    pem = decrypted(encrypted)
    return _read(pem) if pem else None


def _read(pem: str) -> "RSAPrivateKey":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem.strip().encode(), password=None)
    except TypeError:
        raise UnusableKey("Enter the key without a passphrase.") from None
    except (ValueError, UnsupportedAlgorithm):
        raise UnusableKey(
            "Enter the whole private key, from “-----BEGIN PRIVATE KEY-----” to “-----END PRIVATE KEY-----”."
        ) from None
    if not isinstance(key, RSAPrivateKey):
        raise UnusableKey("Enter an RSA key, which all mailbox providers know.")
    return key


def _pem(key: "RSAPrivateKey") -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
