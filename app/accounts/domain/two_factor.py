"""Codes of an authenticator app (TOTP, RFC 6238), and the recovery codes for when there is none at hand.

Codes are computed by the library that Flask-Security uses for them. It is imported when needed.
"""

import secrets
from datetime import datetime
from typing import Final

from app.accounts.domain.hashing import stored_hash

ISSUER: Final = "Muster"
RECOVERY_CODES: Final = 10
TOLERANCE_SECONDS: Final = 30  # that the clock of a phone may be off
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
_GROUPS, _GROUP_LENGTH = 4, 4  # 79 bits, too many to try, so a plain hash protects them


def new_secret() -> str:
    """Return a new random secret in Base32."""
    from passlib.totp import TOTP  # type: ignore[import-untyped]

    return str(TOTP.new().base32_key)


def setup_address(secret: str, email: str) -> str:
    """Return the otpauth: address that an authenticator app reads from a QR code."""
    from passlib.totp import TOTP

    return str(TOTP(key=secret, issuer=ISSUER, label=email.replace(":", "")).to_uri())


def pretty_secret(secret: str) -> str:
    """Return the secret in groups of four characters, to be typed."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def counter_of(code: str, secret: str, at: datetime, last_counter: int) -> int | None:
    """Return the number of the period that a code belongs to; None if it is wrong or not newer than the last
    one that was used."""
    from passlib.exc import TokenError  # type: ignore[import-untyped]
    from passlib.totp import TOTP

    digits = "".join(code.split())
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        found = TOTP(key=secret).match(digits, at, window=TOLERANCE_SECONDS, last_counter=last_counter)
    except TokenError:
        return None
    return int(found.counter)


def new_recovery_codes() -> list[str]:
    """Return RECOVERY_CODES random codes such as “k7mp-2xqd-h94t-wzye”."""
    return ["-".join(_random_group() for _ in range(_GROUPS)) for _ in range(RECOVERY_CODES)]


def hash_of_recovery_code(code: str) -> str:
    """Return the SHA-256 of a code, however it is typed."""
    return stored_hash("".join(one for one in code.casefold() if one.isalnum()))


def _random_group() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LENGTH))
